//! One link: the client of one pool, the mirror of its records, and what becomes of both.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use db::{Changes, RecordKind, Server};
use model::{Mirror, PoolId};
use parking_lot::Mutex;
use serde_json::json;
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use xapi::{Change, Event, State};
use xapi_types::{Kind, Record};

use super::{Phase, PoolStatus, link_error};
use crate::{
    App,
    journal::{Batch, Recorder, Seen},
    xapi_error,
};

/// One link; the task that owns its mirror runs until [`Link::end`].
#[derive(Debug)]
pub(crate) struct Link {
    client: xapi::Pool,
    status: watch::Sender<PoolStatus>,
    /// Where a change of the status is told.
    changes: Changes,
    /// Why the latest attempt failed, for who waits.
    failed: Mutex<Option<op::Error>>,
    read_only: AtomicBool,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Link {
    /// Starts to connect.
    pub(super) fn start(app: &App, server: &Server, options: xapi::Options, recorder: Recorder) -> Arc<Self> {
        let connecting = PoolStatus { phase: Phase::Connecting, ..PoolStatus::default() };
        let link = Arc::new(Self {
            client: xapi::Pool::open(options),
            status: watch::Sender::new(connecting),
            changes: app.db().changes().clone(),
            failed: Mutex::default(),
            read_only: AtomicBool::new(server.read_only),
            stop: CancellationToken::new(),
            task: Mutex::default(),
        });
        let runner = Runner {
            app: app.clone(),
            link: Arc::clone(&link),
            server: server.id.clone(),
            host: server.host.clone(),
            recorder,
            mirror: Mirror::new(),
            listing: None,
            pool: None,
            shown: false,
            deadline: None,
        };
        *link.task.lock() = Some(tokio::spawn(runner.run()));
        link
    }

    pub(super) fn client(&self) -> &xapi::Pool {
        &self.client
    }

    pub(super) fn status(&self) -> PoolStatus {
        self.status.borrow().clone()
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.read_only.load(Ordering::Relaxed)
    }

    pub(super) fn set_read_only(&self, read_only: bool) {
        self.read_only.store(read_only, Ordering::Relaxed);
    }

    /// Returns whether the link has given up: only a new one helps.
    pub(super) fn has_ended(&self) -> bool {
        self.stop.is_cancelled() || self.task.lock().as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until the pool is connected, or an attempt has failed.
    pub(super) async fn settled(&self) -> op::Result<()> {
        let mut status = self.status.subscribe();
        loop {
            match status.borrow_and_update().phase {
                Phase::Connected => return Ok(()),
                Phase::Disconnected => {
                    let failed = self.failed.lock().clone();
                    return Err(failed.unwrap_or_else(|| op::Error::refused("the server has been disabled")));
                }
                Phase::Connecting => {}
            }
            if status.changed().await.is_err() {
                return Err(op::Error::refused("the server has been disabled"));
            }
        }
    }

    /// Ends the link: logs out, lets its objects leave, gives the pool back.
    pub(super) async fn end(&self) {
        self.stop.cancel();
        let task = self.task.lock().take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            warn!("a link ended badly: {error}");
        }
    }

    /// Changes the status and tells so.
    fn set(&self, change: impl FnOnce(&mut PoolStatus)) {
        self.status.send_modify(change);
        self.changes.tell(RecordKind::Server);
    }

    fn connected(&self) {
        *self.failed.lock() = None;
        self.set(|status| {
            status.phase = Phase::Connected;
            status.error = None;
            status.stale_since = None;
        });
    }

    fn disconnected(&self, error: op::Error, shown: serde_json::Value) {
        *self.failed.lock() = Some(error);
        self.set(|status| {
            status.phase = Phase::Disconnected;
            status.error = Some(shown);
        });
    }
}

/// What the task of a link owns.
struct Runner {
    app: App,
    link: Arc<Link>,
    server: String,
    host: String,
    recorder: Recorder,
    /// The records of the list that was whole last.
    mirror: Mirror,
    /// The records of the list that is being made.
    listing: Option<Mirror>,
    pool: Option<PoolId>,
    /// Whether the objects of the pool are in the store.
    shown: bool,
    /// When the objects of a lost pool leave.
    deadline: Option<Instant>,
}

/// The link cannot go on.
struct Over;

impl Runner {
    async fn run(mut self) {
        let mut watch = self.link.client.watch();
        let mut state = self.link.client.state();
        let stop = self.link.stop.clone();
        loop {
            let left =
                self.deadline.map_or(Duration::from_secs(3600), |at| at.saturating_duration_since(Instant::now()));
            let step = tokio::select! {
                () = stop.cancelled() => break,
                event = watch.next() => match event {
                    Some(event) => self.take(event).await,
                    None => break,
                },
                changed = state.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    let now = state.borrow_and_update().clone();
                    self.look(now).await;
                    Ok(())
                }
                () = tokio::time::sleep(left) => {
                    self.hide_when_due().await;
                    Ok(())
                }
            };
            if let Err(Over) = step {
                break;
            }
        }
        self.link.client.close().await;
        if self.shown
            && let Some(pool) = self.pool.take()
        {
            self.app.store_writer().remove(pool).await;
        }
        self.app.claims().release(&self.server);
        info!(server.id = %self.server, "disconnected from `{}`", self.host);
        self.link.set(|status| {
            status.phase = Phase::Disconnected;
            status.pool = None;
        });
    }

