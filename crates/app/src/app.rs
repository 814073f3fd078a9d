//! The application as a whole: start, parts, stop.

use std::{sync::Arc, time::Duration};

use db::{Db, Retention, User};
use model::Store;
use op::Ops;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    Audience, CloseReason, Config, Cx, Feed, Peer, Permissions, Session, Tasks, Transfers, Updates, Upkeep,
    console::Consoles, export_turn::ExportTurns, journal::Recorder, limit::Limit, load::Beat, pool::Pools,
    session::WeakSession, stats, stats::Stats, store::StoreWriter, views::Views,
};

/// Name of the database file in the data folder.
const DATABASE: &str = "xo-server.sqlite";
/// How often expired tokens are forgotten.
const FORGET: Duration = Duration::from_secs(3600);
/// A failed sign-in is answered after this part of the throttling delay.
const FAILURE_DELAY_PART: u32 = 4;
/// … and no later than this, since each waiting answer holds a connection.
const LONGEST_FAILURE_DELAY: Duration = Duration::from_secs(1);

/// The running application; clones are the same. The second part is the database of a dry run, which takes no changes.
#[derive(Clone)]
pub struct App(Arc<Inner>, Option<Db>);

pub(crate) struct Inner {
    config: Config,
    ops: Ops<Cx>,
    db: Db,
    feed: Feed,
    store: Store,
    permissions: Permissions,
    tasks: Tasks,
    transfers: Transfers,
    pub(crate) consoles: Consoles,
    updates: Updates,
    upkeep: Upkeep,
    export_turns: ExportTurns,
    views: Views,
    pub(crate) pools: Pools,
    pub(crate) limit: Limit,
    pub(crate) stats: Stats,
    pub(crate) beat: Beat,
    /// Tasks that end by themselves when the server stops.
    background: Mutex<Vec<JoinHandle<()>>>,
    stop: CancellationToken,
    sessions: Mutex<Vec<WeakSession>>,
    /// Names this run of the server.
    run: String,
}

