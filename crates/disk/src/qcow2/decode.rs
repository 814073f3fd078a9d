//! A QCOW2 image that is read from front to back.
//!
//! What the L1 table and each L2 table tell is kept until it passes by, ordered by its place in the image. So an image
//! can be read in one pass if its tables come before what they tell of, all at the start or each before its clusters.

mod pending;
mod window;

use std::collections::BTreeMap;

use bytes::Bytes;
use tokio::io::AsyncRead;

use self::{
    pending::{Blocks, Item},
    window::Window,
};
use super::{
    Backing, Header,
    entry::{self, Cluster},
    header::{FIRST, LENGTH_2},
};
use crate::{
    Content, Error, Gaps, Kind, MAX_PIECE, Map, Order, Piece, Result,
    codec::parallel,
    fields::be::get_u64,
    generator::{Out, generate},
    input::Input,
    zero::zeros,
};

/// Most bytes that are kept of tables whose clusters have not passed by. Those of 2 TiB of which every other cluster
/// is there take 4 MiB.
const MOST: usize = 64 << 20;
/// How much of what is behind the last cluster is read, in bytes.
const PADDING: u64 = 64 << 20;
/// Compressed clusters that are decompressed side by side.
const TOGETHER: usize = 16;

/// A QCOW2 image whose first tables have been read.
#[derive(Debug)]
pub struct Decoded {
    /// The header.
    pub header: Header,
    /// How the image names its parent.
    pub backing: Option<Backing>,
    /// What follows: of an image with a parent, the difference. Its map is known if all tables came first.
    pub content: Content,
}

/// Reads an image from front to back: header and first tables now, the rest when it is asked for.
///
/// # Errors
///
/// [`Kind::NeedsSeek`] if a table comes after what it tells of, now or later; [`Kind::TooLarge`] if more than 64 MiB had to be
/// kept; whatever is wrong with the image.
pub async fn decode(reader: impl AsyncRead + Send + Unpin + 'static) -> Result<Decoded> {
    let mut window = Window::new(Input::new(reader));
    let first = window.get(0, FIRST, "QCOW2 header").await?;
    if first.len() < LENGTH_2 {
        return Err(Error::new(Kind::Truncated, "QCOW2 header", format!("{} bytes are none", first.len())).at(0));
    }
    let header = Header::read(&first)?;
    let backing = header.read_backing(&window.get(0, header.whole_length(), "QCOW2 header").await?)?;
    let gaps = if backing.is_some() { Gaps::Parent } else { Gaps::Zero };
    let cluster_size = u32::try_from(header.cluster()).expect("at most 2 MiB");
    let mut state = State {
        window,
        gaps,
        pending: BTreeMap::new(),
        kept: 0,
        tables: 0,
        map: Map::new(header.size, cluster_size),
        zeros: Map::new(if gaps == Gaps::Parent { header.size } else { 0 }, cluster_size),
        header: header.clone(),
    };
    state.read_l1().await?;
    while state.pending.first_key_value().is_some_and(|(_, item)| matches!(item, Item::Table(_))) {
        state.read_l2().await?;
    }
    let is_known = state.tables == 0;
    let ascending = is_known && state.is_ascending() && state.zeros.allocated() == 0;
    let mut map = state.map.clone();
    for zero in state.zeros.ranges() {
        map.set(zero);
    }
    let content = Content::new(header.size, generate(move |out| state.run(out)))
        .with_gaps(gaps)
        .with_order(if ascending { Order::Ascending } else { Order::Any });
    let content = if is_known { content.with_map(map) } else { content };
    Ok(Decoded { header, backing, content })
}

struct State {
    window: Window,
    header: Header,
    gaps: Gaps,
    pending: BTreeMap<u64, Item>,
    /// Memory that `pending` takes.
    kept: usize,
    /// Tables that are pending.
    tables: u64,
    map: Map,
    /// What is zero though the parent may have something.
    zeros: Map,
}

impl State {
    fn add(&mut self, at: u64, item: Item) -> Result<()> {
        self.kept += match &item {
            Item::Clusters(blocks) => blocks.size(),
            Item::Table(_) | Item::Packed(..) => 64,
        };
        self.tables += u64::from(matches!(item, Item::Table(_)));
        if self.kept > MOST {
            let reason = "the clusters are too scattered to read the image in one pass; put it into a file";
            return Err(Error::too_large("QCOW2 tables", reason).at(at));
        }
        if self.pending.insert(at, item).is_some() {
            return Err(Error::corrupt("QCOW2 cluster", "it is used twice").at(at));
        }
        Ok(())
    }

    fn take(&mut self) -> Option<(u64, Item)> {
        let (at, item) = self.pending.pop_first()?;
        self.kept -= match &item {
            Item::Clusters(blocks) => blocks.size(),
            Item::Table(_) | Item::Packed(..) => 64,
        };
        self.tables -= u64::from(matches!(item, Item::Table(_)));
        Some((at, item))
    }

    async fn read_l1(&mut self) -> Result<()> {
        let entries = u64::from(self.header.l1_needed()?);
        let mut index = 0;
        while index < entries {
            let part = (entries - index).min(8192);
            let at = self.header.l1_offset + 8 * index;
            let length = usize::try_from(part).expect("few") * 8;
            let table = self.window.need(at, length, "QCOW2 L1 table").await?;
            for slot in 0..part {
                let entry = get_u64(&table, usize::try_from(slot).expect("few") * 8);
                if let Some(at) = entry::l1(&self.header, entry, index + slot)? {
                    self.add(at, Item::Table(index + slot))?;
                }
            }
            index += part;
        }
        Ok(())
    }

