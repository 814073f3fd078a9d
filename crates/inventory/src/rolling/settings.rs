//! What would get in the way of hosts that restart: high availability takes a host that is away for one that has failed, a
//! balancer moves VMs back too early, and VMs that start with their host start beside those that move.

use std::collections::BTreeMap;

use app::{Cx, On};
use op::{Error, Result};
use xapi::{Value, params};
use xapi_types::{class, enums::VmPowerState};

use super::record::{HighAvailability, Roll};
use crate::entry;

/// Where a pool says that VMs that want it start with their hosts.
const AUTO_POWERON: &str = "auto_poweron";

async fn record(on: &On) -> Result<class::Pool> {
    on.pool.call_as("pool.get_record", params![on.reference()]).await
}

/// Switches off what is on, each noted before.
pub(super) async fn suspend(cx: &Cx, on: &On, roll: &mut Roll) -> Result<()> {
    let pool = record(on).await?;
    if pool.wlb_enabled {
        roll.settings.balancing = true;
        roll.keep(cx).await?;
        on.pool.call("pool.set_wlb_enabled", params![on.reference(), false]).await?;
    }
    if pool.ha_enabled {
        let srs = on.object.decode::<Shown>().map_err(|error| Error::failed(error.to_string()))?.ha_srs;
        let configuration = pool.ha_configuration.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        roll.settings.high_availability = Some(HighAvailability { srs, configuration: configuration.collect() });
        roll.keep(cx).await?;
        on.pool.call_async("pool.disable_ha", params![]).await?;
    }
    if pool.other_config.get(AUTO_POWERON).is_some_and(|value| value.as_str() == "true") {
        roll.settings.auto_poweron = true;
        roll.keep(cx).await?;
        entry::set(&on.pool, "pool", &on.reference(), "other_config", AUTO_POWERON, Some("false")).await?;
    }
    Ok(())
}

/// What is told of the pool.
#[derive(serde::Deserialize)]
struct Shown {
    #[serde(rename = "haSrs")]
    ha_srs: Vec<String>,
}

/// Switches on again what was switched off; what cannot be is told, and the rest is tried all the same.
pub(super) async fn restore(cx: &Cx, on: &On, roll: &Roll) -> Result<()> {
    let mut failed: Vec<String> = Vec::new();
    let mut note = |what: &str, done: Result<()>| {
        if let Err(error) = done {
            on.pool.warn(&format!("{what} stays switched off"), &error);
            failed.push(format!("{what} stays switched off, switch it on by hand: {error}"));
        }
    };
    if roll.settings.auto_poweron {
        let set = entry::set(&on.pool, "pool", &on.reference(), "other_config", AUTO_POWERON, Some("true")).await;
        note("starting VMs with their hosts", set);
    }
    if let Some(before) = &roll.settings.high_availability {
        note("high availability", enable(cx, on, before).await);
    }
    if roll.settings.balancing {
        let set = on.pool.call("pool.set_wlb_enabled", params![on.reference(), true]).await;
        note("balancing", set.map(drop));
    }
    if failed.is_empty() { Ok(()) } else { Err(Error::refused(failed.join("; "))) }
}

async fn enable(cx: &Cx, on: &On, before: &HighAvailability) -> Result<()> {
    if record(on).await?.ha_enabled {
        return Ok(());
    }
    let srs = before.srs.iter().map(|sr| Ok(cx.object(sr)?.xapi_ref().to_string())).collect::<Result<Vec<_>>>()?;
    let configuration: &BTreeMap<_, _> = &before.configuration;
    let configuration = Value::structure(configuration.iter().map(|(key, value)| (key, value.as_str().into())));
    on.pool.call_async("pool.enable_ha", params![srs, configuration]).await.map(drop)
}

/// Returns whether a VM runs.
pub(super) fn runs(vm: &class::Vm) -> bool {
    vm.power_state == VmPowerState::Running
}
