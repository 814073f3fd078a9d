//! The one that changes the store.

mod aside;
mod make;

use std::sync::Arc;

use arc_swap::ArcSwap;
use xapi_types::AnyRef;

use super::snapshot::Snapshot;
use crate::{
    delta::Delta,
    mirror::{Change, Mirror, Reads},
    object::Object,
    pool_id::PoolId,
};
use aside::Aside;
use make::{Made, Maker, Outcome};

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
    /// Whether the next publication shows a record that clients cannot tell from the one before.
    unseen: bool,
}

/// Fewest new objects that are added at once rather than one by one.
const MANY: usize = 256;

/// What has to happen to the store.
#[derive(Default)]
struct Plan {
    /// Objects that leave.
    gone: Vec<Arc<Object>>,
    /// Objects that are shown or kept aside, each with its new look.
    changed: Vec<(Arc<Object>, Arc<Object>)>,
    /// Objects whose record has changed where clients do not see it, each with the new one.
    unseen: Vec<(Arc<Object>, Arc<Object>)>,
    /// Objects of records that had none.
    new: Vec<Arc<Object>>,
}

impl Writer {
    pub(super) fn new(current: Arc<ArcSwap<Snapshot>>) -> Self {
        Self { current, state: Snapshot::default(), aside: Aside::default(), next_order: 0, unseen: false }
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
        let mut plan = Plan { gone: self.gone(mirror, &pool).collect(), ..Plan::default() };
        let reads = self.plan(mirror, &pool, &slots, &mut plan);
        // Neither needs what the other changes, and both look at everything.
        std::thread::scope(|scope| {
            scope.spawn(|| mirror.set_reads(reads));
            self.run(plan, &mut delta);
        });
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
        let mut plan = Plan::default();
        let reads = self.plan(mirror, &pool, &slots, &mut plan);
        mirror.set_reads(reads);
        self.run(plan, &mut delta);
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

    /// Makes objects of the records in `slots`, and notes what has to happen to the store; returns what was read for each.
    fn plan(&mut self, mirror: &mut Mirror, pool: &PoolId, slots: &[u32], plan: &mut Plan) -> Vec<(u32, Reads)> {
        let maker = Maker { mirror, pool, order: self.next_order, known: |reference: &_| self.find(pool, reference) };
        let made = maker.all(slots);
        let mut all_reads = Vec::with_capacity(slots.len());
        for Made { at, outcome, reads } in made.into_iter().flatten() {
            all_reads.push((at, reads));
            match outcome {
                Outcome::Same => {}
                Outcome::Equal(record) => mirror.share(at, record),
                Outcome::Nothing => plan.gone.extend(self.find(pool, &mirror.slot(at).reference).cloned()),
                Outcome::Unseen(old, new) => plan.unseen.push((old, new)),
                Outcome::Changed(old, new) if old.id_bytes() == new.id_bytes() => plan.changed.push((old, new)),
                // An object whose id changes leaves under the old one.
                Outcome::Changed(old, new) => {
                    plan.gone.push(old);
                    plan.new.push(new);
                }
                Outcome::New(new) => plan.new.push(new),
            }
        }
        // Each had a place of its own, whether it needed it or not.
        self.next_order += slots.len() as u64;
        all_reads
    }

    /// Does what was planned; what leaves goes first, so that its id is free for what enters.
    fn run(&mut self, plan: Plan, delta: &mut Delta) {
        for object in plan.gone {
            if !self.aside.remove(&object) {
                self.hide(&object, delta);
            }
        }
        for (old, new) in plan.changed {
            self.put(Some(&old), new, delta);
        }
        let entered = delta.entered.len();
        for (old, new) in plan.unseen {
            self.put(Some(&old), new, delta);
        }
        self.unseen |= delta.entered.drain(entered..).count() > 0;
        let mut new = plan.new;
        if new.len() >= MANY && self.state.extend(&new) {
            delta.entered.append(&mut new);
        }
        for new in new {
            self.put(None, new, delta);
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
        if std::mem::take(&mut self.unseen) || !delta.is_empty() {
            self.current.store(Arc::new(self.state.clone()));
        }
        delta
    }
}
