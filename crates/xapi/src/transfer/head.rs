//! The head of a host's answer.

use bytes::{Buf, Bytes, BytesMut};
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
}

/// Reads the head of an answer; `Err` says what is wrong with it.
pub(super) async fn read<R: AsyncRead + Unpin>(stream: &mut R) -> Result<Head, String> {
    read_begin(stream).await.map(|(head, _)| head)
}

/// Reads the head of an answer, and returns what has come after it already.
pub(crate) async fn read_begin<R: AsyncRead + Unpin>(stream: &mut R) -> Result<(Head, Bytes), String> {
    let mut buffer = BytesMut::new();
    loop {
        if let Some((head, length)) = parse(&buffer)? {
            buffer.advance(length);
            return Ok((head, buffer.freeze()));
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

fn parse(buffer: &[u8]) -> Result<Option<(Head, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(buffer).map_err(|error| format!("this is not HTTP ({error})"))?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    let location = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("location"));
    let location = location.map(|header| String::from_utf8_lossy(header.value).into_owned());
    Ok(Some((Head { status: response.code.unwrap_or_default(), location }, length)))
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
        let location = Some("https://192.0.2.2/a?b=c".to_owned());
        assert_eq!(head(text).await, Ok(Head { status: 302, location }));
        let text = "HTTP/1.0 200 OK\r\ntask-id:OpaqueRef:1\r\n\r\nbody";
        assert_eq!(head(text).await, Ok(Head { status: 200, location: None }));
    }

    #[tokio::test]
    async fn whatever_is_cut_off_or_changed_is_an_error_or_a_head() {
        let text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        for length in 0..text.len() {
            assert!(head(&text[..length]).await.is_err(), "{length} bytes");
        }
        assert!(head("SSH-2.0-OpenSSH_9.2\r\n").await.is_err());
        assert!(head(&format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100 << 10))).await.is_err());
    }
}
