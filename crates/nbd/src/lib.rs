//! Network block devices (NBD): a client that reads many blocks at once, and a server of disks.
//!
//! Spoken is the fixed newstyle handshake, with TLS, and simple and structured replies; the protocol is
//! described at <https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md>. Numbers are big-endian.
//! What surprises: `xapi-nbd` of hosts knows only a few options, so that all that is new is asked for and done
//! without where it is refused.

pub mod client;
mod error;
mod io;
pub mod server;
mod tls;
mod wire;

pub use client::Client;
pub use error::{Error, Result};
pub use server::Server;
pub use tls::{Fingerprint, Tls};
