//! The daemon as its users start it.

mod access;
mod action;
mod console;
mod download;
mod first_boot;
mod five;
mod generated;
mod lab;
mod original;
mod process;
mod rest;
mod routes;
mod secret;
mod start;
#[path = "../../../app/tests/it/test_app.rs"]
#[allow(dead_code, reason = "each crate uses its part")]
mod test_app;
mod told_of_load;
mod told_of_records;
mod told_of_tasks;
mod view;
#[allow(dead_code, reason = "shared with tests that look at more of it")]
#[path = "../../../xapi-sim/tests/it/vnc.rs"]
mod vnc;