    /// Reads the table that is pending first.
    async fn read_l2(&mut self) -> Result<()> {
        let Some((at, Item::Table(index))) = self.take() else { return Ok(()) };
        let cluster = self.header.cluster();
        let length = usize::try_from(cluster).expect("at most 2 MiB");
        let table = self.window.need(at, length, "QCOW2 L2 table").await?;
        let first = index * self.header.l2_entries();
        // Clusters of the disk whose places in the image follow each other, and the first of these.
        let mut open: Option<(u64, Vec<u64>)> = None;
        for slot in 0..usize::try_from(self.header.l2_entries()).expect("in memory") {
            let block = first + slot as u64;
            let start = block * cluster;
            if start >= self.header.size {
                break;
            }
            match entry::l2(&self.header, at, &table, slot)? {
                Cluster::Hole => {}
                Cluster::Zero => self.zeros.set(start..start + cluster),
                Cluster::Packed(place, length) => {
                    self.map.set(start..start + cluster);
                    self.add(place, Item::Packed(block, length))?;
                }
                Cluster::Data(place) => {
                    self.map.set(start..start + cluster);
                    match &mut open {
                        Some((from, blocks)) if *from + blocks.len() as u64 * cluster == place => blocks.push(block),
                        _ => {
                            if let Some((from, blocks)) = open.replace((place, vec![block])) {
                                self.add(from, Item::Clusters(Blocks::new(&blocks)))?;
                            }
                        }
                    }
                }
            }
        }
        if let Some((from, blocks)) = open {
            self.add(from, Item::Clusters(Blocks::new(&blocks)))?;
        }
        Ok(())
    }

    /// Returns whether what is pending comes in the order of the disk.
    fn is_ascending(&self) -> bool {
        let mut reached = None;
        self.pending.values().all(|item| {
            let (first, last) = match item {
                Item::Table(_) => return false,
                Item::Packed(block, _) => (*block, *block),
                Item::Clusters(blocks) => (blocks.first(), blocks.last()),
            };
            reached.replace(last).is_none_or(|reached| reached < first)
        })
    }

    async fn run(mut self, out: Out<Piece>) -> Result<()> {
        while let Some((at, item)) = self.pending.first_key_value() {
            let at = *at;
            match item {
                Item::Table(_) => self.read_l2().await?,
                Item::Packed(..) => self.read_packed(&out).await?,
                Item::Clusters(_) => {
                    let Some((_, Item::Clusters(blocks))) = self.take() else { return Ok(()) };
                    self.read_clusters(at, &blocks, &out).await?;
                }
            }
        }
        if self.gaps == Gaps::Parent {
            for range in self.zeros.ranges() {
                let mut offset = range.start;
                while offset < range.end {
                    let length = usize::try_from((range.end - offset).min(MAX_PIECE as u64)).expect("at most a piece");
                    out.send(Piece { offset, data: zeros(length) }).await;
                    offset += length as u64;
                }
            }
        }
        self.window.input.drain(PADDING).await
    }

    /// Returns the part of `length` bytes from a cluster on that is on the disk.
    fn within(&self, block: u64, length: u64) -> usize {
        let start = block * self.header.cluster();
        usize::try_from(length.min(self.header.size - start)).expect("at most a piece")
    }

    async fn read_clusters(&mut self, at: u64, blocks: &Blocks, out: &Out<Piece>) -> Result<()> {
        let cluster = self.header.cluster();
        let most = MAX_PIECE as u64 / cluster;
        let mut at = at;
        for (mut block, mut count) in blocks.runs() {
            while count > 0 {
                let part = count.min(most);
                let length = part * cluster;
                let data =
                    self.window.need(at, usize::try_from(length).expect("at most a piece"), "QCOW2 cluster").await?;
                let data = data.slice(..self.within(block, length));
                out.send(Piece { offset: block * cluster, data }).await;
                (at, block, count) = (at + length, block + part, count - part);
            }
        }
        Ok(())
    }

    /// Reads compressed clusters, some at once.
    async fn read_packed(&mut self, out: &Out<Piece>) -> Result<()> {
        let mut jobs = Vec::new();
        while jobs.len() < TOGETHER && matches!(self.pending.first_key_value(), Some((_, Item::Packed(..)))) {
            let Some((at, Item::Packed(block, length))) = self.take() else { break };
            jobs.push((at, block, self.window.get(at, length, "QCOW2 compressed cluster").await?));
        }
        let codec = self.header.compression.codec();
        let cluster = usize::try_from(self.header.cluster()).expect("at most 2 MiB");
        let work = move |(at, block, packed): (u64, u64, Bytes)| {
            let data = codec.unpack(&packed, cluster, "QCOW2 compressed cluster").map_err(|error| error.at(at))?;
            Ok((block, data))
        };
        for (block, data) in parallel(jobs, work).await? {
            let data = data.slice(..self.within(block, cluster as u64));
            out.send(Piece { offset: block * self.header.cluster(), data }).await;
        }
        Ok(())
    }
}
