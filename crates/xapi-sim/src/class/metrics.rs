//! Metrics that move: free memory of hosts, use of virtual CPUs.
//!
//! A pool of ten thousand VMs must cost next to nothing while nobody does anything, so that each
//! round moves a few of them in turn, and hosts a little more often.

use crate::{Datum, World, class::vm::memory, methods::Methods};

/// VMs whose metrics move at a time.
const AT_A_TIME: usize = 4;

pub(crate) fn register(methods: &mut Methods) {
    methods.tick(tick);
}

fn tick(world: &mut World) {
    let round = world.now().unix().unsigned_abs() / 5;
    // Hosts report once a minute.
    if round.is_multiple_of(12) {
        hosts(world);
    }
    vms(world, usize::try_from(round % 1_000_000).unwrap_or(0));
}

fn hosts(world: &mut World) {
    let now = world.now();
    for host in world.list("host") {
        let metrics = world.object(host, "metrics");
        if world.flag(metrics, "live") {
            // Xen's heap breathes by some MiB.
            let slack = world.random(0, 16) << 20;
            let free = (memory::free(world, host) - slack).max(0);
            world.set(metrics, "memory_free", free);
            world.set(metrics, "last_updated", now);
        }
    }
}

fn vms(world: &mut World, round: usize) {
    let now = world.now();
    let hosts = world.list("host");
    let resident: Vec<_> = hosts.into_iter().flat_map(|host| world.objects(host, "resident_VMs")).collect();
    if resident.is_empty() {
        return;
    }
    let few = AT_A_TIME.min(resident.len());
    for at in 0..few {
        let vm = resident[(round * few + at) % resident.len()];
        if world.text(vm, "power_state") != "Running" {
            continue;
        }
        let metrics = world.object(vm, "metrics");
        let vcpus = world.int(metrics, "VCPUs_number");
        let mut used = Vec::new();
        for cpu in 0..vcpus {
            let percent = u32::try_from(world.random(0, 25)).unwrap_or(0);
            used.push((cpu.to_string(), f64::from(percent) / 100.0));
        }
        world.set(metrics, "VCPUs_utilisation", Datum::map(used));
        world.set(metrics, "last_updated", now);
    }
}
