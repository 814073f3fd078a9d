//! Making objects of many records, on two threads where it pays.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use xapi_types::AnyRef;

use crate::{
    kind::Kind,
    mirror::{Mirror, Reads, View},
    object::{BEFORE_ID, Object},
    pool_id::PoolId,
    render::render,
};

/// Fewest records for which a second thread is worth its start.
const MANY: usize = 2048;

/// Records that a thread takes at once.
const PIECE: usize = 512;

/// An object that has no place in the store yet.
pub(super) struct Draft {
    kind: Kind,
    id_len: u16,
    json: Bytes,
}

impl Draft {
    pub(super) fn id(&self) -> &[u8] {
        &self.json[BEFORE_ID.len()..][..usize::from(self.id_len)]
    }

    pub(super) fn into_object(self, reference: AnyRef, pool: PoolId, order: u64) -> Object {
        Object { reference, pool, json: self.json, order, id_len: self.id_len, kind: self.kind }
    }
}

/// What became of a record.
pub(super) enum Outcome {
    /// No object.
    Nothing,
    /// The same object as before.
    Same,
    /// A new object, or one that looks different.
    New(Draft),
}

pub(super) struct Made {
    pub(super) at: u32,
    pub(super) outcome: Outcome,
    pub(super) reads: Reads,
}

/// Makes objects of the records in `slots`; `known` finds the object that a record had become before.
pub(super) fn make_all<'s, F>(mirror: &Mirror, slots: &[u32], known: F) -> Vec<Made>
where
    F: Fn(&AnyRef) -> Option<&'s Arc<Object>> + Sync,
{
    if slots.len() < MANY {
        return make(mirror, slots, &known);
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
    made.into_iter().flat_map(|(_, made)| made).collect()
}

fn make<'s>(mirror: &Mirror, slots: &[u32], known: &impl Fn(&AnyRef) -> Option<&'s Arc<Object>>) -> Vec<Made> {
    let view = View::new(mirror);
    let mut json = Vec::with_capacity(8192);
    let mut made = Vec::with_capacity(slots.len());
    for &at in slots {
        let slot = mirror.slot(at);
        let rendered = slot.record.as_ref().and_then(|record| render(&view, &slot.reference, record, &mut json));
        let outcome = match rendered {
            None => Outcome::Nothing,
            Some(_) if known(&slot.reference).is_some_and(|old| old.json == json) => Outcome::Same,
            Some(rendered) => Outcome::New(Draft {
                kind: rendered.kind,
                id_len: rendered.id_len,
                json: Bytes::copy_from_slice(&json),
            }),
        };
        made.push(Made { at, outcome, reads: view.take_reads() });
    }
    made
}
