//! Which objects are known, to notice that events of some were lost.
//!
//! Every answer counts the rows of all tables. A host that restarts forgets tasks without an event,
//! and one that deletes much forgets old deletions; then its counts and ours differ.

use rustc_hash::{FxHashMap, FxHashSet};
use xapi_types::{AnyRef, Kind};

use super::{Change, poll::Answer};

/// The objects that are known.
#[derive(Debug, Default)]
pub(super) struct Census {
    known: FxHashMap<Kind, FxHashSet<AnyRef>>,
    /// Classes of which host and list agreed on the number; messages, for one, are counted as none.
    compared: FxHashSet<Kind>,
}

impl Census {
    pub(super) fn put(&mut self, kind: Kind, reference: AnyRef) {
        self.known.entry(kind).or_default().insert(reference);
    }

    /// Adds what another part of the same list has.
    pub(super) fn join(&mut self, other: Self) {
        for (kind, references) in other.known {
            let known = self.known.entry(kind).or_default();
            if known.is_empty() {
                *known = references;
            } else {
                known.extend(references);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.values().map(FxHashSet::len).sum()
    }

    pub(super) fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Put(reference, record) => self.put(record.kind(), reference.clone()),
                Change::Removed(kind, reference) => {
                    if let Some(known) = self.known.get_mut(kind) {
                        known.remove(reference);
                    }
                }
            }
        }
    }

    /// Ends a list: classes whose number is the host's are compared from now on.
    pub(super) fn compare(&mut self, counts: &[(Kind, u64)]) {
        let agreed = counts.iter().filter(|(kind, count)| self.number(*kind) == *count);
        self.compared = agreed.map(|(kind, _)| *kind).collect();
    }

    /// Returns the compared classes of which the answer counts another number than is known.
    pub(super) fn differing(&self, answer: &Answer) -> Vec<Kind> {
        let compared = answer.counts.iter().filter(|(kind, _)| self.compared.contains(kind));
        compared.filter(|(kind, count)| self.number(*kind) != *count).map(|(kind, _)| *kind).collect()
    }

    pub(super) fn distrust(&mut self, kind: Kind) {
        self.compared.remove(&kind);
    }

    /// Returns the removal of each known object of `kinds` that a list of them does not have.
    pub(super) fn missing(&self, kinds: &[Kind], list: &[Change]) -> Vec<Change> {
        let listed: FxHashSet<_> = list
            .iter()
            .filter_map(|change| match change {
                Change::Put(reference, _) => Some(reference),
                Change::Removed(..) => None,
            })
            .collect();
        let known = kinds.iter().filter_map(|kind| Some((*kind, self.known.get(kind)?)));
        let gone = |(kind, known): (Kind, &FxHashSet<AnyRef>)| -> Vec<Change> {
            let gone = known.iter().filter(|reference| !listed.contains(reference));
            gone.map(|reference| Change::Removed(kind, reference.clone())).collect()
        };
        known.flat_map(gone).collect()
    }

    fn number(&self, kind: Kind) -> u64 {
        self.known.get(&kind).map_or(0, FxHashSet::len) as u64
    }
}
