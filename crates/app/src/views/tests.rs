//! What happens when lists have to wait, cannot be made, or are worked on.

use std::{pin::Pin, sync::mpsc, task::Poll, time::Duration};

use db::{Db, User};
use futures_util::poll;
use model::{Change, Mirror, Writer};
use op::Ops;
use serde_json::{Map, Value, json};
use view::Request;
use xapi_types::{AnyRef, Kind as Class, Record};

use super::{follow::Heard, *};
use crate::{Config, Feed, Peer, SignedIn, permissions::Affected};

/// Nothing in these tests takes so long, on any machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A store with storage repositories, and views on it.
pub(super) struct Lab {
    pub(super) views: Views,
    permissions: Permissions,
    feed: Feed,
    pool: Mutex<(Writer, Mirror)>,
    pub(super) stop: CancellationToken,
}

impl Lab {
    pub(super) fn new() -> Self {
        Self::limited(MOST_BYTES)
    }

    fn limited(most_bytes: usize) -> Self {
        let feed = Feed::default();
        let (store, mut writer) = Store::new();
        let permissions = Permissions::new(store.clone(), feed.clone());
        let views = Views::limited(store, permissions.clone(), most_bytes);
        let mut mirror = Mirror::new();
        mirror.put(reference("p"), record(Class::Pool, "p", "pool"));
        writer.relist(&mut mirror).expect("there is a pool");
        Self { views, permissions, feed, pool: Mutex::new((writer, mirror)), stop: CancellationToken::new() }
    }

    /// Changes the store; returns what nobody has been told.
    pub(super) fn change(&self, changes: Vec<Change>) -> crate::Delta {
        let mut pool = self.pool.lock();
        let (writer, mirror) = &mut *pool;
        writer.apply(mirror, changes).expect("there is a pool")
    }

    /// Gives a repository its name.
    fn put(&self, id: &str, name: &str) {
        self.permissions.follow(self.change(vec![put(id, name)]));
    }

    /// Follows the feed from now on.
    fn follow(&self) {
        tokio::spawn(self.views.clone().follow(self.feed.subscribe(), self.stop.clone()));
    }

    /// Changes what somebody may do, and tells the feed.
    fn becomes(&self, session: &Session, permission: &str) {
        let before = session.user().expect("somebody is signed in");
        let after = user(&before.id, permission);
        session.revise(|signed_in| {
            signed_in.user = Arc::new(after.clone());
            true
        });
        let affected = Affected { id: before.id.clone(), connected: true };
        let (before, after) = (self.views.audience(&before), self.views.audience(&after));
        self.permissions.changed_permission(affected, &before, &after);
    }

    async fn open(&self, session: &Session, filter: &str) -> Value {
        let answer = self.views.open(session, &look(filter, 10), &self.stop).await.expect("it opens");
        serde_json::from_str(&answer).expect("answers are JSON")
    }

    /// Takes the turn, so that no list is made until it is dropped.
    async fn turn(&self) -> turns::Turn {
        self.views.0.turns.take(Asker::Call("somebody")).await.expect("it is free")
    }

    async fn waiting(&self, count: usize) {
        until(|| self.views.0.turns.waiting() == count).await;
    }
}

fn reference(id: &str) -> AnyRef {
    AnyRef::parse(&format!("OpaqueRef:{id}"))
}

fn record(class: Class, id: &str, name: &str) -> Record {
    Record::decode(class, json!({ "uuid": id, "name_label": name })).expect("it is a record")
}

pub(super) fn put(id: &str, name: &str) -> Change {
    Change::Put(reference(id), record(Class::Sr, id, name))
}

pub(super) fn gone(id: &str) -> Change {
    Change::Gone(reference(id))
}

fn user(id: &str, permission: &str) -> User {
    User {
        id: id.to_owned(),
        email: id.to_owned(),
        permission: permission.to_owned(),
        preferences: Map::new(),
        auth_providers: Map::new(),
        has_password: false,
    }
}

fn signed_in(id: &str, permission: &str) -> Session {
    let session = Session::new(Peer { address: [192, 0, 2, 1].into(), user_agent: None });
    session.enter(SignedIn { user: Arc::new(user(id, permission)), token: None, expiration: None });
    session
}

