//! What a VM permits now.

use xapi_types::Failure;

use crate::{Object, World};

use super::rule::{self, Facts};

/// Gathers what the rules look at.
pub(crate) fn facts(world: &World, vm: Object) -> Facts {
    let pairs = |field| {
        let entries = world.get(vm, field).entries();
        entries.iter().map(|(key, value)| (key.to_string(), value.as_text().to_owned())).collect()
    };
    let guest = world.object(vm, "guest_metrics");
    let announced = world.get(guest, "other").entries().iter().filter(|(_, value)| value.as_text() == "1");
    let metrics = world.object(vm, "metrics");
    let attached = |field, flag| world.objects(vm, field).iter().any(|one| world.flag(*one, flag));
    Facts {
        vm: vm.to_string(),
        power_state: world.text(vm, "power_state").to_owned(),
        current: pairs("current_operations"),
        blocked: pairs("blocked_operations"),
        is_template: world.flag(vm, "is_a_template"),
        is_default_template: is_default_template(world, vm),
        is_snapshot: world.flag(vm, "is_a_snapshot"),
        is_control_domain: world.flag(vm, "is_control_domain"),
        clone_suspended: world.entry(world.pool(), "other_config", "allow_clone_suspended_vm") == "true",
        immobile: world.flag(metrics, "nomigrate") || world.flag(metrics, "nested_virt"),
        features: announced.map(|(key, _)| key.to_string()).collect(),
        has_pci: !world.objects(vm, "attached_PCIs").is_empty(),
        has_vgpu: world.objects(vm, "VGPUs").into_iter().any(|card| stays_with_host(world, card)),
        has_vusb: attached("VUSBs", "currently_attached"),
        is_hvm: is_hvm(world, vm),
    }
}

/// Makes whose virtual cards move with a VM that runs.
const MOVING_CARDS: [&str; 2] = ["nvidia", "nvidia_sriov"];

fn stays_with_host(world: &World, card: Object) -> bool {
    let make = world.text(world.object(card, "type"), "implementation");
    world.flag(card, "currently_attached") && !MOVING_CARDS.contains(&make)
}

/// Returns whether the pool keeps the template by itself.
pub(crate) fn is_default_template(world: &World, vm: Object) -> bool {
    world.flag(vm, "is_default_template") || world.entry(vm, "other_config", "default_template") == "true"
}

/// Returns whether the VM has emulated hardware.
pub(crate) fn is_hvm(world: &World, vm: Object) -> bool {
    match world.text(vm, "domain_type") {
        "hvm" => true,
        "unspecified" | "" => !world.text(vm, "HVM_boot_policy").is_empty(),
        _ => false,
    }
}

/// Returns whether a guest agent answers.
pub(crate) fn has_agent(world: &World, vm: Object) -> bool {
    world.flag(world.object(vm, "guest_metrics"), "PV_drivers_detected")
}

/// Checks that a call may do `operation`.
///
/// # Errors
///
/// The XAPI error that says why not.
pub(crate) fn expect(world: &World, vm: Object, operation: &str) -> Result<(), Failure> {
    rule::check(operation, &facts(world, vm), false)
}

/// Checks that a call may do `operation`, and that the guest will cooperate.
///
/// # Errors
///
/// The XAPI error that says why not.
pub(crate) fn expect_cooperation(world: &World, vm: Object, operation: &str) -> Result<(), Failure> {
    rule::check(operation, &facts(world, vm), true)
}

/// Checks that the VM is in one of the states, which only some setters need to.
///
/// # Errors
///
/// `VM_BAD_POWER_STATE`.
pub(crate) fn expect_state(world: &World, vm: Object, states: &[&str]) -> Result<(), Failure> {
    let actual = world.text(vm, "power_state");
    if states.contains(&actual) { Ok(()) } else { Err(rule::bad_power_state(&vm.to_string(), states, actual)) }
}

/// Works out `allowed_operations`, in the order in which a real host lists them.
pub(crate) fn allowed(world: &World, vm: Object) -> Vec<&'static str> {
    let facts = facts(world, vm);
    rule::LISTED.iter().rev().copied().filter(|operation| rule::check(operation, &facts, true).is_ok()).collect()
}

/// Checks that nothing goes on with the VM.
///
/// # Errors
///
/// `OTHER_OPERATION_IN_PROGRESS`.
pub(crate) fn expect_not_busy(world: &World, vm: Object) -> Result<(), Failure> {
    let facts = facts(world, vm);
    if facts.current.is_empty() { Ok(()) } else { Err(rule::in_progress("VM", &facts.vm, &facts.current)) }
}

/// Checks that the VM is not on its way to another host, which keeps its devices as they are.
///
/// # Errors
///
/// `OTHER_OPERATION_IN_PROGRESS`.
pub(crate) fn expect_not_moving(world: &World, vm: Object) -> Result<(), Failure> {
    let facts = facts(world, vm);
    let moves = |(_, operation): &(String, String)| matches!(operation.as_str(), "pool_migrate" | "migrate_send");
    if facts.current.iter().any(moves) {
        return Err(rule::in_progress("VM", &facts.vm, &facts.current));
    }
    Ok(())
}
