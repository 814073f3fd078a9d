//! Making a child part of its parent.

use std::sync::Arc;

use crate::{Content, Error, Piece, Result, Sink, Source};

/// Writes what a child has over its parent, which then holds what both held, and flushes it. `look` sees each piece that
/// has been written: for progress, and to go on after an interruption, as writing it twice does no harm.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] if the child is larger; what reading or writing says.
pub async fn merge(child: Arc<dyn Source>, parent: &mut dyn Sink, mut look: impl FnMut(&Piece)) -> Result<()> {
    if child.size() > parent.size() {
        let reason = format!("the child has {} bytes, the parent only {}", child.size(), parent.size());
        return Err(Error::misuse("merge", reason));
    }
    let mut content = Content::of_difference(child).await?;
    while let Some(piece) = content.next().await? {
        parent.write_at(piece.offset, piece.data.clone()).await?;
        look(&piece);
    }
    parent.flush().await
}
