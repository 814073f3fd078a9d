//! Virtual CPUs and their rules by power state.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

use super::{memory, operation};

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "set_VCPUs_max", set_max);
    methods.on("VM", "set_VCPUs_at_startup", set_at_startup);
    methods.on("VM", "set_VCPUs_number_live", set_number_live);
    methods.on("VM", "add_to_VCPUs_params_live", add_param_live);
}

fn check_range(vm_has_max: i64, at_startup: i64) -> Result<(), Failure> {
    if at_startup < 1 {
        return fail(code::INVALID_VALUE, ["VCPU values must satisfy: 0 < VCPUs_at_startup ≤ VCPUs_max".to_owned()]);
    }
    if at_startup > vm_has_max {
        let shown = at_startup.to_string();
        return fail(code::VALUE_NOT_SUPPORTED, ["VCPUs-at-startup", &shown, "value greater than VCPUs-max"]);
    }
    Ok(())
}

fn set_max(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "changing_VCPUs")?;
    let max = call.int("value");
    if max < 1 {
        return fail(code::INVALID_VALUE, ["VCPUs_max".to_owned(), max.to_string()]);
    }
    let at_startup = call.world.int(vm, "VCPUs_at_startup");
    if max < at_startup {
        let shown = max.to_string();
        return fail(code::VALUE_NOT_SUPPORTED, ["VCPUs-max", &shown, "value less than VCPUs-at-startup"]);
    }
    if let Some(cores) = world_cores(call.world, vm).filter(|cores| max % cores != 0) {
        return fail(code::VCPU_MAX_NOT_CORES_PER_SOCKET_MULTIPLE, [max, cores]);
    }
    call.world.set(vm, "VCPUs_max", max);
    let overhead = memory::overhead(call.world, vm);
    call.world.set(vm, "memory_overhead", overhead);
    Outcome::void()
}

fn world_cores(world: &World, vm: Object) -> Option<i64> {
    world.entry(vm, "platform", "cores-per-socket").parse().ok().filter(|cores| *cores > 0)
}

fn set_at_startup(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "changing_VCPUs")?;
    let value = call.int("value");
    check_range(call.world.int(vm, "VCPUs_max"), value)?;
    call.world.set(vm, "VCPUs_at_startup", value);
    Outcome::void()
}

fn set_number_live(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect_cooperation(call.world, vm, "changing_VCPUs_live")?;
    let number = call.int("nvcpu");
    check_range(call.world.int(vm, "VCPUs_max"), number)?;
    let metrics = call.world.object(vm, "metrics");
    call.world.set(metrics, "VCPUs_number", number);
    call.world.set(metrics, "VCPUs_utilisation", idle(number));
    call.world.set(vm, "VCPUs_at_startup", number);
    Outcome::void()
}

/// Returns the utilisation of `number` virtual CPUs that do nothing.
pub(crate) fn idle(number: i64) -> Datum {
    Datum::map((0..number).map(|cpu| (cpu.to_string(), 0.0)))
}

fn add_param_live(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect_state(call.world, vm, &["Running"])?;
    let (key, value) = (call.text("key"), call.text("value"));
    if !matches!(key.as_str(), "weight" | "cap" | "mask") {
        return fail(code::INVALID_VALUE, ["VCPUs_params".to_owned(), key]);
    }
    let metrics = call.world.object(vm, "metrics");
    call.world.put(metrics, "VCPUs_params", &key, value);
    Outcome::void()
}
