//! A request to an HTTP handler that works on behalf of a task.
//!
//! Session and task stand in the query, since a host that names another one repeats the query only.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout},
};
use url::form_urlencoded::Serializer;

use super::head::{self, Head};
use crate::{
    Address, Error, Pool, Value,
    dial::Connection,
    endpoint::{Endpoint, Failed},
    params,
    session::Trouble,
};

/// How often a host may send a request to another one.
const REDIRECTS: usize = 2;

/// A request with everything that it needs but content.
pub(super) struct Request {
    pub(super) pool: Pool,
    pub(super) verb: &'static str,
    pub(super) path: &'static str,
    /// The query, without session and task.
    pub(super) query: Vec<(&'static str, String)>,
    /// Reference of the task that the host is to end.
    pub(super) task: String,
    /// Length of the content in bytes, as the host is told it.
    pub(super) announced: Option<u64>,
}

/// A host that works on a request.
pub(super) struct Opened {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) stream: Box<dyn Connection>,
    /// Its answer, of status 200.
    pub(super) head: Head,
}

impl Request {
    /// Finds the host that works on it, and returns the connection to that once its answer is there. Sets `asked`
    /// before the first host can have got the request.
    pub(super) async fn open(&self, asked: &AtomicBool) -> Result<Opened, Failed> {
        let core = self.pool.core();
        let limits = &core.options.limits;
        let mut link = core.link(0, Instant::now() + limits.login).await.map_err(Failed::unsent)?;
        let mut endpoint = Arc::clone(&link.endpoint);
        let (mut redirects, mut renewed) = (0, false);
        while redirects <= REDIRECTS {
            let target = self.target(link.session.expose());
            let mut stream = endpoint.dial().await.map_err(Failed::unsent)?;
            let length = self.announced.map_or_else(String::new, |length| format!("Content-Length: {length}\r\n"));
            let request = format!(
                "{} {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: xo-xapi/{}\r\n{length}\r\n",
                self.verb,
                endpoint.address().authority(),
                env!("CARGO_PKG_VERSION"),
            );
            asked.store(true, Ordering::Relaxed);
            let ask = async {
                stream.write_all(request.as_bytes()).await.map_err(|error| endpoint.broken(error.to_string()))?;
                stream.flush().await.map_err(|error| endpoint.broken(error.to_string()))?;
                head::read(&mut stream).await.map_err(|reason| endpoint.nonsense(reason))
            };
            // A host attaches the disk before it answers.
            let answer = timeout(limits.read, ask).await;
            let head = answer.map_err(|_| Failed::sent(endpoint.timeout("answer", limits.read)))?;
            let head = head.map_err(Failed::sent)?;
            match (head.status, &head.location) {
                (200, _) => return Ok(Opened { endpoint, stream, head }),
                (302, Some(location)) => {
                    redirects += 1;
                    let elsewhere = self.member(&endpoint, location).map_err(Failed::unsent)?;
                    endpoint = core.endpoint(&elsewhere).map_err(Failed::unsent)?;
                }
                // The session has ended: once more with another.
                (401, _) if !renewed => {
                    renewed = true;
                    core.report(&link, Trouble::SessionInvalid);
                    let after = link.generation;
                    link = core.link(after, Instant::now() + limits.login * 2).await.map_err(Failed::unsent)?;
                }
                (status, _) => {
                    let reason = format!("it answers {status} to `{} {}`", self.verb, self.path);
                    return Err(Failed::sent(endpoint.nonsense(reason)));
                }
            }
        }
        let reason = format!("`{} {}` is sent from host to host", self.verb, self.path);
        Err(Failed::unsent(endpoint.nonsense(reason)))
    }

    /// Returns path and query.
    fn target(&self, session: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.query).append_pair("session_id", session).append_pair("task_id", &self.task);
        format!("{}?{}", self.path, query.finish())
    }

    /// Returns the member that `location` names; nobody else gets the session.
    fn member(&self, from: &Endpoint, location: &str) -> Result<Address, Error> {
        // Scheme and port are those by which we reach the pool: hosts name theirs, which may be behind something.
        let rest = location.split_once("://").map_or(location, |(_, rest)| rest);
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let core = self.pool.core();
        let member = core.options.address.member(host).ok().filter(|address| core.is_member(address));
        member.ok_or_else(|| from.nonsense(format!("it sends us to `{host}`, which is no member of the pool")))
    }

    /// Ends the task, which no host does.
    pub(super) async fn end_task(&self) {
        let last_words = self.pool.core().options.limits.last_words;
        let ended = params![&*self.task, "cancelled"];
        if let Err(error) = self.pool.call_within::<Value>(last_words, "task.set_status", ended).await {
            tracing::warn!(task = self.task, "a task for a transfer that failed stays: {error}");
        }
    }
}
