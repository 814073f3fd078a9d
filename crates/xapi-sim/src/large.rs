//! The world `large`: as many VMs and hosts as wanted, made by code, with records as large as real ones.
//!
//! A VM is about nine objects. Texts and maps that repeat share their memory.

mod host;
mod vm;

use crate::{Datum, Object, World};

/// Storage and networks that VMs are spread over.
pub(crate) struct Ground {
    pub(crate) hosts: Vec<Object>,
    pub(crate) srs: Vec<Object>,
    pub(crate) networks: Vec<Object>,
}

/// Fills a world with `hosts` hosts and `vms` VMs.
pub(crate) fn fill(world: &mut World, vms: usize, hosts: usize) {
    let ground = host::ground(world, hosts.max(1));
    let kinds = vm::Kinds::new();
    for at in 0..vms {
        vm::make(world, &ground, &kinds, at);
    }
    // Every object was made with the operations that its state allows.
    world.settled();
}

/// Turns pairs into a map that can be shared.
fn map(pairs: &[(&str, &str)]) -> Datum {
    Datum::map(pairs.iter().copied())
}

/// Turns texts into a set that can be shared.
fn set(texts: &[&str]) -> Datum {
    Datum::set(texts.iter().copied())
}
