//! REST, as clients of the original use it.

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
mod vif;
mod vm;
