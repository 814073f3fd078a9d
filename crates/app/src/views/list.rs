//! An index and those who look at it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use model::Snapshot;
use parking_lot::Mutex;
use view::{Index, Query, Window};

use super::{Screen, aside};
use crate::Audience;

/// Objects set under one lock: who opens a window on the list waits no longer than that.
const AT_ONCE: usize = 1000;

/// What an audience sees of what matches a query, in order.
///
/// Only the task that follows the feed sets objects.
#[derive(Debug)]
pub(super) struct List {
    audience: Audience,
    query: Arc<Query>,
    /// Locked away from the threads that serve clients only, since many objects may be set under it.
    index: Mutex<Index>,
    screens: Mutex<HashMap<Window, Weak<Screen>>>,
    /// What the index took when it was last let go.
    bytes: AtomicUsize,
}

impl List {
    /// Makes a list of an index that has what the audience sees.
    pub(super) fn new(audience: Audience, query: Arc<Query>, mut index: Index) -> Self {
        index.refresh();
        index.settle();
        let bytes = index.bytes().into();
        Self { audience, query, index: Mutex::new(index), screens: Mutex::default(), bytes }
    }

    pub(super) fn audience(&self) -> &Audience {
        &self.audience
    }

    pub(super) fn query(&self) -> &Arc<Query> {
        &self.query
    }

    /// Returns about how much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Tells whether somebody looks at it.
    pub(super) fn is_watched(&self) -> bool {
        let mut screens = self.screens.lock();
        screens.retain(|_, screen| screen.strong_count() > 0);
        !screens.is_empty()
    }

    /// Returns the screen that shows a part of it.
    pub(super) async fn open(self: &Arc<Self>, window: &Window) -> op::Result<Arc<Screen>> {
        if let Some(screen) = self.known(window) {
            return Ok(screen);
        }
        let (list, window) = (Arc::clone(self), window.clone());
        aside(move || list.screen(window)).await
    }

    fn known(&self, window: &Window) -> Option<Arc<Screen>> {
        self.screens.lock().get(window).and_then(Weak::upgrade)
    }

    fn screen(&self, window: Window) -> Arc<Screen> {
        // Held until the screen is known, so that no change is shown without it.
        let mut index = self.index.lock();
        if let Some(screen) = self.known(&window) {
            return screen;
        }
        index.refresh();
        let frame = window.frame(&index, None);
        let screen = Arc::new(Screen::new(self.audience.clone(), Arc::clone(&self.query), frame));
        self.screens.lock().insert(window, Arc::downgrade(&screen));
        screen
    }

    /// Sets what is true of some objects.
    pub(super) fn set(&self, ids: &[Box<str>], objects: &Snapshot) {
        for ids in ids.chunks(AT_ONCE) {
            set(&mut self.index.lock(), &self.audience, ids, objects);
        }
    }

    /// Puts an index of the same in place of its own.
    pub(super) fn swap(&self, mut index: Index) {
        // What there was is dropped without the lock.
        self.index.lock().swap(&mut index);
    }

    /// Shows what has changed.
    pub(super) fn show(&self) {
        let mut index = self.index.lock();
        if !index.is_changed() {
            return;
        }
        index.refresh();
        let screens: Vec<_> = self.screens.lock().values().filter_map(Weak::upgrade).collect();
        for screen in &screens {
            screen.refresh(&index);
        }
        index.settle();
        self.bytes.store(index.bytes(), Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn index(&self) -> parking_lot::MutexGuard<'_, Index> {
        self.index.lock()
    }
}

/// Sets in an index what an audience sees of some objects.
pub(super) fn set(index: &mut Index, audience: &Audience, ids: &[Box<str>], objects: &Snapshot) {
    let seen = |id: &str| objects.by_id(id).filter(|object| audience.sees(object));
    for id in ids {
        let is_about = objects.by_id(id).is_some_and(|object| index.query().is_about(object.kind()));
        if is_about || index.contains(id) || index.follows(id) {
            index.set(id, seen(id), |id| seen(id).cloned());
        }
    }
}
