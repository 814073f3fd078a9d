//! Giving a network interface of a VM another MAC address.
//!
//! XAPI sets it only when an interface is made: another one takes the place, with all else that the old one had.
//! When that fails the old one is made again.

use std::collections::BTreeMap;

use app::{Connection, model::Kind};
use op::{Error, Patch, Result};
use tracing::warn;
use xapi::{Value, params};
use xapi_types::class;

use super::{connect, delete, set::Wanted};

/// Makes an interface in the place of `vif` and returns its id.
pub(super) async fn replace(pool: &Connection, vif: &str, record: &class::Vif, wanted: &Wanted) -> Result<String> {
    let old = Interface::of(record);
    let new = old.edited(pool, wanted).await?;
    let attached = record.currently_attached;
    if attached {
        delete::unplug(pool, vif).await?;
    }
    if let Err(error) = pool.call_async("VIF.destroy", params![vif]).await {
        restore(pool, vif, attached).await;
        return Err(error);
    }
    let made = match new.create(pool).await {
        Ok(made) => made,
        Err(error) => {
            match old.create(pool).await {
                Ok(again) => restore(pool, &again, attached).await,
                Err(again) => warn!(vif.id = %record.uuid, "cannot make a replaced interface again: {again}"),
            }
            return Err(error);
        }
    };
    if wanted.attached.unwrap_or(attached) {
        let state: String = pool.call_as("VM.get_power_state", params![&record.vm]).await?;
        if state == "Running" {
            connect::plug(pool, &made).await?;
        }
    }
    pool.id_of_new(Kind::Vif, &made).await
}

/// Plugs an interface again that could not be replaced, or deleted.
pub(super) async fn restore(pool: &Connection, vif: &str, attached: bool) {
    if attached && let Err(error) = connect::plug(pool, vif).await {
        warn!("cannot plug the interface `{vif}` again that stays: {error}");
    }
}

/// What an interface is made of.
#[derive(Clone)]
struct Interface {
    vm: String,
    device: String,
    network: String,
    mac: String,
    mtu: i64,
    locking_mode: String,
    ipv4_allowed: Vec<String>,
    ipv6_allowed: Vec<String>,
    qos_algorithm_type: String,
    qos_algorithm_params: BTreeMap<String, String>,
    other_config: BTreeMap<String, String>,
}

impl Interface {
    fn of(record: &class::Vif) -> Self {
        let texts = |map: &xapi_types::Map<_, _>| {
            map.iter().map(|(key, value): &(_, _)| (ToString::to_string(key), ToString::to_string(value))).collect()
        };
        Self {
            vm: record.vm.to_string(),
            device: record.device.to_string(),
            network: record.network.to_string(),
            mac: record.mac.to_string(),
            mtu: record.mtu,
            locking_mode: record.locking_mode.as_str().to_owned(),
            ipv4_allowed: record.ipv4_allowed.iter().map(ToString::to_string).collect(),
            ipv6_allowed: record.ipv6_allowed.iter().map(ToString::to_string).collect(),
            qos_algorithm_type: record.qos_algorithm_type.to_string(),
            qos_algorithm_params: texts(&record.qos_algorithm_params),
            other_config: texts(&record.other_config),
        }
    }

    /// Returns it with what is wanted.
    async fn edited(&self, pool: &Connection, wanted: &Wanted) -> Result<Self> {
        let mut new = self.clone();
        new.locking_mode = wanted.mode(&self.locking_mode);
        if let Some(mac) = &wanted.mac {
            new.mac.clone_from(mac);
        }
        if let Some(network) = &wanted.network {
            new.mtu = pool.call_as("network.get_MTU", params![network]).await?;
            new.network.clone_from(network);
            new.ipv4_allowed.clear();
            new.ipv6_allowed.clear();
        }
        if let Some(addresses) = &wanted.ipv4_allowed {
            new.ipv4_allowed.clone_from(addresses);
        }
        if let Some(addresses) = &wanted.ipv6_allowed {
            new.ipv6_allowed.clone_from(addresses);
        }
        match &wanted.rate_limit {
            Patch::Keep => {}
            Patch::Clear => {
                new.qos_algorithm_type.clear();
                new.qos_algorithm_params.remove("kbps");
            }
            Patch::Set(limit) => {
                "ratelimit".clone_into(&mut new.qos_algorithm_type);
                new.qos_algorithm_params.insert("kbps".to_owned(), limit.clone());
            }
        }
        if let Some(on) = wanted.tx_checksumming {
            new.other_config.insert("ethtool-tx".to_owned(), on.to_string());
        }
        Ok(new)
    }

    /// Makes the interface, unplugged, and returns its reference.
    async fn create(&self, pool: &Connection) -> Result<String> {
        let texts =
            |map: &BTreeMap<String, String>| Value::structure(map.iter().map(|(key, value)| (key, value.into())));
        let fields = Value::structure([
            ("VM", self.vm.as_str().into()),
            ("device", self.device.as_str().into()),
            ("network", self.network.as_str().into()),
            ("MAC", self.mac.as_str().into()),
            ("MTU", self.mtu.into()),
            ("locking_mode", self.locking_mode.as_str().into()),
            ("ipv4_allowed", self.ipv4_allowed.clone().into()),
            ("ipv6_allowed", self.ipv6_allowed.clone().into()),
            ("qos_algorithm_type", self.qos_algorithm_type.as_str().into()),
            ("qos_algorithm_params", texts(&self.qos_algorithm_params)),
            ("other_config", texts(&self.other_config)),
        ]);
        let made = pool.call("VIF.create", vec![fields]).await?;
        made.as_str().map(str::to_owned).ok_or_else(|| Error::failed("the pool did not say which interface it made"))
    }
}
