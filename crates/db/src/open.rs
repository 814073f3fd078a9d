//! Opening the database: lock, checks, schema.

use std::{
    fs::OpenOptions,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use sqlx::{
    AnyConnection, AnyPool, ConnectOptions, Connection, Row, SqlSafeStr,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};
use tokio::sync::Semaphore;
use tracing::info;

use crate::{
    Acknowledgements, AclRules, Changes, CloudConfigs, Error, Groups, Journal, Logs, Privileges, Result, Roles, Rolls,
    Servers, Settings, SharedFilters, Tasks, Tokens, Users, lock, seal::Seal,
};

/// Schema steps; a step that has been released is never changed.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (2, "access", include_str!("../migrations/0002_access.sql")),
    (3, "cloud config", include_str!("../migrations/0003_cloud_config.sql")),
    (4, "journal", include_str!("../migrations/0004_journal.sql")),
    (5, "alarms", include_str!("../migrations/0005_alarms.sql")),
    (6, "roles", include_str!("../migrations/0006_roles.sql")),
    (7, "tasks", include_str!("../migrations/0007_tasks.sql")),
    (8, "rolls", include_str!("../migrations/0008_rolls.sql")),
    (9, "shared filters", include_str!("../migrations/0009_shared_filters.sql")),
    (10, "journal calls", include_str!("../migrations/0010_journal_calls.sql")),
];
/// Tables whose pages are checked at each start; the journal would take too long.
const CHECKED: &[&str] = &[
    "users",
    "user_groups",
    "group_members",
    "acl_rules",
    "acl_roles",
    "acl_privileges",
    "acl_user_roles",
    "acl_group_roles",
    "tokens",
    "servers",
    "settings",
    "cloud_configs",
    "acknowledgements",
    "tasks",
    "rolls",
    "shared_filters",
];
/// Password hashes computed at the same time; each takes 64 MiB and a core for some 100 ms.
const HASHERS: usize = 2;
/// How long a statement waits for a connection.
const WAIT: Duration = Duration::from_secs(30);

/// The open database; clones share it.
#[derive(Clone, Debug)]
pub struct Db(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) path: PathBuf,
    /// Reads run beside the writer.
    pub(crate) read: AnyPool,
    /// One connection: SQLite has one writer, and queueing here is fairer than its busy handler.
    pub(crate) write: AnyPool,
    /// Stands in place of `write` for whoever must not write; it gives no connection.
    closed: AnyPool,
    /// Whether somebody asked for a connection that there is none of.
    refused: AtomicBool,
    pub(crate) seal: Arc<Seal>,
    pub(crate) hashers: Arc<Semaphore>,
    pub(crate) changes: Changes,
    /// Held until the file is closed.
    lock: Mutex<Option<std::fs::File>>,
}

