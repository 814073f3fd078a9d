//! What a change did to the store.

use std::sync::Arc;

use crate::{object::Object, pool_id::PoolId};

/// What a change did to the store: only what clients can see, each object once.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The pool that changed.
    pub pool: PoolId,
    /// Objects that are new or have changed. One may be of another pool: it had the same id as one that left.
    pub entered: Vec<Arc<Object>>,
    /// Objects whose id is gone, as they were last.
    pub left: Vec<Arc<Object>>,
}

impl Delta {
    /// Tells whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.entered.is_empty() && self.left.is_empty()
    }
}
