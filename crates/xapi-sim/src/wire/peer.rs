//! What one simulated host says to another: frames over an HTTP connection that stays open.
//!
//! Real hosts have a protocol of their own here, which no client sees. A frame is its length, 4 bytes little endian,
//! and JSON; each is answered by one with `ok` or `failure`. What the other side has made so far goes with the
//! connection, unless it was told that all has arrived.

use std::time::Duration;

use base64::Engine as _;
use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;
use xapi_types::{Failure, Value, code, json};

/// Longest frame: a block of a disk, in base64, and what is said about it.
const LONGEST: usize = 8 << 20;

/// Longest wait for the other host; a real one is given up as soon.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to another host.
pub(crate) struct Peer {
    stream: TcpStream,
    buffer: BytesMut,
}

/// Why a question was not answered with what was asked for.
pub(crate) enum Trouble {
    /// The connection is gone, or nobody answers.
    Lost,
    /// The other host refuses.
    Refused(Failure),
}

impl Peer {
    /// Opens the connection that `url` of a ticket names.
    ///
    /// # Errors
    ///
    /// `VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED`; `SESSION_INVALID` if the ticket is not good any more.
    pub(crate) async fn connect(url: &str) -> Result<Self, Failure> {
        let unreachable = || Failure::new::<String>(code::VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED, []);
        let url = Url::parse(url).map_err(|_| unreachable())?;
        let status = timeout(PATIENCE, open(&url)).await.ok().flatten();
        match status {
            Some((peer, 200)) => Ok(peer),
            Some((_, 401)) => {
                let session = url.query_pairs().find(|(key, _)| key == "session_id");
                let session = session.map(|(_, session)| session.into_owned()).unwrap_or_default();
                Err(Failure::new(code::SESSION_INVALID, [session]))
            }
            _ => Err(unreachable()),
        }
    }

    /// Asks something and answers what the other host says.
    ///
    /// # Errors
    ///
    /// [`Trouble`].
    pub(crate) async fn ask(&mut self, question: &Value) -> Result<Value, Trouble> {
        let answer = async {
            self.stream.write_all(&frame(question)).await.ok()?;
            read(&mut self.stream, &mut self.buffer).await
        };
        let answer = timeout(PATIENCE, answer).await.ok().flatten().ok_or(Trouble::Lost)?;
        if let Some(result) = answer.get("ok") {
            return Ok(result.clone());
        }
        let failure = answer.get("failure").and_then(Failure::from_description);
        Err(failure.map_or(Trouble::Lost, Trouble::Refused))
    }
}

async fn open(url: &Url) -> Option<(Peer, u16)> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    let authority = match (url.username(), url.password()) {
        ("", _) => String::new(),
        (user, password) => {
            let pair = format!("{}:{}", percent(user), percent(password.unwrap_or_default()));
            format!("Authorization: Basic {}\r\n", base64::engine::general_purpose::STANDARD.encode(pair))
        }
    };
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    let head = format!("PUT {path}?{query} HTTP/1.1\r\nHost: {host}\r\n{authority}\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut buffer = BytesMut::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut reply = httparse::Response::new(&mut headers);
        match reply.parse(&buffer).ok()? {
            httparse::Status::Complete(length) => {
                let status = reply.code?;
                buffer.advance(length);
                return Some((Peer { stream, buffer }, status));
            }
            httparse::Status::Partial if stream.read_buf(&mut buffer).await.ok()? == 0 => return None,
            httparse::Status::Partial => {}
        }
    }
}

/// Reads what a URL has percent-encoded.
fn percent(text: &str) -> String {
    let pair = format!("v={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Writes a frame.
pub(crate) fn frame(value: &Value) -> Vec<u8> {
    let text = value.to_string();
    let length = u32::try_from(text.len()).expect("frames are short");
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Writes the frame that answers a question.
pub(crate) fn answer(outcome: Result<Value, Failure>) -> Vec<u8> {
    frame(&match outcome {
        Ok(value) => Value::structure([("ok", value)]),
        Err(failure) => Value::structure([("failure", failure.description())]),
    })
}

/// Reads a frame; nothing if the connection ends or what comes is none.
pub(crate) async fn read<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut BytesMut) -> Option<Value> {
    while buffer.len() < 4 {
        more(stream, buffer).await?;
    }
    let length = usize::try_from(buffer.get_u32_le()).ok().filter(|length| *length <= LONGEST)?;
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    json::parse(&buffer.split_to(length)).ok()
}

async fn more<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut BytesMut) -> Option<()> {
    buffer.reserve(64 << 10);
    (stream.read_buf(buffer).await.ok()? > 0).then_some(())
}
