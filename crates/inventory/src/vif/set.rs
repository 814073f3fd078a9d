//! Changing a network interface of a VM.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Patch, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};
use xapi_types::class;

use super::{connect, delete, locking::MODES, replace};
use crate::{entry, kind};

/// Change a network interface of a VM and return its id, which is a new one when the MAC address changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(super) struct Set {
    /// Interface to change.
    id: Id<kind::Vif>,
    /// Network to connect it to; unless told otherwise its traffic then follows the mode of that network.
    network: Option<Id<kind::Network>>,
    /// MAC address, as `00:16:3e:…`; XAPI makes another interface for it, in the place of this one.
    mac: Option<String>,
    /// IPv4 addresses that it may use when locked; it becomes locked if it followed the mode of its network.
    allowed_ipv4_addresses: Option<Vec<String>>,
    /// IPv6 addresses that it may use when locked; as above.
    allowed_ipv6_addresses: Option<Vec<String>>,
    /// Whether it is plugged into its running VM.
    attached: Option<bool>,
    /// What traffic may pass: `network_default`, `locked`, `unlocked`, `disabled`.
    locking_mode: Option<String>,
    /// Most kB/s that the VM may send; `null` for no limit.
    #[serde(default)]
    #[schemars(range(min = 0))]
    rate_limit: Patch<f64>,
    /// Resource set that gives the addresses.
    resource_set: Option<String>,
    /// Whether the VM leaves checksums to the hardware.
    tx_checksumming: Option<bool>,
}

/// What a new interface and one that is changed have in common: the wanted values, checked.
pub(super) struct Wanted {
    pub(super) network: Option<String>,
    pub(super) mac: Option<String>,
    pub(super) ipv4_allowed: Option<Vec<String>>,
    pub(super) ipv6_allowed: Option<Vec<String>>,
    pub(super) attached: Option<bool>,
    pub(super) locking_mode: Option<String>,
    pub(super) rate_limit: Patch<String>,
    pub(super) tx_checksumming: Option<bool>,
}

