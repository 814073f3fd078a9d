//! Memory and its rules by power state.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

use super::operation;

const MIB: i64 = 1 << 20;

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "set_memory", set_memory);
    methods.on("VM", "set_memory_limits", set_limits);
    methods.on("VM", "set_memory_static_range", set_static_range);
    methods.on("VM", "set_memory_static_min", set_static_min);
    methods.on("VM", "set_memory_static_max", set_static_max);
    methods.on("VM", "set_memory_dynamic_range", set_dynamic_range);
    methods.on("VM", "set_memory_dynamic_min", set_dynamic_min);
    methods.on("VM", "set_memory_dynamic_max", set_dynamic_max);
    methods.on("VM", "set_memory_target_live", set_target_live);
    methods.on("VM", "wait_memory_target_live", wait_target_live);
    methods.on("VM", "compute_memory_overhead", compute_overhead);
    methods.on("VM", "maximise_memory", maximise);
    methods.on("VM", "set_HVM_shadow_multiplier", set_shadow_multiplier);
    methods.on("VM", "set_shadow_multiplier_live", set_shadow_multiplier_live);
}

/// The four limits, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) static_min: i64,
    pub(crate) dynamic_min: i64,
    pub(crate) dynamic_max: i64,
    pub(crate) static_max: i64,
}

// === impl Limits ===

impl Limits {
    pub(crate) fn of(world: &World, vm: Object) -> Self {
        Self {
            static_min: world.int(vm, "memory_static_min"),
            dynamic_min: world.int(vm, "memory_dynamic_min"),
            dynamic_max: world.int(vm, "memory_dynamic_max"),
            static_max: world.int(vm, "memory_static_max"),
        }
    }

    fn check(self) -> Result<(), Failure> {
        let ordered = 0 <= self.static_min
            && self.static_min <= self.dynamic_min
            && self.dynamic_min <= self.dynamic_max
            && self.dynamic_max <= self.static_max;
        if ordered { Ok(()) } else { fail::<_, &str>(code::MEMORY_CONSTRAINT_VIOLATION_ORDER, []) }
    }

    fn store(self, world: &mut World, vm: Object) {
        world.update(
            vm,
            [
                ("memory_static_min", Datum::from(self.static_min)),
                ("memory_dynamic_min", self.dynamic_min.into()),
                ("memory_dynamic_max", self.dynamic_max.into()),
                ("memory_static_max", self.static_max.into()),
            ],
        );
        let overhead = overhead(world, vm);
        world.set(vm, "memory_overhead", overhead);
    }
}

/// Returns what a host needs for a VM besides its own memory, in bytes.
///
/// A host was seen to count 13 MiB for 1 GiB and two virtual CPUs.
pub(crate) fn overhead(world: &World, vm: Object) -> i64 {
    let shadow = world.int(vm, "memory_static_max") / 128;
    (shadow / MIB + world.int(vm, "VCPUs_max") + 3) * MIB
}

/// Returns what a VM takes from a host when it starts, in bytes.
pub(crate) fn needed(world: &World, vm: Object) -> i64 {
    world.int(vm, "memory_dynamic_min").max(world.int(vm, "memory_static_min")) + overhead(world, vm)
}

/// Returns the memory of `host` that no domain has, in bytes.
pub(crate) fn free(world: &World, host: Object) -> i64 {
    let total = world.int(world.object(host, "metrics"), "memory_total");
    let taken: i64 = world
        .objects(host, "resident_VMs")
        .into_iter()
        .map(|vm| world.int(world.object(vm, "metrics"), "memory_actual") + world.int(vm, "memory_overhead"))
        .sum();
    let promised: i64 = world
        .all("VM")
        .filter(|vm| {
            world.object(*vm, "scheduled_to_be_resident_on") == host && world.object(*vm, "resident_on") != host
        })
        .map(|vm| needed(world, vm))
        .sum();
    (total - world.int(host, "memory_overhead") - taken - promised).max(0)
}

/// Writes the free memory of `host` into its metrics.
pub(crate) fn note_free(world: &mut World, host: Object) {
    let (metrics, free) = (world.object(host, "metrics"), free(world, host));
    world.set(metrics, "memory_free", free);
}

