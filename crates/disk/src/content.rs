//! A disk that passes by once.

mod blocks;
mod source;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};

pub use self::source::map_of_data;
use crate::{Error, Map, Result, source::check_range};

/// Most bytes of a piece: a block of a VHD.
pub const MAX_PIECE: usize = 2 << 20;

/// Bytes of a disk from an offset on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where they are on the disk, in bytes: a multiple of 512.
    pub offset: u64,
    /// At least one and at most [`MAX_PIECE`] bytes, of whole sectors except at the end of the disk.
    pub data: Bytes,
}

impl Piece {
    /// Returns the offset of the first byte behind it.
    pub fn end(&self) -> u64 {
        self.offset + self.data.len() as u64
    }
}

/// What is true of bytes that no piece has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// They are zero: the content is a whole disk.
    Zero,
    /// They are as in the parent: the content is a difference. A piece of zeros means zeros.
    Parent,
}

/// In which order pieces come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Each starts at or behind the end of the one before.
    Ascending,
    /// Any; they do not overlap.
    Any,
}

/// What a disk holds, told once, piece by piece, when asked for the next.
///
/// It checks what it passes on: a piece beyond the end, too long or out of the promised order is an error, after which
/// nothing comes. A reader of a content need not check that again.
pub struct Content {
    size: u64,
    map: Option<Arc<Map>>,
    gaps: Gaps,
    order: Order,
    /// Where the last piece ended.
    reached: u64,
    /// None after an error or the end.
    pieces: Option<BoxStream<'static, Result<Piece>>>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Content");
        f.field("size", &self.size).field("gaps", &self.gaps).field("order", &self.order);
        f.field("map", &self.map.as_deref().map(Map::allocated)).finish_non_exhaustive()
    }
}

impl Content {
    /// Makes the content of a disk of `size` bytes: ascending pieces, gaps of zeros, and nothing known before.
    pub fn new(size: u64, pieces: impl Stream<Item = Result<Piece>> + Send + 'static) -> Self {
        let pieces = Some(pieces.boxed());
        Self { size, map: None, gaps: Gaps::Zero, order: Order::Ascending, reached: 0, pieces }
    }

    /// Promises that no piece has anything outside of the blocks of `map`.
    #[must_use]
    pub fn with_map(mut self, map: impl Into<Arc<Map>>) -> Self {
        self.map = Some(map.into());
        self
    }

    /// Says what gaps are.
    #[must_use]
    pub fn with_gaps(mut self, gaps: Gaps) -> Self {
        self.gaps = gaps;
        self
    }

    /// Says in which order pieces come.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Returns the virtual size, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns where there may be data, if that is known before.
    pub fn map(&self) -> Option<&Arc<Map>> {
        self.map.as_ref()
    }

    /// Returns what gaps are.
    pub fn gaps(&self) -> Gaps {
        self.gaps
    }

    /// Returns in which order pieces come.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Returns the next piece, or none at the end.
    ///
    /// # Errors
    ///
    /// What reading says; [`crate::Kind::Misuse`] for a piece that breaks a promise. Afterwards nothing comes.
    pub async fn next(&mut self) -> Result<Option<Piece>> {
        let Some(pieces) = &mut self.pieces else { return Ok(None) };
        let next = match pieces.next().await {
            Some(Ok(piece)) => self.check(&piece).map(|()| Some(piece)),
            Some(Err(error)) => Err(error),
            None => Ok(None),
        };
        if !matches!(next, Ok(Some(_))) {
            self.pieces = None;
        }
        next
    }

    fn check(&mut self, piece: &Piece) -> Result<()> {
        let length = piece.data.len();
        check_range(self.size, piece.offset, length as u64)?;
        let wrong = |reason: String| Err(Error::misuse("piece", reason).at(piece.offset));
        if length == 0 || length > MAX_PIECE {
            return wrong(format!("it has {length} bytes, neither none nor more than {MAX_PIECE} are allowed"));
        }
        let whole = |at: u64| at.is_multiple_of(crate::SECTOR);
        if !whole(piece.offset) || (!whole(length as u64) && piece.end() != self.size) {
            return wrong(format!("its {length} bytes are no whole sectors"));
        }
        if self.order == Order::Ascending && piece.offset < self.reached {
            return wrong(format!("it comes after what ends at byte {}", self.reached));
        }
        self.reached = piece.end();
        Ok(())
    }

    /// Calls `look` with each piece that passes: for progress.
    #[must_use]
    pub fn observed(self, mut look: impl FnMut(&Piece) + Send + 'static) -> Self {
        self.mapped(move |pieces| {
            let look = move |piece: &Result<Piece>| {
                if let Ok(piece) = piece {
                    look(piece);
                }
            };
            pieces.inspect(look).boxed()
        })
    }

    /// Returns the content with something done to its pieces as they pass.
    pub(crate) fn mapped(
        self,
        with: impl FnOnce(BoxStream<'static, Result<Piece>>) -> BoxStream<'static, Result<Piece>>,
    ) -> Self {
        let (size, map, gaps, order) = (self.size, self.map.clone(), self.gaps, self.order);
        Self { size, map, gaps, order, reached: 0, pieces: Some(with(self.into_stream())) }
    }

    /// Returns the pieces as a stream.
    pub fn into_stream(self) -> BoxStream<'static, Result<Piece>> {
        stream::try_unfold(self, |mut content| async move { Ok(content.next().await?.map(|piece| (piece, content))) })
            .boxed()
    }

    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] if gaps are not zeros: `what` needs a whole disk.
    pub(crate) fn need_whole(&self, what: &'static str) -> Result<()> {
        if self.gaps == Gaps::Parent {
            return Err(Error::misuse(what, "only a difference to a parent is given, put the parent under it"));
        }
        Ok(())
    }

    /// # Errors
    ///
    /// [`crate::Kind::NeedsSeek`] if pieces come in any order: `what` is written front to back.
    pub(crate) fn need_ascending(&self, what: &'static str) -> Result<()> {
        if self.order == Order::Any {
            let reason = "the blocks do not come in the order of the disk: write to a file, or spool";
            return Err(Error::new(crate::Kind::NeedsSeek, what, reason));
        }
        Ok(())
    }
}
