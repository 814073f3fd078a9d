//! One call as its operation sees it.

use std::sync::Arc;

use db::User;
use model::Kind;
use op::{Context, Level};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{App, Held, Session, access, rehearsal::Rehearsal, task::At};

/// The application and who calls; what every operation gets.
#[derive(Clone, Debug)]
pub struct Cx {
    /// The application.
    pub app: App,
    /// The connection that the call came on.
    pub session: Session,
    /// In a dry run, what keeps calls from changing anything.
    pub(crate) rehearsal: Option<Rehearsal>,
    /// Where the call tells what it does, where it has a record.
    pub(crate) task: Option<At>,
    /// Cancelled when the call is, when nobody waits for its answer any more, and when the server stops.
    pub(crate) stop: CancellationToken,
    /// What the call has been let in for.
    pub(crate) admission: Option<Admission>,
}

/// An operation and the objects that it was let in for.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    pub(crate) operation: &'static str,
    /// The parameters that are ids.
    pub(crate) ids: Value,
}

impl Cx {
    /// Makes the view of a call of `session`.
    pub fn new(app: App, session: Session) -> Self {
        let stop = app.stopping();
        Self { app, session, rehearsal: None, task: None, stop, admission: None }
    }

    /// Returns the same for a dry run: calls to pools change nothing and are noted, the database takes no changes.
    pub(crate) fn rehearsing(&self) -> (Self, Rehearsal) {
        let rehearsal = Rehearsal::default();
        let (app, session) = (self.app.rehearsing(), self.session.clone());
        let (task, stop, admission) = (self.task.clone(), self.stop.clone(), self.admission.clone());
        (Self { app, session, rehearsal: Some(rehearsal.clone()), task, stop, admission }, rehearsal)
    }

    /// Returns whether the call has been cancelled, or the server stops: nothing further is to be begun.
    pub fn stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Returns whether somebody has asked to cancel the task of the call, or the server stops. A caller who does not wait any
    /// more has asked for nothing.
    pub fn is_cancelled(&self) -> bool {
        self.app.stopping().is_cancelled() || self.task.as_ref().is_some_and(At::is_cancelled)
    }

    /// Ends a dry run here, with a sentence and steps that say what would be done; does nothing otherwise.
    ///
    /// # Errors
    ///
    /// Those of `plan`.
    pub async fn would(&self, plan: impl Future<Output = op::Result<(String, Value)>>) -> op::Result<()> {
        let Some(rehearsal) = &self.rehearsal else { return Ok(()) };
        let (sentence, steps) = plan.await?;
        match rehearsal.plan(sentence, steps).await {}
    }

    /// Begins upkeep of a pool, as [`Upkeep::begin`](crate::Upkeep::begin); in a dry run it is only found out whether that
    /// could be.
    ///
    /// # Errors
    ///
    /// As that.
    pub fn begin_upkeep(&self, pool: &str, operation: &str, anyway: bool) -> op::Result<Held> {
        let upkeep = self.app.upkeep();
        match self.rehearsal {
            None => upkeep.begin(pool, operation, anyway),
            Some(_) => upkeep.look(pool, operation, anyway),
        }
    }

    /// Waits for `what`, but no longer than somebody waits for the answer and the server runs; nothing then.
    pub async fn unless_stopped<T>(&self, what: impl Future<Output = T>) -> Option<T> {
        self.stop.run_until_cancelled(what).await
    }

    /// Returns whether the caller holds a privilege for `action` on a resource that is no object of a pool (a `user`),
    /// as `described` to clients.
    pub fn permits(&self, resource: &str, action: &str, described: &Value) -> bool {
        let user = self.session.user();
        user.is_some_and(|user| access::permits(&user, resource, action, described, self.app.permissions()))
    }

    /// Refuses a caller who does not; `id` names a resource that exists.
    ///
    /// # Errors
    ///
    /// [`op::Error::Unauthorized`] with what is missing.
    pub fn demand(&self, resource: &str, action: &str, id: Option<&str>, described: &Value) -> op::Result<()> {
        if self.permits(resource, action, described) {
            return Ok(());
        }
        Err(op::Error::unauthorized("admin", None).missing(resource, action, id.map(ToOwned::to_owned)))
    }

    /// Returns the user who calls.
    ///
    /// # Errors
    ///
    /// [`op::Error::Unauthorized`] where nobody is signed in, which only public operations can meet.
    pub fn user(&self) -> op::Result<Arc<User>> {
        self.session.user().ok_or_else(op::Error::not_signed_in)
    }
}

impl Context for Cx {
    fn signed_in(&self) -> bool {
        self.session.user().is_some()
    }

    fn admin(&self) -> bool {
        self.session.user().is_some_and(|user| access::is_admin(&user))
    }

    fn resolve(&self, id: &str) -> Option<op::Object> {
        let object = self.app.store().get(id)?;
        Some(op::Object { id: object.id().to_owned(), kind: object.kind().name() })
    }

    fn holds(&self, resource: &str, action: &str) -> bool {
        let user = self.session.user();
        user.is_some_and(|user| access::is_admin(&user) || self.app.permissions().holds(&user.id, resource, action))
    }

    fn privilege(&self, kind: &str, action: &str) -> Option<(&'static str, String)> {
        let resource = acl::resource_of(Kind::parse(kind)?)?;
        Some((resource, acl::action_of(resource, action).into_owned()))
    }

    fn allowed(&self, level: Level, action: &str, object: &op::Object) -> bool {
        self.session.user().is_some_and(|user| access::allows(&user, level, action, object, self.app.permissions()))
    }

    fn admitted(&mut self, operation: &'static str, ids: Value) {
        self.admission = Some(Admission { operation, ids });
    }
}
