//! What goes where when a VM leaves the pool, and what keeps it.

use xapi_types::{Failure, Value, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::{
        sr::space,
        vm::{copy, memory, operation},
    },
};

use super::machines;

/// What goes where.
pub(super) struct Plan {
    pub(super) vm: Object,
    /// Where the other host listens for VMs.
    pub(super) address: String,
    pub(super) host: String,
    pub(super) copies: bool,
    /// Disks, those of the VM before those of its snapshots, each with its storage over there; empty where that is
    /// left to the other side.
    pub(super) disks: Vec<(Object, String)>,
    /// Interfaces, each with its network over there.
    pub(super) interfaces: Vec<(Object, String)>,
    /// Graphics cards, each with its group over there; empty where that is left to the other side.
    pub(super) cards: Vec<(Object, String)>,
    pub(super) question: Value,
}

/// Works out what goes where.
///
/// # Errors
///
/// What keeps the VM here.
pub(super) fn plan(call: &Call<'_>) -> Result<Plan, Failure> {
    let (vm, world) = (call.object("vm")?, &*call.world);
    let option = |key: &str| call.entry("options", key) == "true";
    let dest = |key: &str| call.arg("dest").get(key).map_or("", crate::Datum::as_text).to_owned();
    if option("force") {
        operation::expect(world, vm, "migrate_send")?;
    } else {
        operation::expect_cooperation(world, vm, "migrate_send")?;
    }
    let state = world.text(vm, "power_state");
    if option("copy") && state != "Halted" {
        return fail(code::VM_BAD_POWER_STATE, [vm.to_string(), "halted".to_owned(), state.to_lowercase()]);
    }
    expect_movable(world, vm)?;
    let disks = disks(call, vm)?;
    let interfaces = interfaces(call, vm)?;
    let host = dest("host");
    let cards = cards(call, vm);
    let force = option("force");
    let mut plan = Plan {
        vm,
        address: dest("xenops"),
        host,
        copies: option("copy"),
        disks,
        interfaces,
        cards,
        question: Value::Null,
    };
    plan.question = question(world, &plan, force);
    Ok(plan)
}

/// Checks that the VM has nothing that its host must keep.
fn expect_movable(world: &World, vm: Object) -> Result<(), Failure> {
    let parts = [("attached_PCIs", code::VM_HAS_PCI_ATTACHED), ("VUSBs", code::VM_HAS_VUSBS)];
    if let Some((_, code)) = parts.into_iter().find(|(field, _)| !world.objects(vm, field).is_empty()) {
        return fail(code, [vm]);
    }
    let has_memory = |snapshot: Object| world.text(snapshot, "power_state") == "Suspended";
    if world.objects(vm, "snapshots").into_iter().any(has_memory) {
        return fail(code::VM_HAS_CHECKPOINT, [vm]);
    }
    Ok(())
}

fn disks(call: &Call<'_>, vm: Object) -> Result<Vec<(Object, String)>, Failure> {
    let world = &*call.world;
    let map = call.arg("vdi_map");
    let mapped = |disk: Object| map.get(&disk.to_string()).map(|sr| sr.as_object().to_string());
    let mut disks: Vec<(Object, String)> = Vec::new();
    for disk in machines(world, vm).into_iter().flat_map(|machine| copy::disks_of(world, machine)) {
        if disks.iter().any(|(known, _)| *known == disk) {
            continue;
        }
        // A snapshot goes where its disk goes.
        let Some(sr) = mapped(disk).or_else(|| mapped(world.object(disk, "snapshot_of"))) else {
            return fail(code::VDI_NOT_IN_MAP, [disk]);
        };
        if world.flag(disk, "cbt_enabled") {
            return fail(code::VDI_CBT_ENABLED, [disk]);
        }
        let own = world.object(disk, "SR");
        let feature = "VDI_SNAPSHOT";
        if world.text(vm, "power_state") == "Running" && !space::kind_of(world, own).can(feature) {
            return fail(code::SR_DOES_NOT_SUPPORT_MIGRATION, [own.to_string(), feature.to_owned()]);
        }
        disks.push((disk, sr));
    }
    if let Some(image) = world.object(vm, "suspend_VDI").get() {
        disks.push((image, mapped(image).unwrap_or_default()));
    }
    Ok(disks)
}

