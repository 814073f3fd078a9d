//! The session with a pool: one task logs in, follows the coordinator, and publishes what it has.
//!
//! Callers use the published [`Link`] and report what is wrong with it; a report about a link that
//! has been replaced meanwhile is ignored, so any number of callers cause one renewal.

mod enter;
mod keeper;

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
    time::Duration,
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;
use xapi_types::{Failure, Value, code};

use crate::{
    Address, Error, Options, Secret,
    dialect::{Dialect, Unreadable},
    endpoint::{Endpoint, Failed},
    state::Status,
};

pub(crate) use keeper::keep;

/// Answers longer than this are decoded aside, so that they do not hold up other work, in bytes.
const LONG: usize = 256 << 10;

/// Reports about one link come from all of its callers; one of them suffices.
const REPORTS: usize = 64;

/// A way into the pool: the coordinator and a session on it.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) session: Secret,
    /// Grows with each link that is published.
    pub(crate) generation: u64,
}

impl Link {
    pub(crate) fn dialect(&self) -> Dialect {
        self.endpoint.dialect().unwrap_or(Dialect::Json2)
    }
}

/// What is published about the session.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    Connecting,
    Up(Arc<Link>),
    Down(Error),
    Closed,
}

/// What callers found wrong with the link of a generation.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The connection broke or a limit passed.
    Suspect(Error),
    /// The host does not know the session any more.
    SessionInvalid,
    /// The host is no longer the coordinator; that is the one named.
    Slave(String),
}

impl Trouble {
    /// Reads the trouble that `error` tells of, if it is one of the link.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Failure(failure) if failure.is(code::SESSION_INVALID) => Some(Self::SessionInvalid),
            Error::Failure(failure) if failure.is(code::HOST_IS_SLAVE) => {
                Some(Self::Slave(failure.param(0).to_owned()))
            }
            error if error.is_transport() => Some(Self::Suspect(error.clone())),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Report {
    Trouble { generation: u64, trouble: Trouble },
    Retry,
}

/// What all parts of a pool's client share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) status: Status,
    pub(crate) closing: CancellationToken,
    phase: watch::Sender<Phase>,
    reports: mpsc::Sender<Report>,
    members: Mutex<BTreeSet<Address>>,
    /// UUID of the pool, once it is known.
    uuid: OnceLock<String>,
    endpoints: Mutex<FxHashMap<Address, Arc<Endpoint>>>,
}

impl Core {
    pub(crate) fn new(options: Options) -> (Arc<Self>, mpsc::Receiver<Report>) {
        let (reports, receiver) = mpsc::channel(REPORTS);
        let core = Self {
            options,
            status: Status::default(),
            closing: CancellationToken::new(),
            phase: watch::Sender::new(Phase::Connecting),
            reports,
            members: Mutex::default(),
            uuid: OnceLock::new(),
            endpoints: Mutex::default(),
        };
        (Arc::new(core), receiver)
    }

    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Returns the link if there is one now.
    pub(crate) fn current(&self) -> Option<Arc<Link>> {
        match &*self.phase.borrow() {
            Phase::Up(link) => Some(Arc::clone(link)),
            _ => None,
        }
    }

    /// Waits for a link newer than `after`, until `deadline`.
    pub(crate) async fn link(&self, after: u64, deadline: Instant) -> Result<Arc<Link>, Error> {
        let mut phase = self.phase.subscribe();
        let found = timeout_at(
            deadline,
            phase.wait_for(|phase| match phase {
                Phase::Up(link) => link.generation > after,
                Phase::Down(_) | Phase::Closed => true,
                Phase::Connecting => false,
            }),
        );
        let Ok(found) = found.await else {
            let limit = self.options.limits.login;
            let at = self.options.route(&self.options.address);
            return Err(Error::Timeout { at, what: "let us log in", limit });
        };
        match found.as_deref() {
            Ok(Phase::Up(link)) => Ok(Arc::clone(link)),
            Ok(Phase::Down(error)) => Err(error.clone()),
            Ok(Phase::Closed | Phase::Connecting) | Err(_) => Err(Error::Closed),
        }
    }

    /// Reports what is wrong with `link`.
    pub(crate) fn report(&self, link: &Link, trouble: Trouble) {
        // If the queue is full, others have reported the same.
        let _ = self.reports.try_send(Report::Trouble { generation: link.generation, trouble });
    }

    /// Asks to try again now what rests.
    pub(crate) fn retry(&self) {
        let _ = self.reports.try_send(Report::Retry);
    }

    /// Returns all addresses that are known, the one that was configured first.
    fn everywhere(&self) -> Vec<Address> {
        let mut all = vec![self.options.address.clone()];
        all.extend(self.members.lock().iter().filter(|address| **address != self.options.address).cloned());
        all
    }

