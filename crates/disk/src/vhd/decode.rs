//! A VHD that is read from front to back.

use std::sync::Arc;

use tokio::io::AsyncRead;

use super::{DiskType, Footer, Header, bat::Bat, bitmap, footer, header};
use crate::{
    Content, Error, Gaps, Kind, MAX_PIECE, Map, Order, Piece, Result, SECTOR,
    generator::{Out, generate},
    input::Input,
};

/// How far behind the last block the footer is looked for, in bytes: programs leave room for a block or align.
const FOOTER_WITHIN: u64 = 4 << 20;
/// What may follow the footer, in bytes; more is not read.
const PADDING: u64 = 8 << 20;

/// A VHD whose tables have been read.
#[derive(Debug)]
pub struct Decoded {
    /// The footer: of a dynamic image its copy, of a fixed one what will have to be at the end.
    pub footer: Footer,
    /// The header; none of a fixed image.
    pub header: Option<Header>,
    /// What follows. Of a differencing image it is the difference.
    pub content: Content,
}

/// Reads a VHD from front to back: its tables now, its blocks when they are asked for, and at last its footer, without
/// which the image is truncated. `length` is that of the image, if it is known; a fixed image cannot do without it.
///
/// # Errors
///
/// [`Kind::NeedsSeek`] if the tables do not come first, or for a fixed image without length; whatever is wrong with footer,
/// header and table.
pub async fn decode(reader: impl AsyncRead + Send + Unpin + 'static, length: Option<u64>) -> Result<Decoded> {
    let mut input = Input::new(reader);
    let first = input.read_some(footer::LENGTH, "VHD footer").await?;
    if !first.starts_with(footer::COOKIE) {
        return fixed(input, first, length);
    }
    let footer = Footer::read(&first)?;
    if footer.disk_type == DiskType::Fixed {
        return fixed(input, first, length);
    }
    input.skip_to(footer.data_offset, "VHD header").await?;
    let header = input.read(header::LENGTH, "VHD header").await?;
    let header = Header::read(&header, footer.size).map_err(|error| shift(error, footer.data_offset))?;
    input.skip_to(header.table_offset, "VHD block allocation table").await?;
    let length = Bat::needed(&header, footer.size) * 4;
    let bat = Bat::read(&input.read_large(length, "VHD block allocation table").await?);
    let blocks = bat.in_order(&header, input.position())?;
    let mut map = Map::new(footer.size, header.block_size);
    for (_, block) in &blocks {
        let start = u64::from(*block) * u64::from(header.block_size);
        map.set(start..start + u64::from(header.block_size));
    }
    let ascending = blocks.is_sorted_by_key(|(_, block)| *block);
    let gaps = if footer.disk_type == DiskType::Differencing { Gaps::Parent } else { Gaps::Zero };
    let reader = Reader { input, footer: footer.clone(), header: header.clone() };
    let content = Content::new(footer.size, generate(move |out| reader.run(blocks, out)))
        .with_map(Arc::new(map))
        .with_gaps(gaps)
        .with_order(if ascending { Order::Ascending } else { Order::Any });
    Ok(Decoded { footer, header: Some(header), content })
}

/// Turns the offset of a field into one of the image.
pub(crate) fn shift(error: Error, start: u64) -> Error {
    match error.offset() {
        Some(at) => error.moved_to(start.saturating_add(at)),
        None => error.at(start),
    }
}

struct Reader {
    input: Input,
    footer: Footer,
    header: Header,
}

impl Reader {
    async fn run(mut self, blocks: Vec<(u64, u32)>, out: Out<Piece>) -> Result<()> {
        for (at, block) in blocks {
            self.input.skip_to(at, "VHD block").await?;
            self.block(block, &out).await?;
        }
        self.end().await
    }