pub(super) fn query(filter: &str) -> Arc<Query> {
    let request = Request { types: &["SR"], filter, sort: &[("name_label", true)], groups: &[] };
    Arc::new(Query::new(&request).expect("it is one"))
}

fn look(filter: &str, limit: usize) -> Look {
    let query = (*query(filter)).clone();
    let window = Window::new(0, limit, Some(&["name_label"]), &query).expect("it is one");
    Look { query, window }
}

async fn until(mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, wait).await.expect("it happens in time");
}

/// Returns the next notification of a connection.
async fn told(session: &Session) -> Value {
    let next = async {
        loop {
            if let Some(next) = session.notifications().take() {
                return serde_json::from_slice(&next.params.concat()).expect("notifications are JSON");
            }
            session.notifications().ready().await;
        }
    };
    tokio::time::timeout(LIMIT, next).await.expect("something is told")
}

/// Locks the index of a list on a thread of its own until what it returns is dropped.
fn lock(list: &Arc<List>) -> impl Drop + use<> {
    struct Held(mpsc::Sender<()>, Option<std::thread::JoinHandle<()>>);
    impl Drop for Held {
        fn drop(&mut self) {
            let _ = self.0.send(());
            self.1.take().map(std::thread::JoinHandle::join);
        }
    }
    let ((locked, is_locked), (release, released)) = (mpsc::channel(), mpsc::channel());
    let list = Arc::clone(list);
    let thread = std::thread::spawn(move || {
        let _index = list.index();
        let _ = locked.send(());
        let _ = released.recv();
    });
    is_locked.recv().expect("the thread runs");
    Held(release, Some(thread))
}

#[tokio::test]
async fn a_view_that_waits_for_its_list_keeps_no_other_waiting() {
    let lab = Lab::new();
    lab.put("a", "one");
    lab.follow();
    let (ann, bob) = (signed_in("ann", "none"), signed_in("bob", "admin"));
    assert_eq!(lab.open(&ann, "name_label:o").await["total"], 0);
    assert_eq!(lab.open(&bob, "").await["total"], 1);
    let turn = lab.turn().await;
    lab.becomes(&ann, "admin");
    lab.waiting(1).await;
    lab.put("a", "two");
    assert_eq!(told(&bob).await, json!({ "id": 1, "changed": { "a": { "name_label": "two" } } }));
    assert!(ann.notifications().take().is_none());
    drop(turn);
    let row = json!({ "id": "a", "name_label": "two" });
    assert_eq!(told(&ann).await, json!({ "id": 1, "total": 1, "entered": [[0, row]] }));
}

#[tokio::test]
async fn what_somebody_may_not_see_any_more_is_not_told_while_their_list_waits() {
    let lab = Lab::new();
    lab.put("a", "one");
    lab.follow();
    let (ann, bob) = (signed_in("ann", "admin"), signed_in("bob", "admin"));
    lab.open(&ann, "").await;
    lab.open(&bob, "").await;
    let turn = lab.turn().await;
    lab.becomes(&ann, "none");
    lab.waiting(1).await;
    lab.put("a", "secret");
    assert_eq!(told(&bob).await["changed"]["a"]["name_label"], "secret");
    assert!(ann.notifications().take().is_none());
    drop(turn);
    assert_eq!(told(&ann).await, json!({ "id": 1, "total": 0, "left": ["a"] }));
}

