//! What the journal keeps of a console: when it was opened and when it has ended.

use std::{net::IpAddr, sync::Arc};

use db::User;
use serde_json::json;

use super::{ConsoleEnd, Speaks};
use crate::{
    App,
    journal::{self, Called},
};

/// What somebody does at a console.
#[derive(Debug)]
pub(super) struct Visit {
    user: Arc<User>,
    address: IpAddr,
    vm: String,
    speaks: Speaks,
    /// Milliseconds since the epoch.
    start: i64,
    /// Bytes that the client has sent, and that it was sent.
    pub(super) up: u64,
    pub(super) down: u64,
    /// How often it went on at another host, or after another start.
    pub(super) moves: u32,
}

impl Visit {
    pub(super) fn new(user: Arc<User>, address: IpAddr, vm: &str, speaks: Speaks) -> Self {
        Self { user, address, vm: vm.to_owned(), speaks, start: journal::now(), up: 0, down: 0, moves: 0 }
    }

    /// Writes down that it begins.
    pub(super) async fn opened(&self, app: &App) {
        let params = json!({ "id": self.vm, "protocol": self.speaks.name() });
        app.record_call(self.called(app, "consoleOpened", params)).await;
    }

    /// Writes down that it is over.
    pub(super) async fn end(&self, app: &App, end: &ConsoleEnd) {
        let params = json!({
            "id": self.vm,
            "protocol": self.speaks.name(),
            "duration": journal::now() - self.start,
            "bytesSent": self.up,
            "bytesReceived": self.down,
            "moves": self.moves,
            "reason": end.to_string(),
        });
        app.record_call(self.called(app, "consoleClosed", params)).await;
    }

    fn called(&self, app: &App, event: &str, params: serde_json::Value) -> Called {
        Called {
            method: event.to_owned(),
            params,
            user: Arc::clone(&self.user),
            address: self.address,
            objects: app.store().get(&self.vm).into_iter().collect(),
            made: None,
            start: self.start,
            end: journal::now(),
            leaves_entry: true,
            error: None,
        }
    }
}