    async fn take(&mut self, event: Event) -> Result<(), Over> {
        match event {
            Event::InitStart => self.listing = Some(Mirror::new()),
            Event::InitApply(records) => {
                let listing = self.listing.get_or_insert_with(Mirror::new);
                for (reference, record) in records {
                    listing.put(reference, record);
                }
            }
            Event::InitDone => {
                let listing = self.listing.take().unwrap_or_default();
                return self.listed(listing).await;
            }
            Event::Apply(changes) => self.apply(changes).await,
        }
        Ok(())
    }

    /// Shows a list that is whole.
    async fn listed(&mut self, listing: Mirror) -> Result<(), Over> {
        let Some(pool) = listing.pool_id().cloned() else {
            warn!(server.id = %self.server, "`{}` sent no record of its pool", self.host);
            return Ok(());
        };
        if let Err(other) = self.app.claims().claim(pool.as_str(), &self.server) {
            return Err(self.refuse(&pool, &other).await);
        }
        let at = now();
        let objects = listing.len();
        let (listing, result) = self.app.store_writer().relist(listing).await;
        if let Err(error) = result {
            warn!(server.id = %self.server, "cannot show the objects of `{}`: {error}", self.host);
            return Ok(());
        }
        let first = self.pool.is_none();
        if first {
            info!(server.id = %self.server, pool.id = pool.as_str(), objects, "connected to `{}`", self.host);
        }
        self.shown = true;
        self.deadline = None;
        let id: Arc<str> = pool.as_str().into();
        self.pool = Some(pool);
        self.link.set(|status| status.pool = Some(Arc::clone(&id)));
        if self.link.client.state().borrow().is_live() {
            self.live().await;
        }
        let former = std::mem::replace(&mut self.mirror, listing);
        let seen = if first { Vec::new() } else { differences(&former, &self.mirror) };
        if first {
            self.forget_acknowledgements(&id).await;
        }
        self.recorder.record(Batch { at, pool: id, listed: Some(objects), seen }).await;
        Ok(())
    }

    /// Takes back the acknowledgements of messages that went while nobody looked.
    async fn forget_acknowledgements(&self, pool: &str) {
        let acknowledgements = self.app.db().acknowledgements();
        let forget = async {
            let known = acknowledgements.of_pool(pool).await?;
            let is_message = |record: &Record| record.kind() == Kind::Message;
            let there: HashSet<&str> = if known.is_empty() {
                HashSet::new()
            } else {
                let messages = self.mirror.records().filter(|(_, record)| is_message(record));
                messages.filter_map(|(_, record)| record.uuid()).collect()
            };
            for gone in known.iter().filter(|known| !there.contains(known.message.as_str())) {
                acknowledgements.remove(&gone.message).await?;
            }
            Ok::<_, db::Error>(())
        };
        if let Err(error) = forget.await {
            warn!(server.id = %self.server, "cannot look after the acknowledged alarms of `{}`: {error}", self.host);
        }
    }

    /// Ends a link to a pool that another server has.
    async fn refuse(&mut self, pool: &PoolId, other: &str) -> Over {
        let error = json!({
            "message": "pool already connected",
            "name": "PoolAlreadyConnected",
            "code": "POOL_ALREADY_CONNECTED",
            "poolId": pool.as_str(),
            "connectedServerId": other,
            "connectingServerId": self.server,
        });
        warn!(
            server.id = %self.server, pool.id = pool.as_str(),
            "`{}` is a member of a pool that is already connected by server `{other}`", self.host
        );
        let serde_json::Value::Object(data) = error.clone() else { unreachable!("it was written as an object") };
        let message = "pool already connected".to_owned();
        self.link.disconnected(op::Error::Failed { message, name: "PoolAlreadyConnected", data }, error.clone());
        self.app.note_error(&self.server, Some(error)).await;
        Over
    }

