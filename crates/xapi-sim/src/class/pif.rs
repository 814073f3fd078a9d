//! Network interfaces of hosts.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{host, network, plain, vlan},
    methods::Methods,
    transition::Outcome,
};

const PLUG: Duration = Duration::from_secs(1);

pub(crate) fn register(methods: &mut Methods) {
    methods.on("PIF", "plug", plug);
    methods.on("PIF", "unplug", unplug);
    methods.on("PIF", "forget", forget);
    methods.on("PIF", "db_forget", db_forget);
    methods.on("PIF", "destroy", destroy);
    methods.on("PIF", "scan", scan);
    methods.on("PIF", "introduce", introduce);
    methods.on("PIF", "create_VLAN", create_vlan);
    methods.on("PIF", "reconfigure_ip", reconfigure_ip);
    methods.on("PIF", "reconfigure_ipv6", reconfigure_ipv6);
    methods.on("PIF", "set_primary_address_type", set_primary_address_type);
    methods.on("PIF", "set_property", set_property);
    plain::register(methods, "PIF", &["set_disallow_unplug"]);
}

/// An interface that is to be made.
pub(crate) struct New<'n> {
    pub(crate) host: Object,
    pub(crate) network: Object,
    pub(crate) device: &'n str,
    pub(crate) mac: String,
    /// VLAN tag, -1 for an interface without.
    pub(crate) tag: i64,
    pub(crate) physical: bool,
    /// Speed in Mbit/s of its link, nothing if it has none.
    pub(crate) speed: Option<i64>,
}

/// Makes an interface with its metrics.
pub(crate) fn add(world: &mut World, new: New<'_>) -> Object {
    let now = world.now();
    let mut metrics = vec![
        ("carrier", Datum::from(new.speed.is_some())),
        ("speed", new.speed.unwrap_or(0).into()),
        ("duplex", new.speed.is_some().into()),
        ("last_updated", now.into()),
    ];
    if new.physical {
        metrics.extend([
            ("vendor_id", "8086".into()),
            ("vendor_name", "Intel Corporation".into()),
            ("device_id", if new.speed > Some(1000) { "1572" } else { "1521" }.into()),
            (
                "device_name",
                if new.speed > Some(1000) {
                    "Ethernet Controller X710 for 10GbE SFP+"
                } else {
                    "I350 Gigabit Network Connection"
                }
                .into(),
            ),
            ("pci_bus_path", "0000:18:00.0".into()),
        ]);
    }
    let metrics = world.create("PIF_metrics", metrics);
    let mtu = world.int(new.network, "MTU");
    let properties = if new.physical { Datum::map([("gro", "on")]) } else { Datum::map::<&str, &str>([]) };
    world.create(
        "PIF",
        [
            ("device", Datum::from(new.device)),
            ("network", new.network.into()),
            ("host", new.host.into()),
            ("MAC", new.mac.into()),
            ("MTU", mtu.into()),
            ("VLAN", new.tag.into()),
            ("metrics", metrics.into()),
            ("physical", new.physical.into()),
            ("currently_attached", true.into()),
            ("ip_configuration_mode", "None".into()),
            ("ipv6_configuration_mode", "None".into()),
            ("primary_address_type", "IPv4".into()),
            ("igmp_snooping_status", "disabled".into()),
            ("managed", true.into()),
            ("properties", properties),
        ],
    )
}

/// Removes an interface with its metrics.
pub(crate) fn remove(world: &mut World, pif: Object) {
    let metrics = world.object(pif, "metrics");
    world.destroy(metrics);
    world.destroy(pif);
}

/// Returns the interface `device` of `host` that carries no tag.
pub(crate) fn untagged(world: &World, host: Object, device: &str) -> Option<Object> {
    let mut pifs = world.objects(host, "PIFs").into_iter();
    pifs.find(|pif| world.text(*pif, "device") == device && world.int(*pif, "VLAN") < 0)
}

/// Checks that no running VM of the interface's host is on its network.
pub(crate) fn expect_unused(world: &World, pif: Object) -> Result<(), Failure> {
    let (network, host) = (world.object(pif, "network"), world.object(pif, "host"));
    let used = world.objects(network, "VIFs").into_iter().find(|vif| {
        world.flag(*vif, "currently_attached") && world.object(world.object(*vif, "VM"), "resident_on") == host
    });
    match used {
        Some(vif) => fail(code::VIF_IN_USE, [network, vif]),
        None => Ok(()),
    }
}

