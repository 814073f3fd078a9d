//! Bonds: interfaces of a host that act as one.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::pif,
    methods::Methods,
    transition::Outcome,
};

pub(crate) fn register(methods: &mut Methods) {
    methods.on("Bond", "create", create);
    methods.on("Bond", "destroy", destroy);
    methods.on("Bond", "set_mode", set_mode);
    methods.on("Bond", "set_property", set_property);
}

/// What moves from the first member to the bond, and back.
const ADDRESS: &[&str] = &[
    "ip_configuration_mode",
    "IP",
    "netmask",
    "gateway",
    "DNS",
    "ipv6_configuration_mode",
    "IPv6",
    "ipv6_gateway",
    "primary_address_type",
    "management",
];

/// Makes a bond of interfaces of one host.
pub(crate) fn add(
    world: &mut World,
    network: Object,
    members: &[Object],
    mac: &str,
    mode: &str,
    properties: Datum,
) -> Object {
    let primary = members.iter().copied().find(|pif| world.flag(*pif, "management")).unwrap_or(members[0]);
    let host = world.object(primary, "host");
    let taken: Vec<String> =
        world.objects(host, "PIFs").into_iter().map(|pif| world.text(pif, "device").to_owned()).collect();
    let device = (0..4096).map(|at| format!("bond{at}")).find(|name| !taken.contains(name)).unwrap_or_default();
    let speed = members.iter().map(|pif| world.int(world.object(*pif, "metrics"), "speed")).max().filter(|s| *s > 0);
    let mac = if mac.is_empty() { world.text(primary, "MAC").to_owned() } else { mac.to_owned() };
    let master = pif::add(world, pif::New { host, network, device: &device, mac, tag: -1, physical: false, speed });
    let up = members.iter().filter(|pif| world.flag(world.object(**pif, "metrics"), "carrier")).count();
    let bond = world.create(
        "Bond",
        [
            ("master", Datum::from(master)),
            ("primary_slave", primary.into()),
            ("mode", mode.into()),
            ("properties", properties),
            ("links_up", i64::try_from(up).unwrap_or(0).into()),
            ("auto_update_mac", true.into()),
        ],
    );
    hand_over(world, primary, master);
    for member in members {
        world.set(*member, "bond_slave_of", bond);
        world.set(*member, "currently_attached", false);
    }
    bond
}

/// Moves addresses, VLANs and VMs from one interface to another.
fn hand_over(world: &mut World, from: Object, to: Object) {
    for field in ADDRESS {
        let value = world.get(from, field).clone();
        world.set(to, field, value);
    }
    world.update(
        from,
        [
            ("ip_configuration_mode", Datum::from("None")),
            ("IP", "".into()),
            ("netmask", "".into()),
            ("gateway", "".into()),
            ("DNS", "".into()),
            ("management", false.into()),
        ],
    );
    let device = world.text(to, "device").to_owned();
    for vlan in world.objects(from, "VLAN_slave_of") {
        world.set(vlan, "tagged_PIF", to);
        let access = world.object(vlan, "untagged_PIF");
        world.set(access, "device", device.as_str());
    }
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (network, members) = (call.object("network")?, call.object_list("members")?);
    let world = &*call.world;
    if members.len() < 2 {
        return fail::<_, &str>(code::PIF_BOND_NEEDS_MORE_MEMBERS, []);
    }
    let host = world.object(members[0], "host");
    if members.iter().any(|pif| world.object(*pif, "host") != host) {
        return fail::<_, &str>(code::PIF_CANNOT_BOND_CROSS_HOST, []);
    }
    for pif in &members {
        if world.int(*pif, "VLAN") >= 0 {
            return fail(code::PIF_VLAN_EXISTS, [pif]);
        }
        if !world.object(*pif, "bond_slave_of").is_null() || !world.objects(*pif, "bond_master_of").is_empty() {
            return fail(code::PIF_ALREADY_BONDED, [pif]);
        }
    }
    let addressed = members.iter().filter(|pif| world.text(**pif, "ip_configuration_mode") != "None").count();
    if addressed > 1 {
        return fail::<_, &str>(code::PIF_BOND_MORE_THAN_ONE_IP, []);
    }
    if let Some(other) = world.objects(network, "PIFs").into_iter().find(|pif| world.object(*pif, "host") == host) {
        return fail(code::NETWORK_ALREADY_CONNECTED, [host, other]);
    }
    let mode = call.text("mode");
    let mode = if mode.is_empty() { "balance-slb".to_owned() } else { mode };
    let properties = match call.arg("properties") {
        Datum::Absent => Datum::map::<&str, &str>([]),
        given => given.clone(),
    };
    let properties = if mode == "lacp" && properties.get("hashing_algorithm").is_none() {
        properties.with_entry("hashing_algorithm", "tcpudp_ports")
    } else {
        properties
    };
    let mac = call.text("MAC");
    Outcome::done(add(call.world, network, &members, &mac, &mode, properties))
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let bond = call.object("self")?;
    let (master, primary) = (call.world.object(bond, "master"), call.world.object(bond, "primary_slave"));
    hand_over(call.world, master, primary);
    for member in call.world.objects(bond, "slaves") {
        call.world.set(member, "bond_slave_of", Object::NULL);
        call.world.set(member, "currently_attached", true);
    }
    call.world.destroy(bond);
    pif::remove(call.world, master);
    Outcome::void()
}

fn set_mode(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (bond, mode) = (call.object("self")?, call.text("value"));
    if mode == "lacp" && call.world.get(bond, "properties").get("hashing_algorithm").is_none() {
        call.world.put(bond, "properties", "hashing_algorithm", "tcpudp_ports");
    }
    call.world.set(bond, "mode", mode);
    Outcome::void()
}

fn set_property(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (bond, name, value) = (call.object("self")?, call.text("name"), call.text("value"));
    let known = match name.as_str() {
        "hashing_algorithm" => matches!(value.as_str(), "src_mac" | "tcpudp_ports"),
        "lacp-time" => matches!(value.as_str(), "slow" | "fast"),
        "lacp-aggregation-key" | "lacp-fallback-ab" => !value.is_empty(),
        _ => false,
    };
    if !known {
        return fail(code::INVALID_VALUE, ["properties".to_owned(), format!("{name} = {value}")]);
    }
    call.world.put(bond, "properties", &name, value);
    Outcome::void()
}
