//! The whole product from outside: the `xo-server` binary with a simulated pool, our command line client, and clients
//! of the original.

mod binary;
mod client;
mod server;
mod start;
mod wait;
