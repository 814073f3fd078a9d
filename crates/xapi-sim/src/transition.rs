//! Asked now, done later.
//!
//! A call that takes time on a real host (`VM.start`) answers [`Outcome::Later`]: what remains to
//! be done goes on the pool's agenda. In [`Pace::Auto`] it happens after its delay; in
//! [`Pace::Explicit`] when a test or the control API says so, so that tests need no sleeps.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{sync::Notify, time::Instant};
use xapi_types::Failure;

use crate::{
    Datum, Object, World,
    call::{Call, Context},
};

/// When transitions finish.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// After their delay, multiplied by the factor.
    Auto(f64),
    /// When told to.
    Explicit,
}

/// What remains of a call.
pub type Then = Box<dyn FnOnce(&mut Call<'_>) -> Result<Outcome, Failure> + Send>;

/// What puts the world back when a call is cancelled.
pub type Undo = Box<dyn FnOnce(&mut World) + Send>;

/// How a behaviour ends.
pub enum Outcome {
    /// With a result.
    Done(Datum),
    /// It goes on later.
    Later(Later),
}

/// The rest of a call, and when it is due.
pub struct Later {
    pub(crate) delay: Duration,
    pub(crate) then: Then,
    pub(crate) undo: Option<Undo>,
    pub(crate) cancellable: bool,
}

// === impl Outcome ===

impl Outcome {
    /// Ends with "void".
    ///
    /// # Errors
    ///
    /// Never; the type is that of a behaviour, so that `Outcome::void()` can be its last line.
    pub fn void() -> Result<Self, Failure> {
        Ok(Self::Done(Datum::void()))
    }

    /// Ends with `result`.
    ///
    /// # Errors
    ///
    /// Never, as with [`Outcome::void`].
    pub fn done(result: impl Into<Datum>) -> Result<Self, Failure> {
        Ok(Self::Done(result.into()))
    }

    /// Lets the call's task be cancelled while it waits; `undo` then puts the world back.
    /// Operations in progress end by themselves.
    #[must_use]
    pub fn or_undo(self, undo: impl FnOnce(&mut World) + Send + 'static) -> Self {
        match self {
            Self::Later(later) => Self::Later(Later { undo: Some(Box::new(undo)), cancellable: true, ..later }),
            done @ Self::Done(_) => done,
        }
    }
}

/// Something that will happen.
pub(crate) enum Job {
    /// To the world, on its own account.
    World(Box<dyn FnOnce(&mut World) + Send>),
    /// As the rest of a call.
    Call(Arc<Context>, Later),
}

/// An entry of the agenda.
pub(crate) struct Pending {
    pub(crate) object: Object,
    pub(crate) what: String,
    pub(crate) since: Instant,
    pub(crate) due: Instant,
    pub(crate) job: Job,
}

/// What will happen to a pool, soonest first.
#[derive(Default)]
pub(crate) struct Agenda {
    pub(crate) pace: Pace,
    pub(crate) earlier: Arc<Notify>,
    last: u64,
    waiting: BTreeMap<(Instant, u64), Pending>,
}

impl Default for Pace {
    fn default() -> Self {
        Self::Auto(1.0)
    }
}

// === impl Agenda ===

impl Agenda {
    pub(crate) fn add(&mut self, object: Object, what: &str, delay: Duration, job: Job) {
        let factor = if let Pace::Auto(factor) = self.pace { factor } else { 1.0 };
        let since = Instant::now();
        let due = since + delay.mul_f64(factor);
        self.last += 1;
        self.waiting.insert((due, self.last), Pending { object, what: what.to_owned(), since, due, job });
        self.earlier.notify_one();
    }

    /// Returns when the next entry is due; never if entries wait to be told.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        match self.pace {
            Pace::Auto(_) => self.waiting.keys().next().map(|(due, _)| *due),
            Pace::Explicit => None,
        }
    }

    /// Takes the next entry out if it is due.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Pending> {
        let (due, _) = self.next_due().zip(Some(()))?;
        if due > now {
            return None;
        }
        self.waiting.pop_first().map(|(_, pending)| pending)
    }

    /// Takes the first entry out that `wanted` chooses.
    pub(crate) fn remove(&mut self, wanted: impl Fn(&Pending) -> bool) -> Option<Pending> {
        let key = self.waiting.iter().find(|(_, pending)| wanted(pending)).map(|(key, _)| *key)?;
        self.waiting.remove(&key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.waiting.values()
    }
}
