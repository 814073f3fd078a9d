//! A VHD that is written from front to back, as XAPI writes and takes it.

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;

use super::{BLOCK, DiskType, Footer, Header, Options, bat::Bat, bitmap, checked_size, footer, header};
use crate::{
    Content, Encoded, Error, Gaps, Map, Piece, Result, SECTOR,
    generator::{Out, generate},
    zero::zeros,
};

/// Where the first locator is: behind the header.
const LOCATOR: u64 = (footer::LENGTH + header::LENGTH) as u64;
/// Where the BAT is at the earliest, as in XAPI's images.
const TABLE: u64 = 2048;
/// Bytes of a block with its bitmap.
const WITH_BITMAP: u64 = BLOCK as u64 + SECTOR;

/// Bitmap of a block of which all sectors are there.
pub(super) static ALL: [u8; 512] = [0xff; 512];

/// What stands before the blocks.
pub(crate) struct Head {
    pub(crate) footer: Footer,
    pub(crate) header: Header,
    /// The paths of the parent, and where they are.
    pub(crate) locators: Vec<(u64, Bytes)>,
    /// Where blocks start.
    pub(crate) end: u64,
}

impl Head {
    pub(crate) fn new(size: u64, options: &Options) -> Result<Self> {
        let size = checked_size(size)?;
        let disk_type = if options.parent.is_some() { DiskType::Differencing } else { DiskType::Dynamic };
        let footer = Footer::new(size, disk_type, options.uuid, options.timestamp);
        let mut header = Header::new(size, TABLE);
        let mut locators = Vec::new();
        if let Some(parent) = &options.parent {
            header.parent_uuid = parent.uuid;
            header.parent_timestamp = parent.timestamp;
            header.parent_name.clone_from(&parent.name);
            let platform = if parent.name.starts_with('/') { header::W2KU } else { header::W2RU };
            let path: Vec<u8> = parent.name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let space = (path.len() as u64).next_multiple_of(SECTOR);
            let wide = |number: u64| u32::try_from(number);
            let (Ok(length), Ok(room)) = (wide(path.len() as u64), wide(space)) else {
                return Err(Error::too_large("VHD parent locator", "the path of the parent is too long"));
            };
            header.locators[0] = header::Locator { platform, space: room, length, offset: LOCATOR };
            header.table_offset = (LOCATOR + space).max(TABLE);
            locators.push((LOCATOR, path.into()));
        }
        let end = header.table_offset + (u64::from(header.entries) * 4).next_multiple_of(SECTOR);
        Ok(Self { footer, header, locators, end })
    }

    /// Returns all that stands before the BAT.
    pub(super) fn to_bytes(&self) -> Bytes {
        let mut bytes = BytesMut::zeroed(usize::try_from(self.header.table_offset).expect("a path is short"));
        bytes[..footer::LENGTH].copy_from_slice(&self.footer.to_bytes());
        bytes[footer::LENGTH..footer::LENGTH + header::LENGTH].copy_from_slice(&self.header.to_bytes());
        for (at, path) in &self.locators {
            let at = usize::try_from(*at).expect("a path is short");
            bytes[at..at + path.len()].copy_from_slice(path);
        }
        bytes.freeze()
    }
}

/// Returns the length of the dynamic VHD that a disk becomes, in bytes: without a map each block is written.
///
/// # Errors
///
/// [`crate::Kind::TooLarge`] if the disk is larger than 2040 GiB.
pub fn length(size: u64, map: Option<&Map>) -> Result<u64> {
    let head = Head::new(size, &Options::default())?;
    let blocks = map.map_or_else(|| u64::from(head.header.entries), |map| map.rescaled(BLOCK).allocated());
    Ok(head.end + blocks * WITH_BITMAP + footer::LENGTH as u64)
}