impl Op<Cx> for Set {
    type Output = String;
    const SPEC: Spec = Spec::objects(
        "vif.set",
        &[
            Need::operate("id", "update").each(),
            Need::unchecked("network", "who may use the interface chooses among the networks of its pool"),
        ],
    )
    .rest(&[Rest::patch("/vifs/{id}")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let vif = cx.on(&self.id)?;
        let record = super::record(&vif).await?;
        let wanted = self.check(&cx, &vif, &record)?;
        if wanted.mac.is_some() {
            return replace::replace(&vif.pool, &vif.reference(), &record, &wanted).await;
        }
        change(&vif, &record, &wanted).await?;
        Ok(vif.object.id().to_owned())
    }
}

impl Set {
    /// Refuses what the pool would only refuse half-way, and leaves out what is as wanted.
    fn check(self, cx: &Cx, vif: &On, record: &class::Vif) -> Result<Wanted> {
        if let Some(set) = self.resource_set {
            return Err(Error::no_such("resourceSet", set));
        }
        if let Some(mode) = self.locking_mode.as_deref().filter(|mode| !MODES.contains(mode)) {
            return Err(Error::invalid(format!("`lockingMode` must be one of {}, not `{mode}`", MODES.join(", "))));
        }
        if let Some(mac) = self.mac.as_deref().filter(|mac| !is_mac(mac)) {
            return Err(Error::invalid(format!("`{mac}` is no MAC address of one interface")));
        }
        check_addresses::<std::net::Ipv4Addr>(self.allowed_ipv4_addresses.as_deref())?;
        check_addresses::<std::net::Ipv6Addr>(self.allowed_ipv6_addresses.as_deref())?;
        let network = self.network.map(|network| cx.object(&network)).transpose()?;
        if let Some(network) = network.as_ref().filter(|network| network.pool() != vif.object.pool()) {
            let (id, pool) = (network.id(), vif.object.pool());
            return Err(Error::invalid(format!("network `{id}` is not of the pool `{pool}` of the interface")));
        }
        let network = network.map(|network| network.xapi_ref().to_string());
        let rate_limit = match self.rate_limit {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(limit) if limit.is_finite() && limit >= 0.0 => Patch::Set(limit.to_string()),
            Patch::Set(_) => return Err(Error::invalid("`rateLimit` must be a positive number of kB/s")),
        };
        Ok(Wanted {
            network: network.filter(|network| *network != record.network.to_string()),
            mac: self.mac.filter(|mac| !mac.eq_ignore_ascii_case(&record.mac)),
            ipv4_allowed: self.allowed_ipv4_addresses,
            ipv6_allowed: self.allowed_ipv6_addresses,
            attached: self.attached,
            locking_mode: self.locking_mode,
            rate_limit,
            tx_checksumming: self.tx_checksumming,
        })
    }
}

impl Wanted {
    /// Returns the mode of an interface that has `mode` now.
    pub(super) fn mode(&self, mode: &str) -> String {
        let given = |addresses: &Option<Vec<String>>| addresses.as_ref().is_some_and(|list| !list.is_empty());
        let limited = given(&self.ipv4_allowed) || given(&self.ipv6_allowed);
        // What it was allowed belongs to the network that it leaves.
        let mode = if self.network.is_some() { "network_default" } else { mode };
        match &self.locking_mode {
            Some(mode) => mode.clone(),
            None if limited && mode == "network_default" => "locked".to_owned(),
            None => mode.to_owned(),
        }
    }
}

/// Changes an interface that keeps its MAC address.
async fn change(vif: &On, record: &class::Vif, wanted: &Wanted) -> Result<()> {
    let (pool, reference) = (&vif.pool, vif.reference());
    let set = async |field: &str, value: Value| {
        pool.call(&format!("VIF.set_{field}"), vec![reference.as_str().into(), value]).await.map(drop)
    };
    if let Some(network) = &wanted.network {
        pool.call_async("VIF.move", params![&reference, network]).await?;
    }
    for (field, list) in [("ipv4_allowed", &wanted.ipv4_allowed), ("ipv6_allowed", &wanted.ipv6_allowed)] {
        if let Some(list) = list {
            set(field, list.clone().into()).await?;
        }
    }
    let mode = wanted.mode(record.locking_mode.as_str());
    if mode != record.locking_mode.as_str() {
        set("locking_mode", mode.into()).await?;
    }
    if let Some(limit) = wanted.rate_limit.clone().into_change() {
        set("qos_algorithm_type", if limit.is_some() { "ratelimit" } else { "" }.into()).await?;
        entry::set(pool, "VIF", &reference, "qos_algorithm_params", "kbps", limit.as_deref()).await?;
    }
    if let Some(on) = wanted.tx_checksumming {
        let text = if on { "true" } else { "false" };
        entry::set(pool, "VIF", &reference, "other_config", "ethtool-tx", Some(text)).await?;
    }
    match wanted.attached {
        Some(true) if !record.currently_attached => connect::plug(pool, &reference).await,
        Some(false) if record.currently_attached => delete::unplug(pool, &reference).await,
        _ => Ok(()),
    }
}

/// Returns whether a text is a MAC address of a single receiver.
pub(super) fn is_mac(text: &str) -> bool {
    let is_byte = |part: &str| part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_single = |first: &str| u8::from_str_radix(first, 16).is_ok_and(|byte| byte & 1 == 0);
    let parts: Vec<_> = text.split(':').collect();
    parts.len() == 6 && parts.iter().all(|part| is_byte(part)) && is_single(parts[0])
}

pub(super) fn check_addresses<A: std::str::FromStr>(addresses: Option<&[String]>) -> Result<()> {
    match addresses.unwrap_or_default().iter().find(|address| address.parse::<A>().is_err()) {
        Some(address) => Err(Error::invalid(format!("`{address}` is no IP address of that kind"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_mac;

    #[test]
    fn mac_addresses_of_one_receiver_are_told() {
        for good in ["00:16:3e:12:34:56", "02:FC:00:aa:BB:cc"] {
            assert!(is_mac(good), "{good}");
        }
        for bad in
            ["", "00:16:3e:12:34", "01:16:3e:12:34:56", "00:16:3e:12:34:5g", "0016.3e12.3456", "+0:16:3e:12:34:56"]
        {
            assert!(!is_mac(bad), "{bad}");
        }
    }
}
