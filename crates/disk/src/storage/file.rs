//! A file, whose holes are seen.

use std::{
    fs, io,
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use rustix::{buffer::spare_capacity, fs::SeekFrom, io::Errno};

use super::Storage;
use crate::{Error, Extent, MAX_EXTENTS, Result, State};

/// An open file. Each read or write is a call on a thread that may block.
#[derive(Clone, Debug)]
pub struct File {
    open: Arc<fs::File>,
    name: Arc<str>,
    path: Option<Arc<Path>>,
}

impl File {
    /// Opens a file to read it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`].
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self> {
        Self::with(path.into(), |path| fs::File::open(path)).await
    }

    /// Opens a file to read and write it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`].
    pub async fn edit(path: impl Into<PathBuf>) -> Result<Self> {
        Self::with(path.into(), |path| fs::File::options().read(true).write(true).open(path)).await
    }

    /// Creates an empty file to read and write it; one that exists is emptied.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`].
    pub async fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let open = |path: &Path| fs::File::options().read(true).write(true).create(true).truncate(true).open(path);
        Self::with(path.into(), open).await
    }

    /// Takes an open file; `name` is for messages.
    pub fn of(file: fs::File, name: impl Into<String>) -> Self {
        Self { open: Arc::new(file), name: name.into().into(), path: None }
    }

    /// Returns where it is, if it was opened by its path.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    async fn with(path: PathBuf, open: fn(&Path) -> io::Result<fs::File>) -> Result<Self> {
        let name = path.display().to_string();
        let path: Arc<Path> = path.into();
        let opened = Arc::clone(&path);
        let file = blocking(&name, "file", 0, move || open(&opened)).await?;
        Ok(Self { path: Some(path), ..Self::of(file, name) })
    }

    fn run<T: Send + 'static>(
        &self,
        offset: u64,
        work: impl FnOnce(&fs::File) -> io::Result<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T>> {
        let file = Arc::clone(&self.open);
        Box::pin(async move { blocking(&self.name, "file", offset, move || work(&file)).await })
    }
}

/// Does `work` where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    name: &str,
    what: &'static str,
    offset: u64,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| Error::io(what, error).at(offset).in_file(name)),
        Err(error) => Err(Error::io(what, io::Error::other(error)).at(offset).in_file(name)),
    }
}

fn read(file: &fs::File, offset: u64, length: usize) -> io::Result<Bytes> {
    let mut buffer = Vec::with_capacity(length);
    while buffer.len() < length {
        let at = offset.checked_add(buffer.len() as u64).ok_or(io::ErrorKind::InvalidInput)?;
        // What the allocator gave beyond `length` is read, too, and cut off: it does no harm.
        match rustix::io::pread(file, spare_capacity(&mut buffer), at) {
            Ok(0) => break,
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    buffer.truncate(length);
    Ok(buffer.into())
}

/// Finds data and holes; a file system that knows of none has data everywhere.
fn extents(file: &fs::File, range: Range<u64>) -> io::Result<Vec<Extent>> {
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end && found.len() + 2 <= MAX_EXTENTS {
        let data = match rustix::fs::seek(file, SeekFrom::Data(at)) {
            Ok(data) => data.clamp(at, range.end),
            Err(Errno::NXIO) => range.end,
            Err(Errno::INVAL) => at,
            Err(error) => return Err(error.into()),
        };
        if data > at {
            found.push(Extent { offset: at, length: data - at, state: State::Zero });
        }
        if data == range.end {
            break;
        }
        let hole = match rustix::fs::seek(file, SeekFrom::Hole(data)) {
            Ok(hole) if hole > data => hole.min(range.end),
            Ok(_) | Err(Errno::NXIO | Errno::INVAL) => range.end,
            Err(error) => return Err(error.into()),
        };
        found.push(Extent { offset: data, length: hole - data, state: State::Data });
        at = hole;
    }
    Ok(found)
}

impl Storage for File {
    fn name(&self) -> &str {
        &self.name
    }

    /// Returns the length of a file, or of a block device.
    fn length(&self) -> BoxFuture<'_, Result<u64>> {
        self.run(0, |file| {
            let metadata = file.metadata()?;
            if metadata.is_file() { Ok(metadata.len()) } else { Ok(rustix::fs::seek(file, SeekFrom::End(0))?) }
        })
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        self.run(offset, move |file| read(file, offset, length))
    }

    fn write_at(&self, offset: u64, data: Bytes) -> BoxFuture<'_, Result<()>> {
        self.run(offset, move |file| file.write_all_at(&data, offset))
    }

    fn set_length(&self, length: u64) -> BoxFuture<'_, Result<()>> {
        self.run(length, move |file| file.set_len(length))
    }

    fn sync(&self) -> BoxFuture<'_, Result<()>> {
        self.run(0, fs::File::sync_all)
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        self.run(range.start, move |file| extents(file, range))
    }
}
