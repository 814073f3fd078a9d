//! Heads of requests, read as forgivingly as real hosts do.

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::Object;

/// Most bytes of a head; real hosts refuse 20 kB and take what browsers send.
const MOST_BYTES: usize = 16 * 1024;

/// Most headers of a request.
const MOST_HEADERS: usize = 100;

/// A head without its body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Path without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    pub(crate) version: u8,
    headers: Vec<(String, String)>,
}

/// How reading a head ended.
pub(crate) enum Read {
    Head(Head),
    /// The peer closed the connection, or broke it.
    Closed,
    /// The head is longer than a host takes.
    TooLarge,
    /// It is no HTTP; real hosts stop listening and leave the connection as it is.
    Junk,
}

/// Reads the next head; what follows it stays in `buffer`.
pub(crate) async fn read<R: AsyncRead + Unpin>(stream: &mut R, buffer: &mut BytesMut) -> Read {
    loop {
        if let Some(read) = parse(buffer) {
            return read;
        }
        if buffer.len() > MOST_BYTES {
            return Read::TooLarge;
        }
        match stream.read_buf(buffer).await {
            Ok(0) | Err(_) => return Read::Closed,
            Ok(_) => {}
        }
    }
}

fn parse(buffer: &mut BytesMut) -> Option<Read> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return None,
        Err(httparse::Error::TooManyHeaders) => return Some(Read::TooLarge),
        Err(_) => return Some(Read::Junk),
    };
    if length > MOST_BYTES {
        return Some(Read::TooLarge);
    }
    let target = request.path.unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let head = Head {
        method: request.method.unwrap_or("").to_owned(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        version: request.version.unwrap_or(1),
        headers: request
            .headers
            .iter()
            .map(|header| (header.name.to_lowercase(), String::from_utf8_lossy(header.value).trim().to_owned()))
            .collect(),
    };
    buffer.advance(length);
    Some(Read::Head(head))
}

impl Head {
    /// Returns a header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns a parameter, be it in a cookie, which goes before, or in the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let cookies = self.header("cookie").unwrap_or("");
        let cookie = cookies.split([';', '&']).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
        let decode = |text: &str| {
            url::form_urlencoded::parse(format!("v={text}").as_bytes()).next().map(|(_, value)| value.into_owned())
        };
        let query = || self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        cookie.and_then(decode).or_else(query)
    }

    /// Returns the length of the body, if it is told.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// Returns whether the connection stays open after the answer.
    pub(crate) fn keeps_alive(&self) -> bool {
        self.version == 1 && !self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// Returns entries for `task.other_config` that a client sent as headers.
    pub(crate) fn other_config(&self) -> Vec<(String, String)> {
        let entry = |(name, value): &(String, String)| {
            Some((format!("http:{}", name.strip_prefix("x-http-other-config-")?), value.clone()))
        };
        self.headers.iter().filter_map(entry).collect()
    }

    /// Returns the task that a client wants as parent.
    pub(crate) fn subtask_of(&self) -> Object {
        self.header("subtask-of").and_then(Object::parse).unwrap_or_default()
    }
}
