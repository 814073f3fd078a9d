//! VLANs: a tagged interface under an untagged one.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::pif,
    methods::Methods,
    transition::Outcome,
};

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VLAN", "create", create);
    methods.on("VLAN", "destroy", destroy);
}

/// MAC address that hosts give to interfaces of VLANs and bonds that are not plugged.
const NO_MAC: &str = "fe:ff:ff:ff:ff:ff";

/// Makes a VLAN on an interface, with an interface of its own on `network`.
///
/// # Errors
///
/// If the tag is none, is in use there, or the network has an interface of that host already.
pub(crate) fn add(world: &mut World, pif: Object, network: Object, tag: i64) -> Result<Object, Failure> {
    if !(0..=4094).contains(&tag) {
        return fail(code::VLAN_TAG_INVALID, [tag]);
    }
    if world.int(pif, "VLAN") >= 0 {
        return fail(code::PIF_IS_VLAN, [pif]);
    }
    if !world.object(pif, "bond_slave_of").is_null() {
        return fail(code::CANNOT_ADD_VLAN_TO_BOND_SLAVE, [pif]);
    }
    let (host, device) = (world.object(pif, "host"), world.text(pif, "device").to_owned());
    if world.objects(pif, "VLAN_slave_of").into_iter().any(|vlan| world.int(vlan, "tag") == tag) {
        return fail(code::PIF_VLAN_EXISTS, [device]);
    }
    if let Some(other) = world.objects(network, "PIFs").into_iter().find(|pif| world.object(*pif, "host") == host) {
        return fail(code::NETWORK_ALREADY_CONNECTED, [host, other]);
    }
    let speed = world.int(world.object(pif, "metrics"), "speed");
    let speed = (speed > 0).then_some(speed);
    let mac = NO_MAC.to_owned();
    let access = pif::add(world, pif::New { host, network, device: &device, mac, tag, physical: false, speed });
    Ok(world.create("VLAN", [("tagged_PIF", Datum::from(pif)), ("untagged_PIF", access.into()), ("tag", tag.into())]))
}

/// Removes a VLAN with its interface.
///
/// # Errors
///
/// If the interface is the management one, or a running VM uses it.
pub(crate) fn remove(world: &mut World, vlan: Object) -> Result<(), Failure> {
    let access = world.object(vlan, "untagged_PIF");
    if world.flag(access, "management") {
        return fail(code::PIF_IS_MANAGEMENT_INTERFACE, [access]);
    }
    pif::expect_unused(world, access)?;
    pif::remove(world, access);
    world.destroy(vlan);
    Ok(())
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (pif, network) = (call.object("tagged_PIF")?, call.object("network")?);
    let vlan = add(call.world, pif, network, call.int("tag"))?;
    Outcome::done(vlan)
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vlan = call.object("self")?;
    remove(call.world, vlan)?;
    Outcome::void()
}
