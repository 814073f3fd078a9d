//! The simulator on its real ports.

#![allow(unreachable_pub, reason = "modules of one test binary")]

mod client;
mod conformance;
mod event;
mod fault;
mod foreign;
mod http;
mod rpc;
mod task;
mod transfer;
