//! Long texts, and maps, that stand in many records.

mod map;

use std::{cell::RefCell, collections::HashSet, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use map::SPAN;
pub use map::SharedMap;

/// Most texts, and most maps, that a thread remembers; past it, it forgets them all and begins again.
const REMEMBERED: usize = 4096;

thread_local! {
    static SEEN: RefCell<HashSet<Arc<str>>> = RefCell::default();
}

/// A text of which equal ones, read by the same thread, share their memory.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shared(Option<Arc<str>>);

impl Shared {
    /// Shares `text` with equal ones made earlier by this thread.
    pub fn new(text: &str) -> Self {
        if text.is_empty() {
            return Self(None);
        }
        SEEN.with_borrow_mut(|seen| {
            if let Some(known) = seen.get(text) {
                return Self(Some(Arc::clone(known)));
            }
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
            let fresh: Arc<str> = text.into();
            seen.insert(Arc::clone(&fresh));
            Self(Some(fresh))
        })
    }
}

impl Deref for Shared {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::lenient::text(deserializer, Self::new)
    }
}
