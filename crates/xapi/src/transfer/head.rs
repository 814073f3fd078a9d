//! The head of a host's answer.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest head, in bytes.
const LONGEST: usize = 64 << 10;

/// Most headers.
const MOST: usize = 100;

/// What the head of an answer says.
#[derive(Debug, PartialEq)]
pub(crate) struct Head {
    /// HTTP status.
    pub(crate) status: u16,
    /// Where the host sends the request instead.
    pub(crate) location: Option<String>,
    /// Length of the body in bytes, where the host says it; otherwise it ends with the connection.
    pub(crate) length: Option<u64>,
    /// Whether the body comes in a coding that nobody asked for.
    pub(crate) is_encoded: bool,
    /// What of the body has come with the head.
    pub(crate) rest: Bytes,
}

/// Reads the head of an answer; `Err` says what is wrong with it.
pub(crate) async fn read<R: AsyncRead + Unpin>(stream: &mut R) -> Result<Head, String> {
    let mut buffer = BytesMut::new();
    loop {
        if let Some((mut head, length)) = parse(&buffer)? {
            head.rest = buffer.split_off(length).freeze();
            return Ok(head);
        }
        if buffer.len() > LONGEST {
            return Err(format!("the head of its answer is longer than {LONGEST} bytes"));
        }
        match stream.read_buf(&mut buffer).await {
            Ok(0) => return Err("it closed the connection before it answered".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Returns the head and how long it is, once it is whole.
fn parse(buffer: &[u8]) -> Result<Option<(Head, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(buffer).map_err(|error| format!("this is not HTTP ({error})"))?;
    let httparse::Status::Complete(whole) = parsed else { return Ok(None) };
    let header = |name: &str| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| String::from_utf8_lossy(header.value).trim().to_owned())
    };
    let length = match header("content-length") {
        Some(text) => Some(text.parse().map_err(|_| format!("`{text}` is no length of an answer"))?),
        None => None,
    };
    let is_encoded = header("transfer-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
    let (status, location) = (response.code.unwrap_or_default(), header("location"));
    Ok(Some((Head { status, location, length, is_encoded, rest: Bytes::new() }, whole)))
}

#[cfg(test)]
mod tests {
    use super::{Head, read};

    async fn head(text: &str) -> Result<Head, String> {
        read(&mut text.as_bytes()).await
    }

    #[tokio::test]
    async fn a_head_has_a_status_and_may_send_elsewhere() {
        let text = "HTTP/1.1 302 Found\r\nContent-length: 0\r\nlocation: https://192.0.2.2/a?b=c\r\n\r\n";
        let found = head(text).await.expect("a head");
        assert_eq!((found.status, found.length), (302, Some(0)));
        assert_eq!(found.location.as_deref(), Some("https://192.0.2.2/a?b=c"));
        let text = "HTTP/1.0 200 OK\r\ntask-id:OpaqueRef:1\r\n\r\nbody";
        let found = head(text).await.expect("a head");
        assert_eq!((found.status, found.location, found.length), (200, None, None));
        assert_eq!(&found.rest[..], b"body");
    }

    #[tokio::test]
    async fn whatever_is_cut_off_or_changed_is_an_error_or_a_head() {
        let text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        for length in 0..text.len() {
            assert!(head(&text[..length]).await.is_err(), "{length} bytes");
        }
        assert!(head("SSH-2.0-OpenSSH_9.2\r\n").await.is_err());
        assert!(head("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n").await.is_err());
        assert!(head(&format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100 << 10))).await.is_err());
    }
}