fn interfaces(call: &Call<'_>, vm: Object) -> Result<Vec<(Object, String)>, Failure> {
    let world = &*call.world;
    let map = call.arg("vif_map");
    let of = |machine: Object| world.objects(machine, "VIFs");
    let mapped = |vif: Object| map.get(&vif.to_string()).map(|network| network.as_object().to_string());
    let mut interfaces = Vec::new();
    for vif in machines(world, vm).into_iter().flat_map(of) {
        // Those of snapshots go where an interface of the VM goes that is on the same network.
        let alike = |other: &Object| world.object(*other, "network") == world.object(vif, "network");
        let inferred = || of(vm).into_iter().filter(alike).find_map(mapped);
        match mapped(vif).or_else(inferred) {
            Some(network) => interfaces.push((vif, network)),
            None => return fail(code::VIF_NOT_IN_MAP, [vif]),
        }
    }
    Ok(interfaces)
}

/// Returns the graphics cards, each with the group that the call maps it to; those of snapshots go where one of the VM
/// goes that is of the same group.
fn cards(call: &Call<'_>, vm: Object) -> Vec<(Object, String)> {
    let world = &*call.world;
    let map = call.arg("vgpu_map");
    let of = |machine: Object| world.objects(machine, "VGPUs");
    let mapped = |card: Object| map.get(&card.to_string()).map(|group| group.as_object().to_string());
    let place = |card: Object| {
        let alike = |other: &Object| world.object(*other, "GPU_group") == world.object(card, "GPU_group");
        let inferred = || of(vm).into_iter().filter(alike).find_map(mapped);
        (card, mapped(card).or_else(inferred).unwrap_or_default())
    };
    machines(world, vm).into_iter().flat_map(of).map(place).collect()
}

/// Writes what the other side has to know of a card to find one like it.
pub(super) fn of_card(world: &World, card: Object, to: &str) -> Value {
    let group = world.object(card, "GPU_group");
    let mut models: Vec<&str> = world.get(group, "GPU_types").texts().collect();
    models.sort_unstable();
    Value::structure([
        ("ref", Value::from(card.to_string())),
        ("GPU_group", to.into()),
        ("from", group.to_string().into()),
        ("models", models.join(",").into()),
        ("type", world.text(world.object(card, "type"), "identifier").into()),
        ("live", world.flag(card, "currently_attached").into()),
    ])
}

/// Writes what the other host has to know before it agrees.
fn question(world: &World, plan: &Plan, force: bool) -> Value {
    let Plan { vm, disks, interfaces, .. } = plan;
    let vm = *vm;
    let live = matches!(world.text(vm, "power_state"), "Running" | "Paused");
    let actual = world.int(world.object(vm, "metrics"), "memory_actual");
    let from = world.object(vm, "resident_on").get().unwrap_or_else(|| world.master());
    let version = world.entry(from, "software_version", "platform_version");
    let pair = |key: &'static str, to: &str| Value::structure([(key, Value::from(to))]);
    Value::structure([
        ("ask", Value::from("check")),
        ("vm", vm.to_string().into()),
        ("host", plan.host.as_str().into()),
        ("force", force.into()),
        ("live", live.into()),
        ("memory", (actual + memory::overhead(world, vm)).into()),
        ("vcpus", world.int(vm, "VCPUs_at_startup").into()),
        ("hardware", world.int(vm, "hardware_platform_version").into()),
        ("platform_version", version.into()),
        ("cpu_vendor", world.entry(from, "cpu_info", "vendor").into()),
        ("cpu_features", world.entry(from, "cpu_info", "features_hvm").into()),
        ("disks", Value::Array(disks.iter().map(|(_, sr)| pair("SR", sr)).collect())),
        ("interfaces", Value::Array(interfaces.iter().map(|(_, network)| pair("network", network)).collect())),
        ("cards", Value::Array(plan.cards.iter().map(|(card, group)| of_card(world, *card, group)).collect())),
    ])
}
