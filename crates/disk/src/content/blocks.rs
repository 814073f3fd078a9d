//! Pieces cut and joined to blocks.

use bytes::BytesMut;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{Content, Gaps, MAX_PIECE, Piece};
use crate::{Error, Result, is_zero};

impl Content {
    /// Returns the content in whole blocks of `block` bytes (a power of two, at most [`MAX_PIECE`]) that start at
    /// multiples of it, the last one shorter; what no piece has is zero in them. Blocks of zeros are left out.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] for a difference, whose gaps are no zeros, and a block size that is none;
    /// [`crate::Kind::NeedsSeek`] if pieces come in any order.
    pub fn into_blocks(self, block: u32) -> Result<BoxStream<'static, Result<Piece>>> {
        self.need_whole("blocks")?;
        self.need_ascending("blocks")?;
        if !block.is_power_of_two() || block as usize > MAX_PIECE || u64::from(block) < crate::SECTOR {
            return Err(Error::misuse("blocks", format!("{block} bytes are no size of a block")));
        }
        Ok(self.blocks(block))
    }

    /// Returns a difference in whole blocks, as [`Self::into_blocks`] does, zeros too: nothing is known of what is missing
    /// in a block.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NeedsSeek`] if pieces come in any order. Later, [`crate::Kind::Misuse`] if a block is not whole.
    pub(crate) fn into_whole_blocks(self, block: u32) -> Result<BoxStream<'static, Result<Piece>>> {
        self.need_ascending("blocks")?;
        Ok(self.blocks(block))
    }

    fn blocks(self, block: u32) -> BoxStream<'static, Result<Piece>> {
        let state = Blocks { content: self, block: u64::from(block), open: None, piece: None };
        let blocks =
            stream::try_unfold(state, |mut state| async move { Ok(state.next().await?.map(|piece| (piece, state))) });
        blocks.boxed()
    }
}

/// Cuts and joins pieces to blocks.
struct Blocks {
    content: Content,
    block: u64,
    /// The block that is being filled, where the next byte of it is the end of its buffer.
    open: Option<(u64, BytesMut)>,
    /// What has not been put into a block yet.
    piece: Option<Piece>,
}

impl Blocks {
    async fn next(&mut self) -> Result<Option<Piece>> {
        loop {
            if self.piece.is_none() {
                self.piece = self.content.next().await?;
            }
            let Some(piece) = &mut self.piece else { return self.close() };
            let start = piece.offset / self.block * self.block;
            if self.open.as_ref().is_some_and(|open| open.0 != start) {
                match self.close()? {
                    Some(done) => return Ok(Some(done)),
                    None => continue,
                }
            }
            let end = (start + self.block).min(self.content.size);
            let taken = usize::try_from((end - piece.offset).min(piece.data.len() as u64)).expect("at most a block");
            let part = piece.data.split_to(taken);
            let offset = piece.offset;
            piece.offset += taken as u64;
            if piece.data.is_empty() {
                self.piece = None;
            }
            if offset == start && offset + taken as u64 == end {
                if self.content.gaps == Gaps::Parent || !is_zero(&part) {
                    return Ok(Some(Piece { offset, data: part }));
                }
                continue;
            }
            let length = usize::try_from(end - start).expect("at most a block");
            let (_, buffer) = self.open.get_or_insert_with(|| (start, BytesMut::with_capacity(length)));
            let before = usize::try_from(offset - start).expect("within the block");
            if before > buffer.len() {
                need_zeros(self.content.gaps, start)?;
                buffer.resize(before, 0);
            }
            buffer.extend_from_slice(&part);
        }
    }

    /// Ends the open block; none if there is nothing in it.
    fn close(&mut self) -> Result<Option<Piece>> {
        let Some((offset, mut buffer)) = self.open.take() else { return Ok(None) };
        let length = usize::try_from(self.block.min(self.content.size - offset)).expect("at most a block");
        if buffer.len() < length {
            need_zeros(self.content.gaps, offset)?;
            buffer.resize(length, 0);
        }
        let data = buffer.freeze();
        let is_nothing = self.content.gaps == Gaps::Zero && is_zero(&data);
        Ok((!is_nothing).then_some(Piece { offset, data }))
    }
}

/// Checks that what is missing in the block at `block` is zero.
fn need_zeros(gaps: Gaps, block: u64) -> Result<()> {
    if gaps == Gaps::Parent {
        let reason = "the rest of the block is in the parent, which is not given";
        return Err(Error::misuse("block of a difference", reason).at(block));
    }
    Ok(())
}
