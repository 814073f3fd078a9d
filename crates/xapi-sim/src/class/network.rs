//! Networks, and how their default reaches interfaces.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{device, plain},
    methods::Methods,
    transition::Outcome,
};

mod seed;

pub(crate) fn register(methods: &mut Methods) {
    methods.on("network", "create", create);
    methods.on("network", "destroy", destroy);
    methods.on("network", "add_purpose", add_purpose);
    methods.on("network", "set_default_locking_mode", set_default_locking_mode);
    plain::register(methods, "network", &["remove_purpose"]);
    seed::register(methods);
}

/// Returns the name of a bridge that no network has.
pub(crate) fn free_bridge(world: &World) -> String {
    let taken: Vec<&str> = world.all("network").map(|network| world.text(network, "bridge")).collect();
    (0..65_536).map(|at| format!("xapi{at}")).find(|name| !taken.contains(&name.as_str())).unwrap_or_default()
}

/// Returns the network that hosts make for a card of this name.
pub(crate) fn of_device(world: &mut World, device: &str) -> Object {
    let name = format!("Pool-wide network associated with {device}");
    if let Some(network) = world.by_name("network", &name) {
        return network;
    }
    let bridge = format!("xenbr{}", device.trim_start_matches(|c: char| !c.is_ascii_digit()));
    world.create(
        "network",
        [
            ("name_label", Datum::from(name)),
            ("bridge", bridge.into()),
            ("MTU", 1500_i64.into()),
            ("managed", true.into()),
        ],
    )
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let bridge = call.field("bridge");
    let managed = call.field("managed") != Datum::Bool(false);
    if !managed && bridge.as_text().is_empty() {
        return fail(code::BRIDGE_NOT_AVAILABLE, [bridge.as_text()]);
    }
    let taken = call.world.all("network").any(|network| call.world.text(network, "bridge") == bridge.as_text());
    if !bridge.as_text().is_empty() && taken {
        return fail(code::BRIDGE_NAME_EXISTS, [bridge.as_text()]);
    }
    let outcome = call.generic()?;
    if let Outcome::Done(Datum::Ref(network)) = outcome {
        if bridge.as_text().is_empty() {
            let bridge = free_bridge(call.world);
            call.world.set(network, "bridge", bridge);
        }
        call.world.set(network, "managed", managed);
        if call.world.int(network, "MTU") == 0 {
            call.world.set(network, "MTU", 1500_i64);
        }
    }
    Ok(outcome)
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let network = call.object("self")?;
    let world = &*call.world;
    let attached = |vif: &Object| world.flag(*vif, "currently_attached");
    let vifs: Vec<Object> = world.objects(network, "VIFs").into_iter().filter(attached).collect();
    if !vifs.is_empty() {
        return fail(code::NETWORK_CONTAINS_VIF, vifs);
    }
    let pifs = world.objects(network, "PIFs");
    if !pifs.is_empty() {
        return fail(code::NETWORK_CONTAINS_PIF, pifs);
    }
    let internal = world.entry(network, "other_config", "is_host_internal_management_network") == "true"
        || world.entry(network, "other_config", "is_guest_installer_network") == "true";
    if internal {
        return fail(code::CANNOT_DESTROY_SYSTEM_NETWORK, [network]);
    }
    for vif in call.world.objects(network, "VIFs") {
        device::remove(call.world, vif);
    }
    call.world.destroy(network);
    Outcome::void()
}

fn add_purpose(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (network, purpose) = (call.object("self")?, call.text("value"));
    let conflicting = if purpose == "nbd" { "insecure_nbd" } else { "nbd" };
    // Whether disks are offered openly or by TLS is one choice for the whole pool.
    let conflict =
        call.world.all("network").any(|other| call.world.get(other, "purpose").texts().any(|has| has == conflicting));
    if conflict {
        return fail(code::NETWORK_INCOMPATIBLE_PURPOSES, [purpose.as_str(), conflicting]);
    }
    call.world.add(network, "purpose", purpose);
    Outcome::void()
}

fn set_default_locking_mode(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (network, mode) = (call.object("network")?, call.text("value"));
    let world = &*call.world;
    let following = world
        .objects(network, "VIFs")
        .into_iter()
        .find(|vif| world.flag(*vif, "currently_attached") && world.text(*vif, "locking_mode") == "network_default");
    if let Some(vif) = following {
        return fail(code::VIF_IN_USE, [network, vif]);
    }
    call.world.set(network, "default_locking_mode", mode);
    Outcome::void()
}