impl Db {
    /// Opens the SQLite file at `path`, making it, its key file and its tables where they are missing.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`], [`Error::Corrupt`], [`Error::Newer`], [`Error::InUse`], [`Error::KeyMissing`],
    /// [`Error::KeyExposed`], [`Error::KeyInvalid`] or [`Error::Open`], each naming the file.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        create(path)?;
        let lock = lock::acquire(path)?;
        let url = url(path)?;
        let write = connect(&url, path, 1).await?;
        migrate(&write, path).await?;
        check(&write, path).await?;
        let sealed = sqlx::query("SELECT 1 FROM servers UNION ALL SELECT 1 FROM tokens WHERE seed IS NOT NULL LIMIT 1")
            .fetch_optional(&write)
            .await
            .map_err(|e| Error::sql(path, "looking for sealed secrets", e))?
            .is_some();
        let seal = Seal::open(path, sealed)?;
        let read = connect(&url, path, 4).await?;
        info!(path = %path.display(), "opened database file `{}`", path.display());
        Ok(Self::assemble(path.to_owned(), read, write, seal, Some(lock)).await)
    }

    /// Opens a database that is gone when it is dropped, for tests and trials.
    pub async fn in_memory() -> Result<Self> {
        let path = Path::new(":memory:");
        // A second connection would be a second, empty database.
        let write = connect("sqlite::memory:", path, 1).await?;
        migrate(&write, path).await?;
        Ok(Self::assemble(path.to_owned(), write.clone(), write, Seal::ephemeral(), None).await)
    }

    async fn assemble(path: PathBuf, read: AnyPool, write: AnyPool, seal: Seal, lock: Option<std::fs::File>) -> Self {
        let (hashers, seal) = (Arc::new(Semaphore::new(HASHERS)), Arc::new(seal));
        let closed = AnyPoolOptions::new().connect_lazy_with(write.connect_options().as_ref().clone());
        closed.close().await;
        let (refused, lock) = (AtomicBool::new(false), Mutex::new(lock));
        let changes = Changes::default();
        Self(Arc::new(Inner { path, read, write, closed, refused, seal, hashers, changes, lock }))
    }

    /// Returns the same database for somebody who must not change it: what writes fails.
    #[must_use]
    pub fn read_only(&self) -> Self {
        let Inner { path, read, closed, seal, hashers, changes, .. } = &*self.0;
        Self(Arc::new(Inner {
            path: path.clone(),
            read: read.clone(),
            write: closed.clone(),
            closed: closed.clone(),
            refused: AtomicBool::new(false),
            seal: Arc::clone(seal),
            hashers: Arc::clone(hashers),
            changes: changes.clone(),
            lock: Mutex::new(None),
        }))
    }

    /// Returns whether somebody tried to change a database that is [read only](Self::read_only).
    pub fn has_refused(&self) -> bool {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// Returns the users.
    pub fn users(&self) -> Users<'_> {
        Users(&self.0)
    }

    /// Returns the texts for cloud-init.
    pub fn cloud_configs(&self) -> CloudConfigs<'_> {
        CloudConfigs(&self.0)
    }

    /// Returns the filters that are kept for all users.
    pub fn shared_filters(&self) -> SharedFilters<'_> {
        SharedFilters(&self.0)
    }

    /// Returns the groups of users.
    pub fn groups(&self) -> Groups<'_> {
        Groups(&self.0)
    }

    /// Returns the rules.
    pub fn acl_rules(&self) -> AclRules<'_> {
        AclRules(&self.0)
    }

    /// Returns the newer roles.
    pub fn roles(&self) -> Roles<'_> {
        Roles(&self.0)
    }

    /// Returns the privileges of the newer roles.
    pub fn privileges(&self) -> Privileges<'_> {
        Privileges(&self.0)
    }

    /// Returns the authentication tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(&self.0)
    }

    /// Returns the servers, that is the pools to connect to.
    pub fn servers(&self) -> Servers<'_> {
        Servers(&self.0)
    }

    /// Returns the settings.
    pub fn settings(&self) -> Settings<'_> {
        Settings(&self.0)
    }

    /// Returns the journal of events.
    pub fn journal(&self) -> Journal<'_> {
        Journal::new(&self.0)
    }

    /// Returns the acknowledgements of alarms.
    pub fn acknowledgements(&self) -> Acknowledgements<'_> {
        Acknowledgements(&self.0)
    }

    /// Returns the logs that clients read.
    pub fn logs(&self) -> Logs<'_> {
        Logs(&self.0)
    }

    /// Returns the tasks that outlive a restart.
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(&self.0)
    }

    /// Returns how far the hosts of pools have come that restart one after the other.
    pub fn rolls(&self) -> Rolls<'_> {
        Rolls(&self.0)
    }

    /// Returns what tells of records that have changed.
    pub fn changes(&self) -> &Changes {
        &self.0.changes
    }

    /// Returns the path of the database file, `:memory:` where there is none.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Waits for running statements and closes the file.
    pub async fn close(&self) {
        self.0.read.close().await;
        self.0.write.close().await;
        self.0.lock.lock().take();
    }
}

impl Inner {
    pub(crate) fn privileges(&self) -> Privileges<'_> {
        Privileges(self)
    }

    /// Maps the driver's error of a statement that was `doing` something.
    pub(crate) fn sql(&self, doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error + '_ {
        move |source| {
            // Both are closed when the database is.
            if matches!(source, sqlx::Error::PoolClosed) && !self.read.is_closed() {
                self.refused.store(true, Ordering::Relaxed);
                return Error::OnlyRead { doing };
            }
            Error::sql(&self.path, doing, source)
        }
    }
}

