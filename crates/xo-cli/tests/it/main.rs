//! The binary against a server on the wire: real sockets, real TLS, the dialect as it was recorded.

mod call;
mod commands;
mod completion;
mod connection;
mod help;
mod objects;
mod peer;
mod program;
mod register;
mod rest;
mod rest_terminal;
mod terminal;
mod transfer;
mod watch;
