//! One action on many objects, or only what would come of it.
//!
//! Each object is a call of its own, with its own check of rights, and fails by itself. Those of a pool go on a few at a
//! time, pools side by side, all within one bound. What was asked for is one task: its progress counts objects, its
//! steps are those under way and those that failed, and once it is cancelled no further object is begun.

mod outcome;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use op::{Answer, Error, Order, Result};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tracing::error;

use self::outcome::{Outcome, Report, State};
use crate::{
    Cx,
    journal::Called,
    rehearsal,
    selection::{self, Target},
    task::{At, Open},
};

/// Objects of all pools together that one call works on at the same time.
const AT_ONCE: usize = 64;

/// A dry run asks a pool a few questions; one that takes longer than this is not going to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `order` of the operation `name`.
///
/// # Errors
///
/// Those of the selection; what comes of the objects is in the answer.
pub(crate) async fn run(cx: Cx, name: String, order: Order, task: Option<&Open>) -> Result<Answer> {
    let targets = selection::resolve(&cx, &order).await?;
    let count = targets.len();
    let work = Arc::new(Work {
        cx,
        name,
        order,
        task: task.map(|task| task.steps(count)),
        stopped: AtomicBool::new(false),
        turns: Semaphore::new(AT_ONCE),
    });
    let mut report = Report::new(count);
    // Each worker has at most one outcome to tell.
    let (sender, mut outcomes) = mpsc::channel(AT_ONCE);
    let mut workers = JoinSet::new();
    for queue in by_pool(targets) {
        let places = work.order.at_once.min(queue.len());
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..places {
            workers.spawn(Arc::clone(&work).take_from(Arc::clone(&queue), sender.clone()));
        }
    }
    drop(sender);
    while let Some((at, outcome)) = outcomes.recv().await {
        report.add(at, outcome);
    }
    Ok(report.into_answer())
}

type Queue = VecDeque<(usize, Target)>;

/// Sorts the objects into one queue a pool, each with its place in the selection.
fn by_pool(targets: Vec<Target>) -> Vec<Queue> {
    let mut queues: BTreeMap<String, Queue> = BTreeMap::new();
    for (at, target) in targets.into_iter().enumerate() {
        let pool = target.object.as_ref().map(|object| object.pool().as_str().to_owned()).unwrap_or_default();
        queues.entry(pool).or_default().push_back((at, target));
    }
    queues.into_values().collect()
}

struct Work {
    cx: Cx,
    name: String,
    order: Order,
    task: Option<crate::task::Steps>,
    /// Whether no further object is begun, because one has failed.
    stopped: AtomicBool,
    turns: Semaphore,
}

impl Work {
    async fn take_from(self: Arc<Self>, queue: Arc<Mutex<Queue>>, outcomes: mpsc::Sender<(usize, Outcome)>) {
        loop {
            let Some((at, target)) = queue.lock().pop_front() else { return };
            let _turn = self.turns.acquire().await.expect("nobody closes it");
            let outcome = self.clone().guarded(target).await;
            if outcomes.send((at, outcome)).await.is_err() {
                return;
            }
        }
    }

    /// Works on one object; what breaks there breaks nothing else.
    async fn guarded(self: Arc<Self>, target: Target) -> Outcome {
        let outcome = Outcome::of(&target);
        let cancelled = self.task.as_ref().is_some_and(crate::task::Steps::is_cancelled);
        if cancelled || self.stopped.load(Ordering::Relaxed) {
            return outcome;
        }
        let step = self.task.as_ref().map(|task| task.begin(&outcome.id, outcome.name.as_deref()));
        let work = Arc::clone(&self);
        let at = step.as_ref().map(crate::task::OpenStep::at);
        let state = tokio::spawn(async move { work.one(&target, at).await }).await.unwrap_or_else(|panic| {
            error!(method = self.name, "operation `{}` panicked: {panic}", self.name);
            State::Failed(Error::failed("the operation stopped unexpectedly"))
        });
        if self.order.stop_on_error && state.error().is_some() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        if let Some(step) = step {
            step.end(state.error());
        }
        outcome.with(state, op::Context::admin(&self.cx))
    }

    async fn one(&self, target: &Target, at: Option<At>) -> State {
        let Work { name, order, .. } = self;
        let cx = &Cx { task: at, ..self.cx.clone() };
        if cx.session.ended().is_some() {
            return State::Refused(Error::not_signed_in());
        }
        let mut params = order.params.clone();
        params.insert(order.principal.clone(), target.id.as_str().into());
        let params = Value::Object(params);
        let ops = cx.app.ops();
        let record = if order.dry_run { None } else { Called::begin(cx, name, &params) };
        if let Err(error) = ops.check_access(name, params.clone(), cx) {
            let refused = Err(error.clone());
            if let Some(record) = record {
                cx.app.record_call(record.ended(&refused)).await;
            }
            return State::Refused(error);
        }
        if order.dry_run {
            return self.rehearse(target, params).await;
        }
        let result = ops.call(name, params, cx.clone()).await;
        if let Some(record) = record {
            cx.app.record_call(record.ended(&result)).await;
        }
        match result.and_then(Answer::decode::<Value>) {
            Ok(result) => State::Done(result),
            Err(error) => State::Failed(error),
        }
    }

    /// Finds out what would come of it.
    async fn rehearse(&self, target: &Target, params: Value) -> State {
        let Work { name, .. } = self;
        let (cx, rehearsal) = self.cx.rehearsing();
        let app = cx.app.clone();
        let run = app.ops().call(name, params.clone(), cx);
        let result = tokio::select! {
            biased;
            () = rehearsal.reached() => Ok(()),
            result = tokio::time::timeout(PATIENCE, run) => match result {
                Ok(result) => result.map(drop),
                Err(_) => Err(Error::failed("the pool takes too long to say what would happen")),
            },
        };
        // What is kept here is as good as done where it comes to writing it down.
        let keeps = app.db().has_refused();
        if let (Err(error), false) = (result, keeps) {
            return State::Refused(error);
        }
        if let Some((sentence, steps)) = rehearsal.planned() {
            return State::Would(format!("{}: {sentence}", outcome::subject(target)), Some(steps));
        }
        let (action, prepared) = (rehearsal.action(), rehearsal.prepared());
        let changes = action.is_some() || !prepared.is_empty() || keeps;
        let own = changes.then(|| app.ops().would(name, params, action.as_deref().unwrap_or_default())).flatten();
        let is_ours = keeps && action.is_none() && prepared.is_empty();
        let ours = is_ours.then(|| "this would be noted here, its pool would not be touched".to_owned());
        let phrase = own.or(ours).unwrap_or_else(|| rehearsal::phrase(action.as_deref(), &prepared));
        State::Would(format!("{}: {phrase}", outcome::subject(target)), None)
    }
}
