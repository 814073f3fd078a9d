//! What can go wrong with the database, each naming the file or the record.

use std::path::{Path, PathBuf};

/// Result of a database call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or its folder could not be read, created or locked.
    #[error("cannot open database file `{}`", path.display())]
    Open {
        /// Database file.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("database file `{}` is read-only; make it and its folder writable for the server", path.display())]
    ReadOnly {
        /// Database file.
        path: PathBuf,
    },
    /// The file is not a database, or a damaged one.
    #[error("database file `{}` is corrupt ({detail}); restore it from a backup or move it away", path.display())]
    Corrupt {
        /// Database file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The file has been written by a later version.
    #[error(
        "database file `{}` is from a newer version of the server (schema {found}, this version knows {known}); \
         update the server or restore an older file", path.display()
    )]
    Newer {
        /// Database file.
        path: PathBuf,
        /// Schema number in the file.
        found: i64,
        /// Highest schema number this version knows.
        known: i64,
    },
    /// Another process has the file open.
    #[error("database file `{}` is in use by another server; stop it or choose another folder", path.display())]
    InUse {
        /// Database file.
        path: PathBuf,
    },
    /// The database holds sealed secrets and the file that opens them is gone.
    #[error(
        "key file `{}` is missing but database file `{}` holds secrets sealed with it; restore it from a backup",
        key.display(), path.display()
    )]
    KeyMissing {
        /// Key file.
        key: PathBuf,
        /// Database file.
        path: PathBuf,
    },
    /// The key file can be read by others.
    #[error("key file `{}` is open to others (mode {mode:04o}); run `chmod 600` on it", key.display())]
    KeyExposed {
        /// Key file.
        key: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is there and cannot be read.
    #[error("cannot read key file `{}`; make it readable for the server and nobody else", key.display())]
    KeyUnreadable {
        /// Key file.
        key: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// The key file has not the right content.
    #[error("key file `{}` is invalid: {why}", key.display())]
    KeyInvalid {
        /// Key file.
        key: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A sealed value does not open with the key file.
    #[error("the sealed {what} does not open with the key file; enter it again or restore the right key file")]
    Sealed {
        /// Whose secret it is.
        what: String,
    },
    /// A user with this e-mail exists.
    #[error("the user {email} already exists")]
    UserExists {
        /// E-mail as given.
        email: String,
    },
    /// A group with this name exists.
    #[error("a group with this name already exists")]
    GroupExists {
        /// Its id.
        id: String,
    },
    /// A shared filter of this name exists for the type.
    #[error("there is a shared filter `{name}` for this type already")]
    FilterExists {
        /// Name as given.
        name: String,
    },
    /// A server with this address exists.
    #[error("server `{host}` already exists")]
    ServerExists {
        /// Address as given.
        host: String,
    },
    /// The disk is full.
    #[error("no space left for database file `{}`", path.display())]
    Full {
        /// Database file.
        path: PathBuf,
    },
    /// A stored value does not have its shape.
    #[error("{what} in the database is damaged")]
    Damaged {
        /// Which value.
        what: String,
        /// Why it could not be read.
        #[source]
        source: serde_json::Error,
    },
    /// A password could not be hashed.
    #[error("cannot hash the password: {0}")]
    Hash(String),
    /// This one is [read only](crate::Db::read_only).
    #[error("database: {doing} is not for whoever only reads")]
    OnlyRead {
        /// What was to be done.
        doing: &'static str,
    },
    /// Any other failure of a statement.
    #[error("database: {doing}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// What the driver answered.
        #[source]
        source: sqlx::Error,
    },
}

impl Error {
    /// Turns a driver's error into ours, naming `path` where the file is at fault.
    pub(crate) fn sql(path: &Path, doing: &'static str, source: sqlx::Error) -> Self {
        let path = path.to_owned();
        // Extended result codes of SQLite keep the primary one in the low byte.
        let code =
            source.as_database_error().and_then(sqlx::error::DatabaseError::code).and_then(|c| c.parse::<u32>().ok());
        match code.map(|c| c & 0xff) {
            // SQLITE_BUSY, SQLITE_LOCKED: our own connections wait for each other, so it is another process.
            Some(5 | 6) => Self::InUse { path },
            // SQLITE_READONLY
            Some(8) => Self::ReadOnly { path },
            // SQLITE_CORRUPT, SQLITE_NOTADB
            Some(11 | 26) => Self::Corrupt { path, detail: message(&source) },
            // SQLITE_FULL
            Some(13) => Self::Full { path },
            _ => Self::Sql { doing, source },
        }
    }

    /// Returns whether a statement failed because of a UNIQUE rule.
    pub(crate) fn is_unique(source: &sqlx::Error) -> bool {
        source.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }
}

fn message(source: &sqlx::Error) -> String {
    source.as_database_error().map_or_else(|| source.to_string(), |e| e.message().to_owned())
}