/// Returns how much a VM gets when it starts on `host`: its maximum, or less where memory is short.
pub(crate) fn granted(world: &World, vm: Object, host: Object) -> i64 {
    let limits = Limits::of(world, vm);
    let possible = free(world, host) - overhead(world, vm);
    limits.dynamic_max.min(possible).max(limits.dynamic_min)
}

fn change(
    call: &mut Call<'_>,
    operation: &'static str,
    edit: impl FnOnce(&Call<'_>, &mut Limits),
) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, operation)?;
    let mut limits = Limits::of(call.world, vm);
    edit(call, &mut limits);
    limits.check()?;
    limits.store(call.world, vm);
    balloon(call.world, vm);
    Outcome::void()
}

/// Lets the guest follow its dynamic range, as far as memory is there.
pub(crate) fn balloon(world: &mut World, vm: Object) {
    if world.text(vm, "power_state") != "Running" {
        return;
    }
    let (metrics, host) = (world.object(vm, "metrics"), world.object(vm, "resident_on"));
    let (limits, has) = (Limits::of(world, vm), world.int(metrics, "memory_actual"));
    let target = limits.dynamic_max.min(has + free(world, host)).max(limits.dynamic_min);
    world.set(vm, "memory_target", target);
    world.set(metrics, "memory_actual", target);
    note_free(world, host);
}

fn set_memory(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_memory_limits", |call, limits| {
        let value = call.int("value");
        let static_min = limits.static_min.min(value);
        *limits = Limits { static_min, dynamic_min: value, dynamic_max: value, static_max: value };
    })
}

fn set_limits(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_memory_limits", |call, limits| {
        *limits = Limits {
            static_min: call.int("static_min"),
            dynamic_min: call.int("dynamic_min"),
            dynamic_max: call.int("dynamic_max"),
            static_max: call.int("static_max"),
        };
    })
}

fn set_static_range(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_static_range", |call, limits| {
        (limits.static_min, limits.static_max) = (call.int("min"), call.int("max"));
    })
}

fn set_static_min(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_static_range", |call, limits| limits.static_min = call.int("value"))
}

fn set_static_max(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_static_range", |call, limits| limits.static_max = call.int("value"))
}

fn set_dynamic_range(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_dynamic_range", |call, limits| {
        (limits.dynamic_min, limits.dynamic_max) = (call.int("min"), call.int("max"));
    })
}

fn set_dynamic_min(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_dynamic_range", |call, limits| limits.dynamic_min = call.int("value"))
}

fn set_dynamic_max(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_dynamic_range", |call, limits| limits.dynamic_max = call.int("value"))
}

fn set_target_live(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    change(call, "changing_dynamic_range", |call, limits| {
        (limits.dynamic_min, limits.dynamic_max) = (call.int("target"), call.int("target"));
    })
}

fn wait_target_live(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "awaiting_memory_live")?;
    Ok(call.after(Duration::from_millis(500), |_| Outcome::void()))
}

fn compute_overhead(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    Outcome::done(overhead(call.world, vm))
}

fn maximise(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    let total = call.int("total");
    // Whatever the guest leaves over: the overhead grows with the answer, by 1 in 128.
    let fixed = (call.world.int(vm, "VCPUs_max") + 3) * MIB;
    let most = (total - fixed) * 128 / 129;
    Outcome::done((most / MIB * MIB).max(0))
}

fn set_shadow_multiplier(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "changing_shadow_memory")?;
    shadow_multiplier(call, vm, "value")
}

fn set_shadow_multiplier_live(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "changing_shadow_memory_live")?;
    shadow_multiplier(call, vm, "multiplier")
}

fn shadow_multiplier(call: &mut Call<'_>, vm: Object, argument: &str) -> Result<Outcome, Failure> {
    let value = call.float(argument);
    if value.is_nan() || value < 1.0 {
        let shown = value.to_string();
        return fail(code::INVALID_VALUE, [argument, shown.as_str()]);
    }
    call.world.set(vm, "HVM_shadow_multiplier", value);
    Outcome::void()
}
