//! Hosts that go down and come up.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::vm::memory,
    methods::Methods,
    transition::Outcome,
};

const DOWN: Duration = Duration::from_secs(5);
const BOOT: Duration = Duration::from_secs(60);
const AGENT: Duration = Duration::from_secs(10);

/// Name of the agenda's entry at the end of which a host is up.
const BOOTS: &str = "host boot";

pub(super) fn register(methods: &mut Methods) {
    methods.on("host", "reboot", reboot);
    methods.on("host", "shutdown", shutdown);
    methods.on("host", "power_on", power_on);
    methods.on("host", "restart_agent", restart_agent);
    methods.on("host", "declare_dead", declare_dead);
}

fn expect_empty(world: &World, host: Object) -> Result<(), Failure> {
    super::expect_live(world, host)?;
    if world.flag(host, "enabled") {
        return fail::<_, &str>(code::HOST_NOT_DISABLED, []);
    }
    match super::guests(world, host).first() {
        Some(vm) => fail(code::HOST_IN_USE, [host.to_string(), "VM".to_owned(), vm.to_string()]),
        None => Ok(()),
    }
}

fn reboot(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_empty(call.world, host)?;
    call.begin(host, "reboot");
    Ok(call.after(DOWN, move |call| {
        go_down(call.world, host);
        call.world.later(host, BOOTS, BOOT, move |world| come_up(world, host));
        Outcome::void()
    }))
}

fn shutdown(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_empty(call.world, host)?;
    call.begin(host, "shutdown");
    Ok(call.after(DOWN, move |call| {
        go_down(call.world, host);
        Outcome::void()
    }))
}

fn power_on(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    if super::is_live(call.world, host) {
        return fail(code::HOST_IS_LIVE, [host]);
    }
    if call.world.text(host, "power_on_mode").is_empty() {
        return fail::<_, &str>(code::HOST_POWER_ON_MODE_DISABLED, []);
    }
    call.begin(host, "power_on");
    Ok(call.after(BOOT, move |call| {
        come_up(call.world, host);
        Outcome::void()
    }))
}

/// Marks a host as down, with what is attached to it.
pub(crate) fn go_down(world: &mut World, host: Object) {
    let metrics = world.object(host, "metrics");
    world.set(metrics, "live", false);
    world.set(host, "enabled", false);
    for pbd in world.objects(host, "PBDs") {
        world.set(pbd, "currently_attached", false);
    }
}

/// Marks a host as up again.
pub(crate) fn come_up(world: &mut World, host: Object) {
    let (metrics, now) = (world.object(host, "metrics"), world.now());
    world.set(metrics, "live", true);
    world.set(metrics, "last_updated", now);
    let stamp = super::stamp(now.unix());
    world.put(host, "other_config", "boot_time", stamp.clone());
    world.put(host, "other_config", "agent_start_time", stamp);
    for pbd in world.objects(host, "PBDs") {
        world.set(pbd, "currently_attached", true);
    }
    world.set(host, "enabled", true);
    memory::note_free(world, host);
}

fn restart_agent(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    super::expect_live(call.world, host)?;
    call.world.later(host, "agent start", AGENT, move |world| {
        let stamp = super::stamp(world.now().unix());
        world.put(host, "other_config", "agent_start_time", stamp);
    });
    Outcome::void()
}

/// Lets the pool believe that a host is down, so that its VMs can start elsewhere.
fn declare_dead(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    if super::is_live(call.world, host) {
        return fail(code::HOST_IS_LIVE, [host]);
    }
    for vm in super::guests(call.world, host) {
        crate::class::vm::power::halt(call.world, vm);
    }
    Outcome::void()
}
