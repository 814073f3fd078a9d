//! The body of a request, as a reader.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use xapi_types::Failure;

use crate::wire::connection::{Connection, PIECE};

/// Bytes of a body between the connection and who reads it.
const BETWEEN: usize = 256 * 1024;

/// Gives `use_it` the next `whole` bytes of a connection, no faster than it reads them; a client that goes ends them.
pub(super) async fn read<S, F, T>(
    connection: &mut Connection<S>,
    whole: u64,
    use_it: impl FnOnce(DuplexStream) -> F,
) -> Result<T, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = Result<T, Failure>>,
{
    let (mut to, from) = tokio::io::duplex(BETWEEN);
    let pass = async {
        let mut left = whole;
        while left > 0 {
            if connection.buffer.is_empty() {
                connection.buffer.reserve(PIECE);
                if !matches!(connection.stream.read_buf(&mut connection.buffer).await, Ok(1..)) {
                    break;
                }
            }
            let length = connection.buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let piece = connection.buffer.split_to(length);
            left -= length as u64;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
        drop(to);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        used = use_it(from) => used,
        () = pass => unreachable!("it never ends"),
    }
}
