//! The one way in: every call of every face goes through here.

use op::Answer;
use serde_json::{Map, Value};
use tokio::task::JoinHandle;
use tracing::{debug, error};

use crate::{App, Cx, Session, bulk, journal::Called, task};

impl App {
    /// Calls the operation `name` for `session`.
    ///
    /// The operation goes on when the caller does not wait for it: half of a change helps nobody. A call with a
    /// `selection` or as a dry run answers what came of each object.
    ///
    /// # Errors
    ///
    /// Those of [`op::Ops::call`], [`op::Error::Refused`] where too many calls of the user run.
    pub async fn call(&self, session: &Session, name: &str, params: Value) -> op::Result<Answer> {
        if session.ended().is_some() {
            return Err(op::Error::not_signed_in());
        }
        let quiet = self.ops().spec(name).is_none_or(|spec| spec.quiet);
        let caller = session.user();
        let user = caller.as_deref().map(|user| user.id.as_str());
        // Calls of strangers leave no record: a thousand of them would push out all others.
        let task = if !quiet && user.is_some() {
            Some(self.tasks().open(name, &task::kept(self.ops(), name, &params), user)?)
        } else {
            None
        };
        let mut cx = Cx::new(self.clone(), session.clone());
        cx.task = task.as_ref().map(|task| task::At::new(self.tasks(), task.id()));
        // What only waits ends with the caller.
        let _gone = cx.stop.clone().drop_guard();
        let result = run(cx, name, params, task).await;
        if let Err(error) = &result {
            debug!(method = name, user.id = user, "call of `{name}` failed: {error}");
        }
        result
    }

    /// Begins the operation `name` for `session` and returns the task that tells what comes of it; it goes on without
    /// the caller, and ends where the task is cancelled.
    ///
    /// `about` is what the task says of itself besides who began it.
    ///
    /// # Errors
    ///
    /// Those of [`op::Ops::call`] that come before the operation runs, and [`op::Error::Refused`] where a thousand
    /// actions go on already.
    pub async fn begin(
        &self,
        session: &Session,
        name: &str,
        params: Value,
        about: Map<String, Value>,
    ) -> op::Result<Begun> {
        if session.ended().is_some() {
            return Err(op::Error::not_signed_in());
        }
        let mut cx = Cx::new(self.clone(), session.clone());
        let mut checked = params.clone();
        if self.ops().order(name, &mut checked, &cx)?.is_none() {
            self.ops().admit(name, checked, &cx)?;
        }
        let task = self.tasks().begin(about, cx.user()?.id.as_str(), &cx.stop)?;
        let id = task.id().to_owned();
        cx.task = Some(task::At::new(self.tasks(), &id));
        // Whoever is told of the task finds it, whatever happens to the server.
        self.tasks().written().await;
        let method = name.to_owned();
        let ended = tokio::spawn(async move {
            let result = run(cx, &method, params, Some(task)).await;
            if let Err(error) = &result {
                debug!(method, "call of `{method}` failed: {error}");
            }
            result
        });
        Ok(Begun { task: id, ended })
    }
}

/// A call that goes on by itself.
#[derive(Debug)]
pub struct Begun {
    /// Id of its task.
    pub task: String,
    /// What comes of it.
    pub ended: JoinHandle<op::Result<Answer>>,
}

/// Runs an operation to its end, whoever waits for it, and closes its records.
async fn run(cx: Cx, name: &str, params: Value, task: Option<task::Open>) -> op::Result<Answer> {
    let record = Called::begin(&cx, name, &params);
    let method = name.to_owned();
    let run = tokio::spawn(async move {
        let (mut params, mut record) = (params, record);
        let app = cx.app.clone();
        let result = match app.ops().order(&method, &mut params, &cx) {
            Ok(None) => app.ops().call(&method, params, cx).await,
            Ok(Some(order)) => {
                // What changes nothing is no part of what happened.
                record = record.filter(|_| !order.dry_run);
                bulk::run(cx, method, order, task.as_ref()).await
            }
            Err(error) => Err(error),
        };
        if let Some(task) = task {
            task.ended(&result);
        }
        if let Some(record) = record {
            app.record_call(record.ended(&result)).await;
        }
        result
    });
    run.await.unwrap_or_else(|panic| {
        error!(method = name, "operation `{name}` panicked: {panic}");
        Err(op::Error::failed("the operation stopped unexpectedly"))
    })
}

/// Turns a failure of the database into what the caller sees, and logs its causes.
pub fn failure(error: db::Error) -> op::Error {
    match error {
        // Nothing is wrong where a dry run has come to writing something down.
        db::Error::UserExists { .. } | db::Error::FilterExists { .. } | db::Error::OnlyRead { .. } => {
            op::Error::refused(error.to_string())
        }
        db::Error::GroupExists { id } => op::Error::ObjectAlreadyExists { object: Some(id), kind: Some("group") },
        db::Error::ServerExists { .. } => op::Error::ObjectAlreadyExists { object: None, kind: Some("server") },
        error => {
            let mut causes = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                causes = format!("{causes}: {cause}");
                source = cause.source();
            }
            error!("{causes}");
            op::Error::failed(causes)
        }
    }
}
