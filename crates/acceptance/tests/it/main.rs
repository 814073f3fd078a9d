//! The whole product from outside: the `xo-server` binary with a simulated pool, our command line client, and clients
//! of the original.

mod bad_database;
mod binary;
mod client;
mod hostile_clients;
mod kill;
mod secrets;
mod server;
mod traces;
mod wait;
