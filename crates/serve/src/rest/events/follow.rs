//! Following the changes for all connections.
//!
//! What is heard waits for a moment and is then told together: a client takes one write for it. Objects are known as
//! they were told last, to tell what is new from what has changed, and to pass over what nobody wants to know.

use std::{collections::HashSet, sync::Arc, time::Duration};

use app::{App, Audience, Moved, News, Object, Shift, Subscription, Task, TaskNews, TaskSubscription};
use bytes::BytesMut;
use rustc_hash::FxHashMap;
use serde_json::json;
use tokio::time::{Instant, interval_at, sleep_until};
use tracing::warn;

use super::{
    Events,
    collection::Collection,
    connection::{Connection, Wanted},
    groups::{Audiences, Group},
    text::{self, Subject},
};

/// How long what is heard is collected. Each client costs a write, and so much later is still at once.
const COLLECT: Duration = Duration::from_millis(20);
/// Time between signs of life; as the original.
const PING: Duration = Duration::from_secs(30);
/// Changes that are told together at most, about.
const BATCH: usize = 1024;
/// Bytes of one piece of what is told.
const PIECE: usize = 256 * 1024;

/// Who follows.
pub(super) struct Follower {
    events: Events,
    app: App,
    feed: Subscription,
    tasks: TaskSubscription,
    objects: FxHashMap<String, Arc<Object>>,
    known_tasks: FxHashMap<String, Arc<Task>>,
    audiences: Audiences,
    heard: Vec<Heard>,
}

/// Something that is to be told.
enum Heard {
    Delta(Vec<Change>),
    Shift(Arc<Shift>),
    Task { task: Arc<Task>, old: Option<Arc<Task>>, is_there: bool },
}

/// What has become of an object.
struct Change {
    object: Arc<Object>,
    old: Option<Arc<Object>>,
    is_there: bool,
}

impl Follower {
    /// Begins with what there is; every change afterwards is heard.
    pub(super) fn new(events: Events) -> Self {
        let app = events.0.app.clone();
        // In this order: an object taken for older than it is is told once too often, one taken for newer not at all.
        let snapshot = app.store().snapshot();
        let known_tasks = app.tasks().list();
        let (feed, tasks) = (app.feed().subscribe(), app.tasks().subscribe());
        Self {
            events,
            app,
            feed,
            tasks,
            objects: snapshot.iter().map(|object| (object.id().to_owned(), object)).collect(),
            known_tasks: known_tasks.into_iter().map(|task| (task.id.clone(), task)).collect(),
            audiences: Audiences::default(),
            heard: Vec::new(),
        }
    }

