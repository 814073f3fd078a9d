//! The records of one pool, and which of our objects a changed record touches.
//!
//! Making an object reads records besides its own: links need the target's id, a VM needs its metrics. What was read
//! is remembered both ways, also when it was not there, so that after any change exactly the objects that could look
//! different are made anew, and the result is the same as if all were made from nothing. A change of a record touches
//! its readers only when something changed that readers may see ([`exposure`]): a host that gets a VM does not
//! touch its network interfaces, one that gets another name touches the pool that borrows it.

mod exposure;
mod slots;
mod view;

use rustc_hash::FxHashMap;
use xapi_types::{AnyRef, Record, Ref, class};

use crate::{id, pool_id::PoolId};

pub(crate) use slots::Slot;
use slots::Slots;
pub(crate) use view::Reads;
pub use view::{Known, View};

/// A change of a pool.
#[derive(Clone, Debug)]
pub enum Change {
    /// A record is new or has changed.
    Put(AnyRef, Record),
    /// A record is gone.
    Gone(AnyRef),
}

/// The records of one pool by reference.
///
/// Fill it with the whole pool, then give it to [`crate::Writer::relist`], which makes the objects; from then on to
/// [`crate::Writer::apply`] with each batch of changes.
#[derive(Debug, Default)]
pub struct Mirror {
    slots: Slots,
    /// The slot of the only record of class `pool`.
    pool: Option<u32>,
    pool_id: Option<PoolId>,
    /// Virtual disks by uuid, since disks name the parent in their chain by uuid.
    disks: FxHashMap<Box<str>, u32>,
    /// Records whose objects have to be made anew, each once.
    dirty: Vec<u32>,
    listed: bool,
    /// The id under which the objects were published.
    published: Option<PoolId>,
}