    /// Shows changes, then hands them to the journal.
    async fn apply(&mut self, changes: Vec<Change>) {
        let at = now();
        let mut seen: Vec<Seen> = changes.iter().map(|change| self.before(change)).collect();
        let changes = changes.into_iter().map(|change| match change {
            Change::Put(reference, record) => model::Change::Put(reference, record),
            Change::Removed(_, reference) => model::Change::Gone(reference),
        });
        let changes: Vec<_> = changes.collect();
        let mut mirror = std::mem::take(&mut self.mirror);
        if self.shown {
            let (back, result) = self.app.store_writer().apply(mirror, changes).await;
            self.mirror = back;
            if let Err(error) = result {
                warn!(server.id = %self.server, "cannot show a change of `{}`: {error}", self.host);
            }
        } else {
            for change in changes {
                mirror.change(change);
            }
            self.mirror = mirror;
        }
        for seen in &mut seen {
            seen.new = self.mirror.record(&seen.reference).cloned();
        }
        // Gone, and never known.
        seen.retain(|seen| seen.old.is_some() || seen.new.is_some());
        if let Some(pool) = &self.pool {
            self.recorder.record(Batch { at, pool: pool.as_str().into(), listed: None, seen }).await;
        }
    }

    fn before(&self, change: &Change) -> Seen {
        let (class, reference) = match change {
            Change::Put(reference, record) => (record.kind(), reference.clone()),
            Change::Removed(class, reference) => (*class, reference.clone()),
        };
        let old = self.mirror.record(&reference).cloned();
        Seen { class, reference, old, new: None }
    }

    /// Follows the state of the client.
    async fn look(&mut self, state: State) {
        match state {
            State::Connecting => {
                if self.pool.is_none() {
                    self.link.set(|status| status.phase = Phase::Connecting);
                }
            }
            State::Live => self.live().await,
            State::Stale { since, reason } => {
                let since = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
                let since = i64::try_from(since).unwrap_or(i64::MAX);
                if self.deadline.is_none() && self.shown {
                    warn!(server.id = %self.server, "lost `{}`: {reason}", self.host);
                    self.deadline = Some(Instant::now() + self.app.config().xapi_mark_disconnected_delay.0);
                }
                // It will not come back, and what it had is shown by the pool that it is in.
                if reason.other_pool().is_some() && self.shown {
                    self.deadline = Some(Instant::now());
                }
                let error = xapi_error::describe(&reason);
                self.link.set(|status| {
                    status.phase = Phase::Connecting;
                    status.error = Some(error);
                    status.stale_since = Some(since);
                });
            }
            State::Failed { reason } => {
                warn!(server.id = %self.server, "cannot connect to `{}`: {reason}", self.host);
                if self.deadline.is_none() && self.shown {
                    self.deadline = Some(Instant::now() + self.app.config().xapi_mark_disconnected_delay.0);
                }
                let error = xapi_error::describe(&reason);
                self.link.disconnected(link_error(&reason), error.clone());
                self.app.note_error(&self.server, Some(error)).await;
            }
        }
    }

    /// The client is up to date again.
    async fn live(&mut self) {
        if self.pool.is_none() {
            // The list comes first.
            return;
        }
        self.deadline = None;
        if !self.shown {
            let (mirror, result) = self.app.store_writer().relist(std::mem::take(&mut self.mirror)).await;
            self.mirror = mirror;
            self.shown = result.is_ok();
        }
        self.link.connected();
        self.app.note_error(&self.server, None).await;
    }

    /// Lets the objects of a pool leave that has been away for too long.
    async fn hide_when_due(&mut self) {
        if self.deadline.is_none_or(|at| Instant::now() < at) {
            return;
        }
        self.deadline = None;
        if self.shown
            && let Some(pool) = self.pool.clone()
        {
            warn!(server.id = %self.server, "`{}` has been away for too long; its objects leave", self.host);
            self.shown = false;
            self.app.store_writer().remove(pool).await;
        }
    }
}

/// Returns what differs between two lists of a pool.
fn differences(former: &Mirror, current: &Mirror) -> Vec<Seen> {
    let changed = current.records().filter_map(|(reference, new)| {
        let old = former.record(reference);
        (old != Some(new)).then(|| Seen {
            class: new.kind(),
            reference: reference.clone(),
            old: old.cloned(),
            new: Some(new.clone()),
        })
    });
    let gone = former.records().filter(|(reference, _)| current.record(reference).is_none());
    let gone = gone.map(|(reference, old)| Seen {
        class: old.kind(),
        reference: reference.clone(),
        old: Some(old.clone()),
        new: None,
    });
    changed.chain(gone).collect()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
