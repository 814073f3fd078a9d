//! `event.from` and its older relatives.
//!
//! Events are not a log: a call answers every row that changed after the token, as it is now.

mod legacy;

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use xapi_types::Failure;

use crate::{
    Object, World,
    call::fail,
    pool::Pool,
    shape::Shapes,
    world::{Row, class_index},
};

pub(crate) use legacy::{Registrations, next};

/// How long changes are gathered before an answer is made of them.
const GATHER: Duration = Duration::from_millis(50);

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Add,
    Mod,
    Del,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Mod => "mod",
            Self::Del => "del",
        }
    }
}

/// An event.
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) timestamp: String,
    /// Index of the class in the class table.
    pub(crate) class: usize,
    pub(crate) operation: Operation,
    pub(crate) object: Object,
    /// The object as it is, unless it is gone.
    pub(crate) row: Option<Arc<Row>>,
}

/// What `event.from` answers.
pub(crate) struct Batch {
    pub(crate) events: Vec<Event>,
    /// Objects of each class, by its name in lower case.
    pub(crate) counts: Vec<(String, i64)>,
    pub(crate) token: String,
}

/// Up to where a client knows the pool: generation of the objects, and of the messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Token {
    objects: u64,
    messages: u64,
}

impl Token {
    fn parse(text: &str) -> Result<Self, Failure> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let parsed = text.split_once(',').and_then(|(objects, messages)| {
            Some(Self { objects: objects.parse().ok()?, messages: messages.parse().ok()? })
        });
        parsed.map_or_else(|| fail("EVENT_FROM_TOKEN_PARSE_FAILURE", [text]), Ok)
    }

    fn text(self) -> String {
        format!("{:020},{:020}", self.objects, self.messages)
    }
}

/// What a client wants to hear of.
pub(crate) struct Subscription {
    /// By class of the class table.
    classes: Vec<bool>,
    objects: Vec<(usize, Object)>,
    tasks_only: bool,
}

impl Subscription {
    /// Reads `*`, `vm`, `VM/OpaqueRef:…`; what no class is called is ignored.
    pub(crate) fn new(wanted: &[String], shapes: &Shapes) -> Self {
        let mut classes = vec![false; xapi_types::table::classes().len()];
        let mut objects = Vec::new();
        for entry in wanted {
            let (class, object) = entry.split_once('/').map_or((entry.as_str(), None), |(c, o)| (c, Some(o)));
            for (at, shape) in shapes.known().filter(|(_, shape)| shape.observable) {
                if class == "*" || class.eq_ignore_ascii_case(&shape.lower) {
                    match object {
                        None => classes[at] = true,
                        Some(object) => objects.extend(Object::parse(object).map(|object| (at, object))),
                    }
                }
            }
        }
        let tasks_only = !wanted.is_empty() && wanted.iter().all(|entry| entry.to_lowercase().starts_with("task"));
        Self { classes, objects, tasks_only }
    }

    fn wants(&self, class: usize, object: Object) -> bool {
        self.classes[class] || self.objects.contains(&(class, object))
    }

    fn wants_of(&self, class: usize) -> bool {
        self.classes[class] || self.objects.iter().any(|(of, _)| *of == class)
    }
}

/// Waits for changes after the token, at most `timeout` seconds.
///
/// # Errors
///
/// If the token cannot be read, or the session ends.
pub(crate) async fn from(
    pool: &Pool,
    session: Object,
    wanted: &[String],
    token: &str,
    timeout: f64,
) -> Result<Batch, Failure> {
    let mut since = Token::parse(token)?;
    let subscription = Subscription::new(wanted, &pool.shapes);
    let day = Duration::from_hours(24);
    let limit = Duration::try_from_secs_f64(timeout).map_or(day, |limit| limit.min(day));
    let deadline = Instant::now() + limit;
    let mut changed = pool.changed.subscribe();
    let mut gather = !(token.is_empty() || subscription.tasks_only || limit.is_zero());
    loop {
        if gather {
            sleep(GATHER).await;
        }
        changed.borrow_and_update();
        let batch = pool.with(|world| {
            if !world.is(session, "session") {
                return fail("SESSION_INVALID", [session]);
            }
            Ok(gather_batch(world, &pool.shapes, &subscription, since))
        })?;
        let batch = pool.faults.lose_events(batch);
        // What a fault left out is not looked at again.
        since = Token::parse(&batch.token).unwrap_or(since);
        if !batch.events.is_empty() || Instant::now() >= deadline {
            return Ok(batch);
        }
        if timeout_at(deadline, changed.changed()).await.is_err() {
            // Out of time; a change at the last moment still counts, the loop looks once more.
            gather = false;
            sleep_until(deadline).await;
            continue;
        }
        gather = !subscription.tasks_only;
    }
}

