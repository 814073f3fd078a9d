//! Writing members one after the other.

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::header::{self, BLOCK};
use crate::{Error, Fault, Result};

/// Writes members of a tar archive one after the other.
///
/// Dropping one of its futures half-way leaves half of what it writes: the archive is spoilt then.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    /// Bytes written.
    at: u64,
    /// When all members were changed last, in seconds since the epoch, UTC.
    modified: u64,
    /// Size of the present member, and what has been written of it, in bytes.
    size: u64,
    written: u64,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes an archive to `output`, whose members were changed last at `modified` (seconds since the epoch, UTC).
    pub fn new(output: W, modified: u64) -> Self {
        Self { output, at: 0, modified, size: 0, written: 0 }
    }

    /// Returns how much has been written, in bytes.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Writes a member as a whole.
    ///
    /// # Errors
    ///
    /// If the name has no place in a header, or the output fails.
    pub async fn member(&mut self, name: &str, content: &[u8]) -> Result<()> {
        self.begin(name, content.len() as u64).await?;
        self.write(content).await?;
        self.end().await
    }

    /// Begins a member, whose content follows by [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// If the name has no place in a header, the member before is not complete, or the output fails.
    pub async fn begin(&mut self, name: &str, size: u64) -> Result<()> {
        self.complete()?;
        let header = header::encode(name, size, self.modified).map_err(Error::Usage)?;
        self.put(&header).await?;
        (self.size, self.written) = (size, 0);
        Ok(())
    }

    /// Writes the next bytes of the present member.
    ///
    /// # Errors
    ///
    /// If these are more than was announced, or the output fails.
    pub async fn write(&mut self, content: &[u8]) -> Result<()> {
        self.written += content.len() as u64;
        if self.written > self.size {
            return Err(Error::Usage(Fault::MemberSize { written: self.written, size: self.size }));
        }
        self.put(content).await
    }

    /// Ends the present member.
    ///
    /// # Errors
    ///
    /// If it has fewer bytes than announced, or the output fails.
    pub async fn end(&mut self) -> Result<()> {
        self.complete()?;
        let padding = usize::try_from(self.size.wrapping_neg() % BLOCK as u64).expect("it is less than a block");
        self.put(&[0; BLOCK][..padding]).await
    }

    /// Ends the archive and the output.
    ///
    /// # Errors
    ///
    /// If the last member is not complete, or the output fails.
    pub async fn finish(mut self) -> Result<W> {
        self.complete()?;
        self.put(&[0; 2 * BLOCK]).await?;
        let at = self.at;
        self.output.shutdown().await.map_err(|source| Error::Write { at, source })?;
        Ok(self.output)
    }

    fn complete(&self) -> Result<()> {
        if self.written == self.size {
            return Ok(());
        }
        Err(Error::Usage(Fault::MemberSize { written: self.written, size: self.size }))
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.write_all(bytes).await.map_err(|source| Error::Write { at: self.at, source })?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Hands on what the output holds back, such as its compression.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub async fn flush(&mut self) -> Result<()> {
        let at = self.at;
        self.output.flush().await.map_err(|source| Error::Write { at, source })
    }
}
