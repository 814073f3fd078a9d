//! Dry runs: an operation goes as it always does, up to the first thing that cannot be taken back.
//!
//! So what a dry run says follows from the code that does it, with all its checks, and no rule stands twice. What an
//! operation calls at a pool meanwhile
//!
//! | | is |
//! |---|---|
//! | only looks (`get_…`, `assert_…`) | called |
//! | prepares: sets a field, lifts a block, disconnects | asked about, and passed over as if it were done |
//! | acts | asked about; the run ends where the pool would do it |
//!
//! Where the pool would refuse, the operation is told so as if it had called, and goes on as it would: it may have
//! another way. What surprises: the run does not come back from what the pool would do; whoever made it drops it.

mod ask;
mod words;

use std::{convert::Infallible, future::pending, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::Notify;
use xapi::Value;

use crate::Connection;

pub(crate) use words::{phrase, why};

/// What prepares an action and can be taken back, besides what sets a field.
const PREPARATIONS: &[&str] =
    &["Bond.destroy", "PBD.unplug", "VBD.unplug", "VIF.unplug", "VLAN.destroy", "host.disable", "host.enable"];

/// What takes a preparation back, by the preparation; an operation that is refused half-way puts all as it was.
const UNDONE: &[(&str, &str)] = &[("PBD.plug", "PBD.unplug"), ("VBD.plug", "VBD.unplug"), ("VIF.plug", "VIF.unplug")];

/// Scripts of hosts, each with a function that changes nothing.
const LISTS: &[(&str, &str)] = &[("updater.py", "check_update"), ("updater.py", "query_installed")];

/// What the names of methods that set a field begin with.
const SETS: &[&str] = &["add_", "remove_", "set_"];

/// A call that was not made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) method: String,
    pub(crate) params: Vec<Value>,
}

/// One dry run; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rehearsal(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    reached: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// What was passed over, in order.
    prepared: Vec<Step>,
    /// What the pool would do.
    action: Option<String>,
    /// What the operation says it would do: a sentence, and the steps.
    plan: Option<(String, serde_json::Value)>,
}

impl Rehearsal {
    /// Returns whether `method` changes nothing. A ticket to move a VM with is no more than a session, which whoever
    /// asked for it ends, and the pool cannot be asked about a move without one.
    pub(crate) fn only_looks(method: &str, params: &[Value]) -> bool {
        let name = method.rsplit('.').next().unwrap_or(method);
        let given = |at: usize| params.get(at).and_then(Value::as_str).unwrap_or_default();
        let lists = method == "host.call_plugin" && LISTS.contains(&(given(1), given(2)));
        name.starts_with("get_") || name.starts_with("assert_") || method == "host.migrate_receive" || lists
    }

    /// Meets a call that would change something: asks the pool, and passes it over or stops there for good.
    pub(crate) async fn meet(&self, pool: &Connection, method: &str, params: Vec<Value>) -> op::Result<Value> {
        let prepared = self.prepared();
        if !takes_back(&prepared, method, &params) {
            ask::ask(pool, &prepared, method, &params).await?;
        }
        let name = method.rsplit('.').next().unwrap_or(method);
        let prepares = PREPARATIONS.contains(&method) || SETS.iter().any(|start| name.starts_with(start));
        if prepares || takes_back(&prepared, method, &params) {
            self.0.state.lock().prepared.push(Step { method: method.to_owned(), params });
            return Ok(Value::void());
        }
        match self.reach(method).await {}
    }

    /// Ends the run: it has come to the action of this name.
    pub(crate) async fn reach(&self, action: &str) -> Infallible {
        // Of calls that are made side by side the first is told.
        self.0.state.lock().action.get_or_insert_with(|| action.to_owned());
        self.0.reached.notify_one();
        pending().await
    }

    /// Ends the run, whose operation knows by now what it would do.
    pub(crate) async fn plan(&self, sentence: String, steps: serde_json::Value) -> Infallible {
        self.0.state.lock().plan = Some((sentence, steps));
        self.reach("").await
    }

    /// Returns what the operation has said it would do.
    pub(crate) fn planned(&self) -> Option<(String, serde_json::Value)> {
        self.0.state.lock().plan.clone()
    }

    /// Waits until the run has come to something that the pool would do.
    pub(crate) async fn reached(&self) {
        self.0.reached.notified().await;
    }

    /// Returns what the pool would do, if the run has come to it.
    pub(crate) fn action(&self) -> Option<String> {
        self.0.state.lock().action.clone()
    }

    /// Returns what was passed over, in order.
    pub(crate) fn prepared(&self) -> Vec<Step> {
        self.0.state.lock().prepared.clone()
    }
}

/// Returns whether a call takes back what was prepared.
fn takes_back(prepared: &[Step], method: &str, params: &[Value]) -> bool {
    let undone = UNDONE.iter().find(|(undoing, _)| *undoing == method).map(|(_, undone)| *undone);
    undone.is_some_and(|undone| {
        prepared.iter().any(|step| step.method == undone && step.params.first() == params.first())
    })
}