/// Lists what changed after `since`: messages, then what is new, changed, gone.
fn gather_batch(world: &World, shapes: &Shapes, subscription: &Subscription, since: Token) -> Batch {
    let message = class_index("message");
    let mut token = Token { objects: since.objects, messages: 0 };
    let mut events = Vec::new();
    if subscription.wants_of(message) {
        token.messages = since.messages;
        for mut event in changes(world, subscription, message, since.messages) {
            token.messages = token.messages.max(event.id);
            event.id = 0;
            events.push(event);
        }
    }
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    for (class, _) in shapes.known().filter(|(class, _)| *class != message && subscription.wants_of(*class)) {
        for event in changes(world, subscription, class, since.objects) {
            token.objects = token.objects.max(event.id);
            match event.operation {
                Operation::Add => events.push(event),
                Operation::Mod => changed.push(event),
                Operation::Del => gone.push(event),
            }
        }
    }
    events.append(&mut changed);
    events.append(&mut gone);
    if since == Token::default() && !events.is_empty() {
        // What is gone was left out, and is not to be told later either.
        let last = |class| world.table(class).deleted.back().map_or(0, |gone| gone.deleted);
        let classes = shapes.known().filter(|(class, _)| subscription.wants_of(*class));
        let (messages, objects): (Vec<_>, Vec<_>) =
            classes.map(|(class, _)| class).partition(|class| *class == message);
        token.messages = messages.into_iter().map(last).fold(token.messages, u64::max);
        token.objects = objects.into_iter().map(last).fold(token.objects, u64::max);
    }
    // Messages live outside of the database of real hosts, which counts none.
    let count = |class| if class == message { 0 } else { world.table(class).objects.len() };
    let counts = shapes.known().rev().map(|(class, shape)| (shape.lower.clone(), count(class).try_into().unwrap_or(0)));
    Batch { events, counts: counts.collect(), token: token.text() }
}

/// Lists what changed in one class after the generation `since`.
fn changes(world: &World, subscription: &Subscription, class: usize, since: u64) -> Vec<Event> {
    let table = world.table(class);
    let event = |object, operation, id, row| Event { id, timestamp: "0.0".to_owned(), class, operation, object, row };
    let mut events = Vec::new();
    let after = (std::ops::Bound::Excluded(since), std::ops::Bound::Unbounded);
    for object in table.changed.range(after).map(|(_, object)| *object).filter(|o| subscription.wants(class, *o)) {
        let Some(row) = world.row(object) else { continue };
        let operation = if row.created > since { Operation::Add } else { Operation::Mod };
        events.push(event(object, operation, row.modified, Some(Arc::clone(row))));
    }
    // A client that knows nothing need not hear what is gone.
    let gone = table.deleted.iter().filter(|gone| since > 0 && gone.deleted > since);
    for gone in gone.filter(|gone| subscription.wants(class, gone.object)) {
        events.push(event(gone.object, Operation::Del, gone.deleted, None));
    }
    events
}

/// Marks an object as changed, and answers a token that lies just before that.
///
/// # Errors
///
/// If there is no such object of the class.
pub(crate) fn inject(world: &mut World, class: &str, reference: &str) -> Result<String, Failure> {
    match Object::parse(reference).filter(|object| world.is(*object, class)) {
        Some(object) => {
            let token = Token { objects: world.generation(), messages: 0 };
            world.touch(object);
            Ok(token.text())
        }
        None => fail("HANDLE_INVALID", [class, reference]),
    }
}
