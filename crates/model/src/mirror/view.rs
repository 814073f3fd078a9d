//! Reading records while what is read gets noted.

use std::cell::RefCell;

use xapi_types::{AnyRef, Record, Ref, class};

use super::{Mirror, Slot, disk_key};
use crate::{
    id::{Id, Ids},
    pool_id::PoolId,
};

/// A class whose records the mirror hands out.
pub trait Known: xapi_types::Class {
    /// Returns the record if it is of this class.
    fn of(record: &Record) -> Option<&Self>;
}

macro_rules! known {
    ($($name:ident)*) => {
        $(impl Known for class::$name {
            fn of(record: &Record) -> Option<&Self> {
                match record {
                    Record::$name(record) => Some(record),
                    _ => None,
                }
            }
        })*
    };
}

known! {
    Bond Certificate GpuGroup Host HostMetrics HostPatch Message Network Pbd Pci Pgpu Pif PifMetrics Pool PoolPatch
    PoolUpdate Pusb Sm Sr Task UsbGroup Vbd Vdi Vgpu VgpuType Vif Vm VmGuestMetrics VmMetrics Vtpm Vusb
}

/// What making an object has read.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    /// Slots, sorted, each once.
    pub(crate) found: Box<[u32]>,
    /// References that have no slot yet.
    pub(crate) missing: Vec<AnyRef>,
}

/// Reads the records of a pool for the making of one object.
#[derive(Debug)]
pub struct View<'m> {
    mirror: &'m Mirror,
    found: RefCell<Vec<u32>>,
    missing: RefCell<Vec<AnyRef>>,
}

impl<'m> View<'m> {
    /// Begins to read `mirror`.
    pub fn new(mirror: &'m Mirror) -> Self {
        Self { mirror, found: RefCell::default(), missing: RefCell::default() }
    }

    /// Returns what was read since the beginning or the last call.
    pub(crate) fn take_reads(&self) -> Reads {
        let mut found = self.found.borrow_mut();
        found.sort_unstable();
        found.dedup();
        let reads = Reads { found: found.as_slice().into(), missing: self.missing.take() };
        found.clear();
        reads
    }

    /// Returns the record of `reference`; nothing if it is null or not known.
    pub fn record<T: Known>(&self, reference: &Ref<T>) -> Option<&'m T> {
        T::of(self.any(&reference.erase())?)
    }

    /// Returns the record of `reference`, of whatever class.
    pub fn any(&self, reference: &AnyRef) -> Option<&'m Record> {
        self.slot(reference)?.record.as_ref()
    }

    fn slot(&self, reference: &AnyRef) -> Option<&'m Slot> {
        reference.get()?;
        let Some(at) = self.mirror.slots.find(reference) else {
            self.missing.borrow_mut().push(reference.clone());
            return None;
        };
        self.found.borrow_mut().push(at);
        Some(self.mirror.slots.get(at))
    }

    /// Returns the record of the virtual disk with this uuid.
    pub fn disk(&self, uuid: &str) -> Option<&'m class::Vdi> {
        let key = disk_key(uuid);
        match self.mirror.slots.find(&key) {
            Some(at) => self.found.borrow_mut().push(at),
            None => self.missing.borrow_mut().push(key),
        }
        let at = *self.mirror.disks.get(uuid)?;
        self.found.borrow_mut().push(at);
        class::Vdi::of(self.mirror.slots.get(at).record.as_ref()?)
    }

    /// Returns the id of the object that `reference` links to; nothing if it is null or not known.
    pub fn id<C>(&self, reference: &Ref<C>) -> Option<Id<'m>> {
        let reference = reference.erase();
        let slot = self.slot(&reference)?;
        let record = slot.record.as_ref()?;
        Some(slot.id.map_or_else(|| self.id_of(&reference, record), Id::Uuid))
    }

    /// Returns the ids of the objects that `references` link to, `null` for what is not known.
    pub fn ids<C>(&self, references: &[Ref<C>]) -> Ids<'m> {
        references.iter().map(|reference| self.id(reference)).collect()
    }

    /// Returns the id of the object that is made of `record`.
    pub(crate) fn id_of(&self, reference: &AnyRef, record: &'m Record) -> Id<'m> {
        match record {
            Record::Vm(vm) if crate::vm::is_default_template(vm) => match self.pool_id() {
                Some(pool) => Id::DefaultTemplate { pool: pool.as_str(), uuid: &vm.uuid },
                None => Id::Text(&vm.uuid),
            },
            Record::PoolPatch(_) => Id::Ref(reference.clone()),
            record => match record.uuid() {
                Some(uuid) if !uuid.is_empty() => Id::Text(uuid),
                _ => Id::Ref(reference.clone()),
            },
        }
    }

    /// Returns the id of the pool.
    pub fn pool_id(&self) -> Option<&'m PoolId> {
        self.mirror.pool_id()
    }

    /// Returns the id of the pool as a link.
    pub fn pool_link(&self) -> Option<Id<'m>> {
        self.pool_id().map(|pool| Id::Text(pool.as_str()))
    }

    /// Returns the record of the pool.
    pub fn pool(&self) -> Option<&'m class::Pool> {
        let (at, pool) = self.mirror.pool_record()?;
        self.found.borrow_mut().push(at);
        Some(pool)
    }

    /// Returns the record of the master of the pool.
    pub fn master(&self) -> Option<&'m class::Host> {
        self.record(&self.pool()?.master)
    }
}
