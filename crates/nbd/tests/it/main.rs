//! Client and server against `qemu-nbd`, `qemu-img`, `nbdinfo` and `nbdcopy`, against each other, and against peers
//! that lie.

mod client;
mod hostile_client;
mod hostile_server;
mod lab;
mod mutate;
mod server;
mod tls;
