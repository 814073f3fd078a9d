//! The handshake with a host in the place of a client.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest name of a screen that is read, in bytes.
const LONGEST_NAME: u32 = 64 << 10;

/// Shakes hands with a host that asks for no password; others look at the screen, too. Returns its width and height.
///
/// # Errors
///
/// What the connection fails with, and [`io::ErrorKind::InvalidData`] for a host that speaks something else.
pub(crate) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(host: &mut S) -> io::Result<(u16, u16)> {
    let nonsense = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut version = [0; 12];
    host.read_exact(&mut version).await?;
    let (ours, minor): (&[u8], u8) = match &version {
        b"RFB 003.003\n" | b"RFB 003.005\n" => (b"RFB 003.003\n", 3),
        b"RFB 003.007\n" => (b"RFB 003.007\n", 7),
        version if version.starts_with(b"RFB ") => (b"RFB 003.008\n", 8),
        _ => return Err(nonsense("its console does not speak RFB")),
    };
    host.write_all(ours).await?;
    host.flush().await?;
    if minor == 3 {
        if host.read_u32().await? != 1 {
            return Err(nonsense("its console wants a password"));
        }
    } else {
        let mut kinds = vec![0; host.read_u8().await?.into()];
        host.read_exact(&mut kinds).await?;
        if !kinds.contains(&1) {
            return Err(nonsense("its console wants a password"));
        }
        host.write_all(&[1]).await?;
        host.flush().await?;
        if minor == 8 && host.read_u32().await? != 0 {
            return Err(nonsense("its console refuses"));
        }
    }
    host.write_all(&[1]).await?;
    host.flush().await?;
    let size = (host.read_u16().await?, host.read_u16().await?);
    host.read_exact(&mut [0; 16]).await?;
    let length = host.read_u32().await?;
    if length > LONGEST_NAME {
        return Err(nonsense("the name of its screen is too long"));
    }
    let mut name = vec![0; usize::try_from(length).expect("it is short")];
    host.read_exact(&mut name).await?;
    Ok(size)
}
