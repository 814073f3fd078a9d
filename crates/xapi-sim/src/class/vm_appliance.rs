//! VMs that start and stop together, in their order.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

use super::{
    idle,
    vm::{operation, placement, power},
};

/// For each VM that starts.
const BOOT: Duration = Duration::from_millis(1500);
/// For each VM that stops.
const STOP: Duration = Duration::from_secs(2);

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("VM_appliance", &["VMs"], allowed);
    methods.on("VM_appliance", "destroy", destroy);
    methods.on("VM_appliance", "start", start);
    methods.on("VM_appliance", "clean_shutdown", |call| stop(call, "clean_shutdown"));
    methods.on("VM_appliance", "hard_shutdown", |call| stop(call, "hard_shutdown"));
    methods.on("VM_appliance", "shutdown", |call| stop(call, "shutdown"));
}

/// Works out `allowed_operations`.
fn allowed(world: &World, appliance: Object) -> Vec<&'static str> {
    let all = ["start", "clean_shutdown", "hard_shutdown", "shutdown"];
    all.into_iter().filter(|operation| expect(world, appliance, operation).is_ok()).collect()
}

/// Checks that nothing goes on, and that there is a VM for which the operation makes sense.
fn expect(world: &World, appliance: Object, operation: &str) -> Result<(), Failure> {
    idle::expect(world, appliance)?;
    let vms = world.objects(appliance, "VMs");
    if vms.is_empty() {
        return fail(code::OPERATION_NOT_ALLOWED, ["Appliance has no VMs."]);
    }
    let sensible = |vm: &Object| {
        let state = world.text(*vm, "power_state");
        if operation == "start" { matches!(state, "Halted" | "Paused") } else { state != "Halted" }
    };
    if vms.iter().any(sensible) {
        return Ok(());
    }
    fail(code::OPERATION_NOT_ALLOWED, ["The power state of all VMs in the appliance is already as wanted."])
}

/// Destroys the appliance; its VMs stay.
fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let appliance = call.object("self")?;
    for vm in call.world.objects(appliance, "VMs") {
        call.world.set(vm, "appliance", Object::NULL);
    }
    call.world.destroy(appliance);
    Outcome::void()
}

/// Returns the VMs in the order in which they start, or stop.
fn in_order(world: &World, appliance: Object, starts: bool) -> Vec<Object> {
    let mut vms = world.objects(appliance, "VMs");
    vms.sort_by_key(|vm| world.int(*vm, "order"));
    if !starts {
        vms.reverse();
    }
    vms
}

fn start(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let appliance = call.object("self")?;
    expect(call.world, appliance, "start")?;
    call.begin(appliance, "start");
    start_next(call, in_order(call.world, appliance, true), call.flag("paused"))
}

/// Starts the first of `left` that is halted, then the others.
fn start_next(call: &mut Call<'_>, left: Vec<Object>, paused: bool) -> Result<Outcome, Failure> {
    let mut left = left.into_iter();
    let Some(vm) = left.find(|vm| call.world.text(*vm, "power_state") == "Halted") else { return Outcome::void() };
    operation::expect(call.world, vm, "start")?;
    placement::check_bootable(call.world, vm)?;
    let host = placement::choose(call.world, vm)?;
    let pause = Duration::from_secs(u64::try_from(call.world.int(vm, "start_delay")).unwrap_or(0));
    call.begin(vm, "start");
    Ok(call.after(BOOT, move |call| {
        power::boot(call.world, vm, host, paused)?;
        call.end(vm);
        let left: Vec<Object> = left.collect();
        if left.is_empty() || pause.is_zero() {
            return start_next(call, left, paused);
        }
        Ok(call.after(pause, move |call| start_next(call, left, paused)))
    }))
}

fn stop(call: &mut Call<'_>, operation: &'static str) -> Result<Outcome, Failure> {
    let appliance = call.object("self")?;
    expect(call.world, appliance, operation)?;
    call.begin(appliance, operation);
    stop_next(call, in_order(call.world, appliance, false), operation)
}

/// Stops the first of `left` that is not halted, then the others.
fn stop_next(call: &mut Call<'_>, left: Vec<Object>, how: &'static str) -> Result<Outcome, Failure> {
    let mut left = left.into_iter();
    let Some(vm) = left.find(|vm| call.world.text(*vm, "power_state") != "Halted") else { return Outcome::void() };
    let cooperates = operation::expect_cooperation(call.world, vm, "clean_shutdown");
    let with_vm = match how {
        "clean_shutdown" => cooperates.map(|()| "clean_shutdown")?,
        "shutdown" if cooperates.is_ok() => "clean_shutdown",
        _ => operation::expect(call.world, vm, "hard_shutdown").map(|()| "hard_shutdown")?,
    };
    call.begin(vm, with_vm);
    Ok(call.after(STOP, move |call| {
        if call.world.text(vm, "power_state") != "Halted" {
            power::halt(call.world, vm);
            power::tell_of_stop(call.world, vm, with_vm);
        }
        call.end(vm);
        stop_next(call, left.collect(), how)
    }))
}
