//! How it stands with a server, in the words of `server.getAll`.

use std::sync::Arc;

use serde_json::Value;

/// The words for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// There is no connection, or the latest attempt failed.
    #[default]
    Disconnected,
    /// The pool is being reached, listed, or reached again.
    Connecting,
    /// What is shown of the pool is up to date.
    Connected,
}

impl Phase {
    /// Returns the word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
        }
    }
}

/// How it stands with a server.
#[derive(Clone, Debug, Default)]
pub struct PoolStatus {
    /// The word for it.
    pub phase: Phase,
    /// Why it is not connected.
    pub error: Option<Value>,
    /// Id of the pool, once it has been listed.
    pub pool: Option<Arc<str>>,
    /// Since when what is shown is not up to date, milliseconds since the epoch.
    pub stale_since: Option<i64>,
}
