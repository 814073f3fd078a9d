//! Tunnels to consoles.
//!
//! A console is asked for by `CONNECT` with its path, at the host where its VM runs; from the answer on, the connection
//! is the console: RFB or text, whatever goes on there.
//!
//! | the host | we |
//! |---|---|
//! | answers `200` | hand the connection out |
//! | answers `302` | ask the host that it names, if that is a member of the pool; at most twice |
//! | answers `401` | ask once more with a new session |
//! | answers anything else, or nothing for as long as it may be silent | fail |

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::{Instant, timeout},
};
use xapi_types::{Failure, code};

use crate::{
    Address, Error, Pool, Secret,
    dial::Connection,
    endpoint::Endpoint,
    session::Trouble,
    transfer::head::{self, Head},
};

/// How often a host may send us to another one.
const REDIRECTS: usize = 2;

/// An open console: what is read and written is RFB or text. It ends with this value.
pub struct Tunnel {
    stream: Box<dyn Connection>,
    /// What came along with the head.
    begin: Bytes,
    host: Address,
}

impl Pool {
    /// Opens the console at `location`, as `console.location` names it (`https://192.0.2.1/console?uuid=…`).
    ///
    /// It goes through the proxy of the pool, to a host whose certificate is checked, as calls do.
    ///
    /// # Errors
    ///
    /// [`Error::Answer`] for a host that does not let us, [`Error::Timeout`] for one that does not say, and what a
    /// connection can fail with.
    pub async fn console(&self, location: &str) -> Result<Tunnel, Error> {
        let core = self.core();
        let limits = &core.options.limits;
        let (mut host, mut target) = self.console_at(location)?;
        let (mut after, mut redirects) = (0, 0);
        loop {
            let link = core.link(after, Instant::now() + limits.login).await?;
            let endpoint = core.endpoint(&host)?;
            let mut stream = endpoint.dial().await?;
            let asking = ask(&endpoint, &mut stream, &target, &link.session);
            let head = match timeout(limits.silence, asking).await {
                Ok(answered) => answered?,
                Err(_) => return Err(endpoint.timeout("open a console", limits.silence)),
            };
            match (head.status, head.location) {
                (200, _) => return Ok(Tunnel { stream, begin: head.rest, host }),
                (302, Some(elsewhere)) if redirects < REDIRECTS => {
                    redirects += 1;
                    (host, target) = self.console_at(&elsewhere)?;
                }
                (401, _) if after == 0 => {
                    core.report(&link, Trouble::SessionInvalid);
                    after = link.generation;
                }
                (401, _) => return Err(Error::Failure(Failure::new(code::SESSION_INVALID, ["***"]))),
                (status, _) => {
                    return Err(endpoint.nonsense(format!("it answers HTTP status {status} to `CONNECT /console`")));
                }
            }
        }
    }

    /// Returns which member has the console at `location`, and the path there; nobody else gets the session.
    fn console_at(&self, location: &str) -> Result<(Address, String), Error> {
        let core = self.core();
        let wrong = |reason: String| Error::Answer { address: core.options.address.clone(), reason };
        // Scheme and port are those by which we reach the pool: hosts name theirs, which may be behind something.
        let rest = location.split_once("://").map_or(location, |(_, rest)| rest);
        let at = rest.find('/').ok_or_else(|| wrong("a console is at no path".to_owned()))?;
        let (authority, target) = rest.split_at(at);
        let printable = target.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable {
            return Err(wrong("a console is at a path that is none".to_owned()));
        }
        let member = core.options.address.member(authority).ok().filter(|address| core.is_member(address));
        let member = member.ok_or_else(|| wrong(format!("a console is at `{authority}`, no member of the pool")))?;
        Ok((member, target.to_owned()))
    }
}

/// Asks for a console, and returns the answer.
async fn ask(
    endpoint: &Endpoint,
    stream: &mut Box<dyn Connection>,
    target: &str,
    session: &Secret,
) -> Result<Head, Error> {
    let request = format!(
        "CONNECT {target} HTTP/1.0\r\nHost: {}\r\nUser-Agent: xo-xapi/{}\r\nCookie: session_id={}\r\n\r\n",
        endpoint.address().authority(),
        env!("CARGO_PKG_VERSION"),
        session.expose()
    );
    let broken = |error: io::Error| endpoint.broken(error.to_string());
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    head::read(stream).await.map_err(|reason| endpoint.nonsense(reason))
}

impl Tunnel {
    /// Returns which host the console is at.
    pub fn host(&self) -> &Address {
        &self.host
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.begin.has_remaining() {
            let length = this.begin.len().min(buffer.remaining());
            buffer.put_slice(&this.begin.split_to(length));
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tunnel").field("host", &self.host).finish_non_exhaustive()
    }
}
