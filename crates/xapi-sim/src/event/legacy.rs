//! `event.register` and `event.next`, which clients used before `event.from`.

use rustc_hash::FxHashMap;
use xapi_types::Failure;

use crate::{Object, World, call::fail, pool::Pool, shape::Shapes};

use super::{Event, Operation, Subscription, changes};

/// What each session registered for.
#[derive(Default)]
pub(crate) struct Registrations {
    by_session: FxHashMap<Object, Registration>,
    last: i64,
}

struct Registration {
    classes: Vec<String>,
    since: u64,
    /// Task of the call that registered, of whose end nothing is told.
    own: Object,
    lost: bool,
}

impl Registrations {
    /// Notes that `session` wants events of more classes.
    pub(crate) fn register(&mut self, session: Object, classes: Vec<String>, now: u64, own: Object) {
        let new = || Registration { classes: Vec::new(), since: now, own, lost: false };
        let registration = self.by_session.entry(session).or_insert_with(new);
        registration.classes.extend(classes);
        registration.own = own;
    }

    /// Notes that `session` no longer wants events of some classes.
    pub(crate) fn unregister(&mut self, session: Object, classes: &[String]) {
        if let Some(registration) = self.by_session.get_mut(&session) {
            registration.classes.retain(|class| !classes.iter().any(|other| other.eq_ignore_ascii_case(class)));
            if registration.classes.is_empty() {
                self.by_session.remove(&session);
            }
        }
    }

    /// Returns how many events were sent so far.
    pub(crate) fn current_id(&self) -> i64 {
        self.last
    }

    /// Makes the next `event.next` of each session fail with `EVENTS_LOST`.
    pub(crate) fn lose(&mut self) {
        self.by_session.values_mut().for_each(|registration| registration.lost = true);
    }

    /// Forgets all registrations.
    pub(crate) fn clear(&mut self) {
        self.by_session.clear();
    }
}

impl World {
    fn events_of(&mut self, shapes: &Shapes, session: Object) -> Result<Vec<Event>, Failure> {
        let generation = self.generation();
        let Some(registration) = self.registrations.by_session.get_mut(&session) else {
            // Hosts name the session by a hash, so that the error may be logged.
            let hash = session.to_string().replace("OpaqueRef:", "").replace('-', "");
            return fail("SESSION_NOT_REGISTERED", [format!("trackid={hash}")]);
        };
        let since = std::mem::replace(&mut registration.since, generation);
        if std::mem::take(&mut registration.lost) {
            return fail::<_, &str>("EVENTS_LOST", []);
        }
        let (subscription, own) = (Subscription::new(&registration.classes, shapes), registration.own);
        let mut events = Vec::new();
        for (class, _) in shapes.known().filter(|(class, _)| subscription.wants_of(*class)) {
            events.extend(changes(self, &subscription, class, since));
        }
        events.retain(|event| event.object != own);
        events.sort_by_key(|event| (event.operation == Operation::Del, event.id));
        let timestamp = format!("{}.", self.now().unix());
        for event in &mut events {
            event.id = u64::try_from(self.registrations.last).unwrap_or(0);
            event.timestamp.clone_from(&timestamp);
            self.registrations.last += 1;
        }
        Ok(events)
    }
}

/// Waits for events that `session` registered for, without a limit.
///
/// # Errors
///
/// If it registered for none, events were lost, or the session ends.
pub(crate) async fn next(pool: &Pool, session: Object) -> Result<Vec<Event>, Failure> {
    let mut changed = pool.changed.subscribe();
    loop {
        changed.borrow_and_update();
        let events = pool.with(|world| {
            if !world.is(session, "session") {
                return fail("SESSION_INVALID", [session]);
            }
            world.events_of(&pool.shapes, session)
        })?;
        if !events.is_empty() || changed.changed().await.is_err() {
            return Ok(events);
        }
    }
}
