//! The simulator on its real ports.

#![allow(unreachable_pub, reason = "modules of one test binary")]

mod client;
mod lab;
mod vnc;

mod bond;
mod command;
mod conformance;
mod console;
mod content;
mod control;
mod device;
mod event;
mod fault;
mod foreign;
mod generic;
mod going_on;
mod host;
mod host_power;
mod http;
mod message;
mod metrics;
mod nbd;
mod network;
mod pool_join;
mod profile;
mod rpc;
mod rrd;
mod session;
mod sites;
mod sr;
mod system_status;
mod task;
mod template;
mod transfer;
mod updater;
mod vbd;
mod vdi;
mod vif;
mod vm_appliance;
mod vm_copy;
mod vm_emigration;
mod vm_emigration_card;
mod vm_emigration_lost;
mod vm_memory;
mod vm_motion;
mod vm_power;
mod vm_snapshot;
mod world;
