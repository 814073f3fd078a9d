//! The client of one pool.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;
use xapi_types::{Value, code};

use crate::{
    Address, Dialect, Error, Fingerprint, Options, State, Task, Watch,
    call::{self, Turns},
    session::{self, Core, Phase},
    task::Tracker,
    watch as watching,
};

/// The client of one pool; clones are the same client.
///
/// When the last clone is dropped, or at [`close`](Self::close), it logs out and ends its watches.
#[derive(Clone, Debug)]
pub struct Pool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    core: Arc<Core>,
    turns: Arc<Turns>,
    tracker: Tracker,
    closing: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

impl Pool {
    /// Begins to connect and returns at once; [`ready`](Self::ready) and [`state`](Self::state) tell
    /// what became of it. A pool that cannot be reached is tried again for as long as this lives.
    pub fn open(options: Options) -> Self {
        let (core, reports) = Core::new(options);
        let closing = core.closing.clone();
        tokio::spawn(session::keep(Arc::clone(&core), reports));
        let turns = Arc::<Turns>::default();
        let tracker = Tracker::new(Arc::clone(&core));
        Self { inner: Arc::new(Inner { core, turns, tracker, closing }) }
    }

    /// Connects to a pool and logs in.
    ///
    /// # Errors
    ///
    /// What the first attempt ended with; no further ones are made then.
    pub async fn connect(options: Options) -> Result<Self, Error> {
        let pool = Self::open(options);
        pool.ready().await?;
        Ok(pool)
    }

    /// Waits until the attempt that is under way, if one is, has succeeded or failed.
    ///
    /// # Errors
    ///
    /// Why there is no session.
    pub async fn ready(&self) -> Result<(), Error> {
        // The address that was given, then the members that it names.
        let limit = self.core().options.limits.login * 3;
        self.core().link(0, Instant::now() + limit).await.map(drop)
    }

    /// Returns the state as it changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.core().status.subscribe()
    }

    /// Calls `method` with `params` (without the session, which is put before them).
    ///
    /// # Errors
    ///
    /// [`Error::Failure`] with what the host answered; others when it could not be asked, or did not
    /// answer. [`Error::Unknown`] alone means that the call may have been done.
    pub async fn call(&self, method: &str, params: Vec<Value>) -> Result<Value, Error> {
        self.call_as(method, params).await
    }

    /// Calls `method` and decodes its result as `T`, without an untyped copy of it.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), and [`Error::Decode`] if the result is no `T`.
    pub async fn call_as<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        params: Vec<Value>,
    ) -> Result<T, Error> {
        call::call(self.core(), &self.inner.turns, method, &params, None).await
    }

    /// Calls `method`, which may take at most `limit` instead of what the options say.
    ///
    /// # Errors
    ///
    /// As [`call_as`](Self::call_as).
    pub async fn call_within<T: DeserializeOwned + Send + 'static>(
        &self,
        limit: Duration,
        method: &str,
        params: Vec<Value>,
    ) -> Result<T, Error> {
        call::call(self.core(), &self.inner.turns, method, &params, Some(limit)).await
    }

    /// Starts `Async.<method>` and returns the task that does it.
    ///
    /// The task is followed by events and destroyed when it is complete, also if the handle is dropped.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); a method without an asynchronous form answers the failure `Fault`.
    pub async fn call_async(&self, method: &str, params: Vec<Value>) -> Result<Task, Error> {
        let reference: String = self.call_as(&format!("Async.{method}"), params).await?;
        Ok(self.inner.tracker.follow(self, method, &reference))
    }

    /// Ends a session that the pool has opened for somebody else, such as the sender of a VM.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); that there is no such session any more is none.
    pub async fn end_session(&self, session: &str) -> Result<(), Error> {
        let limits = &self.core().options.limits;
        let link = self.core().link(0, Instant::now() + limits.login * 2).await?;
        match self.core().end_session(&link, session, limits.login).await {
            Err(Error::Failure(failure)) if failure.is(code::SESSION_INVALID) => Ok(()),
            ended => ended,
        }
    }

    /// Follows a task that was started by other means, such as an upload with a task of its own.
    ///
    /// `label` is what errors call it. It is destroyed when it is complete.
    pub fn follow(&self, label: &str, task: &str) -> Task {
        self.inner.tracker.follow(self, label, task)
    }

    /// Watches all objects of the pool. The state counts a pool as live when its last watch is up to
    /// date.
    pub fn watch(&self) -> Watch {
        watching::start(Arc::clone(self.core()))
    }

    /// Tries at once to reach a pool that is away.
    pub fn retry(&self) {
        self.core().retry();
    }

    /// Returns where the coordinator is, if there is a session.
    pub fn coordinator(&self) -> Option<Address> {
        self.core().current().map(|link| link.endpoint.address().clone())
    }

    /// Returns the dialect that the coordinator speaks, if there is a session.
    pub fn dialect(&self) -> Option<Dialect> {
        self.core().current().map(|link| link.dialect())
    }

    /// Returns the fingerprints of the certificates seen, by `host:port`: what
    /// [`Options::pins`] takes.
    pub fn certificates(&self) -> BTreeMap<String, Fingerprint> {
        let seen = self.core().endpoints().into_iter();
        seen.filter_map(|endpoint| Some((endpoint.address().authority(), endpoint.fingerprint()?))).collect()
    }

    /// Logs out and closes all connections; calls after it answer [`Error::Closed`].
    pub async fn close(&self) {
        self.inner.closing.cancel();
        // The keeper bounds its own end.
        let _ = self.core().phase().wait_for(|phase| matches!(phase, Phase::Closed)).await;
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.inner.core
    }
}
