//! How often each cluster of an image that is being written is used: refcounts of 16 bits.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::{Error, Result, Storage};

/// Blocks that are kept: clusters are placed in ascending order, so that only the last and the one before change.
const KEPT: usize = 2;

/// The refcounts of an image that is being written.
pub(super) struct Refcounts {
    cluster: u64,
    /// Where the blocks are.
    places: Vec<u64>,
    blocks: BTreeMap<usize, Vec<u16>>,
}

impl Refcounts {
    /// Starts with the first block at `place`.
    pub(super) fn new(cluster: u64, place: u64) -> Self {
        Self { cluster, places: vec![place], blocks: BTreeMap::from([(0, Self::empty(cluster))]) }
    }

    fn empty(cluster: u64) -> Vec<u16> {
        vec![0; usize::try_from(cluster / 2).expect("at most 1 MiB")]
    }

    /// Returns whether there is a block for the cluster at byte `at`.
    pub(super) fn covers(&self, at: u64) -> bool {
        self.place(at).0 < self.places.len()
    }

    /// Returns the block of the cluster at byte `at`, and its place in it.
    fn place(&self, at: u64) -> (usize, usize) {
        let (cluster, counts) = (at / self.cluster, self.cluster / 2);
        let small = |number: u64| usize::try_from(number).expect("an image has fewer clusters");
        (small(cluster / counts), small(cluster % counts))
    }

    /// Places the next block, and writes those that are done.
    pub(super) async fn grow(&mut self, place: u64, storage: &dyn Storage) -> Result<()> {
        self.blocks.insert(self.places.len(), Self::empty(self.cluster));
        self.places.push(place);
        while self.blocks.len() > KEPT {
            let (index, block) = self.blocks.pop_first().expect("there are some");
            storage.write_at(self.places[index], bytes(&block)).await?;
        }
        Ok(())
    }

    /// Counts a use of the cluster at byte `at`.
    pub(super) fn add(&mut self, at: u64) {
        let (block, index) = self.place(at);
        let block = self.blocks.get_mut(&block).expect("clusters are placed in ascending order");
        block[index] += 1;
    }

    /// Writes the blocks that are kept, and returns the table.
    pub(super) async fn write(&self, table_clusters: u32, storage: &dyn Storage) -> Result<Bytes> {
        for (index, block) in &self.blocks {
            storage.write_at(self.places[*index], bytes(block)).await?;
        }
        let length = usize::try_from(u64::from(table_clusters) * self.cluster).expect("in memory");
        let mut table: Vec<u8> = self.places.iter().flat_map(|place| place.to_be_bytes()).collect();
        if table.len() > length {
            return Err(Error::too_large("QCOW2 refcount table", "the image has more clusters than were foreseen"));
        }
        table.resize(length, 0);
        Ok(table.into())
    }
}

fn bytes(block: &[u16]) -> Bytes {
    block.iter().flat_map(|count| count.to_be_bytes()).collect::<Vec<_>>().into()
}
