//! Calls of operations to pools.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use model::Object;
use serde::de::DeserializeOwned;
use xapi::{State, Value};

use super::link::Link;
use crate::{App, Cx, rehearsal::Rehearsal, task::At, xapi_error};

/// Longest wait for a host to be found in another pool: what it takes to join, and to start its agent anew.
const MOVING: Duration = Duration::from_secs(60);

/// The connection to a pool, with errors as callers see them.
#[derive(Clone, Debug)]
pub struct Connection {
    pub(crate) app: App,
    pub(super) link: Arc<Link>,
    /// In a dry run, what calls are noted in.
    rehearsal: Option<Rehearsal>,
    /// Where it is told what the pool does, and how far it is.
    pub(super) task: Option<At>,
}

/// An object with the connection to its pool.
#[derive(Clone, Debug)]
pub struct On {
    /// The object.
    pub object: Arc<Object>,
    /// Its pool.
    pub pool: Connection,
}

impl App {
    /// Returns the object `id` with the connection to its pool, for work that no caller asked for.
    ///
    /// # Errors
    ///
    /// [`op::Error::NoSuchObject`], and [`op::Error::ServerUnreachable`] where the pool is no longer linked.
    pub fn on(&self, id: &str) -> op::Result<On> {
        let object = self.store().get(id);
        let object = object.ok_or_else(|| op::Error::NoSuchObject { id: id.to_owned(), kinds: Vec::new() })?;
        let link = self.inner().pools.of_pool(object.pool().as_str());
        let link = link.ok_or_else(|| op::Error::unreachable(object.id()))?;
        Ok(On { object, pool: Connection { app: self.clone(), link, rehearsal: None, task: None } })
    }
}

impl Cx {
    /// Returns the object `id`.
    ///
    /// # Errors
    ///
    /// [`op::Error::NoSuchObject`]: it has left since the call was checked.
    pub fn object(&self, id: &str) -> op::Result<Arc<Object>> {
        let found = self.app.store().get(id);
        found.ok_or_else(|| op::Error::NoSuchObject { id: id.to_owned(), kinds: Vec::new() })
    }

    /// Returns the object `id` with the connection to its pool.
    ///
    /// # Errors
    ///
    /// As [`Cx::object`], and [`op::Error::ServerUnreachable`] where the pool is no longer linked.
    pub fn on(&self, id: &str) -> op::Result<On> {
        let on = self.app.on(id)?;
        Ok(On { pool: Connection { rehearsal: self.rehearsal.clone(), task: self.task.clone(), ..on.pool }, ..on })
    }
}

impl On {
    /// Returns the reference of the object, as a parameter.
    pub fn reference(&self) -> String {
        self.object.xapi_ref().to_string()
    }
}

impl Connection {
    /// Calls `method` with `params`, without the session.
    ///
    /// # Errors
    ///
    /// What the pool answered, as callers see it.
    pub async fn call(&self, method: &str, params: Vec<Value>) -> op::Result<Value> {
        self.allowed(method)?;
        if let Some(rehearsal) = self.rehearsal_of(method, &params) {
            return rehearsal.meet(self, method, params).await;
        }
        self.link.client().call(method, params).await.map_err(|error| self.translate(&error, method))
    }