#[tokio::test]
async fn who_moves_back_while_a_list_waits_is_where_they_were() {
    let lab = Lab::new();
    lab.put("a", "one");
    lab.follow();
    let ann = signed_in("ann", "admin");
    lab.open(&ann, "").await;
    let turn = lab.turn().await;
    lab.becomes(&ann, "none");
    lab.waiting(1).await;
    lab.becomes(&ann, "admin");
    // Heard before what comes next on the feed.
    lab.put("a", "two");
    drop(turn);
    let mut now = Value::Null;
    while now != "two" {
        let told = told(&ann).await;
        now = told["changed"]["a"]["name_label"].clone();
        if now.is_null() {
            now = told["entered"][0][1]["name_label"].clone();
        }
    }
    until(|| {
        let screens = ann.notifications().screens();
        screens.iter().all(|(_, screen)| *screen.audience() == Audience::Everything)
    })
    .await;
    lab.put("b", "three");
    assert_eq!(told(&ann).await["total"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_view_whose_list_waits_too_long_ends_and_tells_why() {
    let lab = Lab::new();
    lab.put("a", "one");
    lab.follow();
    let ann = signed_in("ann", "none");
    lab.open(&ann, "").await;
    let turn = lab.turn().await;
    lab.becomes(&ann, "admin");
    let ended = told(&ann).await;
    assert_eq!((&ended["id"], &ended["closed"]["code"]), (&json!(1), &json!(-32000)));
    let message = ended["closed"]["message"].as_str().expect("a text");
    assert!(message.starts_with("the list was not made within 30 seconds"), "{message}");
    assert!(ann.notifications().screen(1).is_none());
    // A call does not wait for ever either.
    let error = lab.views.open(&ann, &look("", 10), &lab.stop).await.expect_err("nobody gives the turn");
    assert!(error.to_string().starts_with("the list was not made within 30 seconds"), "{error}");
    drop(turn);
    assert_eq!(lab.open(&ann, "").await["id"], 2);
}

#[tokio::test]
async fn a_view_for_whose_list_there_is_no_room_ends_and_tells_why() {
    let lab = Lab::limited(4000);
    lab.put("a", "one");
    lab.follow();
    let ann = signed_in("ann", "none");
    lab.open(&ann, "").await;
    let error = lab.views.open(&ann, &look("name_label:a", 10), &lab.stop).await.expect_err("there is no room");
    assert!(error.to_string().starts_with("the lists that are open on this server take more than"), "{error}");
    lab.becomes(&ann, "admin");
    let ended = told(&ann).await;
    assert_eq!((&ended["id"], &ended["closed"]["message"]), (&json!(1), &json!(error.to_string())));
    assert!(ann.notifications().take().is_none(), "it is told once");
    assert_eq!(lab.open(&ann, "").await["total"], 1, "what has ended takes no room");
}

#[test]
fn views_that_have_ended_count_until_that_is_told() {
    let lab = Lab::new();
    let session = signed_in("ann", "admin");
    let (audience, query) = (Audience::Everything, query(""));
    let index = lab.views.index(&audience, &query, &lab.stop).expect("nobody stops it");
    let window = look("", 10).window;
    let screen = Arc::new(Screen::new(audience, query, window.frame(&index, None)));
    let notifications = session.notifications();
    for _ in 0..crate::notifications::MOST_VIEWS {
        let (id, _) = notifications.open(&screen, || true).expect("there is room");
        notifications.end(id, &screen, &op::Error::refused("over"), true);
    }
    assert!(notifications.open(&screen, || true).is_err());
    let told = notifications.take().expect("the first");
    assert_eq!(told.params.concat(), br#"{"id":1,"closed":{"code":-32000,"message":"over"}}"#);
    assert!(notifications.open(&screen, || true).is_ok());
}

#[tokio::test]
async fn a_list_that_nobody_waits_for_any_more_is_not_made() {
    let lab = Lab::new();
    let ann = signed_in("ann", "admin");
    let turn = lab.turn().await;
    let (look, stop) = (look("", 10), CancellationToken::new());
    let mut opens = Box::pin(lab.views.open(&ann, &look, &stop));
    assert!(poll!(&mut opens).is_pending());
    assert_eq!(lab.views.0.turns.waiting(), 1);
    stop.cancel();
    let error = tokio::time::timeout(LIMIT, opens).await.expect("at once").expect_err("nobody waits");
    assert_eq!(error.to_string(), "the call has been cancelled");
    assert_eq!(lab.views.0.turns.waiting(), 0);
    drop(turn);
    assert!(lab.views.0.state.lock().lists.is_empty());
    let error = lab.views.index(&Audience::Everything, &query(""), &stop).expect_err("it stops");
    assert_eq!(error.to_string(), "the call has been cancelled");
}

#[tokio::test]
async fn work_that_goes_on_stops_with_its_caller_and_passes_its_turn_on() {
    let lab = Lab::new();
    let (began, begins) = tokio::sync::oneshot::channel();
    let (ended, ends) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let work = move |stop: &CancellationToken| {
        began.send(()).expect("the test waits");
        runtime.block_on(stop.cancelled());
        let _ = ended.send(());
        Ok(())
    };
    let mut running = Box::pin(lab.views.in_turn(Asker::Call("ann"), &lab.stop, work));
    assert!(poll!(&mut running).is_pending());
    begins.await.expect("it begins");
    drop(running);
    ends.await.expect("it ends");
    tokio::time::timeout(LIMIT, lab.turn()).await.expect("the turn is free again");
}

#[tokio::test]
async fn a_selection_is_read_in_turn() {
    let db = Db::in_memory().await.expect("a database in memory");
    let app = App::start_with(Config::default(), Ops::new(), db).await.expect("it starts");
    let ann = signed_in("ann", "admin");
    let token = app.views().selections().add("ann", query(""));
    let turn = app.views().0.turns.take(Asker::Call("bob")).await.expect("it is free");
    let cx = Cx::new(app.clone(), ann);
    let mut reads: Pin<Box<dyn Future<Output = _>>> = Box::pin(selected(&cx, &token));
    assert!(poll!(&mut reads).is_pending());
    assert_eq!(app.views().0.turns.waiting(), 1);
    drop(turn);
    let found = tokio::time::timeout(LIMIT, reads).await.expect("its turn comes").expect("it is read");
    assert!(found.is_empty());
    let turn = app.views().0.turns.take(Asker::Call("bob")).await.expect("it is free");
    let mut reads = Box::pin(selected(&cx, &token));
    assert!(poll!(&mut reads).is_pending());
    cx.stop.cancel();
    assert!(tokio::time::timeout(LIMIT, reads).await.expect("at once").is_err());
    drop(turn);
    app.shutdown().await;
}

#[tokio::test]
async fn who_opens_a_view_keeps_no_thread_waiting_for_an_index() {
    let lab = Lab::new();
    let ann = signed_in("ann", "admin");
    lab.open(&ann, "").await;
    let list =
        lab.views.list(Audience::Everything, &query(""), Asker::Call("ann"), &lab.stop).await.expect("it is there");
    let locked = lock(&list);
    // This is the only thread of the runtime: it would not get here.
    assert_eq!(lab.open(&ann, "").await["id"], 2, "what is on a screen is there");
    let (other, stop) = (look("", 5), lab.stop.clone());
    let mut opens = Box::pin(lab.views.open(&ann, &other, &stop));
    assert!(poll!(&mut opens).is_pending());
    drop(locked);
    let answer = tokio::time::timeout(LIMIT, opens).await.expect("the index is free").expect("it opens");
    assert!(answer.starts_with("{\"id\":3,"), "{answer}");
}

#[tokio::test]
async fn lists_that_are_made_again_keep_nobody_waiting() {
    let lab = Lab::new();
    lab.put("a", "one");
    let ann = signed_in("ann", "admin");
    for filter in ["", "name_label:o"] {
        lab.open(&ann, filter).await;
    }
    let list =
        lab.views.list(Audience::Everything, &query(""), Asker::Call("ann"), &lab.stop).await.expect("it is there");
    let locked = lock(&list);
    lab.change(vec![put("a", "other")]);
    let (views, stop) = (lab.views.clone(), lab.stop.clone());
    let mut looks = tokio::task::spawn_blocking(move || views.look(&Heard::all(), &stop));
    // It has what it needs of the state, which is the list here, and waits for the index.
    until(|| Arc::strong_count(&list) > 2).await;
    assert!(matches!(poll!(&mut looks), Poll::Pending));
    assert_eq!(lab.open(&ann, "").await["id"], 3);
    drop(locked);
    tokio::time::timeout(LIMIT, looks).await.expect("the index is free").expect("it works");
    let both = [told(&ann).await, told(&ann).await];
    for told in both {
        assert_eq!(told["changed"]["a"]["name_label"], "other", "{told}");
    }
}
