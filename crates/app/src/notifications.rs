//! What the server tells a client of its own accord, one connection's part.
//!
//! Nothing is queued here: a view that has changed is due, and what is told of it is made when the client takes it,
//! from what it was told last to what there is then. So who reads slowly is told less often, of more at once, and
//! costs one frame a view, however long it takes.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use view::Frame;

use crate::{load::LoadTold, records::RecordsTold, task::Told, views::Screen};

/// Views of one connection: a page shows a few, an application of many pages some dozens.
pub(crate) const MOST_VIEWS: usize = 32;

/// A notification.
#[derive(Clone, Debug)]
pub struct Notification {
    /// What it is about.
    pub method: &'static str,
    /// JSON of the parameters, in two parts; the second is shared by all who are told the same.
    pub params: [Bytes; 2],
}

/// The notifications of one connection; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Notifications(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    ready: Notify,
    /// Whether the client does not want to be told of every object.
    without_objects: AtomicBool,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    views: BTreeMap<u64, View>,
    /// What is to be told of views that we have ended; they count as open until then.
    ended: BTreeMap<u64, Bytes>,
    /// Views of which there is something to tell, each once.
    due: VecDeque<u64>,
    /// What is told of tasks, where the client wants that.
    tasks: Option<Told>,
    /// What is told of records, likewise.
    records: Option<RecordsTold>,
    /// What is told of load, likewise.
    load: Option<LoadTold>,
}

/// A view that is open.
#[derive(Debug)]
struct View {
    screen: Arc<Screen>,
    /// What the client has been told.
    sent: Arc<Frame>,
    /// Whether nothing is told until it has another screen.
    held: bool,
}

/// The notifications of a connection that may be gone.
#[derive(Clone, Debug)]
pub(crate) struct WeakNotifications(Weak<Inner>);

impl WeakNotifications {
    pub(crate) fn upgrade(&self) -> Option<Notifications> {
        self.0.upgrade().map(Notifications)
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.0.strong_count() == 0
    }

    /// Tells whether these are the notifications of that connection.
    pub(crate) fn is(&self, whose: &Notifications) -> bool {
        std::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&whose.0))
    }
}

impl Notifications {
    /// Waits until there may be something to take.
    pub async fn ready(&self) {
        self.0.ready.notified().await;
    }

    /// Takes the next notification.
    pub fn take(&self) -> Option<Notification> {
        let mut open = self.0.open.lock();
        let Open { views, ended, due, .. } = &mut *open;
        let told = |id: u64, text| Notification { method: "view", params: [format!("{{\"id\":{id}").into(), text] };
        while let Some(id) = due.pop_front() {
            if let Some(text) = ended.remove(&id) {
                return Some(told(id, text));
            }
            let Some(view) = views.get_mut(&id).filter(|view| !view.held) else { continue };
            let now = view.screen.now();
            let sent = std::mem::replace(&mut view.sent, now);
            if let Some(text) = view.sent.since(&sent) {
                return Some(told(id, text));
            }
        }
        let all = |method, text| Notification { method, params: [text, Bytes::new()] };
        if let Some(text) = open.tasks.as_mut().and_then(Told::take) {
            return Some(all("task", text));
        }
        if let Some(text) = open.records.as_mut().and_then(RecordsTold::take) {
            return Some(all("record", text));
        }
        open.load.as_mut().and_then(LoadTold::take).map(|text| all("load", text))
    }

    fn with<T>(
        &self,
        slot: impl FnOnce(&mut Open) -> &mut Option<T>,
        told: T,
        may: impl FnOnce() -> bool,
    ) -> op::Result<()> {
        let mut open = self.0.open.lock();
        if !may() {
            return Err(op::Error::not_signed_in());
        }
        *slot(&mut open) = Some(told);
        Ok(())
    }

    /// Tells of tasks from now on, while `may`; in place of what was told of them before.
    pub(crate) fn with_tasks(&self, told: Told, may: impl FnOnce() -> bool) -> op::Result<()> {
        self.with(|open| &mut open.tasks, told, may)
    }

    /// Tells nothing more of tasks; returns whether it did.
    pub fn without_tasks(&self) -> bool {
        self.0.open.lock().tasks.take().is_some()
    }

    /// Notes what is to be told of tasks.
    pub(crate) fn tasks(&self, note: impl FnOnce(&mut Told)) {
        if let Some(told) = &mut self.0.open.lock().tasks {
            note(told);
        }
        self.0.ready.notify_one();
    }

    /// Tells of records from now on, while `may`; in place of what was told of them before.
    pub(crate) fn with_records(&self, told: RecordsTold, may: impl FnOnce() -> bool) -> op::Result<()> {
        self.with(|open| &mut open.records, told, may)
    }

    /// Tells nothing more of records; returns whether it did.
    pub fn without_records(&self) -> bool {
        self.0.open.lock().records.take().is_some()
    }

    /// Notes what is to be told of records.
    pub(crate) fn records(&self, note: impl FnOnce(&mut RecordsTold)) {
        if let Some(told) = &mut self.0.open.lock().records {
            note(told);
        }
        self.0.ready.notify_one();
    }

    /// Tells of load from now on, while `may`; in place of what was told of it before.
    pub(crate) fn with_load(&self, told: LoadTold, may: impl FnOnce() -> bool) -> op::Result<()> {
        self.with(|open| &mut open.load, told, may)
    }

