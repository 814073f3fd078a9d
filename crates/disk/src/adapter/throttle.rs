//! A limit to how fast bytes pass.

use std::sync::Arc;

use futures_util::StreamExt;
use parking_lot::Mutex;
use tokio::time::{Duration, Instant};

use crate::Content;

/// A limit in bytes a second, for all who share it.
#[derive(Clone, Debug)]
pub struct Throttle {
    rate: u64,
    /// When what has passed so far is paid for.
    free: Arc<Mutex<Option<Instant>>>,
}

impl Throttle {
    /// Lets `rate` bytes a second pass, at least one.
    pub fn new(rate: u64) -> Self {
        Self { rate: rate.max(1), free: Arc::default() }
    }

    /// Waits until `bytes` more may pass.
    pub async fn pass(&self, bytes: u64) {
        let start = {
            let mut free = self.free.lock();
            let start = free.unwrap_or_else(Instant::now).max(Instant::now());
            let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(self.rate);
            *free = Some(start + Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX)));
            start
        };
        tokio::time::sleep_until(start).await;
    }

    /// Returns the content, its pieces no faster than the limit.
    #[must_use]
    pub fn content(&self, content: Content) -> Content {
        let throttle = self.clone();
        content.mapped(move |pieces| {
            let wait = move |piece: crate::Result<crate::Piece>| {
                let throttle = throttle.clone();
                async move {
                    if let Ok(piece) = &piece {
                        throttle.pass(piece.data.len() as u64).await;
                    }
                    piece
                }
            };
            pieces.then(wait).boxed()
        })
    }
}
