//! Hosts that go down and come up, and their agents.
//!
//! The ports of a host are closed while it is down. A master goes down once it has answered, and takes
//! the pool's API with it.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{host::plugin::updater, vm::memory},
    methods::Methods,
    transition::Outcome,
    world::Wish,
};

const DOWN: Duration = Duration::from_secs(5);
const BOOT: Duration = Duration::from_secs(60);
/// From the answer of a master to its end.
const FAREWELL: Duration = Duration::from_secs(1);
/// From the start of an agent until its host takes VMs.
const AGENT: Duration = Duration::from_secs(10);

/// Name of the agenda's entry at the end of which a host is up.
const BOOTS: &str = "host boot";

/// Name of the agenda's entry at the end of which a host's agent is up.
const STARTS: &str = "agent start";

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
        leave(call.world, host, true);
        Outcome::void()
    }))
}

fn shutdown(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_empty(call.world, host)?;
    call.begin(host, "shutdown");
    Ok(call.after(DOWN, move |call| {
        leave(call.world, host, false);
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

/// Lets a host go down, the master a moment after the answer.
fn leave(world: &mut World, host: Object, boots: bool) {
    let go = move |world: &mut World| {
        go_down(world, host);
        if boots {
            world.later(host, BOOTS, BOOT, move |world| come_up(world, host));
        }
    };
    if world.master() == host {
        world.later(host, "host down", FAREWELL, go);
    } else {
        go(world);
    }
}

/// Takes a host down, with what is attached to it.
fn go_down(world: &mut World, host: Object) {
    world.forget(host, STARTS);
    world.hide(host, "starting", false);
    updater::stop(world, host);
    let metrics = world.object(host, "metrics");
    world.set(metrics, "live", false);
    world.set(host, "enabled", false);
    for pbd in world.objects(host, "PBDs") {
        world.set(pbd, "currently_attached", false);
    }
    let mut pifs = world.objects(host, "PIFs");
    pifs.retain(|pif| world.flag(*pif, "currently_attached"));
    for pif in &pifs {
        world.set(*pif, "currently_attached", false);
    }
    world.hide(host, "plugged", Datum::set(pifs));
    world.hide(host, "off", true);
    world.wish(Wish::Down(host));
}

/// Returns whether a host is down because somebody told it to.
pub(crate) fn is_off(world: &World, host: Object) -> bool {
    world.hidden(host, "off").as_bool()
}

/// Brings a host up again, with its storage and the interfaces that it had.
pub(crate) fn come_up(world: &mut World, host: Object) {
    world.forget(host, BOOTS);
    let (metrics, now) = (world.object(host, "metrics"), world.now());
    world.set(metrics, "live", true);
    world.set(metrics, "last_updated", now);
    let stamp = super::stamp(now.unix());
    world.put(host, "other_config", "boot_time", stamp.clone());
    world.put(host, "other_config", "agent_start_time", stamp);
    for pbd in world.objects(host, "PBDs") {
        world.set(pbd, "currently_attached", true);
    }
    crate::class::pci::host_starts(world, host);
    crate::class::update::host_starts(world, host);
    super::repository::host_starts(world, host);
    let plugged: Vec<Object> = world.hidden(host, "plugged").objects().collect();
    for pif in plugged {
        world.set(pif, "currently_attached", true);
    }
    world.set(host, "enabled", true);
    memory::note_free(world, host);
    world.hide(host, "off", false);
    world.wish(Wish::Up(host));
}

fn restart_agent(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    super::expect_live(call.world, host)?;
    // The answer goes out before the ports close.
    call.world.later(host, "agent stop", FAREWELL, move |world| {
        world.wish(Wish::Down(host));
        start_agent(world, host, Some(Wish::Up(host)));
    });
    Outcome::void()
}

/// Lets the agent of a host start, and `then` what comes with it; the host takes no VMs until it has.
pub(crate) fn start_agent(world: &mut World, host: Object, then: Option<Wish>) {
    // One that is on its way starts over.
    if !world.hidden(host, "starting").as_bool() {
        let enabled = world.flag(host, "enabled");
        world.hide(host, "enabled before", enabled);
    }
    world.forget(host, STARTS);
    world.hide(host, "starting", true);
    world.set(host, "enabled", false);
    world.later(host, STARTS, AGENT, move |world| {
        let stamp = super::stamp(world.now().unix());
        world.put(host, "other_config", "agent_start_time", stamp);
        super::repository::toolstack_starts(world, host);
        let enabled = world.hidden(host, "enabled before").as_bool();
        world.set(host, "enabled", enabled);
        world.hide(host, "starting", false);
        if let Some(wish) = then {
            world.wish(wish);
        }
    });
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
