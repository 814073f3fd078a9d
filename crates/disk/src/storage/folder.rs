//! Files by their names: a folder, or what object stores have.

use std::{
    fs,
    io::{self, Read},
    path::PathBuf,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::file::blocking;
use crate::{Error, Result};

/// Small files by their paths, which are relative and have `/` between their parts.
pub trait Folder: Send + Sync {
    /// Returns its name, for messages.
    fn name(&self) -> &str;

    /// Reads a whole file, none if there is none.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::TooLarge`] if it has more than `most` bytes; [`crate::Kind::Io`].
    fn get<'a>(&'a self, path: &'a str, most: u64) -> BoxFuture<'a, Result<Option<Bytes>>>;

    /// Writes a whole file, so that it is never seen in part, with what is above it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`].
    fn put<'a>(&'a self, path: &'a str, data: Bytes) -> BoxFuture<'a, Result<()>>;
}

/// A folder of this machine.
#[derive(Clone, Debug)]
pub struct LocalFolder {
    path: PathBuf,
    name: String,
}

impl LocalFolder {
    /// Names a folder, which is made when something is put into it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.display().to_string(), path }
    }
}

impl Folder for LocalFolder {
    fn name(&self) -> &str {
        &self.name
    }

    fn get<'a>(&'a self, path: &'a str, most: u64) -> BoxFuture<'a, Result<Option<Bytes>>> {
        let full = self.path.join(path);
        let name = full.display().to_string();
        let read = move || {
            let file = match fs::File::open(&full) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                file => file?,
            };
            let mut data = Vec::new();
            file.take(most + 1).read_to_end(&mut data)?;
            Ok(Some(data))
        };
        Box::pin(async move {
            let data = blocking(&name, "file", 0, read).await?;
            if data.as_ref().is_some_and(|data| data.len() as u64 > most) {
                return Err(Error::too_large("file", format!("it has more than {most} bytes")).in_file(name));
            }
            Ok(data.map(Bytes::from))
        })
    }

    fn put<'a>(&'a self, path: &'a str, data: Bytes) -> BoxFuture<'a, Result<()>> {
        let full = self.path.join(path);
        let name = full.display().to_string();
        let write = move || {
            let folder = full.parent().ok_or(io::ErrorKind::InvalidInput)?;
            let file = full.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            // The dot hides it from whoever lists the folder meanwhile.
            let part = folder.join(format!(".{}.part", file.to_string_lossy()));
            if let Err(error) = fs::write(&part, &data) {
                if error.kind() != io::ErrorKind::NotFound {
                    return Err(error);
                }
                fs::create_dir_all(folder)?;
                fs::write(&part, &data)?;
            }
            fs::rename(part, &full)
        };
        Box::pin(async move { blocking(&name, "file", 0, write).await })
    }
}
