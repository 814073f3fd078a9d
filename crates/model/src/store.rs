//! The store: every object of every pool, once.
//!
//! There is one [`Writer`]; [`Store`] is what everybody else has. The objects are in persistent tries: a change copies
//! the few nodes on the way to it, so that a snapshot is a pointer, applying k changes costs O(k), and readers and the
//! writer never wait for each other.

mod index;
mod snapshot;
mod trie;
mod writer;

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::object::Object;

pub use snapshot::{Objects, Snapshot};
pub use writer::{NoPool, Writer};

/// Reads the objects of all pools; a clone reads the same ones.
#[derive(Clone, Debug)]
pub struct Store {
    current: Arc<ArcSwap<Snapshot>>,
}

impl Store {
    /// Makes an empty store, and its only writer.
    #[allow(clippy::new_ret_no_self, reason = "a store without its writer would stay empty")]
    pub fn new() -> (Self, Writer) {
        let current = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        (Self { current: Arc::clone(&current) }, Writer::new(current))
    }

    /// Returns all objects as they are now; later changes do not show in it.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::clone(&self.current.load())
    }

    /// Returns the object with this id, or made of the record with this reference.
    pub fn get(&self, id_or_ref: &str) -> Option<Arc<Object>> {
        self.current.load().get(id_or_ref).cloned()
    }
}