    /// Forgets members but those at these addresses: others have left the pool.
    fn set_members<'t>(&self, texts: impl Iterator<Item = &'t str>) {
        let addresses = texts.filter_map(|text| self.options.address.member(text).ok());
        *self.members.lock() = addresses.collect();
    }

    /// Remembers a member by `host.address`, so that it can be asked when the coordinator dies.
    pub(crate) fn add_member(&self, text: &str) {
        if let Ok(address) = self.options.address.member(text) {
            self.members.lock().insert(address);
        }
    }

    /// Returns whether the pool has a member there.
    pub(crate) fn is_member(&self, address: &Address) -> bool {
        *address == self.options.address || self.members.lock().contains(address)
    }

    /// Returns the peer at `address`, with the connections that it has.
    pub(crate) fn endpoint(&self, address: &Address) -> Result<Arc<Endpoint>, Error> {
        let mut endpoints = self.endpoints.lock();
        if let Some(endpoint) = endpoints.get(address) {
            return Ok(Arc::clone(endpoint));
        }
        let endpoint = Arc::new(Endpoint::new(address.clone(), &self.options)?);
        endpoints.insert(address.clone(), Arc::clone(&endpoint));
        Ok(endpoint)
    }

    pub(crate) fn endpoints(&self) -> Vec<Arc<Endpoint>> {
        self.endpoints.lock().values().cloned().collect()
    }

    /// Calls `method` once through `link`, with the session before `params`.
    pub(crate) async fn call_once<T: DeserializeOwned + Send + 'static>(
        &self,
        link: &Link,
        method: &str,
        params: &[Value],
        limit: Duration,
    ) -> Result<T, Failed> {
        let dialect = link.dialect();
        let body = dialect.call(method, &with_session(link, method, params));
        exchange(&link.endpoint, dialect, method, body, limit, self.options.limits.answer)
            .await
            .map_err(|failed| Failed { error: self.concealed(failed.error, Some(link)), sent: failed.sent })
    }

    /// Ends the session `session`, which is another one than that of the link.
    pub(crate) async fn end_session(&self, link: &Link, session: &str, limit: Duration) -> Result<(), Error> {
        const METHOD: &str = "session.logout";
        let dialect = link.dialect();
        let body = dialect.call(METHOD, &[Value::from(session)]);
        let ended = exchange::<Value>(&link.endpoint, dialect, METHOD, body, limit, self.options.limits.answer).await;
        ended.map(drop).map_err(|failed| self.concealed(failed.error, Some(link)))
    }

    /// Takes password and session out of an error: hosts repeat them.
    pub(crate) fn concealed(&self, error: Error, link: Option<&Link>) -> Error {
        let secrets = [Some(self.options.password.expose()), link.map(|link| link.session.expose())];
        let hide = |text: String| {
            secrets
                .iter()
                .flatten()
                .filter(|secret| secret.len() > 2)
                .fold(text, |text, secret| if text.contains(secret) { text.replace(secret, "***") } else { text })
        };
        match error {
            Error::Failure(Failure { code, params }) => {
                let params = params.into_iter().map(|param| {
                    // The parameter of SESSION_INVALID is the session, of whichever link.
                    if code == code::SESSION_INVALID { "***".to_owned() } else { hide(param) }
                });
                let params = params.collect();
                Error::Failure(Failure { code, params })
            }
            Error::Answer { address, reason } => Error::Answer { address, reason: hide(reason) },
            Error::Decode { method, reason } => Error::Decode { method, reason: hide(reason) },
            other => other,
        }
    }
}

/// Puts the session before the parameters; `system.*` alone takes none.
pub(crate) fn with_session(link: &Link, method: &str, params: &[Value]) -> Vec<Value> {
    let session = (!method.starts_with("system.")).then(|| Value::from(link.session.expose()));
    session.into_iter().chain(params.iter().cloned()).collect()
}

/// Sends a call that is already written, and reads its answer.
pub(crate) async fn exchange<T: DeserializeOwned + Send + 'static>(
    endpoint: &Endpoint,
    dialect: Dialect,
    method: &str,
    body: Vec<u8>,
    limit: Duration,
    size: usize,
) -> Result<T, Failed> {
    let deadline = Instant::now() + limit;
    let reply = endpoint.post(dialect, body.into(), limit).await?;
    let status = reply.status;
    let body = match timeout_at(deadline, reply.collect(size)).await {
        Ok(body) => body.map_err(Failed::sent)?,
        Err(_) => return Err(Failed::sent(endpoint.timeout("finish its answer", limit))),
    };
    let answer = if body.len() > LONG {
        let decode = move || dialect.answer::<T>(status, &body);
        tokio::task::spawn_blocking(decode)
            .await
            .unwrap_or_else(|error| Err(Unreadable::Shape(format!("decoding it was interrupted: {error}"))))
    } else {
        dialect.answer(status, &body)
    };
    match answer {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(failure)) => Err(Failed::sent(Error::Failure(failure))),
        Err(Unreadable::Nonsense(reason)) => Err(Failed::sent(endpoint.nonsense(reason))),
        Err(Unreadable::Shape(reason)) => Err(Failed::sent(Error::Decode { method: method.to_owned(), reason })),
    }
}
