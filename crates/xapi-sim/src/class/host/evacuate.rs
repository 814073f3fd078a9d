//! Hosts emptied of their VMs.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::vm::{arrive_at, memory, operation, placement},
    methods::Methods,
    transition::Outcome,
};

/// For each VM that moves.
const MOVE: Duration = Duration::from_secs(3);

pub(super) fn register(methods: &mut Methods) {
    methods.on("host", "evacuate", evacuate);
    methods.on("host", "assert_can_evacuate", assert_can_evacuate);
    methods.on("host", "get_vms_which_prevent_evacuation", get_vms_which_prevent_evacuation);
    methods.on("host", "get_uncooperative_resident_VMs", |call| {
        call.object("self")?;
        Outcome::done(Datum::set::<Object>([]))
    });
}

/// Where each VM of a host can go, or why it cannot.
fn plan(world: &World, host: Object) -> Vec<(Object, Result<Object, Failure>)> {
    let others: Vec<Object> = world.list("host").into_iter().filter(|other| *other != host).collect();
    let mut free: Vec<(Object, i64)> = others.iter().map(|other| (*other, memory::free(world, *other))).collect();
    let mut plan = Vec::new();
    for vm in super::guests(world, host) {
        let needed = world.int(world.object(vm, "metrics"), "memory_actual") + memory::overhead(world, vm);
        let target = operation::expect_cooperation(world, vm, "pool_migrate").and_then(|()| {
            free.sort_by_key(|(_, free)| -free);
            let mut reason = Failure::new(code::NO_HOSTS_AVAILABLE, [""; 0]);
            for (other, free) in &mut free {
                match placement::check_devices(world, vm, *other) {
                    Err(failure) => reason = failure,
                    Ok(()) if *free < needed => {
                        let sizes = [needed.to_string(), free.to_string()];
                        reason = Failure::new(code::HOST_NOT_ENOUGH_FREE_MEMORY, sizes);
                    }
                    Ok(()) => {
                        *free -= needed;
                        return Ok(*other);
                    }
                }
            }
            Err(reason)
        });
        plan.push((vm, target));
    }
    plan
}

fn hindrances(world: &World, host: Object) -> Vec<(Object, Vec<String>)> {
    let stuck = plan(world, host).into_iter().filter_map(|(vm, target)| Some((vm, target.err()?)));
    stuck.map(|(vm, failure)| (vm, [vec![failure.code], failure.params].concat())).collect()
}

fn expect_free_to_go(world: &World, host: Object) -> Result<(), Failure> {
    let stuck: Vec<String> = hindrances(world, host).into_iter().map(|(_, reason)| reason.join(",")).collect();
    if stuck.is_empty() { Ok(()) } else { fail(code::CANNOT_EVACUATE_HOST, [stuck.join("|")]) }
}

fn assert_can_evacuate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_free_to_go(call.world, host)?;
    Outcome::void()
}

fn get_vms_which_prevent_evacuation(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("self")?;
    let stuck = hindrances(call.world, host).into_iter();
    Outcome::done(Datum::map(stuck.map(|(vm, reason)| (vm.to_string(), Datum::from(reason)))))
}

fn evacuate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    super::expect_live(call.world, host)?;
    let busy = call.world.get(host, "current_operations").entries().iter().any(|(_, op)| op.as_text() == "evacuate");
    if busy {
        return fail(code::HOST_EVACUATE_IN_PROGRESS, [host]);
    }
    expect_free_to_go(call.world, host)?;
    call.begin(host, "evacuate");
    next(call, host, 0)
}

/// Moves one VM, then the next; `done` have gone already.
fn next(call: &mut Call<'_>, host: Object, done: usize) -> Result<Outcome, Failure> {
    let left = plan(call.world, host);
    let whole = done + left.len();
    if whole > 0 {
        let fraction = f64::from(u32::try_from(done).unwrap_or(0)) / f64::from(u32::try_from(whole).unwrap_or(1));
        call.progress(fraction);
    }
    let Some((vm, target)) = left.into_iter().next() else { return Outcome::void() };
    let target = target?;
    call.begin(vm, "pool_migrate");
    Ok(call
        .after(MOVE, move |call| {
            call.end(vm);
            if call.world.object(vm, "resident_on") == host {
                arrive_at(call.world, vm, host, target);
            }
            next(call, host, done + 1)
        })
        .or_undo(|_| ()))
}
