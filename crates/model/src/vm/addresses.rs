//! Addresses of machines, as agents of several generations report them.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeMap};
use xapi_types::class;

/// Addresses, written by interface, family and number: `0/ipv4/0`.
#[derive(Clone, Debug, Default)]
pub struct Addresses(Vec<Interface>);

#[derive(Clone, Debug)]
struct Interface {
    device: String,
    families: [Vec<String>; 2],
}

const FAMILIES: [&str; 2] = ["ipv4", "ipv6"];

/// One entry of the networks of a guest: `0/ip`, `0/ipv4/0`, `0/ipv6/1`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<'m> {
    device: (u32, &'m str),
    family: usize,
    number: u32,
    value: &'m str,
}

fn entries(guest: &class::VmGuestMetrics) -> Vec<Entry<'_>> {
    let mut entries: Vec<_> = guest.networks.iter().filter_map(|(key, value)| entry(key, value)).collect();
    entries.sort_unstable();
    entries
}

fn entry<'m>(key: &'m str, value: &'m str) -> Option<Entry<'m>> {
    let (device, rest) = key.split_once('/')?;
    let (family, number) = match rest.split_once('/') {
        None if rest == "ip" => (0, 0),
        Some((family, number)) => (FAMILIES.iter().position(|known| *known == family)?, number.parse().ok()?),
        None => return None,
    };
    Some(Entry { device: (device.parse().unwrap_or(u32::MAX), device), family, number, value })
}

/// Returns the addresses of a guest: each once, numbered anew from 0.
pub(super) fn of(guest: Option<&class::VmGuestMetrics>) -> Addresses {
    let mut interfaces: Vec<Interface> = Vec::new();
    for entry in guest.map(entries).unwrap_or_default() {
        if interfaces.last().is_none_or(|last| last.device != entry.device.1) {
            interfaces.push(Interface { device: entry.device.1.to_owned(), families: Default::default() });
        }
        let Some(interface) = interfaces.last_mut() else { continue };
        let known = &mut interface.families[entry.family];
        for address in entry.value.split_whitespace() {
            if !known.iter().any(|other| other == address) {
                known.push(address.to_owned());
            }
        }
    }
    Addresses(interfaces)
}

/// Returns the address to show where there is room for one: the first IPv4 one, else the first IPv6 one.
pub(super) fn main(guest: Option<&class::VmGuestMetrics>) -> Option<&str> {
    let entries = entries(guest?);
    let first = |family| {
        let mut of_family = entries.iter().filter(move |entry| entry.family == family);
        of_family.find_map(|entry| entry.value.split_whitespace().next())
    };
    first(0).or_else(|| first(1))
}

impl Serialize for Addresses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for Interface { device, families } in &self.0 {
            for (family, addresses) in FAMILIES.iter().zip(families) {
                for (number, address) in addresses.iter().enumerate() {
                    let key: Cow<'_, str> = format!("{device}/{family}/{number}").into();
                    map.serialize_entry(&key, address)?;
                }
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use xapi_types::class::VmGuestMetrics;

    use super::{main, of};

    fn guest(networks: &[(&str, &str)]) -> VmGuestMetrics {
        let networks = networks.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        VmGuestMetrics { networks, ..VmGuestMetrics::default() }
    }

    #[test]
    fn addresses_of_all_agents_get_one_form() {
        let guest = guest(&[
            ("10/ip", "10.0.0.9"),
            ("0/ip", "10.0.0.1"),
            ("0/ipv4/0", "10.0.0.1"),
            ("0/ipv4/1", "10.0.0.2 10.0.0.3"),
            ("0/ipv6/0", ""),
            ("0/ipv6/1", "fe80::1"),
            ("0/mac", "x"),
            ("2/ipv6/0", "fe80::2"),
        ]);
        let text = serde_json::to_string(&of(Some(&guest))).unwrap();
        assert_eq!(
            text,
            r#"{"0/ipv4/0":"10.0.0.1","0/ipv4/1":"10.0.0.2","0/ipv4/2":"10.0.0.3","0/ipv6/0":"fe80::1","2/ipv6/0":"fe80::2","10/ipv4/0":"10.0.0.9"}"#
        );
        assert_eq!(main(Some(&guest)), Some("10.0.0.1"));
    }

    #[test]
    fn an_ipv6_address_is_the_main_one_only_without_ipv4() {
        assert_eq!(main(Some(&guest(&[("0/ipv6/0", "fe80::1"), ("1/ipv4/0", "10.0.0.1")]))), Some("10.0.0.1"));
        assert_eq!(main(Some(&guest(&[("0/ipv6/0", "fe80::1")]))), Some("fe80::1"));
        assert_eq!(main(None), None);
    }
}
