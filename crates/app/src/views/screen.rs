//! What a part of a list shows, for all who look at it.

use std::sync::Arc;

use parking_lot::Mutex;
use view::{Frame, Index, Query, Window};

use crate::{
    Audience,
    notifications::{Notifications, WeakNotifications},
};

/// A part of a list, as an audience sees it.
#[derive(Debug)]
pub(crate) struct Screen {
    audience: Audience,
    query: Arc<Query>,
    shown: Mutex<Arc<Frame>>,
    /// The connections that look at it, with the number of their view.
    watchers: Mutex<Vec<(WeakNotifications, u64)>>,
}

impl Screen {
    pub(super) fn new(audience: Audience, query: Arc<Query>, first: Frame) -> Self {
        Self { audience, query, shown: Mutex::new(Arc::new(first)), watchers: Mutex::default() }
    }

    pub(super) fn audience(&self) -> &Audience {
        &self.audience
    }

    pub(super) fn query(&self) -> &Arc<Query> {
        &self.query
    }

    pub(super) fn window(&self) -> Arc<Window> {
        Arc::clone(self.now().window())
    }

    /// Returns what it shows.
    pub(crate) fn now(&self) -> Arc<Frame> {
        Arc::clone(&self.shown.lock())
    }

    /// Notes that the view `id` of a connection shows it.
    pub(crate) fn add(&self, whose: &Notifications, id: u64) {
        let mut watchers = self.watchers.lock();
        // A view that goes and comes back stands here once.
        watchers.retain(|(known, number)| !(known.is_gone() || *number == id && known.is(whose)));
        watchers.push((whose.downgrade(), id));
    }

    /// Shows what the index has now, and lets those who look know.
    pub(super) fn refresh(&self, index: &Index) {
        let before = self.now();
        let frame = before.window().frame(index, Some(&before));
        if !frame.is_news() {
            return;
        }
        *self.shown.lock() = Arc::new(frame);
        let watchers = std::mem::take(&mut *self.watchers.lock());
        let looks =
            |(whose, id): &(WeakNotifications, u64)| whose.upgrade().is_some_and(|whose| whose.changed(*id, self));
        let mut still: Vec<_> = watchers.into_iter().filter(looks).collect();
        let mut watchers = self.watchers.lock();
        still.append(&mut watchers);
        *watchers = still;
    }
}
