//! Migration of running VMs between the hosts of the pool.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::{host, message},
    methods::Methods,
    transition::Outcome,
};

use super::{domain, guest, memory, operation, placement};

/// For the memory of a small VM; progress is shown half-way.
const HALF: Duration = Duration::from_secs(3);
/// From the arrival to the end of the call.
const CLEAN_UP: Duration = Duration::from_millis(400);

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "pool_migrate", pool_migrate);
}

fn pool_migrate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, to) = (call.object("vm")?, call.object("host")?);
    if call.entry("options", "force") == "true" {
        operation::expect(call.world, vm, "pool_migrate")?;
    } else {
        operation::expect_cooperation(call.world, vm, "pool_migrate")?;
    }
    let from = call.world.object(vm, "resident_on");
    placement::check_devices(call.world, vm, to)?;
    if from != to {
        let needed =
            call.world.int(call.world.object(vm, "metrics"), "memory_actual") + memory::overhead(call.world, vm);
        let available = memory::free(call.world, to);
        if needed > available {
            return fail(code::HOST_NOT_ENOUGH_FREE_MEMORY, [needed, available]);
        }
    }
    call.begin(vm, "pool_migrate");
    call.begin(to, "vm_migrate");
    call.world.set(vm, "scheduled_to_be_resident_on", to);
    let later = call.after(HALF, move |call| {
        call.progress(0.5);
        Ok(call.after(HALF, move |call| arrive(call, vm, from, to)).or_undo(move |world| stay(world, vm)))
    });
    Ok(later.or_undo(move |world| stay(world, vm)))
}

fn stay(world: &mut World, vm: Object) {
    world.set(vm, "scheduled_to_be_resident_on", Object::NULL);
}

fn arrive(call: &mut Call<'_>, vm: Object, from: Object, to: Object) -> Result<Outcome, Failure> {
    stay(call.world, vm);
    if call.world.text(vm, "power_state") != "Running" {
        return fail(code::VM_HALTED, [vm]);
    }
    host::expect_live(call.world, to)?;
    arrive_at(call.world, vm, from, to);
    Ok(call.after(CLEAN_UP, |_| Outcome::void()))
}

/// Lets a VM run on another host from now on.
pub(crate) fn arrive_at(world: &mut World, vm: Object, from: Object, to: Object) {
    let id = world.all("VM").map(|vm| world.int(vm, "domid")).max().unwrap_or(0) + 1;
    world.set(vm, "resident_on", to);
    world.set(vm, "domid", id);
    domain::open_console(world, vm, to);
    guest::report_again(world, vm);
    for host in [from, to] {
        memory::note_free(world, host);
    }
    let said = format!("migrated from host {} to host {}", host::quoted(world, from), host::quoted(world, to));
    message::of_vm(world, vm, "VM_MIGRATED", &said);
}
