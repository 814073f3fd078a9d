//! Tests of the running application.

mod config;
mod task;
#[allow(dead_code, reason = "each crate uses its part")]
mod test_app;
mod transfer;
