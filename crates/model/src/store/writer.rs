//! The one that changes the store.

mod aside;
mod make;

use std::sync::Arc;

use arc_swap::ArcSwap;
use xapi_types::AnyRef;

use super::snapshot::Snapshot;
use crate::{
    delta::Delta,
    mirror::{Change, Mirror},
    object::Object,
    pool_id::PoolId,
};
use aside::Aside;
use make::{Draft, Made, Outcome};

/// A mirror without a record of class `pool` was to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host sent no record of its pool")]
pub struct NoPool;

/// Changes the store; there is one, so that changes of several pools come one after the other.
///
/// Of objects with the same id the first stays; the others are kept aside until it goes.
#[derive(Debug)]
pub struct Writer {
    current: Arc<ArcSwap<Snapshot>>,
    /// What the next publication shows.
    state: Snapshot,
    aside: Aside,
    next_order: u64,
}

/// What happens to the object of one record.
enum Step {
    Remove(Arc<Object>),
    /// A new look of an object that is shown or kept aside, or a new object.
    Put(AnyRef, Draft, Option<Arc<Object>>),
}

impl Writer {
    pub(super) fn new(current: Arc<ArcSwap<Snapshot>>) -> Self {
        Self { current, state: Snapshot::default(), aside: Aside::default(), next_order: 0 }
    }

    /// Makes the objects of all records of `mirror` and swaps them for those that the pool had before, at once.
    ///
    /// # Errors
    ///
    /// [`NoPool`] if there is no record of class `pool`; the store stays as it is.
    pub fn relist(&mut self, mirror: &mut Mirror) -> Result<Delta, NoPool> {
        let pool = mirror.pool_id().cloned().ok_or(NoPool)?;
        let dirty = mirror.take_dirty();
        mirror.settle(dirty);
        mirror.set_listed();
        let slots = mirror.occupied();
        let mut delta = self.leave_former(mirror, &pool);
        let mut steps: Vec<Step> = self.gone(mirror, &pool).map(Step::Remove).collect();
        steps.extend(self.steps(mirror, &pool, &slots));
        self.run(&pool, steps, &mut delta);
        Ok(self.publish(delta))
    }

    /// Applies changes of a pool that was listed before; a mirror that was not is listed now.
    ///
    /// Costs what changed, whatever the number of objects.
    ///
    /// # Errors
    ///
    /// [`NoPool`] as for [`Self::relist`]; the changes are in the mirror nevertheless.
    pub fn apply(&mut self, mirror: &mut Mirror, changes: impl IntoIterator<Item = Change>) -> Result<Delta, NoPool> {
        for change in changes {
            mirror.change(change);
        }
        let pool = mirror.pool_id().cloned().ok_or(NoPool)?;
        if !mirror.is_listed() || mirror.published() != Some(&pool) {
            return self.relist(mirror);
        }
        let slots = mirror.take_dirty();
        let mut delta = Delta { pool: pool.clone(), entered: Vec::new(), left: Vec::new() };
        let steps = self.steps(mirror, &pool, &slots);
        self.run(&pool, steps, &mut delta);
        mirror.settle(slots);
        Ok(self.publish(delta))
    }

    /// Removes all objects of a pool.
    pub fn remove(&mut self, pool: &PoolId) -> Delta {
        let mut delta = Delta { pool: pool.clone(), entered: Vec::new(), left: Vec::new() };
        self.remove_pool(pool, &mut delta);
        self.publish(delta)
    }

    fn remove_pool(&mut self, pool: &PoolId, delta: &mut Delta) {
        self.aside.remove_pool(pool);
        let all: Vec<Arc<Object>> = self.state.of_pool(pool.as_str()).collect();
        for object in all {
            self.hide(&object, delta);
        }
    }

    /// Removes what the mirror had published under the id of another pool, which its host has left.
    fn leave_former(&mut self, mirror: &mut Mirror, pool: &PoolId) -> Delta {
        let mut delta = Delta { pool: pool.clone(), entered: Vec::new(), left: Vec::new() };
        if let Some(former) = mirror.set_published(pool).filter(|former| former != pool) {
            self.remove_pool(&former, &mut delta);
        }
        delta
    }

