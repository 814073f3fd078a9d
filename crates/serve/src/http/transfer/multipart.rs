//! A form with a file in it, as browsers send one and the original's clients do: fields, and at last the part `file`.
//!
//! Fields are passed over: what the original is told by them stands in the file, too.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

/// Longest head of a part, in bytes.
const LONGEST_HEAD: usize = 16 << 10;

/// Longest boundary, in bytes (RFC 2046, 5.1.1).
const LONGEST_BOUNDARY: usize = 70;

/// Name of the part with the file.
const FILE: &str = "file";

type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// The file in a form.
pub(super) struct File {
    /// Length in bytes, if that of the form is known.
    pub(super) length: Option<u64>,
    /// MIME type, as the client calls it.
    pub(super) content_type: Option<String>,
    pub(super) pieces: Pieces,
}

/// Returns the boundary of a form, if the MIME type is that of one.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    (!boundary.is_empty() && boundary.len() <= LONGEST_BOUNDARY).then_some(boundary)
}

/// Reads a form of `length` bytes up to its file.
///
/// # Errors
///
/// What reading says, and what is wrong with the form.
pub(super) async fn file(boundary: &str, length: Option<u64>, pieces: Pieces) -> io::Result<File> {
    let mut form =
        Form { pieces, buffer: BytesMut::from(&b"\r\n"[..]), read: 0, delimiter: format!("\r\n--{boundary}").into() };
    // What stands before the first part is nobody's.
    while form.next().await?.is_some() {}
    loop {
        let Some(head) = form.head().await? else { return Err(wrong("has no part `file`")) };
        if head.name != FILE {
            while form.next().await?.is_some() {}
            continue;
        }
        // The file is the last part: what follows is the delimiter, two dashes and the end of the line.
        let after = form.delimiter.len() as u64 + 4;
        let before = form.read - form.buffer.len() as u64;
        let length = length.and_then(|length| length.checked_sub(before + after));
        let pieces = stream::try_unfold(form, |mut form| async move {
            if let Some(piece) = form.next().await? {
                return Ok(Some((piece, form)));
            }
            form.pass().await?;
            Ok(None)
        });
        return Ok(File { length, content_type: head.content_type, pieces: pieces.boxed() });
    }
}

struct Head {
    name: String,
    content_type: Option<String>,
}

/// A form while it arrives.
struct Form {
    pieces: Pieces,
    buffer: BytesMut,
    /// Bytes that have come, and the line end before all that stands for one.
    read: u64,
    /// What ends a part.
    delimiter: Vec<u8>,
}

impl Form {
    /// Reads more; the end is an error, since nothing ends before the last delimiter.
    async fn more(&mut self) -> io::Result<()> {
        match self.pieces.next().await {
            Some(piece) => {
                let piece = piece?;
                self.read += piece.len() as u64;
                self.buffer.extend_from_slice(&piece);
                Ok(())
            }
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the form ends in the middle")),
        }
    }

    /// Returns the next bytes of the present part, or nothing at its end.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(at) = find(&self.buffer, &self.delimiter) {
                if at == 0 {
                    let _ = self.buffer.split_to(self.delimiter.len());
                    return Ok(None);
                }
                return Ok(Some(self.buffer.split_to(at).freeze()));
            }
            // The delimiter may have begun.
            let certain = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
            if certain > 0 {
                return Ok(Some(self.buffer.split_to(certain).freeze()));
            }
            self.more().await?;
        }
    }

    /// Reads the head of the next part; nothing after the last one.
    async fn head(&mut self) -> io::Result<Option<Head>> {
        while self.buffer.len() < 2 {
            self.more().await?;
        }
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            if self.buffer.len() > LONGEST_HEAD {
                return Err(wrong("has a part whose head is longer than 16 KiB"));
            }
            self.more().await?;
        };
        let head = self.buffer.split_to(end + 4);
        let head = String::from_utf8_lossy(&head);
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let disposition = header("content-disposition").unwrap_or_default();
        let name = disposition.split(';').find_map(|part| Some(part.trim().strip_prefix("name=")?.trim_matches('"')));
        let name = name.ok_or_else(|| wrong("has a part without a name"))?.to_owned();
        Ok(Some(Head { name, content_type: header("content-type") }))
    }

    /// Passes over what follows the file.
    async fn pass(&mut self) -> io::Result<()> {
        while let Some(piece) = self.pieces.next().await {
            piece?;
        }
        Ok(())
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the form {what}"))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == wanted[0]) {
        let at = from + at;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(content: &[u8]) -> Vec<u8> {
        let mut form =
            b"--xyz\r\nContent-Disposition: form-data; name=\"grainOffsets\"\r\n\r\n\0\x01\r\n--xy\r\n".to_vec();
        form.extend_from_slice(b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n");
        form.extend_from_slice(b"Content-Type: application/x-iso\r\n\r\n");
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n--xyz--\r\n");
        form
    }

    async fn read(form: &[u8], step: usize) -> io::Result<(Option<u64>, Vec<u8>)> {
        let pieces: Vec<_> = form.chunks(step).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let found = file("xyz", Some(form.len() as u64), stream::iter(pieces).boxed()).await?;
        assert_eq!(found.content_type.as_deref(), Some("application/x-iso"));
        let (length, mut pieces, mut content) = (found.length, found.pieces, Vec::new());
        while let Some(piece) = pieces.next().await {
            content.extend_from_slice(&piece?);
        }
        Ok((length, content))
    }

    #[tokio::test]
    async fn the_file_of_a_form_comes_whole_however_the_form_is_cut() {
        for content in [&b""[..], b"x", b"\r\n--xy", b"\r\r\n-\r\n--x--xyz--", &[b'\r'; 300]] {
            for step in [1, 2, 3, 7, 1000] {
                let (length, read) = read(&form(content), step).await.expect("it is a form");
                assert_eq!((length, &*read), (Some(content.len() as u64), content));
            }
        }
    }

    #[tokio::test]
    async fn a_form_that_is_cut_or_has_no_file_is_an_error() {
        let whole = form(b"content");
        // The last bytes end a line that says that it is over.
        for end in 0..whole.len() - 4 {
            assert!(read(&whole[..end], 5).await.is_err(), "{end}");
        }
        let none = b"--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--xyz--\r\n";
        assert!(read(none, 5).await.is_err());
        let long = [&b"--xyz\r\n"[..], "a".repeat(20_000).as_bytes()].concat();
        assert!(read(&long, 5000).await.is_err());
    }

    #[test]
    fn only_forms_have_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=\"a b\""), Some("a b"));
        assert_eq!(boundary("Multipart/Form-Data;charset=x; Boundary=abc"), Some("abc"));
        assert_eq!(boundary("multipart/mixed; boundary=abc"), None);
        assert_eq!(boundary("application/octet-stream"), None);
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(100))), None);
    }
}
