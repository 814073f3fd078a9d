//! Asked now, done later.
//!
//! A call that takes time on a real host (`VM.start`) answers [`Outcome::Later`]: what remains to
//! be done goes on the pool's agenda. In [`Pace::Auto`] it happens after its delay; in
//! [`Pace::Explicit`] when a test or the control API says so, so that tests need no sleeps.

mod errand;

use std::{
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};
use xapi_types::Failure;

use crate::{
    Datum, Object, World,
    call::{Call, Context},
};

pub(crate) use errand::{Away, Departure, Errands};

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
    /// It goes on when an errand is done.
    Away(Away),
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

    /// Goes on with what `errand` brings back, which may ask other hosts; the world is not locked meanwhile.
    pub(crate) fn away<T>(errand: impl Future<Output = T> + Send + 'static) -> Self
    where
        T: FnOnce(&mut Call<'_>) -> Result<Self, Failure> + Send + 'static,
    {
        Self::Away(Away { errand: Box::pin(async move { Box::new(errand.await) as _ }), undo: None })
    }

    /// Lets the call's task be cancelled while it waits or is away; `undo` then puts the world back.
    /// Operations in progress end by themselves.
    #[must_use]
    pub fn or_undo(self, undo: impl FnOnce(&mut World) + Send + 'static) -> Self {
        match self {
            Self::Later(later) => Self::Later(Later { undo: Some(Box::new(undo)), cancellable: true, ..later }),
            Self::Away(away) => Self::Away(Away { undo: Some(Box::new(undo)), ..away }),
            Self::Done(result) => Self::Done(result),
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
        if self.next_due()? > now {
            return None;
        }
        self.waiting.pop_first().map(|(_, pending)| pending)
    }

    /// Takes the first entry out that `wanted` chooses.
    pub(crate) fn remove(&mut self, wanted: impl Fn(&Pending) -> bool) -> Option<Pending> {
        let key = self.waiting.iter().find(|(_, pending)| wanted(pending)).map(|(key, _)| *key)?;
        self.waiting.remove(&key)
    }

    /// Forgets the rests of all calls.
    pub(crate) fn remove_calls(&mut self) {
        self.waiting.retain(|_, pending| matches!(pending.job, Job::World(_)));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.waiting.values()
    }
}

impl World {
    /// Runs a behaviour, and puts what remains of it on the agenda; answers what it ended with.
    pub(crate) fn run(&mut self, context: &Arc<Context>) -> Option<Result<Datum, Failure>> {
        let signature = &context.signature;
        let behaviour = self.methods.behaviours.get(&(signature.class.name, &signature.method as &str)).copied();
        let mut call = Call { world: self, context: Arc::clone(context) };
        let outcome = unbroken(|| match behaviour {
            Some(behaviour) => behaviour(&mut call),
            None => call.generic(),
        });
        self.go_on(context, outcome)
    }

    /// Does the entry of the agenda that `choose` takes out; answers whether there was one.
    pub(crate) fn run_one(&mut self, choose: impl FnOnce(&mut Agenda) -> Option<Pending>) -> bool {
        let Some(pending) = choose(&mut self.agenda) else { return false };
        match pending.job {
            Job::World(action) => {
                // A story that breaks is over; the pool goes on.
                let _ = unbroken(|| {
                    action(self);
                    Outcome::void()
                });
            }
            Job::Call(context, later) => self.resume(&context, later.then),
        }
        true
    }

    /// Asks to be told how the call of `task` ends.
    pub(crate) fn wait_for(&mut self, task: Object) -> oneshot::Receiver<Result<Datum, Failure>> {
        let (tell, told) = oneshot::channel();
        self.waiters.insert(task, tell);
        told
    }

    /// Does the next part of a call.
    fn resume(&mut self, context: &Arc<Context>, then: Then) {
        let mut call = Call { world: self, context: Arc::clone(context) };
        let outcome = unbroken(|| then(&mut call));
        if let Some(outcome) = self.go_on(context, outcome) {
            self.tell(context.task, outcome);
        }
    }

    /// Takes the rest of a task's call off the agenda, or calls it back, if it can be cancelled, and undoes it.
    pub(crate) fn cancel(&mut self, task: Object) -> bool {
        let rest = self.agenda.remove(
            |pending| matches!(&pending.job, Job::Call(context, later) if context.task == task && later.cancellable),
        );
        let undo = match rest {
            Some(Pending { job: Job::Call(_, later), .. }) => later.undo,
            _ => self.errands.call_off(task),
        };
        let Some(undo) = undo else { return false };
        undo(self);
        self.end_operations(task);
        let failure = Err(Failure::new(xapi_types::code::TASK_CANCELLED, [task.to_string()]));
        self.end_task(task, &failure);
        self.tell(task, failure);
        true
    }

    /// Shows in their tasks how far calls have come by now.
    pub(crate) fn show_progress(&mut self) {
        let now = Instant::now();
        let fraction = |pending: &Pending| {
            let whole = pending.due.duration_since(pending.since).as_secs_f64();
            let gone = now.duration_since(pending.since).as_secs_f64();
            // Whole percents; the last one is for the end.
            if whole > 0.0 { (gone / whole * 100.0).floor().min(99.0) / 100.0 } else { 0.0 }
        };
        let calls: Vec<(Object, f64)> = self
            .agenda
            .iter()
            .filter_map(|pending| match &pending.job {
                Job::Call(context, _) => Some((context.task, fraction(pending))),
                Job::World(_) => None,
            })
            .collect();
        for (task, fraction) in calls {
            if self.get(task, "progress").as_float() < fraction {
                self.set(task, "progress", fraction);
            }
        }
    }

    fn tell(&mut self, task: Object, outcome: Result<Datum, Failure>) {
        let hung_up = self.waiters.remove(&task).is_some_and(|waiter| waiter.send(outcome).is_err());
        if hung_up {
            // The caller would have removed the task of its call.
            self.destroy(task);
        }
    }

    fn go_on(&mut self, context: &Arc<Context>, outcome: Result<Outcome, Failure>) -> Option<Result<Datum, Failure>> {
        let outcome = match outcome {
            Ok(Outcome::Later(later)) if self.agenda.pace == Pace::Auto(0.0) => {
                let outcome = (later.then)(&mut Call { world: self, context: Arc::clone(context) });
                return self.go_on(context, outcome);
            }
            Ok(Outcome::Later(later)) => {
                self.plan(context, later);
                return None;
            }
            Ok(Outcome::Away(away)) => {
                self.allow_cancel(context.task, away.undo.is_some());
                self.errands.add(context, away);
                return None;
            }
            Ok(Outcome::Done(result)) => Ok(result),
            Err(failure) => Err(failure),
        };
        self.end_operations(context.task);
        self.end_task(context.task, &outcome);
        Some(outcome)
    }

    /// Puts the rest of a call on the agenda, under the object that it is about.
    fn plan(&mut self, context: &Arc<Context>, later: Later) {
        let begun = self.operations_of(context.task).first().copied();
        let given = || context.args.iter().map(Datum::as_object).find(|object| !object.is_null());
        let object = begun.or_else(given).unwrap_or_default();
        self.allow_cancel(context.task, later.cancellable);
        let (delay, what) = (later.delay, &context.signature.method);
        self.agenda.add(object, what, delay, Job::Call(Arc::clone(context), later));
    }

    fn allow_cancel(&mut self, task: Object, allowed: bool) {
        self.set(task, "allowed_operations", Datum::from(if allowed { &["cancel"][..] } else { &[] }));
    }
}

/// Runs a behaviour; a mistake in it becomes the error that hosts answer for theirs.
fn unbroken(run: impl FnOnce() -> Result<Outcome, Failure>) -> Result<Outcome, Failure> {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
        Err(Failure::new(xapi_types::code::INTERNAL_ERROR, [text.unwrap_or("the simulator broke")]))
    })
}

/// Who waits for how calls end, by their tasks.
pub(crate) type Waiters = rustc_hash::FxHashMap<Object, oneshot::Sender<Result<Datum, Failure>>>;

impl Pending {
    /// Returns whether this is the rest of the call of `task`.
    pub(crate) fn is_of(&self, task: Object) -> bool {
        matches!(&self.job, Job::Call(context, _) if context.task == task)
    }
}
