//! A disk that passes by once.

use std::{fmt, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};

use crate::{
    Error, Extent, Map, Result, Source, State, generator::generate, is_zero, source::check_range, zero::zeros,
};

/// Most bytes of a piece: a block of a VHD.
pub const MAX_PIECE: usize = 2 << 20;

/// Pieces that are read from a source at once: one is written while the next is read.
const READ_AHEAD: usize = 2;

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
        Self::new(size, jobs.map(read).buffered(READ_AHEAD)).with_map(map)
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
