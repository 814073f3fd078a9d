//! The whole product from outside: the `xo-server` binary with a simulated pool, our command line client, and clients
//! of the original.

mod bad_database;
mod binary;
mod client;
mod console;
mod day;
mod foreign_lib;
mod hostile_clients;
mod hosts;
mod kill;
mod killed;
mod node;
mod our_cli;
mod our_cli_rest;
mod our_cli_streams;
mod python;
mod rest;
mod rest_tasks;
mod schemathesis;
mod secrets;
mod server;
mod traces;
mod wait;
