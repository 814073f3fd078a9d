//! Chance and time: what nobody chose, and what happens by itself.

use std::time::Duration;

use crate::{Object, World, transition::Job};

impl World {
    /// Returns a fresh uuid.
    pub fn new_uuid(&mut self) -> String {
        self.random.uuid().to_string()
    }

    /// Returns a fresh MAC address, locally administered.
    pub fn new_mac(&mut self) -> String {
        self.random.mac()
    }

    /// Returns a number from `low` up to but without `high`.
    pub fn random(&mut self, low: i64, high: i64) -> i64 {
        self.random.between(low, high)
    }

    /// Does something to the world after `delay` (or when a test says so); it belongs to `object`
    /// and `what` names it. It is not part of any call: a guest agent that comes up, a host that
    /// has booted.
    pub fn later(
        &mut self,
        object: Object,
        what: &str,
        delay: Duration,
        action: impl FnOnce(&mut World) + Send + 'static,
    ) {
        self.agenda.add(object, what, delay, Job::World(Box::new(action)));
    }

    /// Forgets what was to happen to `object` by [`World::later`] under the name `what`.
    pub fn forget(&mut self, object: Object, what: &str) {
        self.agenda
            .remove(|pending| pending.object == object && pending.what == what && matches!(pending.job, Job::World(_)));
    }

    pub(crate) fn new_object(&mut self) -> Object {
        Object::from_uuid(self.random.uuid())
    }
}