/// Why the application does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database does not open.
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// Opens the database in the data folder of `config` and starts.
    ///
    /// # Errors
    ///
    /// [`StartError`], which names the file.
    pub async fn start(config: Config, ops: Ops<Cx>) -> Result<Self, StartError> {
        let db = Db::open(config.datadir.join(DATABASE)).await?;
        Self::start_with(config, ops, db).await
    }

    /// Starts on a database that is open already.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub async fn start_with(config: Config, ops: Ops<Cx>, db: Db) -> Result<Self, StartError> {
        let limit = Limit::new(config.authentication.throttling_delay.0);
        let feed = Feed::default();
        let (store, permissions, writer) = StoreWriter::start(feed.clone());
        permissions.load(&db).await?;
        let tasks = Tasks::load(&db).await?;
        let keeping = tokio::spawn(tasks.clone().keep(db.clone()));
        let retention = Retention { max_age: Some(config.journal.max_age.0), max_bytes: Some(config.journal.max_size) };
        let (recorder, journal) = Recorder::start(db.clone(), retention);
        let stop = CancellationToken::new();
        let forgetting = tokio::spawn(forget_expired(db.clone(), stop.clone()));
        let stats = Stats::default();
        let forgetting_stats =
            tokio::spawn(stats::forget(stats.clone(), store.clone(), feed.subscribe(), stop.clone()));
        let views = Views::new(store.clone(), permissions.clone());
        let following = tokio::spawn(views.clone().follow(feed.subscribe(), stop.clone()));
        let transfers = Transfers::new(config.transfers);
        let consoles = Consoles::default();
        let updates = Updates::new(&config.updates, config.http_proxy.as_deref());
        let export_turns = ExportTurns::new(config.xapi_options.vm_export_concurrency);
        let beat = Beat::new(config.stats.load_period.0);
        let inner = Arc::new(Inner {
            config,
            ops,
            db,
            feed,
            store,
            permissions,
            tasks,
            transfers,
            consoles,
            updates,
            upkeep: Upkeep::default(),
            export_turns,
            views,
            pools: Pools::new(writer, recorder),
            limit,
            stats,
            beat,
            background: Mutex::new(vec![journal, forgetting, forgetting_stats, following, keeping]),
            stop,
            sessions: Mutex::default(),
            run: uuid::Uuid::new_v4().to_string(),
        });
        let app = Self(inner, None);
        app.connect_enabled().await?;
        Ok(app)
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Returns a name that no other run of a server has.
    pub fn run(&self) -> &str {
        &self.0.run
    }

    /// Returns the operation table.
    pub fn ops(&self) -> &Ops<Cx> {
        &self.0.ops
    }

    /// Returns the database.
    pub fn db(&self) -> &Db {
        self.1.as_ref().unwrap_or(&self.0.db)
    }

    /// Returns the same for a dry run, whose database takes no changes.
    pub(crate) fn rehearsing(&self) -> Self {
        Self(Arc::clone(&self.0), Some(self.0.db.read_only()))
    }

    /// Returns the feed of changes.
    pub fn feed(&self) -> &Feed {
        &self.0.feed
    }

    /// Returns the objects of all pools.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Returns who may see and touch what.
    pub fn permissions(&self) -> &Permissions {
        &self.0.permissions
    }

    /// Returns what `user` may see.
    pub fn audience(&self, user: Option<&User>) -> Audience {
        Audience::of(user, self.permissions())
    }

    /// Returns the tasks.
    pub fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    /// Returns the one-time URLs.
    pub fn transfers(&self) -> &Transfers {
        &self.0.transfers
    }

    /// Returns what is known of updates.
    pub fn updates(&self) -> &Updates {
        &self.0.updates
    }

    /// Returns what goes on at pools and must not be disturbed, or disturbs.
    pub fn upkeep(&self) -> &Upkeep {
        &self.0.upkeep
    }

    pub(crate) fn export_turns(&self) -> &ExportTurns {
        &self.0.export_turns
    }

    pub(crate) fn views(&self) -> &Views {
        &self.0.views
    }

    /// Opens the session of a connection; it ends when the last clone is dropped.
    pub fn session(&self, peer: Peer) -> Session {
        let session = Session::new(peer);
        let mut sessions = self.0.sessions.lock();
        // The list doubles before it is cleaned again: cleaning costs no more than adding.
        if sessions.len() == sessions.capacity() {
            sessions.retain(|session| session.upgrade().is_some());
        }
        sessions.push(session.downgrade());
        session
    }

    /// Returns the sessions that are open.
    pub fn sessions(&self) -> Vec<Session> {
        self.0.sessions.lock().iter().filter_map(WeakSession::upgrade).collect()
    }

    /// Ends the sessions that the token `id` signed in, which has been revoked, and the one-time URLs made for it.
    pub fn token_revoked(&self, id: &str) {
        self.transfers().revoke(id);
        self.end(CloseReason::TokenRevoked, |signed_in| signed_in.token.as_deref() == Some(id));
    }

    /// Ends every session and writes down what is not yet on the disk.
    pub async fn shutdown(&self) {
        for session in self.sessions() {
            session.close(CloseReason::Shutdown);
        }
        self.0.stop.cancel();
        // Uploads still need their pool, to take back what they have made there.
        self.transfers().end().await;
        self.disconnect_all().await;
        self.tasks().close();
        let background = std::mem::take(&mut *self.0.background.lock());
        for task in background {
            if let Err(error) = task.await {
                warn!("a task of the server ended badly: {error}");
            }
        }
        self.0.db.close().await;
    }

    /// Runs `work` beside the calls until the server stops; then its token is cancelled, and its end is waited for.
    pub fn background<F>(&self, work: impl FnOnce(Self, CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let task = tokio::spawn(work(self.clone(), self.0.stop.clone()));
        self.0.background.lock().push(task);
    }

    /// Returns whether the server stops: what fails now may fail because of that.
    pub fn stops(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// Returns a token of its own that is cancelled when the server stops.
    pub(crate) fn stopping(&self) -> CancellationToken {
        self.0.stop.child_token()
    }

    pub(crate) fn end(&self, reason: CloseReason, which: impl Fn(&crate::SignedIn) -> bool) {
        for session in self.sessions() {
            if session.signed_in().is_some_and(|signed_in| which(&signed_in)) {
                session.close(reason);
            }
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

/// Forgets tokens that have expired, now and then.
async fn forget_expired(db: Db, stop: CancellationToken) {
    let mut due = tokio::time::interval(FORGET);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = due.tick() => if let Err(error) = db.tokens().delete_expired().await {
                warn!("cannot forget expired tokens: {error}");
            },
        }
    }
}

impl Inner {
    /// Returns how long the answer to a failed sign-in is held back.
    pub(crate) fn failure_delay(&self) -> Duration {
        (self.config.authentication.throttling_delay.0 / FAILURE_DELAY_PART).min(LONGEST_FAILURE_DELAY)
    }
}