    /// Follows until nobody listens, or the application ends.
    pub(super) async fn run(mut self) {
        let mut ping = interval_at(Instant::now() + PING, PING);
        let mut due = None;
        loop {
            let is_due = async {
                match due {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                news = self.feed.next() => {
                    if !self.hear(news).await {
                        return;
                    }
                }
                news = self.tasks.next() => self.hear_of_task(news),
                () = is_due => {
                    due = None;
                    self.tell().await;
                }
                _ = ping.tick() => {
                    if self.events.is_over() {
                        return;
                    }
                    let now = jiff::Timestamp::now().as_millisecond();
                    let text = text::event("ping", &json!({ "ping": now }));
                    for connection in self.events.all() {
                        connection.outbox.push(&text);
                    }
                }
            }
            if self.heard.len() >= BATCH {
                due = None;
                self.tell().await;
            } else if !self.heard.is_empty() {
                due.get_or_insert_with(|| Instant::now() + COLLECT);
            }
        }
    }

    /// Takes news of objects and rights; returns whether there will be more.
    async fn hear(&mut self, mut news: News) -> bool {
        loop {
            match news {
                News::Delta(delta) => {
                    let mut changes = Vec::with_capacity(delta.entered.len() + delta.left.len());
                    // First gone, then there: an object that left one pool and entered another is there.
                    for object in &delta.left {
                        let old = self.objects.remove(object.id());
                        changes.push(Change { object: object.clone(), old, is_there: false });
                    }
                    for object in &delta.entered {
                        let old = self.objects.insert(object.id().to_owned(), object.clone());
                        changes.push(Change { object: object.clone(), old, is_there: true });
                    }
                    self.heard.push(Heard::Delta(changes));
                    return true;
                }
                News::Shift(shift) => {
                    let goes_on = shift.0.iter().any(|change| change.told);
                    self.heard.push(Heard::Shift(shift));
                    if !goes_on {
                        return true;
                    }
                    // The delta that made it so comes next, and is told together with it.
                    news = self.feed.next().await;
                }
                News::Moved(moved) => {
                    self.tell().await;
                    self.tell_moved(&moved);
                    return true;
                }
                News::Lost(count) => {
                    warn!(count, "missed changes of objects; readers of events are asked to connect again");
                    self.heard.clear();
                    self.objects =
                        self.app.store().snapshot().iter().map(|object| (object.id().to_owned(), object)).collect();
                    for connection in self.events.all() {
                        connection.outbox.close("missed", "changes were missed; connect again");
                    }
                    return true;
                }
                News::End => return false,
            }
        }
    }

    fn hear_of_task(&mut self, news: TaskNews) {
        match news {
            TaskNews::Updated(task) => {
                let old = self.known_tasks.insert(task.id.clone(), Arc::clone(&task));
                self.heard.push(Heard::Task { task, old, is_there: true });
            }
            TaskNews::Removed(task) => {
                let old = self.known_tasks.remove(&task.id);
                self.heard.push(Heard::Task { task, old, is_there: false });
            }
            TaskNews::Lost(_) => {
                // How they are now is all that matters.
                let now = self.app.tasks().list();
                let there: HashSet<&str> = now.iter().map(|task| task.id.as_str()).collect();
                let gone: Vec<_> =
                    self.known_tasks.values().filter(|task| !there.contains(task.id.as_str())).cloned().collect();
                for task in gone {
                    self.hear_of_task(TaskNews::Removed(task));
                }
                for task in now {
                    if self.known_tasks.get(&task.id).is_none_or(|known| !Arc::ptr_eq(known, &task)) {
                        self.hear_of_task(TaskNews::Updated(task));
                    }
                }
            }
            TaskNews::End => {}
        }
    }

    /// Tells what was heard, written once for all who may see the same and want the same.
    #[allow(clippy::mutable_key_type, reason = "the subjects of an audience, which it is compared by, do not change")]
    async fn tell(&mut self) {
        let heard = std::mem::take(&mut self.heard);
        if heard.is_empty() {
            return;
        }
        for (group, members) in self.audiences.groups(&self.app, self.events.all()) {
            let mut teller = Teller { app: &self.app, group: &group, members: &members, text: BytesMut::new() };
            let mut added = HashSet::new();
            for heard in &heard {
                match heard {
                    Heard::Delta(changes) => {
                        for change in changes {
                            teller.change(change, &added);
                            if teller.text.len() > PIECE {
                                teller.send();
                                tokio::task::yield_now().await;
                            }
                        }
                        added.clear();
                    }
                    Heard::Shift(shift) => teller.shift(shift, &mut added),
                    Heard::Task { task, old, is_there } => teller.task(task, old.as_deref(), *is_there),
                }
            }
            teller.send();
        }
    }

    /// Tells those who see other objects than before.
    fn tell_moved(&mut self, moved: &[Moved]) {
        for connection in self.events.all() {
            let Some(moved) = moved.iter().find(|moved| moved.user == connection.user) else { continue };
            self.audiences.moved(&connection, &moved.audience);
            let group =
                Group { audience: moved.audience.clone(), user: Some(moved.user.clone()), wanted: connection.wanted() };
            let members = [connection];
            let mut teller = Teller { app: &self.app, group: &group, members: &members, text: BytesMut::new() };
            for (name, objects) in [("add", &moved.entered), ("remove", &moved.left)] {
                for object in objects {
                    teller.object(name, object, None);
                }
            }
            teller.send();
        }
    }
}

/// Writes what a group is told.
struct Teller<'a> {
    app: &'a App,
    group: &'a Group,
    members: &'a [Arc<Connection>],
    text: BytesMut,
}

