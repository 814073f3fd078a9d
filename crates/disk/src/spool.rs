//! Putting a content on disk for a moment: then it is known where it has data.

use std::{path::Path, sync::Arc};

use crate::{Content, Error, Kind, Map, Result, Source, Storage, raw::Raw, storage::File, zero::runs};

/// Blocks in which zeros are found.
const BLOCK: u32 = 64 << 10;

impl Content {
    /// Reads all of it into a file without a name in `folder`, and returns it in the order of the disk, with its map. Zeros
    /// take no room there; more than `most` bytes are not taken.
    ///
    /// # Errors
    ///
    /// [`Kind::TooLarge`] if there are more than `most` bytes, [`Kind::Misuse`] for a difference; what reading says;
    /// [`Kind::Io`].
    pub async fn spool(mut self, folder: &Path, most: u64) -> Result<Self> {
        self.need_whole("spooled disk")?;
        let open = folder.to_owned();
        let file = tokio::task::spawn_blocking(move || tempfile::tempfile_in(open)).await;
        let file = file.map_err(std::io::Error::other).and_then(|file| file);
        let name = format!("spooled in {}", folder.display());
        let file = file.map_err(|error| Error::io("spooled disk", error).in_file(name.clone()))?;
        let storage: Arc<dyn Storage> = Arc::new(File::of(file, name));
        storage.set_length(self.size()).await?;
        let mut map = Map::new(self.size(), BLOCK);
        let mut written = 0;
        while let Some(piece) = self.next().await? {
            for run in runs(&piece.data, BLOCK as usize) {
                let offset = piece.offset + run.start as u64;
                written += run.len() as u64;
                if written > most {
                    let reason = format!("it has more than the {most} bytes that may be put on disk");
                    return Err(Error::new(Kind::TooLarge, "spooled disk", reason).at(offset));
                }
                map.set(offset..offset + run.len() as u64);
                storage.write_at(offset, piece.data.slice(run)).await?;
            }
        }
        let source: Arc<dyn Source> = Arc::new(Raw::open(storage).await?);
        Ok(Self::read(source, Arc::new(map)))
    }
}