fn plug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    host::expect_live(call.world, call.world.object(pif, "host"))?;
    if !call.world.object(pif, "bond_slave_of").is_null() {
        return fail(code::CANNOT_PLUG_BOND_SLAVE, [pif]);
    }
    Ok(call.after(PLUG, move |call| {
        call.world.set(pif, "currently_attached", true);
        Outcome::void()
    }))
}

fn unplug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    let world = &*call.world;
    host::expect_live(world, world.object(pif, "host"))?;
    if world.flag(pif, "management") {
        return fail(code::PIF_IS_MANAGEMENT_INTERFACE, [pif]);
    }
    if world.flag(pif, "disallow_unplug") {
        return fail(code::PIF_DOES_NOT_ALLOW_UNPLUG, [pif]);
    }
    expect_unused(world, pif)?;
    Ok(call.after(PLUG, move |call| {
        call.world.set(pif, "currently_attached", false);
        Outcome::void()
    }))
}

/// Checks that nothing is built on an interface.
fn expect_bare(world: &World, pif: Object) -> Result<(), Failure> {
    if world.flag(pif, "management") {
        return fail(code::PIF_IS_MANAGEMENT_INTERFACE, [pif]);
    }
    let is_vlan = world.int(pif, "VLAN") >= 0;
    if is_vlan || !world.objects(pif, "VLAN_slave_of").is_empty() {
        return fail(code::PIF_VLAN_STILL_EXISTS, [pif]);
    }
    if !world.object(pif, "bond_slave_of").is_null() || !world.objects(pif, "bond_master_of").is_empty() {
        return fail(code::PIF_ALREADY_BONDED, [pif]);
    }
    Ok(())
}

fn forget(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    expect_bare(call.world, pif)?;
    expect_unused(call.world, pif)?;
    // A scan finds it again.
    let host = call.world.object(pif, "host");
    let speed = call.world.int(call.world.object(pif, "metrics"), "speed");
    let device = call.world.text(pif, "device").to_owned();
    let entry = Datum::map([("mac", Datum::from(call.world.text(pif, "MAC"))), ("speed", speed.into())]);
    let known = call.world.hidden(host, "forgotten PIFs").with_entry(&device, entry);
    call.world.hide(host, "forgotten PIFs", known);
    remove(call.world, pif);
    Outcome::void()
}

fn db_forget(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    remove(call.world, pif);
    Outcome::void()
}

/// The old way to remove a VLAN.
fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    let vlan = call.world.object(pif, "VLAN_master_of");
    if vlan.is_null() {
        return fail(code::PIF_IS_PHYSICAL, [pif]);
    }
    vlan::remove(call.world, vlan)?;
    Outcome::void()
}

fn scan(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    host::expect_live(call.world, host)?;
    Ok(call.after(PLUG, move |call| {
        let found = call.world.hidden(host, "forgotten PIFs").clone();
        for (device, _) in found.entries() {
            find(call.world, host, device);
        }
        Outcome::void()
    }))
}

/// Makes the interface that the host has and the pool had forgotten.
fn find(world: &mut World, host: Object, device: &str) -> Option<Object> {
    let known = world.hidden(host, "forgotten PIFs").clone();
    let entry = known.get(device)?;
    let known_network = world.all("network").find(|network| {
        let pifs = world.objects(*network, "PIFs");
        pifs.iter().any(|pif| world.text(*pif, "device") == device && world.flag(*pif, "physical"))
    });
    let network = known_network.unwrap_or_else(|| network::of_device(world, device));
    let speed = entry.get("speed").map_or(0, Datum::as_int);
    let pif = add(
        world,
        New {
            host,
            network,
            device,
            mac: entry.get("mac").map_or("", Datum::as_text).to_owned(),
            tag: -1,
            physical: true,
            speed: (speed > 0).then_some(speed),
        },
    );
    world.set(pif, "currently_attached", false);
    world.hide(host, "forgotten PIFs", known.without_entry(device));
    Some(pif)
}

fn introduce(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, mac, device) = (call.object("host")?, call.text("MAC").to_lowercase(), call.text("device"));
    if untagged(call.world, host, &device).is_some() {
        return fail(code::DUPLICATE_PIF_DEVICE_NAME, [device]);
    }
    let same = call
        .world
        .hidden(host, "forgotten PIFs")
        .get(&device)
        .is_some_and(|entry| mac.is_empty() || entry.get("mac").is_some_and(|known| known.as_text() == mac));
    let found = if same { find(call.world, host, &device) } else { None };
    match found {
        Some(pif) => Outcome::done(pif),
        None => fail(code::COULD_NOT_FIND_NETWORK_INTERFACE_WITH_SPECIFIED_DEVICE_NAME_AND_MAC_ADDRESS, [device, mac]),
    }
}

