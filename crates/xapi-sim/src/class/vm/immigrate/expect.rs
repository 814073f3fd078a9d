//! Whether a VM of another pool can come.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::fail,
    class::{
        host,
        sr::space,
        vm::{memory, placement},
    },
};

use super::{Asked, card};

/// Checks that the VM can come, in the order of hosts.
pub(super) fn expect(world: &World, asked: Asked<'_>) -> Result<(), Failure> {
    let to = asked.object(world, "host", "host")?;
    let vm = asked.text("vm");
    let host = to.to_string();
    host::expect_live(world, to)?;
    if version(world.entry(to, "software_version", "platform_version")) < version(asked.text("platform_version")) {
        return fail(code::VM_HOST_INCOMPATIBLE_VERSION_MIGRATE, [host.as_str(), vm]);
    }
    let hardware = world.get(to, "virtual_hardware_platform_versions");
    let wanted = asked.int("hardware");
    if !hardware.items().contains(&Datum::Int(wanted)) {
        let known: Vec<String> = hardware.items().iter().map(|version| version.as_int().to_string()).collect();
        let told = [host, format!("[{}]", known.join("; ")), vm.to_owned(), wanted.to_string()];
        return fail(code::VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION, told);
    }
    if !world.flag(to, "enabled") {
        return fail(code::HOST_DISABLED, [to]);
    }
    let cpus = i64::try_from(world.objects(to, "host_CPUs").len()).unwrap_or(i64::MAX);
    if asked.flag("live") {
        if asked.int("vcpus") > cpus && cpus > 0 {
            return fail(code::HOST_NOT_ENOUGH_PCPUS, [asked.int("vcpus"), cpus]);
        }
        expect_processor(world, asked, to)?;
        let (needed, available) = (asked.int("memory"), memory::free(world, to));
        if needed > available {
            return fail(code::HOST_NOT_ENOUGH_FREE_MEMORY, [needed, available]);
        }
    }
    for disk in asked.list("disks").filter(|disk| !disk.text("SR").is_empty()) {
        let sr = disk.object(world, "SR", "SR")?;
        if !host::sees(world, to, sr) {
            return fail(code::VM_REQUIRES_SR, [vm.to_owned(), sr.to_string()]);
        }
        if !space::kind_of(world, sr).can("VDI_MIRROR") {
            return fail(code::SR_DOES_NOT_SUPPORT_MIGRATION, [sr.to_string(), "VDI_MIRROR".to_owned()]);
        }
    }
    for interface in asked.list("interfaces") {
        let network = interface.object(world, "network", "network")?;
        if !placement::reaches(world, to, network, Object::NULL) {
            return fail(code::VM_REQUIRES_NETWORK, [vm.to_owned(), network.to_string()]);
        }
    }
    asked.list("cards").try_for_each(|card| card::place(world, asked.flag("live").then_some(to), vm, card).map(drop))
}

/// Checks that a VM that runs finds the processor it knows.
fn expect_processor(world: &World, asked: Asked<'_>, to: Object) -> Result<(), Failure> {
    if asked.flag("force") {
        return Ok(());
    }
    let (vm, host) = (asked.text("vm").to_owned(), to.to_string());
    let refuse = |reason: &str| fail(code::VM_INCOMPATIBLE_WITH_THIS_HOST, [vm.clone(), host.clone(), reason.into()]);
    if world.entry(to, "cpu_info", "vendor") != asked.text("cpu_vendor") {
        return refuse("VM last booted on a CPU from a different vendor");
    }
    let words = |text: &str| text.split('-').map(|word| u32::from_str_radix(word, 16).unwrap_or(0)).collect::<Vec<_>>();
    let (has, needs) = (words(world.entry(to, "cpu_info", "features_hvm")), words(asked.text("cpu_features")));
    let lacks = |(at, needed): (usize, &u32)| needed & !has.get(at).copied().unwrap_or(0) != 0;
    if needs.iter().enumerate().any(lacks) {
        return refuse("VM last booted on a CPU with features this host's CPU does not have.");
    }
    Ok(())
}

fn version(text: &str) -> Vec<u64> {
    text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
