//! Memory for what is on its way: so much for a connection, so much for all together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::wire::LARGEST_REQUEST;

/// What memory is counted in, in bytes: a page.
const PAGE: usize = 4096;

/// Memory that is free, in pages.
#[derive(Clone)]
pub(super) struct Memory {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
}

impl Memory {
    /// Makes `bytes` the memory of all; less than the largest request needs would leave that waiting forever.
    pub(super) fn new(bytes: usize) -> Self {
        let pages = bytes.max(LARGEST_REQUEST as usize).div_ceil(PAGE).min(Semaphore::MAX_PERMITS);
        let all = Arc::new(Semaphore::new(pages));
        Self { own: Arc::clone(&all), all }
    }

    /// Makes the part of a connection: two of the largest requests.
    pub(super) fn of_connection(&self) -> Self {
        let own = Arc::new(Semaphore::new(2 * LARGEST_REQUEST as usize / PAGE));
        Self { all: Arc::clone(&self.all), own }
    }

    /// Waits until so many bytes are free, and takes them until what is returned is dropped.
    pub(super) async fn take(&self, bytes: u32) -> impl Send + Sync + use<> {
        let pages = u32::try_from((bytes as usize).div_ceil(PAGE)).expect("there are fewer pages than bytes");
        // Its own part first, so that nobody holds what is for all while waiting for their own.
        let own: Option<OwnedSemaphorePermit> = Arc::clone(&self.own).acquire_many_owned(pages).await.ok();
        let all = Arc::clone(&self.all).acquire_many_owned(pages).await.ok();
        (own, all)
    }
}
