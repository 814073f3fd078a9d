//! What a slow client has not been told yet: of each object the newest state.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use app::Object;
use rustc_hash::FxHashMap;

use super::notice::Notice;

/// Newest states by object; `true` for one that is there, `false` for one that has gone.
#[derive(Default)]
pub(crate) struct Behind(FxHashMap<ById, bool>);

impl Behind {
    /// Adds what a notification says.
    pub(crate) fn add(&mut self, notice: &Notice) {
        for (object, there) in notice.objects() {
            let object = ById(object.clone());
            // The key is replaced too: it is the state.
            self.0.remove(&object);
            self.0.insert(object, there);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the one notification that says it all.
    pub(crate) fn into_notice(self) -> Option<Notice> {
        let (mut entered, mut left) = (Vec::new(), Vec::new());
        for (ById(object), there) in self.0 {
            if there { entered.push(object) } else { left.push(object) }
        }
        Notice::new(entered, left)
    }
}

struct ById(Arc<Object>);

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
    }
}

impl Eq for ById {}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id().hash(state);
    }
}
