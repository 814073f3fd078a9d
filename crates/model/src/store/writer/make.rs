//! Making objects of many records, on two threads where it pays.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use xapi_types::{AnyRef, Record};

use crate::{
    kind::Kind,
    mirror::{Mirror, Reads, View},
    object::{BEFORE_ID, Object},
    pool_id::PoolId,
    render::{Rendered, render},
};

/// Fewest records for which a second thread is worth its start.
const MANY: usize = 2048;

/// Records that a thread takes at once.
const PIECE: usize = 512;

/// An object that has no place in the store yet.
pub(super) struct Draft {
    kind: Kind,
    id_len: u16,
    record: Record,
    json: Bytes,
}

impl Draft {
    pub(super) fn id(&self) -> &[u8] {
        &self.json[BEFORE_ID.len()..][..usize::from(self.id_len)]
    }

    pub(super) fn into_object(self, reference: AnyRef, pool: PoolId, order: u64) -> Object {
        Object { reference, record: self.record, pool, json: self.json, order, id_len: self.id_len, kind: self.kind }
    }
}

/// What became of a record.
pub(super) enum Outcome {
    /// No object.
    Nothing,
    /// The same object as before.
    Same,
    /// The same, of another record that says the same; this is the one that the object has.
    Equal(Record),
    /// The same to look at, of a record that has changed.
    Unseen(Draft),
    /// A new object, or one that looks different.
    New(Draft),
}

pub(super) struct Made {
    pub(super) at: u32,
    pub(super) outcome: Outcome,
    pub(super) reads: Reads,
}

/// Makes objects of the records in `slots`, piece by piece in their order; `known` finds the object that a record had become before.
pub(super) fn make_all<'s, F>(mirror: &Mirror, slots: &[u32], known: F) -> Vec<Vec<Made>>
where
    F: Fn(&AnyRef) -> Option<&'s Arc<Object>> + Sync,
{
    if slots.len() < MANY {
        return vec![make(mirror, slots, &known)];
    }
    // Records of one class stand together, and some take far longer than others.
    let pieces: Vec<&[u32]> = slots.chunks(PIECE).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = pieces.get(at) else { return made };
            made.push((at, make(mirror, piece, &known)));
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

fn make<'s>(mirror: &Mirror, slots: &[u32], known: &impl Fn(&AnyRef) -> Option<&'s Arc<Object>>) -> Vec<Made> {
    let view = View::new(mirror);
    let mut json = Vec::with_capacity(8192);
    let mut made = Vec::with_capacity(slots.len());
    for &at in slots {
        let slot = mirror.slot(at);
        let outcome = match &slot.record {
            None => Outcome::Nothing,
            Some(record) => match render(&view, &slot.reference, record, &mut json) {
                None => Outcome::Nothing,
                Some(rendered) => compare(known(&slot.reference), rendered, record, &json),
            },
        };
        made.push(Made { at, outcome, reads: view.take_reads() });
    }
    made
}

/// Tells what is new about an object.
fn compare(old: Option<&Arc<Object>>, rendered: Rendered, record: &Record, json: &[u8]) -> Outcome {
    let draft = |json| Draft { kind: rendered.kind, id_len: rendered.id_len, record: record.clone(), json };
    match old.filter(|old| old.json == json) {
        None => Outcome::New(draft(Bytes::copy_from_slice(json))),
        Some(old) if old.record.is_shared_with(record) => Outcome::Same,
        Some(old) if old.record == *record => Outcome::Equal(old.record.clone()),
        Some(old) => Outcome::Unseen(draft(old.json.clone())),
    }
}