fn create_vlan(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, network, device) = (call.object("host")?, call.object("network")?, call.text("device"));
    let Some(pif) = untagged(call.world, host, &device) else { return fail(code::INVALID_DEVICE, [device]) };
    let vlan = vlan::add(call.world, pif, network, call.int("VLAN"))?;
    Outcome::done(call.world.object(vlan, "untagged_PIF"))
}

fn expect_v4(what: &str, address: &str) -> Result<(), Failure> {
    if address.parse::<std::net::Ipv4Addr>().is_ok() {
        Ok(())
    } else {
        fail(code::INVALID_IP_ADDRESS_SPECIFIED, [what])
    }
}

fn reconfigure_ip(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    let (mode, ip, netmask) = (call.text("mode"), call.text("IP"), call.text("netmask"));
    let (gateway, dns) = (call.text("gateway"), call.text("DNS"));
    if mode == "Static" {
        expect_v4("IP", &ip)?;
        expect_v4("netmask", &netmask)?;
        if !gateway.is_empty() {
            expect_v4("gateway", &gateway)?;
        }
        for server in dns.split(',').filter(|server| !server.is_empty()) {
            expect_v4("DNS", server)?;
        }
    }
    if mode == "None" && call.world.flag(pif, "management") {
        return fail(code::PIF_IS_MANAGEMENT_INTERFACE, [pif]);
    }
    Ok(call.after(PLUG, move |call| {
        let leased = call.world.hidden(pif, "lease").as_text().to_owned();
        let fields = match mode.as_str() {
            "Static" => [ip, netmask, gateway, dns],
            "DHCP" if leased.is_empty() => {
                let host = call.world.int(pif, "MTU") % 200 + 20;
                [format!("10.99.0.{host}"), "255.255.255.0".into(), "10.99.0.1".into(), "10.99.0.1".into()]
            }
            "DHCP" => [leased, "255.255.255.0".into(), String::new(), String::new()],
            _ => Default::default(),
        };
        for (field, value) in ["IP", "netmask", "gateway", "DNS"].into_iter().zip(fields) {
            call.world.set(pif, field, value);
        }
        call.world.set(pif, "ip_configuration_mode", mode);
        call.world.set(pif, "currently_attached", true);
        Outcome::void()
    }))
}

fn reconfigure_ipv6(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("self")?;
    let (mode, ip, gateway, dns) = (call.text("mode"), call.text("IPv6"), call.text("gateway"), call.text("DNS"));
    if mode == "Static" {
        let valid = ip.split_once('/').is_some_and(|(host, bits)| {
            host.parse::<std::net::Ipv6Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 128)
        });
        if !valid {
            return fail(code::INVALID_IP_ADDRESS_SPECIFIED, ["IPv6"]);
        }
    }
    Ok(call.after(PLUG, move |call| {
        let addresses = match mode.as_str() {
            "Static" => vec![ip],
            "None" => Vec::new(),
            _ => vec!["fe80::5054:ff:fe00:1/64".to_owned()],
        };
        call.world.set(pif, "IPv6", addresses);
        call.world.set(pif, "ipv6_gateway", if mode == "Static" { gateway } else { String::new() });
        if !dns.is_empty() {
            call.world.set(pif, "DNS", dns);
        }
        call.world.set(pif, "ipv6_configuration_mode", mode);
        Outcome::void()
    }))
}

fn set_primary_address_type(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (pif, kind) = (call.object("self")?, call.text("primary_address_type"));
    let has = match kind.as_str() {
        "IPv6" => call.world.text(pif, "ipv6_configuration_mode") != "None",
        _ => call.world.text(pif, "ip_configuration_mode") != "None",
    };
    if !has && call.world.flag(pif, "management") {
        return fail(code::PIF_IS_MANAGEMENT_INTERFACE, [pif]);
    }
    call.world.set(pif, "primary_address_type", kind);
    Outcome::void()
}

fn set_property(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (pif, name, value) = (call.object("self")?, call.text("name"), call.text("value"));
    if name != "gro" || !matches!(value.as_str(), "on" | "off") {
        return fail(code::INVALID_VALUE, ["properties".to_owned(), format!("{name} = {value}")]);
    }
    call.world.put(pif, "properties", &name, value);
    Outcome::void()
}
