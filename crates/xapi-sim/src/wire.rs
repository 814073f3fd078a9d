//! What goes over the sockets.

pub(crate) mod answer;
pub(crate) mod arrival;
pub(crate) mod connection;
pub(crate) mod console;
pub(crate) mod handler;
pub(crate) mod head;
pub(crate) mod listen;
pub(crate) mod logs;
mod nbd;
mod patch;
pub(crate) mod peer;
pub(crate) mod reply;
pub(crate) mod rpc;
pub(crate) mod rrd;
pub(crate) mod status;
pub(crate) mod tls;
pub(crate) mod transfer;
pub(crate) mod write;
