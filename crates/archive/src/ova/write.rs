//! Writing an OVA.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

use super::manifest::{Algorithm, Hasher, Manifest};
use crate::{Compression, Encoder, Error, Fault, Result, ovf::Ovf, tar};

/// How much is copied at once, in bytes.
const PIECE: usize = 128 * 1024;

/// How an archive is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// When all members were changed last, in seconds since the epoch, UTC.
    pub modified: u64,
}

/// Writes an OVA from front to back: the descriptor, its files in their order, a manifest of SHA-256.
#[derive(Debug)]
pub struct Writer<W: AsyncWrite> {
    tar: tar::Writer<Encoder<W>>,
    /// Name of the manifest.
    name: String,
    /// Files that are to come, the next one last.
    files: Vec<String>,
    manifest: Manifest,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes the descriptor to `output`, as `<name>.ovf`.
    ///
    /// # Errors
    ///
    /// If `output` fails, or the name has no place in an archive.
    pub async fn create(output: W, name: &str, ovf: &Ovf, options: Options) -> Result<Self> {
        let files = ovf.files.iter().rev().map(|file| file.href.clone()).collect();
        let tar = tar::Writer::new(Encoder::new(output, Compression::None), options.modified);
        let mut writer = Self { tar, name: format!("{name}.mf"), files, manifest: Manifest::default() };
        let (file, document) = (format!("{name}.ovf"), ovf.write());
        writer.tar.member(&file, document.as_bytes()).await?;
        let mut hasher = Hasher::new(&[Algorithm::Sha256]);
        hasher.update(document.as_bytes());
        writer.manifest.add(&file, &hasher.finish());
        Ok(writer)
    }

    /// Writes a file of `size` bytes.
    ///
    /// # Errors
    ///
    /// If it is not the next of the descriptor; if `content` fails or has another size; if the output fails.
    pub async fn file(&mut self, href: &str, size: u64, mut content: impl AsyncRead + Unpin) -> Result<()> {
        if self.files.pop().as_deref() != Some(href) {
            return Err(Error::Usage(Fault::FileOrder(href.to_owned())));
        }
        self.tar.begin(href, size).await?;
        let mut hasher = Hasher::new(&[Algorithm::Sha256]);
        let mut piece = Vec::with_capacity(PIECE);
        loop {
            piece.clear();
            let read = (&mut content).take(PIECE as u64).read_buf(&mut piece).await;
            let read =
                read.map_err(|error| Error::Disk { disk: href.to_owned(), source: disk::Error::io("disk", error) })?;
            if read == 0 {
                break;
            }
            hasher.update(&piece);
            self.tar.write(&piece).await?;
        }
        self.tar.end().await?;
        self.manifest.add(href, &hasher.finish());
        Ok(())
    }

    /// Writes an image of a disk, whose length has to be known before: see [`measure`].
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file); if the length is not known.
    pub async fn image(&mut self, href: &str, length: Option<u64>, image: disk::Encoded) -> Result<()> {
        let length = image.length().or(length).ok_or_else(|| Error::Usage(Fault::LengthUnknown(href.to_owned())))?;
        self.file(href, length, image.into_reader()).await
    }

    /// Returns how much has been written, in bytes.
    pub fn at(&self) -> u64 {
        self.tar.at()
    }

    /// Writes the manifest, ends the archive and the output, which it returns.
    ///
    /// # Errors
    ///
    /// If a file of the descriptor has not been written, or the output fails.
    pub async fn finish(mut self) -> Result<W> {
        if let Some(missing) = self.files.pop() {
            return Err(Error::Usage(Fault::FileMissing(missing)));
        }
        self.tar.member(&self.name, self.manifest.to_string().as_bytes()).await?;
        Ok(self.tar.finish().await?.into_inner())
    }
}

/// Finds out how long an image becomes by making it once and keeping nothing. A compressed image of a disk that does
/// not change is the same each time.
///
/// # Errors
///
/// What reading the disk says.
pub async fn measure(image: disk::Encoded) -> disk::Result<u64> {
    match image.length() {
        Some(length) => Ok(length),
        None => image.write_to(&mut tokio::io::sink()).await,
    }
}
