//! The whole product from outside: the `xo-server` binary with a simulated pool, our command line client, and clients
//! of the original.

mod binary;
mod client;
mod frames;
mod kill;
mod server;
mod start;
mod traces;
mod wait;
