//! cloud-init inside a guest: what it makes of a NoCloud drive at the first start.
//!
//! It runs once for each `instance-id`, and what it has set stays. Of the user's text it reads the name of the host,
//! of the network's text the addresses; whatever it cannot read changes nothing.

use std::net::IpAddr;

use crate::{Datum, Object, World, fat::Volume};

/// Note of the instance that it ran for last.
const INSTANCE: &str = "cloud-init instance";

/// Note of the name that it gave the host.
const HOST_NAME: &str = "cloud-init host name";

/// Runs it for a VM that has started.
pub(super) fn run(world: &mut World, vm: Object) {
    let Some(files) = drive(world, vm) else { return };
    let text = |name: &str| String::from_utf8_lossy(files.get(name).map_or(&[][..], |file| file)).into_owned();
    let (meta, user, network) = (text("meta-data"), text("user-data"), text("network-config"));
    let instance = value(&meta, "instance-id").unwrap_or_default();
    if world.hidden(vm, INSTANCE).as_text() == instance && !instance.is_empty() {
        return;
    }
    world.hide(vm, INSTANCE, instance);
    if user.starts_with("#cloud-config")
        && let Some(name) = value(&user, "hostname").or_else(|| value(&user, "fqdn"))
    {
        world.hide(vm, HOST_NAME, name);
    }
    let addresses = addresses(&network);
    if let Some(vif) = world.objects(vm, "VIFs").first().copied()
        && !addresses.is_empty()
    {
        world.hide(vif, "addresses", Datum::set(addresses));
    }
}

/// Returns the name that cloud-init gave the host, empty if it gave none.
pub(super) fn host_name(world: &World, vm: Object) -> &str {
    world.hidden(vm, HOST_NAME).as_text()
}

/// Returns the files of the first disk of the VM with the label that cloud-init looks for.
fn drive(world: &World, vm: Object) -> Option<std::collections::BTreeMap<String, Vec<u8>>> {
    let attached = |vbd: &Object| world.flag(*vbd, "currently_attached") && !world.flag(*vbd, "empty");
    let vbds = world.objects(vm, "VBDs").into_iter().filter(attached);
    let volumes = vbds.filter_map(|vbd| {
        let disk = world.object(vbd, "VDI");
        Volume::open(move |offset, buffer: &mut [u8]| world.disks.read(disk, offset, buffer))
    });
    let mut found = volumes.filter(|volume| volume.label().eq_ignore_ascii_case("cidata"));
    Some(found.next()?.files())
}

/// Returns the value of `key` at the beginning of a line.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then_some(value)
}

/// Returns the addresses of a network's text: members of lists, and values of `address`.
fn addresses(network: &str) -> Vec<String> {
    let address = |line: &str| {
        let line = line.trim_start_matches([' ', '-']);
        let text = line.rsplit([' ', '[']).next().unwrap_or_default().trim_matches(['"', '\'', '[', ']']);
        let (address, _) = text.split_once('/').unwrap_or((text, ""));
        let is_own = line.starts_with("address:") || text.contains('/');
        address.parse::<IpAddr>().ok().filter(|_| is_own).map(|address| address.to_string())
    };
    network.lines().filter_map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::{addresses, value};

    #[test]
    fn a_key_has_its_value_at_the_beginning_of_a_line() {
        let text = "#cloud-config\nusers:\n  hostname: no\nhostname: \"web-1\" # first\n";
        assert_eq!(
            (value(text, "hostname"), value(text, "fqdn"), value("hostname:\n", "hostname")),
            (Some("web-1"), None, None)
        );
    }

    #[test]
    fn addresses_are_those_of_the_guest_in_either_version() {
        let first = "version: 1\nconfig:\n  - type: physical\n    subnets:\n      - type: static\n        address: 192.0.2.7\n        gateway: 192.0.2.1\n";
        let second = "version: 2\nethernets:\n  eth0:\n    addresses:\n      - 192.0.2.8/24\n      - \"2001:db8::8/64\"\n    gateway4: 192.0.2.1\n";
        assert_eq!(addresses(first), ["192.0.2.7"]);
        assert_eq!(addresses(second), ["192.0.2.8", "2001:db8::8"]);
        assert_eq!(addresses("addresses: [192.0.2.9/24]\n"), ["192.0.2.9"]);
        assert!(addresses("nonsense").is_empty());
    }
}
