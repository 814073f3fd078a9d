//! REST, as clients of the original use it.

mod events;
mod every;
mod host;
mod lab;
mod message;
mod network;
mod pool;
mod recorded;
mod route;
mod schema;
mod site;
mod storage;
mod task;
mod vif;
mod vm;
