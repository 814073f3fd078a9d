//! Tests of the operations on the running application, with a database in memory.

mod access;
mod acl;
mod api;
mod cloud_config;
mod group;
mod log;
mod server;
mod session;
mod shared_filter;
mod system;
mod test;
#[path = "../../../app/tests/it/test_app.rs"]
#[allow(dead_code, reason = "each crate uses its part")]
mod test_app;
mod token;
mod user;

use test_app::TestApp;

async fn start() -> TestApp {
    TestApp::new(::access::ops).await
}