    /// Returns the objects of the pool whose records the mirror does not have.
    fn gone(&self, mirror: &Mirror, pool: &PoolId) -> impl Iterator<Item = Arc<Object>> {
        let here =
            |object: &Arc<Object>| mirror.find(&object.reference).is_some_and(|at| mirror.slot(at).record.is_some());
        let known = if self.state.pools().any(|(known, _)| known == pool) {
            self.state.of_pool(pool.as_str()).collect()
        } else {
            Vec::new()
        };
        known.into_iter().chain(self.aside.of_pool(pool)).filter(move |object| !here(object))
    }

    /// Makes objects of the records in `slots`, and returns what has to happen to the store.
    fn steps(&self, mirror: &mut Mirror, pool: &PoolId, slots: &[u32]) -> Vec<Step> {
        let made = make::make_all(mirror, slots, |reference| self.find(pool, reference));
        let mut steps = Vec::new();
        for Made { at, outcome, reads } in made {
            mirror.set_reads(at, reads);
            let reference = &mirror.slot(at).reference;
            match outcome {
                Outcome::Nothing => steps.extend(self.find(pool, reference).cloned().map(Step::Remove)),
                Outcome::Same => {}
                Outcome::New(draft) => {
                    let mut old = self.find(pool, reference).cloned();
                    // An object whose id changes leaves under the old one.
                    steps.extend(old.take_if(|old| old.id_bytes() != draft.id()).map(Step::Remove));
                    steps.push(Step::Put(reference.clone(), draft, old));
                }
            }
        }
        steps
    }

    /// Does what `steps` say; what leaves goes first, so that its id is free for what enters.
    fn run(&mut self, pool: &PoolId, steps: Vec<Step>, delta: &mut Delta) {
        let (removals, puts): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| matches!(step, Step::Remove(_)));
        for step in removals.into_iter().chain(puts) {
            match step {
                Step::Remove(object) if self.aside.remove(&object) => {}
                Step::Remove(object) => self.hide(&object, delta),
                Step::Put(reference, draft, old) => {
                    let order = old.as_ref().map_or_else(|| self.next_order(), |old| old.order);
                    let new = Arc::new(draft.into_object(reference, pool.clone(), order));
                    self.put(old.as_ref(), new, delta);
                }
            }
        }
    }

    fn put(&mut self, old: Option<&Arc<Object>>, new: Arc<Object>, delta: &mut Delta) {
        let is_aside = match old {
            Some(old) => self.aside.remove(old),
            None => self.state.by_id(new.id()).is_some(),
        };
        if is_aside {
            self.aside.add(new);
        } else {
            self.state.put(old, &new);
            delta.entered.push(new);
        }
    }

    /// Takes an object away, and shows in its place the first that was kept aside because of it.
    fn hide(&mut self, object: &Arc<Object>, delta: &mut Delta) {
        self.state.remove(object);
        if let Some(next) = self.aside.next(object.id()) {
            self.state.put(None, &next);
            delta.entered.push(next);
        } else {
            delta.left.push(Arc::clone(object));
        }
    }

    fn find(&self, pool: &PoolId, reference: &AnyRef) -> Option<&Arc<Object>> {
        self.state.in_pool(pool, reference).or_else(|| self.aside.get(pool, reference))
    }

    fn next_order(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order
    }

    /// Shows what was prepared, and leaves in `delta` only what readers can tell apart.
    fn publish(&mut self, mut delta: Delta) -> Delta {
        if !delta.left.is_empty() {
            // What was shown for a moment, or left and came again under the same id.
            let shown =
                |object: &Arc<Object>| self.state.by_id(object.id()).is_some_and(|now| Arc::ptr_eq(now, object));
            delta.entered.retain(shown);
            delta.left.retain(|object| self.state.by_id(object.id()).is_none());
        } else if self.aside.was_used() {
            delta.entered.retain(|object| self.state.by_id(object.id()).is_some_and(|now| Arc::ptr_eq(now, object)));
        }
        if !delta.is_empty() {
            self.current.store(Arc::new(self.state.clone()));
        }
        delta
    }
}
