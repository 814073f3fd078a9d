//! Network interfaces of hosts.

use compact_str::CompactString;
use xapi_types::class;

use crate::{
    declare::object,
    id::{Id, Ids},
    mirror::View,
    number::Number,
};

object! {
    /// A network interface of a host: a card, a VLAN, a bond or a tunnel.
    Pif {
        /// Whether it is up.
        attached "attached" : bool,
        /// Whether it stands for a bond.
        is_bond_master "isBondMaster" : bool,
        /// Whether it is part of a bond.
        is_bond_slave "isBondSlave" : bool,
        /// The interface that stands for the bond it is part of.
        bond_master "bondMaster" ? Id<'m>,
        /// The parts of the bond it stands for.
        bond_slaves "bondSlaves" ? Ids<'m>,
        /// Name on the host, such as `eth0`.
        device "device" : &'m str,
        /// Name of the hardware.
        device_name "deviceName" ? &'m str,
        /// Name servers, by commas.
        dns "dns" : &'m str,
        /// Whether it must not be taken down.
        disallow_unplug "disallowUnplug" : bool,
        /// IPv4 gateway.
        gateway "gateway" : &'m str,
        /// IPv4 address.
        ip "ip" : &'m str,
        /// IPv6 addresses.
        ipv6 "ipv6" : &'m [CompactString],
        /// MAC address.
        mac "mac" : &'m str,
        /// Whether the host is managed through it.
        management "management" : bool,
        /// Whether there is a link.
        carrier "carrier" : bool,
        /// How it gets its IPv4 address: `None`, `DHCP`, `Static`.
        mode "mode" : &'m str,
        /// How it gets its IPv6 addresses: `None`, `DHCP`, `Static`, `Autoconf`.
        ipv6_mode "ipv6Mode" : &'m str,
        /// Largest frame, in bytes.
        mtu "mtu" : Number,
        /// IPv4 netmask.
        netmask "netmask" : &'m str,
        /// Whether it is hardware.
        physical "physical" : bool,
        /// Which address is the main one: `IPv4`, `IPv6`.
        primary_address_type "primaryAddressType" : &'m str,
        /// VLAN, -1 for none.
        vlan "vlan" : Number,
        /// Speed, in Mbit/s.
        speed "speed" ? Number,
        /// The host.
        host "$host" ? Id<'m>,
        /// The network.
        network "$network" ? Id<'m>,
    }
}

impl<'m> Pif<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Pif) -> Self {
        let metrics = view.record(&record.metrics);
        let part_of = view.record(&record.bond_slave_of);
        let stands_for = record.bond_master_of.first().and_then(|bond| view.record(bond));
        Self {
            attached: record.currently_attached,
            is_bond_master: !record.bond_master_of.is_empty(),
            is_bond_slave: !record.bond_slave_of.is_null(),
            bond_master: part_of.and_then(|bond| view.id(&bond.master)),
            bond_slaves: stands_for.map(|bond| view.ids(&bond.slaves)),
            device: &record.device,
            device_name: metrics.map(|metrics| metrics.device_name.as_str()),
            dns: &record.dns,
            disallow_unplug: record.disallow_unplug,
            gateway: &record.gateway,
            ip: &record.ip,
            ipv6: &record.ipv6,
            mac: &record.mac,
            management: record.management,
            carrier: metrics.is_some_and(|metrics| metrics.carrier),
            mode: record.ip_configuration_mode.as_str(),
            ipv6_mode: record.ipv6_configuration_mode.as_str(),
            mtu: record.mtu.into(),
            netmask: &record.netmask,
            physical: record.physical,
            primary_address_type: record.primary_address_type.as_str(),
            vlan: record.vlan.into(),
            speed: metrics.map(|metrics| metrics.speed.into()),
            host: view.id(&record.host),
            network: view.id(&record.network),
        }
    }
}
