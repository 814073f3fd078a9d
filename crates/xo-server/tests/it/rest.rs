//! REST, as clients of the original use it.

mod acl;
mod bad_input;
mod etag;
mod events;
mod every;
mod host;
mod idempotency;
mod lab;
mod message;
mod network;
mod page;
mod patch;
mod pool;
mod problem;
mod rate;
mod raw;
mod recorded;
mod route;
mod schema;
mod server;
mod site;
mod storage;
mod task;
mod user;
mod vif;
mod vm;