/// Makes the file with mode 0600 where it is missing, and refuses one that nobody may write.
fn create(path: &Path) -> Result<()> {
    let open = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Error::ReadOnly { path: path.to_owned() }
        }
        _ => Error::Open { path: path.to_owned(), source },
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(open)?;
    }
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).read(true).mode(0o600).open(path).map_err(open)?;
    // A superuser may write what is marked read-only; somebody marked it so on purpose.
    if file.metadata().map_err(open)?.mode() & 0o222 == 0 {
        return Err(Error::ReadOnly { path: path.to_owned() });
    }
    Ok(())
}

/// Returns the driver's URL of a file, whatever characters its path has.
fn url(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
    let text = path.to_str().ok_or_else(|| Error::Open {
        path: path.clone(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidFilename, "the path is not UTF-8"),
    })?;
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    Ok(format!("sqlite://{encoded}?mode=rw"))
}

async fn connect(url: &str, path: &Path, connections: u32) -> Result<AnyPool> {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(sqlx::any::install_default_drivers);
    let options = AnyConnectOptions::from_str(url)
        .map_err(|e| Error::sql(path, "opening the file", e))?
        .disable_statement_logging();
    let failed = |e| Error::sql(path, "opening the file", e);
    // The pool would try a bad file again and again until its time is up; a plain connection says why at once.
    let mut trial = options.connect().await.map_err(failed)?;
    prepare(&mut trial).await.map_err(failed)?;
    trial.close().await.map_err(failed)?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(WAIT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .after_release(|connection, _| Box::pin(leave_no_transaction(connection)))
        .connect_with(options)
        .await
        .map_err(failed)
}

/// Sets what SQLite keeps for each connection.
async fn prepare(connection: &mut AnyConnection) -> sqlx::Result<()> {
    for pragma in [
        "PRAGMA busy_timeout = 5000",
        "PRAGMA journal_mode = WAL",
        // Each commit waits until the log is on the disk.
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
    ] {
        sqlx::query(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Makes sure that a connection which goes back to its pool is in no transaction, and tells whether it may.
///
/// When the disk is full SQLite rolls a transaction back by itself, and the driver loses count of them: the next one
/// that it gives up stays open, and everything written after that would seem to be kept and be gone with the
/// connection.
async fn leave_no_transaction(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    Ok(match sqlx::raw_sql("ROLLBACK").execute(connection).await {
        Ok(_) => true,
        Err(sqlx::Error::Database(error)) => error.message().contains("no transaction is active"),
        Err(_) => false,
    })
}

async fn migrate(pool: &AnyPool, path: &Path) -> Result<()> {
    let steps = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let known = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name("schema_steps");
    migrator.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => Error::Newer { path: path.to_owned(), found, known },
        MigrateError::VersionMismatch(step) => {
            Error::Corrupt { path: path.to_owned(), detail: format!("schema step {step} is not the one we know") }
        }
        MigrateError::Dirty(step) => {
            Error::Corrupt { path: path.to_owned(), detail: format!("schema step {step} was left half-way") }
        }
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
            Error::sql(path, "preparing the tables", source)
        }
        other => Error::Sql { doing: "preparing the tables", source: sqlx::Error::Migrate(Box::new(other)) },
    })
}

/// Reads every page of the small tables.
async fn check(pool: &AnyPool, path: &Path) -> Result<()> {
    for table in CHECKED {
        let pragma = sqlx::AssertSqlSafe(format!("PRAGMA quick_check({table})"));
        let rows = sqlx::query(pragma).fetch_all(pool).await.map_err(|e| Error::sql(path, "checking the file", e))?;
        let found = rows.first().and_then(|row| row.try_get::<String, _>(0).ok());
        if found.as_deref() != Some("ok") {
            let detail = format!("table `{table}`: {}", found.unwrap_or_default());
            return Err(Error::Corrupt { path: path.to_owned(), detail });
        }
    }
    Ok(())
}
