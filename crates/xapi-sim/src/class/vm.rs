//! Virtual machines: their life, rules, and what goes on while something is done to them.

mod cloud_init;
pub(crate) mod copy;
pub(crate) mod domain;
pub(crate) mod emigrate;
pub(crate) mod guest;
pub(crate) mod immigrate;
pub(crate) mod life;
pub(crate) mod memory;
mod migrate;
mod motion;
pub(crate) mod operation;
pub(crate) mod placement;
pub(crate) mod power;
pub(crate) mod rule;
mod seed;
pub(crate) mod setting;
pub(crate) mod snapshot;
pub(crate) mod vcpu;

use crate::methods::Methods;

pub(crate) use migrate::arrive_at;

/// Registers what VMs do.
pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("VM", &[], operation::allowed);
    copy::register(methods);
    life::register(methods);
    memory::register(methods);
    migrate::register(methods);
    motion::register(methods);
    power::register(methods);
    seed::register(methods);
    setting::register(methods);
    snapshot::register(methods);
    vcpu::register(methods);
}
