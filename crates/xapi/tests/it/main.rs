//! The client against hosts that behave badly, each played on the wire, and against the simulator.

mod bad_host;
mod certificate;
mod dialect;
mod host_file;
mod peer;
mod proxy;
mod rrd;
mod session;
mod sim;
mod system_status;
mod task;
mod transfer;
mod watch;
