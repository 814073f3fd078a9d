//! One `PUT` of content.
//!
//! | the host | we |
//! |---|---|
//! | answers `200` | send the content |
//! | answers `302` | ask the host that it names, if that is a member of the pool; at most twice |
//! | answers anything else | fail; the task says why |
//! | takes nothing for as long as a read may take | fail |
//! | closes before all is sent | fail; the task says why |

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use url::form_urlencoded::Serializer;

use super::head;
use crate::{
    Address, Error, Pool, TaskState, Value,
    dial::Connection,
    endpoint::{Endpoint, Failed},
    params,
};

/// How often a host may send a request to another one.
const REDIRECTS: usize = 2;

/// A `PUT` with everything that it needs but the content.
pub(super) struct Put {
    pub(super) pool: Pool,
    pub(super) path: &'static str,
    /// The query, without session and task.
    pub(super) query: Vec<(&'static str, String)>,
    /// Reference of the task that the host is to end.
    pub(super) task: String,
    /// State of that task.
    pub(super) state: watch::Receiver<TaskState>,
    /// Length of the content, in bytes.
    pub(super) length: u64,
    /// Breaks it off.
    pub(super) stop: CancellationToken,
}

/// Content did not arrive.
#[derive(Debug)]
pub(super) struct Unsent {
    pub(super) error: Error,
    /// Whether the host has ended the task, so that this says more.
    pub(super) told: bool,
}

impl Put {
    /// Sends `content`; if that fails, the task is not left to itself.
    pub(super) async fn run<S>(self, content: S) -> Result<(), Unsent>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let mut state = self.state.clone();
        let asked = AtomicBool::new(false);
        let failed = tokio::select! {
            sent = self.send(content, &asked) => match sent {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            },
            // Somebody cancelled it, or the host gave up.
            _ = state.wait_for(TaskState::is_over) => return Ok(()),
            () = self.stop.cancelled() => Failed { error: Error::Closed, sent: asked.load(Ordering::Relaxed) },
        };
        // A host that has got the request ends the task, now that the connection is closed; no other one does.
        let last_words = self.pool.core().options.limits.last_words;
        let over = timeout(last_words, state.wait_for(TaskState::is_over));
        let told = failed.sent && over.await.is_ok_and(|over| over.is_ok());
        if !told {
            let ended = params![&*self.task, "cancelled"];
            if let Err(error) = self.pool.call_within::<Value>(last_words, "task.set_status", ended).await {
                tracing::warn!(task = self.task, "a task for a transfer that failed stays: {error}");
            }
        }
        Err(Unsent { error: failed.error, told })
    }

    async fn send<S>(&self, content: S, asked: &AtomicBool) -> Result<(), Failed>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let (endpoint, stream) = self.open(asked).await?;
        self.write(&endpoint, stream, content).await.map_err(Failed::sent)
    }

    /// Finds the host that takes the content, and returns the connection to it once it waits for that. Sets `asked`
    /// before the first host can have got the request.
    async fn open(&self, asked: &AtomicBool) -> Result<(Arc<Endpoint>, Box<dyn Connection>), Failed> {
        let core = self.pool.core();
        let limits = &core.options.limits;
        let link = core.link(0, Instant::now() + limits.login).await.map_err(Failed::unsent)?;
        let target = self.target(link.session.expose());
        let mut endpoint = Arc::clone(&link.endpoint);
        for _ in 0..=REDIRECTS {
            let mut stream = endpoint.dial().await.map_err(Failed::unsent)?;
            let request = format!(
                "PUT {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: xo-xapi/{}\r\nContent-Length: {}\r\n\r\n",
                endpoint.address().authority(),
                env!("CARGO_PKG_VERSION"),
                self.length
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
            match (head.status, head.location) {
                (200, _) => return Ok((endpoint, stream)),
                (302, Some(location)) => {
                    let elsewhere = self.member(&endpoint, &location).map_err(Failed::unsent)?;
                    endpoint = core.endpoint(&elsewhere).map_err(Failed::unsent)?;
                }
                (status, _) => {
                    let reason = format!("it answers {status} to `PUT {}`", self.path);
                    return Err(Failed::sent(endpoint.nonsense(reason)));
                }
            }
        }
        Err(Failed::unsent(endpoint.nonsense(format!("`PUT {}` is sent from host to host", self.path))))
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

    /// Writes the content, and waits until the host closes the connection.
    async fn write<S>(&self, endpoint: &Endpoint, stream: Box<dyn Connection>, mut content: S) -> Result<(), Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let patience = self.pool.core().options.limits.read;
        let taken = |written: Result<io::Result<()>, _>| match written {
            Ok(written) => written.map_err(|error| endpoint.broken(error.to_string())),
            Err(_) => Err(endpoint.timeout("take more content", patience)),
        };
        let (mut reader, mut writer) = tokio::io::split(stream);
        let sending = async {
            let mut left = self.length;
            while let Some(piece) = content.next().await {
                let piece = piece.map_err(|error| Error::Content { reason: error.to_string() })?;
                let longer = || Error::Content { reason: format!("it is longer than {} bytes", self.length) };
                left = left.checked_sub(piece.len() as u64).ok_or_else(longer)?;
                taken(timeout(patience, writer.write_all(&piece)).await)?;
            }
            if left > 0 {
                return Err(Error::Content { reason: format!("it ends {left} bytes before its {}", self.length) });
            }
            taken(timeout(patience, writer.flush()).await)
        };
        let closed = async {
            let mut rest = [0; 512];
            while reader.read(&mut rest).await.is_ok_and(|length| length > 0) {}
        };
        tokio::pin!(closed);
        tokio::select! {
            biased;
            sent = sending => sent?,
            () = &mut closed => return Err(endpoint.broken("the host closed it before it had everything")),
        }
        // The task ends this earlier where the host keeps the connection open.
        closed.await;
        Ok(())
    }
}
