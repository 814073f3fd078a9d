//! Streams that are written as a function which hands out one item after the other.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{Stream, future::BoxFuture};
use parking_lot::Mutex;

use crate::Result;

/// Where the function puts an item; it goes on when the item has been taken and the next is wanted.
pub(crate) struct Out<T>(Arc<Mutex<Option<T>>>);

impl<T> Out<T> {
    /// Hands out `item`.
    pub(crate) async fn send(&self, item: T) {
        let mut item = Some(item);
        poll_fn(|_| {
            let mut slot = self.0.lock();
            if let Some(item) = item.take() {
                *slot = Some(item);
            }
            // No waker: the stream polls again when it is asked for more.
            if slot.is_some() { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

struct Generator<T> {
    slot: Arc<Mutex<Option<T>>>,
    future: Option<BoxFuture<'static, Result<()>>>,
}

/// Returns the items that the function hands out, then its error if it fails.
pub(crate) fn generate<T, F>(function: impl FnOnce(Out<T>) -> F) -> impl Stream<Item = Result<T>> + Send
where
    T: Send + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let slot = Arc::new(Mutex::new(None));
    let future = function(Out(Arc::clone(&slot)));
    Generator { slot, future: Some(Box::pin(future)) }
}

impl<T> Stream for Generator<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(future) = &mut self.future else { return Poll::Ready(None) };
        match future.as_mut().poll(cx) {
            Poll::Ready(done) => {
                self.future = None;
                Poll::Ready(done.err().map(Err))
            }
            Poll::Pending => match self.slot.lock().take() {
                Some(item) => Poll::Ready(Some(Ok(item))),
                None => Poll::Pending,
            },
        }
    }
}
