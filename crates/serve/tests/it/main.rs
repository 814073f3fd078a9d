//! The doors of the server, on real sockets, with a table of a few toy operations.

mod client;
mod half_open;
mod https;
mod json_rpc;
mod limits;
mod mounts;
mod notifications;
mod one_time;
mod permissions;
mod proxies;
mod server;
mod sign_in;
mod toy;
mod upload;
mod web;
