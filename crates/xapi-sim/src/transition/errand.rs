//! Calls that are away: they ask other hosts while the world goes on.
//!
//! Whoever cancels such a call drops the errand with the connections that it holds, so that the other side notices.

use std::{pin::Pin, sync::Arc};

use rustc_hash::FxHashMap;
use tokio::sync::oneshot;

use crate::{Object, World, call::Context};

use super::{Then, Undo};

/// What a call does outside its world: it asks other hosts, and brings back how to go on.
pub(crate) type Errand = Pin<Box<dyn Future<Output = Then> + Send>>;

/// An errand that has not begun.
pub struct Away {
    pub(super) errand: Errand,
    /// What puts the world back when the call is cancelled meanwhile; it cannot be if nothing.
    pub(super) undo: Option<Undo>,
}

/// An errand that is to be set going; it is given up as soon as `called_off` tells or its sender is gone.
pub(crate) struct Departure {
    pub(crate) context: Arc<Context>,
    pub(crate) errand: Errand,
    pub(crate) called_off: oneshot::Receiver<()>,
}

/// Calls that are away, by their tasks.
#[derive(Default)]
pub(crate) struct Errands {
    fresh: Vec<Departure>,
    under_way: FxHashMap<Object, UnderWay>,
}

struct UnderWay {
    undo: Option<Undo>,
    /// Dropped when the errand is called off or has come back.
    _call_off: oneshot::Sender<()>,
}

impl Errands {
    pub(super) fn add(&mut self, context: &Arc<Context>, Away { errand, undo }: Away) {
        let (call_off, called_off) = oneshot::channel();
        self.under_way.insert(context.task, UnderWay { undo, _call_off: call_off });
        self.fresh.push(Departure { context: Arc::clone(context), errand, called_off });
    }

    /// Takes out what is to be set going.
    pub(crate) fn departures(&mut self) -> Vec<Departure> {
        std::mem::take(&mut self.fresh)
    }

    /// Returns whether the call of `task` is away.
    pub(crate) fn has(&self, task: Object) -> bool {
        self.under_way.contains_key(&task)
    }

    /// Calls off all of them.
    pub(crate) fn clear(&mut self) {
        self.under_way.clear();
    }

    /// Calls off the errand of `task`, if that can be cancelled; returns what puts the world back.
    pub(super) fn call_off(&mut self, task: Object) -> Option<Undo> {
        let undo = self.under_way.get_mut(&task)?.undo.take()?;
        self.under_way.remove(&task);
        Some(undo)
    }

    /// Returns whether the errand of `task` was still wanted; it is over.
    fn end(&mut self, task: Object) -> bool {
        self.under_way.remove(&task).is_some()
    }
}

impl World {
    /// Goes on with a call whose errand is done, unless it was cancelled or the toolstack has forgotten it.
    pub(crate) fn come_back(&mut self, context: &Arc<Context>, then: Then) {
        if self.errands.end(context.task) {
            self.resume(context, then);
        }
    }
}