    /// Tells nothing more of load.
    pub(crate) fn without_load(&self) {
        self.0.open.lock().load = None;
    }

    /// Looks at what is to be told of load, and notes it; nothing where nothing is told of it.
    pub(crate) fn load<T>(&self, look: impl FnOnce(&mut LoadTold) -> T) -> Option<T> {
        let mut open = self.0.open.lock();
        let told = open.load.as_mut()?;
        let seen = look(told);
        if told.is_due() {
            drop(open);
            self.0.ready.notify_one();
        }
        Some(seen)
    }

    /// Returns whether the client is to be told of every object that changes.
    pub fn wants_objects(&self) -> bool {
        !self.0.without_objects.load(Ordering::Relaxed)
    }

    /// Sets whether the client is to be told of every object that changes, as it is at first.
    pub fn want_objects(&self, wants: bool) {
        self.0.without_objects.store(!wants, Ordering::Relaxed);
    }

    pub(crate) fn downgrade(&self) -> WeakNotifications {
        WeakNotifications(Arc::downgrade(&self.0))
    }

    /// Opens a view while `may`, and shows it on `screen`; returns its id and the answer.
    pub(crate) fn open(&self, screen: &Arc<Screen>, may: impl FnOnce() -> bool) -> op::Result<(u64, String)> {
        let mut open = self.0.open.lock();
        if !may() {
            return Err(op::Error::not_signed_in());
        }
        if open.views.len() + open.ended.len() >= MOST_VIEWS {
            return Err(op::Error::refused(format!(
                "this connection has {MOST_VIEWS} views already; end one with view.unsubscribe"
            )));
        }
        open.next += 1;
        let id = open.next;
        Ok((id, open.show(id, screen, self)))
    }

    /// Shows the view `id` on another screen; returns the answer, or nothing if there is no such view.
    pub(crate) fn change(&self, id: u64, screen: &Arc<Screen>) -> Option<String> {
        let mut open = self.0.open.lock();
        open.views.contains_key(&id).then(|| open.show(id, screen, self))
    }

    /// Shows the view `id`, if it is still on the screen `from`, on `to` with the same columns: the client is told the
    /// difference, if it was held what that screen has shown since.
    pub(crate) fn switch(&self, id: u64, from: &Arc<Screen>, to: &Arc<Screen>) {
        let mut open = self.0.open.lock();
        let Some(view) = open.views.get_mut(&id).filter(|view| Arc::ptr_eq(&view.screen, from)) else { return };
        view.screen = Arc::clone(to);
        view.held = false;
        to.add(self, id);
        open.due(id);
        drop(open);
        self.0.ready.notify_one();
    }

    /// Lets views on such screens tell nothing until they have another; returns whether there are any.
    pub(crate) fn hold(&self, which: impl Fn(&Screen) -> bool) -> bool {
        let mut any = false;
        for view in self.0.open.lock().views.values_mut().filter(|view| which(&view.screen)) {
            (view.held, any) = (true, true);
        }
        any
    }

    /// Ends the view `id`, if it is still on the screen `on`, and tells the client why.
    pub(crate) fn end(&self, id: u64, on: &Arc<Screen>, why: &op::Error, to_admin: bool) {
        let mut open = self.0.open.lock();
        if !open.views.get(&id).is_some_and(|view| Arc::ptr_eq(&view.screen, on)) {
            return;
        }
        open.views.remove(&id);
        open.ended.insert(id, format!(",\"closed\":{}}}", why.to_json(to_admin)).into());
        open.due(id);
        drop(open);
        self.0.ready.notify_one();
    }

    /// Ends the view `id`; returns whether there was one.
    pub(crate) fn close(&self, id: u64) -> bool {
        self.0.open.lock().views.remove(&id).is_some()
    }

    /// Ends all views: somebody else uses the connection from now on.
    pub(crate) fn clear(&self) {
        let mut open = self.0.open.lock();
        open.views.clear();
        open.ended.clear();
        open.due.clear();
        open.tasks = None;
        open.records = None;
        open.load = None;
    }

    /// Returns the screens of the views that are open.
    pub(crate) fn screens(&self) -> Vec<(u64, Arc<Screen>)> {
        self.0.open.lock().views.iter().map(|(id, view)| (*id, Arc::clone(&view.screen))).collect()
    }

    /// Returns the screen of the view `id`.
    pub(crate) fn screen(&self, id: u64) -> Option<Arc<Screen>> {
        self.0.open.lock().views.get(&id).map(|view| Arc::clone(&view.screen))
    }

    /// Notes that there is something new on the screen of the view `id`; returns whether it still looks at it.
    pub(crate) fn changed(&self, id: u64, screen: &Screen) -> bool {
        let mut open = self.0.open.lock();
        let looks = open.views.get(&id).is_some_and(|view| std::ptr::eq(Arc::as_ptr(&view.screen), screen));
        if looks {
            open.due(id);
            drop(open);
            self.0.ready.notify_one();
        }
        looks
    }
}

impl Open {
    fn show(&mut self, id: u64, screen: &Arc<Screen>, whose: &Notifications) -> String {
        screen.add(whose, id);
        let sent = screen.now();
        let answer = sent.answer(id);
        self.views.insert(id, View { screen: Arc::clone(screen), sent, held: false });
        answer
    }

    fn due(&mut self, id: u64) {
        if !self.due.contains(&id) {
            self.due.push_back(id);
        }
    }
}
