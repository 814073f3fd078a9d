//! The `all` notifications: which objects are there or changed, and which have gone.
//!
//! One is made for each delta and audience. A small one is written down once, and these bytes are what every
//! client gets; a large one (a pool that connects) is made for each client while it is sent, out of the
//! bytes that the store holds anyway.

use std::{iter, sync::Arc};

use app::{Audience, Delta, Object, Shift};
use bytes::{BufMut, Bytes, BytesMut};

use super::{
    frame::{Opcode, header, whole},
    outbox::Item,
};

const ENTER: &[u8] = br#"{"jsonrpc":"2.0","method":"all","params":{"type":"enter","items":{"#;
const EXIT: &[u8] = br#"{"jsonrpc":"2.0","method":"all","params":{"type":"exit","items":{"#;
const END: &[u8] = b"}}}";

/// Up to so many bytes a notification is written down once for all.
const ONCE: usize = 256 * 1024;

/// What one audience is told of a delta.
#[derive(Debug)]
pub(crate) struct Notice {
    entered: Vec<Arc<Object>>,
    left: Vec<Arc<Object>>,
    /// The whole frames, unless that would be a large copy.
    frames: Option<Bytes>,
    size: usize,
}

impl Notice {
    /// Returns what `audience` is told of `delta`, if anything.
    pub(crate) fn of(delta: &Delta, audience: &Audience) -> Option<Arc<Self>> {
        let entered = match audience {
            Audience::Nothing => return None,
            Audience::Everything => delta.entered.clone(),
            Audience::Some(_) => delta.entered.iter().filter(|object| audience.sees(object)).cloned().collect(),
        };
        // Those who depend on rules have heard from the shift before that the rights on what left are gone.
        let left = if *audience == Audience::Everything { delta.left.clone() } else { Vec::new() };
        Self::new(entered, left).map(Arc::new)
    }

    /// Returns what `audience` is told when rights have changed, if anything.
    pub(crate) fn of_shift(shift: &Shift, audience: &Audience) -> Option<Arc<Self>> {
        let Audience::Some(view) = audience else { return None };
        let (mut entered, mut left) = (Vec::new(), Vec::new());
        for change in &shift.0 {
            let was = change.before.as_ref().filter(|object| view.sees(object, &change.old));
            let is = change.after.as_ref().filter(|object| view.sees(object, &change.new));
            match (was, is) {
                (None, Some(object)) if !change.told => entered.push(Arc::clone(object)),
                (Some(object), None) => left.push(Arc::clone(object)),
                _ => {}
            }
        }
        Self::new(entered, left).map(Arc::new)
    }

    /// Returns what tells that the first objects are there and the others have gone.
    pub(crate) fn new(entered: Vec<Arc<Object>>, left: Vec<Arc<Object>>) -> Option<Self> {
        if entered.is_empty() && left.is_empty() {
            return None;
        }
        let size = entered.iter().map(|object| object.json().len() + object.id().len() + 4).sum::<usize>()
            + left.iter().map(|object| object.id().len() + 5).sum::<usize>();
        let frames = (size <= ONCE).then(|| frames(&entered, &left));
        Some(Self { entered, left, frames, size })
    }

    /// Bytes that this takes on the wire, about.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The objects that this is about, each with whether it is there.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&Arc<Object>, bool)> {
        let entered = self.entered.iter().map(|object| (object, true));
        // First gone, then there: an object that left one pool and entered another is there.
        self.left.iter().map(|object| (object, false)).chain(entered)
    }

    /// Returns what to write, in order.
    pub(crate) fn items(self: &Arc<Self>) -> Vec<Item> {
        if let Some(frames) = &self.frames {
            return vec![Item::Frames(frames.clone())];
        }
        let mut items = Vec::new();
        if !self.entered.is_empty() {
            items.push(message(ENTER, entered(self.clone())));
        }
        if !self.left.is_empty() {
            items.push(message(EXIT, left(self.clone())));
        }
        items
    }
}

fn message(head: &'static [u8], parts: impl Iterator<Item = Bytes> + Send + 'static) -> Item {
    Item::Parts { head: Bytes::from_static(head), parts: Box::new(parts), tail: Bytes::from_static(END), call: None }
}

fn entered(notice: Arc<Notice>) -> impl Iterator<Item = Bytes> + Send {
    (0..notice.entered.len()).flat_map(move |index| {
        let object = &notice.entered[index];
        iter::once(key(object.id(), index == 0)).chain(iter::once(object.json().clone()))
    })
}

fn left(notice: Arc<Notice>) -> impl Iterator<Item = Bytes> + Send {
    (0..notice.left.len()).map(move |index| {
        let mut item = BytesMut::new();
        put_key(&mut item, notice.left[index].id(), index == 0);
        item.put_u8(b'0');
        item.freeze()
    })
}

/// Returns the frames of a small notification: `enter` where something entered, then `exit` where something left.
fn frames(entered: &[Arc<Object>], left: &[Arc<Object>]) -> Bytes {
    let mut frames = BytesMut::new();
    if !entered.is_empty() {
        let mut items = BytesMut::new();
        for (index, object) in entered.iter().enumerate() {
            put_key(&mut items, object.id(), index == 0);
            items.extend_from_slice(object.json());
        }
        frames.extend_from_slice(&header(Opcode::Text, true, ENTER.len() + items.len() + END.len()));
        for part in [ENTER, &items, END] {
            frames.extend_from_slice(part);
        }
    }
    if !left.is_empty() {
        let mut items = BytesMut::new();
        for (index, object) in left.iter().enumerate() {
            put_key(&mut items, object.id(), index == 0);
            items.put_u8(b'0');
        }
        frames.extend_from_slice(&whole(Opcode::Text, &[EXIT, &items, END]));
    }
    frames.freeze()
}

fn key(id: &str, first: bool) -> Bytes {
    let mut key = BytesMut::with_capacity(id.len() + 4);
    put_key(&mut key, id, first);
    key.freeze()
}

/// Appends `"id":`, after a comma unless it is the first.
fn put_key(to: &mut BytesMut, id: &str, first: bool) {
    if !first {
        to.put_u8(b',');
    }
    // Ids are uuids or references, but a pool may say anything: serde_json escapes what has to be.
    serde_json::to_writer(to.writer(), id).expect("text has a JSON form and memory takes it");
    to.put_u8(b':');
}
