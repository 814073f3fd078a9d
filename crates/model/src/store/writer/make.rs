//! Making objects of many records, on two threads where it pays.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use xapi_types::{AnyRef, Record};

use crate::{
    mirror::{Mirror, Reads, View},
    object::{BEFORE_ID, Object},
    pool_id::PoolId,
    render::{Rendered, render},
};

/// Fewest records for which a second thread is worth its start.
const MANY: usize = 2048;

/// Records that a thread takes at once.
const PIECE: usize = 512;

/// What became of a record.
pub(super) enum Outcome {
    /// No object.
    Nothing,
    /// The same object as before.
    Same,
    /// The same, of another record that says the same; this is the one that the object has.
    Equal(Record),
    /// The same to look at, of a record that has changed: the object before, and now.
    Unseen(Arc<Object>, Arc<Object>),
    /// An object that looks different: as it was, and as it is.
    Changed(Arc<Object>, Arc<Object>),
    /// An object of a record that had none.
    New(Arc<Object>),
}

pub(super) struct Made {
    pub(super) at: u32,
    pub(super) outcome: Outcome,
    pub(super) reads: Reads,
}

/// Makes objects; `known` finds the object that a record had become before.
pub(super) struct Maker<'m, F> {
    pub(super) mirror: &'m Mirror,
    pub(super) pool: &'m PoolId,
    /// Place of the first new object in the order in which objects came.
    pub(super) order: u64,
    pub(super) known: F,
}

impl<'s, F> Maker<'_, F>
where
    F: Fn(&AnyRef) -> Option<&'s Arc<Object>> + Sync,
{
    /// Makes objects of the records in `slots`, piece by piece in their order.
    pub(super) fn all(&self, slots: &[u32]) -> Vec<Vec<Made>> {
        if slots.len() < MANY {
            return vec![self.piece(slots, self.order)];
        }
        // Records of one class stand together, and some take far longer than others.
        let pieces: Vec<&[u32]> = slots.chunks(PIECE).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut made = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(piece) = pieces.get(at) else { return made };
                made.push((at, self.piece(piece, self.order + (at * PIECE) as u64)));
            }
        };
        let mut made = std::thread::scope(|scope| {
            let other = scope.spawn(work);
            let mut made = work();
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            made
        });
        made.sort_by_key(|(at, _)| *at);
        made.into_iter().map(|(_, made)| made).collect()
    }

    fn piece(&self, slots: &[u32], first_order: u64) -> Vec<Made> {
        let view = View::new(self.mirror);
        let mut json = Vec::with_capacity(8192);
        let make = |(order, &at): (u64, &u32)| {
            let slot = self.mirror.slot(at);
            let outcome = match &slot.record {
                None => Outcome::Nothing,
                Some(record) => match render(&view, &slot.reference, record, &mut json) {
                    None => Outcome::Nothing,
                    Some(rendered) => self.compare(&slot.reference, record, rendered, &json, order),
                },
            };
            Made { at, outcome, reads: view.take_reads() }
        };
        (first_order..).zip(slots).map(make).collect()
    }

    /// Tells what is new about an object.
    fn compare(&self, reference: &AnyRef, record: &Record, rendered: Rendered, json: &[u8], order: u64) -> Outcome {
        let object = |order, json| {
            let Rendered { kind, id_len } = rendered;
            let (reference, pool, record) = (reference.clone(), self.pool.clone(), record.clone());
            Arc::new(Object { reference, record, pool, json, order, id_len, kind })
        };
        let Some(old) = (self.known)(reference) else {
            return Outcome::New(object(order, Bytes::copy_from_slice(json)));
        };
        if old.json != json {
            let id = &json[BEFORE_ID.len()..][..usize::from(rendered.id_len)];
            let order = if old.id_bytes() == id { old.order } else { order };
            Outcome::Changed(Arc::clone(old), object(order, Bytes::copy_from_slice(json)))
        } else if old.record.is_shared_with(record) {
            Outcome::Same
        } else if old.record == *record {
            Outcome::Equal(old.record.clone())
        } else {
            Outcome::Unseen(Arc::clone(old), object(old.order, old.json.clone()))
        }
    }
}
