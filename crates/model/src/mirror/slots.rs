//! Numbered places for records.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use uuid::Uuid;
use xapi_types::{AnyRef, Record};

/// A place for a record, or for one that others have asked for in vain.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) reference: AnyRef,
    pub(crate) record: Option<Record>,
    /// The id of the record's object, where it is a plain uuid.
    pub(super) id: Option<Uuid>,
    /// Slots whose objects were made by reading this one; each once, in no order.
    pub(super) readers: Vec<u32>,
    /// Slots that making this one's object has read; sorted.
    reads: Box<[u32]>,
    /// Whether the object has to be made anew.
    pub(super) dirty: bool,
    in_use: bool,
}

fn hash(reference: &AnyRef) -> u64 {
    FxBuildHasher.hash_one(reference)
}

/// Slots of one piece of the list; pieces never move, so that a growing list costs no copy.
const PIECE: usize = 1024;

/// All slots of a pool; a number stays with its reference until released.
#[derive(Debug, Default)]
pub(super) struct Slots {
    pieces: Vec<Vec<Slot>>,
    /// The numbers by what they stand for, which is looked up in the slot: small enough to stay in a processor's cache.
    numbers: HashTable<u32>,
    free: Vec<u32>,
    /// Number of slots that hold a record.
    pub(super) records: usize,
}

impl Slots {
    pub(super) fn find(&self, reference: &AnyRef) -> Option<u32> {
        self.numbers.find(hash(reference), |&at| self.get(at).reference == *reference).copied()
    }

    pub(super) fn get(&self, at: u32) -> &Slot {
        &self.pieces[at as usize / PIECE][at as usize % PIECE]
    }

    pub(super) fn get_mut(&mut self, at: u32) -> &mut Slot {
        &mut self.pieces[at as usize / PIECE][at as usize % PIECE]
    }

    pub(super) fn range(&self) -> std::ops::Range<u32> {
        let full = self.pieces.len().saturating_sub(1) * PIECE;
        let len = full + self.pieces.last().map_or(0, Vec::len);
        0..u32::try_from(len).expect("a pool has fewer than 2^32 records")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Slot)> {
        self.range().map(|at| (at, self.get(at))).filter(|(_, slot)| slot.in_use)
    }

    /// Returns the slot of `reference`, a new one if there is none.
    pub(super) fn intern(&mut self, reference: AnyRef) -> u32 {
        if let Some(at) = self.find(&reference) {
            return at;
        }
        let hash = hash(&reference);
        let slot = Slot {
            reference,
            record: None,
            id: None,
            readers: Vec::new(),
            reads: Box::default(),
            dirty: false,
            in_use: true,
        };
        let at = if let Some(at) = self.free.pop() {
            *self.get_mut(at) = slot;
            at
        } else {
            let at = self.range().end;
            match self.pieces.last_mut() {
                Some(last) if last.len() < PIECE => last.push(slot),
                _ => {
                    let mut piece = Vec::with_capacity(PIECE);
                    piece.push(slot);
                    self.pieces.push(piece);
                }
            }
            at
        };
        let pieces = &self.pieces;
        self.numbers
            .insert_unique(hash, at, |&at| self::hash(&pieces[at as usize / PIECE][at as usize % PIECE].reference));
        at
    }

    /// Replaces what `reader` reads; `reads` is sorted and has each slot once. Only differences cost anything.
    pub(super) fn set_reads(&mut self, reader: u32, reads: Box<[u32]>) {
        let old = std::mem::take(&mut self.get_mut(reader).reads);
        if old == reads {
            self.get_mut(reader).reads = old;
            return;
        }
        for &read in old.iter().filter(|read| reads.binary_search(read).is_err()) {
            let readers = &mut self.get_mut(read).readers;
            if let Some(position) = readers.iter().position(|&other| other == reader) {
                readers.swap_remove(position);
            }
            self.release(read);
        }
        for &read in reads.iter().filter(|read| old.binary_search(read).is_err()) {
            self.get_mut(read).readers.push(reader);
        }
        self.get_mut(reader).reads = reads;
    }

    /// Frees the slot if it has no record and nobody waits for one.
    pub(super) fn release(&mut self, at: u32) {
        let slot = self.get_mut(at);
        if slot.record.is_some() || !slot.readers.is_empty() || slot.dirty || !slot.in_use {
            return;
        }
        slot.in_use = false;
        slot.readers = Vec::new();
        slot.reads = Box::default();
        let reference = std::mem::take(&mut slot.reference);
        if let Ok(entry) = self.numbers.find_entry(hash(&reference), |&other| other == at) {
            entry.remove();
        }
        self.free.push(at);
    }

    /// Gives back memory that growing has left over.
    pub(super) fn shrink(&mut self) {
        for slot in self.pieces.iter_mut().flatten() {
            slot.readers.shrink_to_fit();
        }
    }
}
