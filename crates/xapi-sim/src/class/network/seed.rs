//! A network from a seed file, and the interfaces by which hosts reach it.

use crate::{
    Datum, Object, World,
    class::{bond, pif, story, vlan},
    methods::Methods,
    seed::{Error, SeedRow},
};

pub(super) fn register(methods: &mut Methods) {
    methods.seed("network", network);
}

fn network(row: &mut SeedRow<'_>) -> Result<Object, Error> {
    if story::is_bare(row.world) {
        return row.make([]);
    }
    let device = row.fields.text("device")?;
    let management = row.fields.map("management")?;
    let (members, mode) = (row.fields.texts("bond")?, row.fields.text("mode")?);
    let (on, tag) = (row.fields.text("on")?, row.fields.int("tag")?);
    let bridge = super::free_bridge(row.world);
    let network = row.make([("bridge", Datum::from(bridge)), ("MTU", 1500_i64.into()), ("managed", true.into())])?;
    let world = &mut *row.world;
    for host in world.list("host") {
        if let Some(device) = &device {
            add_card(world, host, network, device, &management);
        }
        if !members.is_empty() {
            add_bond(world, host, network, &members, mode.as_deref().unwrap_or("balance-slb"));
        }
        if let (Some(on), Some(tag)) = (&on, tag) {
            let Some(pif) = pif::untagged(world, host, on) else { continue };
            vlan::add(world, pif, network, tag).map_err(|failure| Error::WrongType {
                place: row.fields.place().to_owned(),
                key: "tag".to_owned(),
                expected: "a tag that is free on the interface".to_owned(),
                found: failure.to_string(),
            })?;
        }
    }
    Ok(network)
}

/// Makes the interface of a card that the host has.
fn add_card(world: &mut World, host: Object, network: Object, device: &str, management: &[(String, Datum)]) {
    let cards = world.hidden(host, "forgotten PIFs").clone();
    let Some(card) = cards.get(device) else { return };
    let speed = card.get("speed").map_or(0, Datum::as_int);
    let mac = card.get("mac").map_or("", Datum::as_text).to_owned();
    let speed = (speed > 0).then_some(speed);
    let pif = pif::add(world, pif::New { host, network, device, mac, tag: -1, physical: true, speed });
    world.hide(host, "forgotten PIFs", cards.without_entry(device));
    if management.is_empty() {
        return;
    }
    let told = |key: &str| management.iter().find(|(name, _)| name == key).map_or_else(Datum::void, |(_, v)| v.clone());
    let address = world.get(host, "address").clone();
    world.update(
        pif,
        [
            ("management", Datum::from(true)),
            ("ip_configuration_mode", "Static".into()),
            ("IP", address),
            ("netmask", told("netmask")),
            ("gateway", told("gateway")),
            ("DNS", told("dns")),
        ],
    );
}

/// Bonds cards of the host; those that no network has yet get one of their own.
fn add_bond(world: &mut World, host: Object, network: Object, members: &[String], mode: &str) {
    for device in members {
        if pif::untagged(world, host, device).is_none() {
            let own = super::of_device(world, device);
            add_card(world, host, own, device, &[]);
        }
    }
    let pifs: Vec<Object> = members.iter().filter_map(|device| pif::untagged(world, host, device)).collect();
    if pifs.len() >= 2 {
        let properties = match mode {
            "lacp" => Datum::map([("hashing_algorithm", "tcpudp_ports")]),
            _ => Datum::map::<&str, &str>([]),
        };
        bond::add(world, network, &pifs, "", mode, properties);
    }
}
