//! The faces of the server: JSON-RPC over WebSocket, REST, sign-in, one-time URLs, consoles, the web UI.
//!
//! The only crate that knows HTTP, JSON-RPC ids and cookies. It sees operations by name only.

mod clients;
mod http;
mod jsonrpc;
mod listen;
mod rest;
mod run;
mod socket;
mod ui;

pub use listen::{Certificate, ListenError, Listener, TlsError};
pub use rest::openapi;
pub use rest::{Listed, routes};
pub use run::run;
