//! Network interfaces of virtual machines.

use compact_str::CompactString;
use xapi_types::class;

use crate::{
    declare::object,
    id::Id,
    mirror::View,
    number::Number,
    text::{self, Texts},
};

object! {
    /// A network interface of a virtual machine.
    Vif {
        /// IPv4 addresses that it may use when locked.
        allowed_ipv4_addresses "allowedIpv4Addresses" : &'m [CompactString],
        /// IPv6 addresses that it may use when locked.
        allowed_ipv6_addresses "allowedIpv6Addresses" : &'m [CompactString],
        /// Whether the machine has it now.
        attached "attached" : bool,
        /// Place among the interfaces of the machine, `0` first.
        device "device" : &'m str,
        /// What traffic may pass: `network_default`, `locked`, `unlocked`, `disabled`.
        locking_mode "lockingMode" : &'m str,
        /// MAC address.
        mac "MAC" : &'m str,
        /// Largest frame, in bytes.
        mtu "MTU" : Number,
        /// Free keys.
        other_config "other_config" : Texts<'m>,
        /// Whether the machine leaves checksums to the hardware.
        tx_checksumming "txChecksumming" : bool,
        /// Most kB/s, where limited.
        rate_limit "rateLimit" ? Number,
        /// The network.
        network "$network" ? Id<'m>,
        /// The machine.
        vm "$VM" ? Id<'m>,
    }
}

impl<'m> Vif<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vif) -> Self {
        let limited = record.qos_algorithm_type == "ratelimit";
        let limit = limited.then(|| text::of(&record.qos_algorithm_params, "kbps")).flatten();
        Self {
            allowed_ipv4_addresses: &record.ipv4_allowed,
            allowed_ipv6_addresses: &record.ipv6_allowed,
            attached: record.currently_attached,
            device: &record.device,
            locking_mode: record.locking_mode.as_str(),
            mac: &record.mac,
            mtu: record.mtu.into(),
            other_config: Texts(&record.other_config),
            tx_checksumming: !matches!(text::of(&record.other_config, "ethtool-tx"), Some("false" | "off")),
            rate_limit: limit.and_then(|limit| Number::parse(Some(limit)).known()),
            network: view.id(&record.network),
            vm: view.id(&record.vm),
        }
    }
}
