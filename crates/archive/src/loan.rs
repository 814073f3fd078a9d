//! Handing a reader on with the content that is read by it, and getting it back.

use tokio::sync::oneshot;

/// A reader that is lent to a content, and comes back with the end of that.
#[derive(Debug)]
pub struct Loan<T>(oneshot::Receiver<T>);

/// Gives the reader back.
#[derive(Debug)]
pub(crate) struct Back<T>(oneshot::Sender<T>);

impl<T> Loan<T> {
    pub(crate) fn new() -> (Back<T>, Self) {
        let (back, loan) = oneshot::channel();
        (Back(back), Self(loan))
    }

    /// Waits for the reader; nothing comes if the content was dropped half-way or has failed. Whoever holds the
    /// content and reads no more of it waits forever.
    pub async fn back(self) -> Option<T> {
        self.0.await.ok()
    }
}

impl<T> Back<T> {
    pub(crate) fn give(self, reader: T) {
        // Who has let the loan go wants nothing back.
        let _ = self.0.send(reader);
    }
}
