//! On which host a VM can run.

use xapi_types::{Failure, code};

use crate::{Object, World, call::fail, class::host};

use super::{memory, operation};

/// Chooses the host for a VM that is to run: the one it prefers, else the one with most free memory.
///
/// # Errors
///
/// `NO_HOSTS_AVAILABLE` if there is none; with a single host, what that one lacks.
pub(crate) fn choose(world: &World, vm: Object) -> Result<Object, Failure> {
    let mut hosts = world.list("host");
    let preferred = world.object(vm, "affinity");
    hosts.sort_by_key(|host| (*host != preferred, -memory::free(world, *host)));
    if let [only] = hosts[..] {
        return check(world, vm, only).map(|()| only);
    }
    match hosts.into_iter().find(|host| check(world, vm, *host).is_ok()) {
        Some(host) => Ok(host),
        None => fail::<_, &str>(code::NO_HOSTS_AVAILABLE, []),
    }
}

/// Checks that `vm` could start on `host`.
///
/// # Errors
///
/// What is missing there.
pub(crate) fn check(world: &World, vm: Object, host: Object) -> Result<(), Failure> {
    check_devices(world, vm, host)?;
    let vcpus = world.int(vm, "VCPUs_at_startup");
    let cpus = i64::try_from(world.objects(host, "host_CPUs").len()).unwrap_or(i64::MAX);
    if cpus > 0 && vcpus > cpus {
        return fail(code::HOST_NOT_ENOUGH_PCPUS, [vcpus.to_string(), cpus.to_string()]);
    }
    let (needed, available) = (memory::needed(world, vm), memory::free(world, host));
    if needed > available {
        return fail(code::HOST_NOT_ENOUGH_FREE_MEMORY, [needed, available]);
    }
    Ok(())
}

/// Checks that `host` works and sees the storage and networks that `vm` uses.
///
/// # Errors
///
/// What is missing there.
pub(crate) fn check_devices(world: &World, vm: Object, host: Object) -> Result<(), Failure> {
    if !host::is_live(world, host) {
        return fail::<_, &str>(code::HOST_NOT_LIVE, []);
    }
    if !world.flag(host, "enabled") {
        return fail(code::HOST_DISABLED, [host]);
    }
    for sr in storage(world, vm) {
        if !host::sees(world, host, sr) {
            return fail(code::VM_REQUIRES_SR, [vm, sr]);
        }
    }
    check_networks(world, vm, host)
}

/// Checks that `host` has a way into all networks that `vm` uses.
///
/// # Errors
///
/// `VM_REQUIRES_NETWORK`.
pub(crate) fn check_networks(world: &World, vm: Object, host: Object) -> Result<(), Failure> {
    for vif in world.objects(vm, "VIFs") {
        let network = world.object(vif, "network");
        if !reaches(world, host, network, vm) {
            return fail(code::VM_REQUIRES_NETWORK, [vm, network]);
        }
    }
    Ok(())
}

/// Returns the SRs that `vm`'s disks and discs are on.
pub(crate) fn storage(world: &World, vm: Object) -> Vec<Object> {
    let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
    let mut srs: Vec<_> = disks.map(|vdi| world.object(vdi, "SR")).filter(|sr| !sr.is_null()).collect();
    if world.text(vm, "power_state") == "Suspended" {
        srs.extend(world.object(world.object(vm, "suspend_VDI"), "SR").get());
    }
    srs.sort_unstable();
    srs.dedup();
    srs
}

/// Returns whether `host` has a way into `network`.
///
/// A network without interfaces exists on one host at a time: where a VM other than `vm` uses it.
pub(crate) fn reaches(world: &World, host: Object, network: Object, vm: Object) -> bool {
    let pifs = world.objects(network, "PIFs");
    if !pifs.is_empty() {
        return pifs.iter().any(|pif| world.object(*pif, "host") == host);
    }
    let users = world.objects(network, "VIFs").into_iter().filter(|vif| world.flag(*vif, "currently_attached"));
    let elsewhere = |user: Object| world.object(user, "resident_on").get().is_some_and(|at| at != host);
    !users.map(|vif| world.object(vif, "VM")).any(|user| user != vm && elsewhere(user))
}

/// Returns the hosts on which `vm` could start.
pub(crate) fn possible(world: &World, vm: Object) -> Vec<Object> {
    world.list("host").into_iter().filter(|host| check(world, vm, *host).is_ok()).collect()
}

/// Checks what no host can help: virtual CPUs there are, limits in order.
///
/// # Errors
///
/// What the VM lacks.
pub(crate) fn check_bootable(world: &World, vm: Object) -> Result<(), Failure> {
    if world.int(vm, "VCPUs_at_startup") < 1 {
        return fail(code::VM_NO_VCPUS, [vm]);
    }
    if operation::is_hvm(world, vm) {
        for vbd in world.objects(vm, "VBDs") {
            let read_only_disk = world.text(vbd, "type") == "Disk" && world.text(vbd, "mode") == "RO";
            let first = matches!(world.text(vbd, "userdevice"), "0" | "1" | "2" | "3");
            if read_only_disk && first {
                return fail(code::DISK_VBD_MUST_BE_READWRITE_FOR_HVM, [vbd]);
            }
        }
    }
    Ok(())
}
