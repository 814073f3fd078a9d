//! The client against hosts that behave badly, each played on the wire, and against the simulator.

mod bad_host;
mod certificate;
mod console;
mod dialect;
mod export;
mod host_file;
#[path = "../../../app/tests/it/http_proxy.rs"]
#[allow(dead_code, reason = "each crate uses its part")]
mod http_proxy;
mod nbd;
mod peer;
mod proxy;
mod rrd;
mod session;
mod sim;
mod system_status;
mod task;
mod transfer;
#[allow(dead_code, reason = "shared with tests that look at more of it")]
#[path = "../../../xapi-sim/tests/it/vnc.rs"]
mod vnc;
mod watch;