    /// Calls `method` and decodes its result.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub async fn call_as<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        params: Vec<Value>,
    ) -> op::Result<T> {
        self.allowed(method)?;
        if let Some(rehearsal) = self.rehearsal_of(method, &params) {
            let done = rehearsal.meet(self, method, params).await?;
            return done.decode().map_err(|error| op::Error::failed(format!("{method} cannot be rehearsed: {error}")));
        }
        self.link.client().call_as(method, params).await.map_err(|error| self.translate(&error, method))
    }

    /// Calls `method` as a task and waits for its result.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub async fn call_async(&self, method: &str, params: Vec<Value>) -> op::Result<Value> {
        self.allowed(method)?;
        if let Some(rehearsal) = self.rehearsal_of(method, &params) {
            return rehearsal.meet(self, method, params).await;
        }
        if self.rehearsal.is_some() {
            // Questions; they need no task, which would have to be deleted afterwards.
            return self.ask(method, params, method).await;
        }
        let wait = async {
            let task = self.link.client().call_async(method, params).await?;
            self.ended(method, task).await
        };
        wait.await.map_err(|error| self.translate(&error, method))
    }

    /// Calls `method`, with which the pool ends: its host goes to the pool `into`. Agents restart then, so that the
    /// answer may be lost; then it is seen by where the host is.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub(super) async fn call_last(&self, method: &str, params: Vec<Value>, into: &str) -> op::Result<()> {
        self.allowed(method)?;
        if let Some(rehearsal) = self.rehearsal_of(method, &params) {
            return rehearsal.meet(self, method, params).await.map(drop);
        }
        match self.link.client().call(method, params).await {
            Err(xapi::Error::Unknown { .. }) if self.goes_to(into).await => Ok(()),
            answer => answer.map(drop).map_err(|error| self.translate(&error, method)),
        }
    }

    /// Waits until the host of the pool is found in the pool `other`; returns whether it was.
    async fn goes_to(&self, other: &str) -> bool {
        let mut state = self.link.client().state();
        let is_there = |state: &State| match state {
            State::Stale { reason, .. } | State::Failed { reason } => reason.other_pool() == Some(other),
            State::Connecting | State::Live => false,
        };
        let there = state.wait_for(is_there);
        tokio::time::timeout(MOVING, there).await.is_ok_and(|state| state.is_ok())
    }

    /// Ends a session that `host.migrate_receive` has opened for the sender of a VM, dry run or not.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub async fn end_session(&self, session: &str) -> op::Result<()> {
        self.link.client().end_session(session).await.map_err(|error| self.translate(&error, "session.logout"))
    }

    /// Asks the host at `address` for the archive of its logs and settings, once no more than three others are under
    /// way; returns the pieces as they arrive.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`]; what fails while it arrives is told by its pieces, and the first error is the last piece.
    pub async fn system_status(
        &self,
        address: &str,
    ) -> op::Result<impl Stream<Item = Result<Bytes, xapi::Error>> + Send + use<>> {
        let turn = Arc::clone(&self.app.inner().pools.archives).acquire_owned().await.expect("nobody closes it");
        let status = self.link.client().system_status(address).await;
        let status = status.map_err(|error| self.translate(&error, "system-status"))?;
        Ok(status.pieces().inspect(move |_| {
            let _held = &turn;
        }))
    }

    /// Asks the host at `address` for a file.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`]; what fails while it arrives is told by its pieces.
    pub async fn host_file(&self, address: &str, kind: xapi::HostFileKind) -> op::Result<xapi::HostFile> {
        let file = self.link.client().host_file(address, kind).await;
        file.map_err(|error| self.translate(&error, "host_file"))
    }

    /// Opens the console at `location`, as `console.location` names it.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub(crate) async fn console(&self, location: &str) -> op::Result<xapi::Tunnel> {
        const METHOD: &str = "console";
        self.allowed(METHOD)?;
        self.link.client().console(location).await.map_err(|error| self.translate(&error, METHOD))
    }

    /// Returns statistics of the host at `address`.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub(crate) async fn rrd_updates(&self, address: &str, query: xapi::RrdQuery) -> op::Result<xapi::RrdUpdates> {
        let updates = self.link.client().rrd_updates(address, query).await;
        updates.map_err(|error| self.translate(&error, "rrd_updates"))
    }

    /// Returns whether calls change nothing.
    pub(super) fn rehearses(&self) -> bool {
        self.rehearsal.is_some()
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Asks the pool something, dry run or not; a refusal reads as one of `method`, which it is asked about.
    pub(crate) async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        question: &str,
        params: Vec<Value>,
        method: &str,
    ) -> op::Result<T> {
        self.link.client().call_as(question, params).await.map_err(|error| self.translate(&error, method))
    }

    /// Tells who looks at the task of the call something that is worth knowing.
    pub fn inform(&self, message: &str) {
        self.note(false, message, &serde_json::Value::Null);
    }

    /// Tells who looks at the task of the call what has gone wrong, where that is no reason to fail. Of what failed at
    /// the pool everybody is told only that it did; the log has the rest.
    pub fn warn(&self, message: &str, error: &op::Error) {
        self.note(true, message, &error.to_json(false));
    }

    fn note(&self, warns: bool, message: &str, data: &serde_json::Value) {
        if let Some(task) = self.task.as_ref().filter(|_| self.rehearsal.is_none()) {
            task.note(warns, message, data);
        }
    }

    /// Waits for what the pool does, and tells how far it is meanwhile.
    async fn ended(&self, method: &str, mut task: xapi::Task) -> Result<Value, xapi::Error> {
        match &self.task {
            Some(at) => at.follow(method, &mut task).await,
            None => task.result().await,
        }
    }

    /// Returns the dry run that a call of `method` belongs to, if it would change something in one.
    pub(super) fn rehearsal_of(&self, method: &str, params: &[Value]) -> Option<&Rehearsal> {
        self.rehearsal.as_ref().filter(|_| !Rehearsal::only_looks(method, params))
    }

    pub(super) fn allowed(&self, method: &str) -> op::Result<()> {
        let name = method.rsplit('.').next().unwrap_or_default();
        if self.link.is_read_only() && !name.starts_with("get_") {
            return Err(op::Error::refused(format!("cannot call {method}() in read only mode")));
        }
        Ok(())
    }

    pub(super) fn translate(&self, error: &xapi::Error, method: &str) -> op::Error {
        let id_of = |reference: &str| {
            let object = reference.starts_with("OpaqueRef:").then(|| self.app.store().get(reference)).flatten()?;
            Some(object.id().to_owned())
        };
        xapi_error::translate(error, method, id_of)
    }
}
