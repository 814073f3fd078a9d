//! Contents of disks that are read at random places.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::{Content, Gaps, MAX_PIECE, Piece};
use crate::{Error, Extent, Map, Result, Source, State, generator::generate, zero::zeros};

/// Pieces that are read from a source at once: one is written while the next is read.
const READ_AHEAD: usize = 2;

impl Content {
    /// Makes the content of a whole disk: asks where it has data, then reads that, a piece ahead. What the disk has in
    /// holes is zeros; put a parent under it before (`adapter::chain`) if it has one.
    ///
    /// # Errors
    ///
    /// What the source says when asked for its extents.
    pub async fn of(source: Arc<dyn Source>) -> Result<Self> {
        let map = map_of_data(&*source).await?;
        Ok(Self::read(source, Arc::new(map)))
    }

    /// Makes the content of what `source` says itself, whatever its parent: data and zeros, but no holes.
    ///
    /// # Errors
    ///
    /// What the source says when asked for its extents.
    pub async fn of_difference(source: Arc<dyn Source>) -> Result<Self> {
        let map = Arc::new(map_of(&*source, |state| state != State::Hole).await?);
        let size = source.size();
        let pieces = generate(move |out| async move {
            let mut at = 0;
            while at < size {
                for extent in told(&*source, at).await? {
                    at = extent.end();
                    let mut offset = if extent.state == State::Hole { at } else { extent.offset };
                    while offset < at {
                        let length = usize::try_from(at.min(piece_end(offset)) - offset).expect("at most a piece");
                        let data = match extent.state {
                            State::Data => source.read_at(offset, length).await?,
                            State::Zero | State::Hole => zeros(length),
                        };
                        out.send(Piece { offset, data }).await;
                        offset += length as u64;
                    }
                }
            }
            Ok(())
        });
        Ok(Self::new(size, pieces).with_map(map).with_gaps(Gaps::Parent))
    }

    /// Makes the content of what `source` has in the blocks of `map`, in pieces that do not cross a multiple of
    /// [`MAX_PIECE`].
    pub fn read(source: Arc<dyn Source>, map: Arc<Map>) -> Self {
        Self::read_ahead(source, map, READ_AHEAD)
    }

    /// As [`Self::read`], with `ahead` pieces asked for at once (at least one): as many times [`MAX_PIECE`] are in memory. More
    /// than two are worth it where each read is a round trip.
    pub fn read_ahead(source: Arc<dyn Source>, map: Arc<Map>, ahead: usize) -> Self {
        let size = source.size();
        let walk = Arc::clone(&map);
        let jobs = stream::iter(std::iter::successors(next_job(&walk, 0), move |job| next_job(&walk, job.1)));
        let read = move |(offset, end): (u64, u64)| {
            let source = Arc::clone(&source);
            async move {
                let length = usize::try_from(end - offset).expect("at most a piece");
                Ok(Piece { offset, data: source.read_at(offset, length).await? })
            }
        };
        Self::new(size, jobs.map(read).buffered(ahead.max(1))).with_map(map)
    }
}

/// Returns where a piece that starts at `at` ends at the latest.
fn piece_end(at: u64) -> u64 {
    (at / MAX_PIECE as u64 + 1).saturating_mul(MAX_PIECE as u64)
}

/// Returns the next range to read, from `at` on.
fn next_job(map: &Map, at: u64) -> Option<(u64, u64)> {
    map.next(at).map(|range| (range.start, range.end.min(piece_end(range.start))))
}

/// Collects the extents whose state is wanted.
async fn map_of(source: &dyn Source, wanted: fn(State) -> bool) -> Result<Map> {
    let size = source.size();
    let mut map = Map::new(size, source.block_size());
    let mut at = 0;
    while at < size {
        for extent in told(source, at).await? {
            if wanted(extent.state) {
                map.set(extent.offset..extent.end());
            }
            at = extent.end();
        }
    }
    Ok(map)
}

/// Returns where a disk has data.
///
/// # Errors
///
/// What the source says when asked for its extents.
pub async fn map_of_data(source: &dyn Source) -> Result<Map> {
    map_of(source, |state| state == State::Data).await
}

/// Asks for the extents from `at` on, and checks that there is one.
async fn told(source: &dyn Source, at: u64) -> Result<Vec<Extent>> {
    let extents = source.extents(at..source.size()).await?;
    match extents.last() {
        Some(last) if last.end() > at => Ok(extents),
        _ => Err(Error::misuse("extents", "the source tells none").at(at)),
    }
}