    /// Reads a block: where its bitmap says that there is something.
    async fn block(&mut self, block: u32, out: &Out<Piece>) -> Result<()> {
        let start = u64::from(block) * u64::from(self.header.block_size);
        let length = usize::try_from(self.header.bitmap_size()).expect("at most 64 KiB");
        let bitmap = self.input.read(length, "VHD block bitmap").await?;
        let size = u64::from(self.header.block_size).min(self.footer.size - start);
        let mut done = 0;
        while done < size {
            let part = (size - done).min(MAX_PIECE as u64);
            let sector = |byte: u64| usize::try_from(byte / SECTOR).expect("within a block");
            let sectors = sector(done)..sector(done + part);
            let data = self.input.read(usize::try_from(part).expect("at most a piece"), "VHD block").await?;
            for (run, there) in bitmap::runs_or_all(&bitmap, sectors) {
                if there {
                    let first = run.start as u64 * SECTOR;
                    let within = usize::try_from(first - done).expect("within a piece");
                    let data = data.slice(within..within + run.len() * 512);
                    out.send(Piece { offset: start + first, data }).await;
                }
            }
            done += part;
        }
        let rest = u64::from(self.header.block_size) - size;
        self.input.skip_to(self.input.position() + rest, "end of the last VHD block").await
    }

    /// Finds the footer at the end, which must be that of the start.
    async fn end(mut self) -> Result<()> {
        let from = self.input.position();
        // Behind a table without blocks there may be what fills its last sector up.
        self.input.skip_to(from.next_multiple_of(SECTOR), "VHD footer").await?;
        let footer = loop {
            let at = self.input.position();
            let sector = self.input.read_some(footer::LENGTH, "VHD footer").await?;
            if sector.len() == footer::LENGTH && sector.starts_with(footer::COOKIE) {
                break Footer::read(&sector).map_err(|error| shift(error, at))?;
            }
            if sector.len() < footer::LENGTH || at - from > FOOTER_WITHIN {
                let reason = "there is none behind the blocks: the image is not whole";
                return Err(Error::new(Kind::Truncated, "VHD footer", reason).at(from));
            }
        };
        if (footer.uuid, footer.size, footer.disk_type) != (self.footer.uuid, self.footer.size, self.footer.disk_type) {
            let reason = "it is not that of the start of the image";
            return Err(Error::corrupt("VHD footer", reason).at(self.input.position() - footer::LENGTH as u64));
        }
        self.input.drain(PADDING).await
    }
}

/// Reads a fixed image, whose first sector has been read.
fn fixed(mut input: Input, first: bytes::Bytes, length: Option<u64>) -> Result<Decoded> {
    let Some(length) = length else {
        let reason = "it does not start with `conectix`, and a fixed VHD can be read only if its length is known";
        return Err(Error::new(Kind::NeedsSeek, "VHD footer", reason).at(0));
    };
    let Some(size) = length.checked_sub(footer::LENGTH as u64).filter(|size| size.is_multiple_of(SECTOR)) else {
        return Err(Error::corrupt("VHD footer", format!("{length} bytes are no VHD")).at(0));
    };
    let size = super::checked_size(size)?;
    let expected = Footer::new(size, DiskType::Fixed, uuid::Uuid::nil(), 0);
    let content = generate(move |out| async move {
        let mut first = Some(first);
        let mut offset = 0;
        while offset < size {
            let data = if let Some(first) = first.take() {
                first
            } else {
                let part = (size - offset).min(MAX_PIECE as u64 - offset % MAX_PIECE as u64);
                input.read(usize::try_from(part).expect("at most a piece"), "VHD data").await?
            };
            let piece = Piece { offset, data };
            offset = piece.end();
            out.send(piece).await;
        }
        let last = match first {
            Some(first) => first,
            None => input.read(footer::LENGTH, "VHD footer").await?,
        };
        let footer = Footer::read(&last).map_err(|error| shift(error, size))?;
        if footer.disk_type != DiskType::Fixed || footer.size != size {
            let reason = format!("it is not that of a fixed disk of {size} bytes");
            return Err(Error::corrupt("VHD footer", reason).at(size));
        }
        Ok(())
    });
    Ok(Decoded { footer: expected, header: None, content: Content::new(size, content) })
}