/// Writes a dynamic or, with a parent in `options`, a differencing VHD from front to back. Its length is known.
///
/// The table comes first, so the blocks are those of the content's map, and all of them if it has none: what turns out
/// to be zero is written as zeros. Put the content on disk before (`Content::spool`) where that would be too much.
///
/// # Errors
///
/// [`crate::Kind::TooLarge`] if the disk is larger than 2040 GiB, [`crate::Kind::NeedsSeek`] if pieces come in any order,
/// [`crate::Kind::Misuse`] for a difference without parent. Later, [`crate::Kind::Misuse`] if a piece is outside of the map.
pub fn encode(content: Content, options: &Options) -> Result<Encoded> {
    content.need_ascending("VHD")?;
    if options.parent.is_none() {
        content.need_whole("VHD")?;
    }
    let head = Head::new(content.size(), options)?;
    let map = match content.map() {
        Some(map) => map.rescaled(BLOCK),
        None => Map::full(content.size(), BLOCK),
    };
    let mut bat = Bat::new(&head.header, head.footer.size);
    let mut at = head.end;
    let blocks: Vec<u32> = (0..head.header.entries).filter(|block| map.has((*block).into())).collect();
    for block in &blocks {
        bat.set(*block as usize, at)?;
        at += WITH_BITMAP;
    }
    let length = at + footer::LENGTH as u64;
    let bytes = generate(move |out| async move {
        out.send(head.to_bytes()).await;
        out.send(bat.to_bytes(head.header.entries)).await;
        drop(bat);
        match content.gaps() {
            Gaps::Zero => whole(content, blocks, &out).await?,
            Gaps::Parent => difference(content, blocks, &out).await?,
        }
        out.send(Bytes::copy_from_slice(&head.footer.to_bytes())).await;
        Ok(())
    });
    Ok(Encoded::new(Some(length), bytes))
}

fn outside(piece: &Piece) -> Error {
    Error::misuse("VHD block", "the content has something outside of its map").at(piece.offset)
}

/// Writes full blocks.
async fn whole(content: Content, blocks: Vec<u32>, out: &Out<Bytes>) -> Result<()> {
    let mut pieces = content.into_blocks(BLOCK)?;
    let mut next = pieces.try_next().await?;
    for block in blocks {
        let start = u64::from(block) * u64::from(BLOCK);
        out.send(Bytes::from_static(&ALL)).await;
        let mut missing = BLOCK as usize;
        match next.take() {
            Some(piece) if piece.offset == start => {
                missing -= piece.data.len();
                out.send(piece.data).await;
                next = pieces.try_next().await?;
            }
            Some(piece) if piece.offset < start => return Err(outside(&piece)),
            other => next = other,
        }
        if missing > 0 {
            out.send(zeros(missing)).await;
        }
    }
    next.map_or(Ok(()), |piece| Err(outside(&piece)))
}

/// Writes blocks with the sectors that are there marked.
async fn difference(mut content: Content, blocks: Vec<u32>, out: &Out<Bytes>) -> Result<()> {
    let mut next = content.next().await?;
    for block in blocks {
        let start = u64::from(block) * u64::from(BLOCK);
        let mut bits = [0; 512];
        let mut data = BytesMut::new();
        while let Some(piece) = &mut next {
            let Some(within) = piece.offset.checked_sub(start) else { return Err(outside(piece)) };
            if within >= u64::from(BLOCK) {
                break;
            }
            let within = usize::try_from(within).expect("within the block");
            let part = piece.data.split_to(piece.data.len().min(BLOCK as usize - within));
            piece.offset += part.len() as u64;
            bitmap::set(&mut bits, within / 512..(within + part.len()).div_ceil(512));
            data.resize(within, 0);
            data.extend_from_slice(&part);
            if piece.data.is_empty() {
                next = content.next().await?;
            }
        }
        data.resize(BLOCK as usize, 0);
        out.send(Bytes::copy_from_slice(&bits)).await;
        out.send(data.freeze()).await;
    }
    next.map_or(Ok(()), |piece| Err(outside(&piece)))
}

/// Writes a fixed VHD from front to back: the raw disk and a footer. Its length is known.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_fixed(content: Content, options: &Options) -> Result<Encoded> {
    let size = checked_size(content.size())?;
    let padding = usize::try_from(size - content.size()).expect("less than a sector");
    let footer = Footer::new(size, DiskType::Fixed, options.uuid, options.timestamp).to_bytes();
    let end = [zeros(padding), Bytes::copy_from_slice(&footer)];
    let raw = crate::raw::encode(content)?;
    let end = futures_util::stream::iter(end.into_iter().filter(|part| !part.is_empty()).map(Ok));
    Ok(Encoded::new(Some(size + footer::LENGTH as u64), futures_util::StreamExt::chain(raw, end)))
}