impl Teller<'_> {
    fn wanted(&self) -> &Wanted {
        &self.group.wanted
    }

    /// Gives the members what is written.
    fn send(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = self.text.split().freeze();
        for connection in self.members {
            connection.outbox.push(&text);
        }
    }

    /// Tells what has become of an object; those in `added` are new for the group.
    fn change(&mut self, change: &Change, added: &HashSet<String>) {
        let Change { object, old, is_there } = change;
        let sees_all = self.group.audience == Audience::Everything;
        if !is_there {
            // Those who depend on rules have heard before that their right is gone.
            if sees_all {
                self.object("remove", object, None);
            }
            return;
        }
        if !sees_all && !self.group.audience.sees(object) {
            return;
        }
        match old {
            Some(old) if added.contains(object.id()) => {
                if old.kind() == object.kind() {
                    self.object("add", object, None);
                } else {
                    self.became(old, object);
                }
            }
            Some(old) if old.kind() != object.kind() => self.became(old, object),
            Some(old) => self.object("update", object, Some(old)),
            None => self.object("add", object, None),
        }
    }

    /// An object has become one of another kind, as a VM does that becomes a template.
    fn became(&mut self, old: &Arc<Object>, object: &Arc<Object>) {
        self.object("remove", old, None);
        self.object("add", object, None);
    }

    /// Tells what rights have changed, and notes what is new for the group and will be told of anyway.
    fn shift(&mut self, shift: &Shift, added: &mut HashSet<String>) {
        let Audience::Some(view) = &self.group.audience else { return };
        for change in &shift.0 {
            let was = change.before.as_ref().filter(|object| view.sees(object, &change.old));
            let is = change.after.as_ref().filter(|object| view.sees(object, &change.new));
            match (was, is) {
                (None, Some(object)) if change.told => {
                    added.insert(object.id().to_owned());
                }
                (None, Some(object)) => self.object("add", object, None),
                (Some(object), None) => self.object("remove", object, None),
                _ => {}
            }
        }
    }

    /// Writes an event of an object, unless it is as `old` in all that is wanted.
    fn object(&mut self, name: &str, object: &Arc<Object>, old: Option<&Arc<Object>>) {
        let collection = Collection::Objects(object.kind());
        if let Some(fields) = self.group.wanted.get(&collection) {
            let subject = Subject::Object(object);
            if old.is_none_or(|old| !subject.is_like(&Subject::Object(old), fields)) {
                subject.put(&mut self.text, name, collection, fields);
            }
        }
        if let Some(fields) = self.wanted().get(&Collection::Alarms).cloned() {
            let alarm = |message: &Object| text::alarm(message, |id| self.place(id));
            let Some(now) = alarm(object) else { return };
            let old = old.and_then(|old| alarm(old));
            let subject = Subject::Value(&now);
            if old.is_none_or(|old| !subject.is_like(&Subject::Value(&old), &fields)) {
                subject.put(&mut self.text, name, Collection::Alarms, &fields);
            }
        }
    }

    /// Returns the kind of an object, and where it is.
    fn place(&self, id: &str) -> Option<(app::model::Kind, String)> {
        let object = self.app.store().get(id)?;
        let collection = object.kind().collection().unwrap_or_default();
        Some((object.kind(), format!("/rest/v0/{collection}/{}", object.id())))
    }

    /// Writes an event of a task; it is an update when it is new, too, as in the original.
    fn task(&mut self, task: &Task, old: Option<&Task>, is_there: bool) {
        let Some(fields) = self.group.wanted.get(&Collection::Tasks) else { return };
        let Some(user) = self.members.first().and_then(|member| member.session.user()) else { return };
        let access = self.app.task_access(&user);
        if !access.sees(task) {
            return;
        }
        let now = access.show(task);
        let subject = Subject::Value(&now);
        if !is_there {
            subject.put(&mut self.text, "remove", Collection::Tasks, fields);
            return;
        }
        let old = old.map(|old| access.show(old));
        if old.is_none_or(|old| !subject.is_like(&Subject::Value(&old), fields)) {
            subject.put(&mut self.text, "update", Collection::Tasks, fields);
        }
    }
}