impl Mirror {
    /// Makes a mirror without records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.slots.records
    }

    /// Tells whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the id of the pool, once its record is there.
    pub fn pool_id(&self) -> Option<&PoolId> {
        self.pool_id.as_ref()
    }

    /// Returns the record of `reference`, if it is there and of that class.
    ///
    /// Fields that no object needs may be empty ([`crate::unneeded`]).
    pub fn get<T: Known>(&self, reference: &Ref<T>) -> Option<&T> {
        T::of(self.slots.get(self.slots.find(&reference.erase())?).record.as_ref()?)
    }

    /// Returns the record of `reference`, of whatever class; see [`Self::get`] for the fields that are empty.
    pub fn record(&self, reference: &AnyRef) -> Option<&Record> {
        self.slots.get(self.slots.find(reference)?).record.as_ref()
    }

    /// Returns all records, in no order.
    pub fn records(&self) -> impl Iterator<Item = (&AnyRef, &Record)> {
        self.slots.iter().filter_map(|(_, slot)| Some((&slot.reference, slot.record.as_ref()?)))
    }

    /// Returns all records of a class, in no order.
    pub fn all<T: Known>(&self) -> impl Iterator<Item = (AnyRef, &T)> {
        self.slots.iter().filter_map(|(_, slot)| Some((slot.reference.clone(), T::of(slot.record.as_ref()?)?)))
    }

    /// Applies a change.
    pub fn change(&mut self, change: Change) {
        match change {
            Change::Put(reference, record) => self.put(reference, record),
            Change::Gone(reference) => self.remove(&reference),
        }
    }

    /// Stores a record, new or changed.
    pub fn put(&mut self, reference: AnyRef, record: Record) {
        let at = self.slots.intern(reference);
        let old = self.slots.get_mut(at).record.take();
        if old.as_ref() == Some(&record) {
            self.slots.get_mut(at).record = old;
            return;
        }
        let touches_readers = old.as_ref().is_none_or(|old| exposure::changed(old, &record));
        if touches_readers {
            self.unindex(at, old.as_ref());
            self.index(at, &record);
        }
        if old.is_none() {
            self.slots.records += 1;
        }
        let slot = self.slots.get_mut(at);
        slot.id = id::plain(&record);
        slot.record = Some(record);
        self.touch(at);
        if touches_readers {
            self.touch_readers(at);
        }
    }

    /// Puts an equal record in place of the one that is there, so that the memory of one is enough.
    pub(crate) fn share(&mut self, at: u32, record: Record) {
        self.slots.get_mut(at).record = Some(record);
    }

    /// Forgets a record.
    pub fn remove(&mut self, reference: &AnyRef) {
        let Some(at) = self.slots.find(reference) else { return };
        let Some(old) = self.slots.get_mut(at).record.take() else { return };
        self.slots.records -= 1;
        self.unindex(at, Some(&old));
        self.touch(at);
        self.touch_readers(at);
    }

    /// Notes what a record says about the pool as a whole.
    fn index(&mut self, at: u32, record: &Record) {
        match record {
            Record::Pool(pool) => {
                self.pool = Some(at);
                let id = PoolId::new(&pool.uuid);
                if self.pool_id.as_ref() != Some(&id) {
                    self.pool_id = Some(id);
                    self.touch_all();
                }
            }
            Record::Vdi(vdi) => {
                self.disks.insert(vdi.uuid.as_str().into(), at);
                self.touch_readers_of_disk(&vdi.uuid);
            }
            _ => {}
        }
    }

    fn unindex(&mut self, at: u32, old: Option<&Record>) {
        match old {
            Some(Record::Vdi(vdi)) if self.disks.get(vdi.uuid.as_str()) == Some(&at) => {
                self.disks.remove(vdi.uuid.as_str());
                self.touch_readers_of_disk(&vdi.uuid);
            }
            Some(Record::Pool(_)) if self.pool == Some(at) => self.pool = None,
            _ => {}
        }
    }

    fn touch(&mut self, at: u32) {
        if self.listed && !std::mem::replace(&mut self.slots.get_mut(at).dirty, true) {
            self.dirty.push(at);
        }
    }

    fn touch_readers(&mut self, at: u32) {
        if self.listed {
            let readers = std::mem::take(&mut self.slots.get_mut(at).readers);
            for &reader in &readers {
                self.touch(reader);
            }
            self.slots.get_mut(at).readers = readers;
        }
    }

    fn touch_readers_of_disk(&mut self, uuid: &str) {
        if let Some(at) = self.slots.find(&disk_key(uuid)) {
            self.touch_readers(at);
        }
    }

    fn touch_all(&mut self) {
        let all = self.occupied();
        for at in all {
            self.touch(at);
        }
    }

    // What the writer of the store uses.

    pub(crate) fn is_listed(&self) -> bool {
        self.listed
    }

    pub(crate) fn published(&self) -> Option<&PoolId> {
        self.published.as_ref()
    }

    /// Notes the id under which the objects are published; returns the former one.
    pub(crate) fn set_published(&mut self, pool: &PoolId) -> Option<PoolId> {
        self.published.replace(pool.clone())
    }

    /// Returns the slots that hold a record.
    pub(crate) fn occupied(&self) -> Vec<u32> {
        self.slots.iter().filter(|(_, slot)| slot.record.is_some()).map(|(at, _)| at).collect()
    }

    pub(crate) fn slot(&self, at: u32) -> &Slot {
        self.slots.get(at)
    }

    pub(crate) fn find(&self, reference: &AnyRef) -> Option<u32> {
        self.slots.find(reference)
    }

    /// Marks the pool as wholly there: from here on changes are told apart.
    pub(crate) fn set_listed(&mut self) {
        self.slots.shrink();
        self.listed = true;
    }

    /// Takes the slots whose objects have to be made anew; they stay reserved until [`Self::settle`].
    pub(crate) fn take_dirty(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.dirty)
    }

    /// Ends what [`Self::take_dirty`] began: the slots of records that are gone can be used again, unless others wait
    /// for such a record to come.
    pub(crate) fn settle(&mut self, slots: Vec<u32>) {
        for at in slots {
            self.slots.get_mut(at).dirty = false;
            if self.slots.get(at).record.is_none() {
                self.slots.set_reads(at, Box::default());
                self.slots.release(at);
            }
        }
    }

    /// Remembers what making the object of each slot has read, in place of what it had read before.
    pub(crate) fn set_reads(&mut self, reads: Vec<(u32, Reads)>) {
        for (at, Reads { mut found, missing }) in reads {
            if !missing.is_empty() {
                let mut all = found.into_vec();
                all.extend(missing.into_iter().map(|reference| self.slots.intern(reference)));
                all.sort_unstable();
                all.dedup();
                found = all.into();
            }
            self.slots.set_reads(at, found);
        }
    }

    fn pool_record(&self) -> Option<(u32, &class::Pool)> {
        let at = self.pool?;
        Some((at, class::Pool::of(self.slots.get(at).record.as_ref()?)?))
    }
}

/// The slot that stands for "the disk with this uuid", whether it exists or not.
fn disk_key(uuid: &str) -> AnyRef {
    AnyRef::parse(&format!("VDI:{uuid}"))
}
