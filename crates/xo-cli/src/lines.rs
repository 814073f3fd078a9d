//! An answer that is read line by line, so that its size does not matter.

use futures_util::StreamExt;
use reqwest::Response;

use crate::Failure;
use crate::server::Server;

/// Longest line, in bytes: one object, and the largest of them have some hundred kilobytes.
const LONGEST: usize = 64 << 20;

/// Gives each line of `answer` to `take`, without its end; the last may have none, and is no line where it is empty.
pub(crate) async fn each(
    server: &Server,
    answer: Response,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut parts = answer.bytes_stream();
    let mut line = Vec::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| server.broken("list", &error))?;
        let mut rest = &part[..];
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            line.extend_from_slice(&rest[..end]);
            take(&line)?;
            line.clear();
            rest = &rest[end + 1..];
        }
        line.extend_from_slice(rest);
        if line.len() > LONGEST {
            return Err(Failure::Transfer(format!("list holds a line of more than {LONGEST} bytes")));
        }
    }
    if line.is_empty() { Ok(()) } else { take(&line) }
}
