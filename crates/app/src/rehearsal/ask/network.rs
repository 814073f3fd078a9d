//! What a pool does to networks, cards and devices of virtual machines.

use model::Kind;
use op::{Error, Result};
use xapi::params;
use xapi_types::class;

use super::{Step, id_of};
use crate::Connection;

/// What hosts mark networks of their own with, in `other_config`.
const SYSTEM_NETWORKS: &[&str] = &["is_guest_installer_network", "is_host_internal_management_network"];

/// Refuses to plug anything into a VM that is off, or out of it.
pub(super) async fn expect_running(pool: &Connection, class: &str, device: &str, method: &str) -> Result<()> {
    let vm: String = pool.ask(&format!("{class}.get_VM"), params![device], method).await?;
    let state: String = pool.ask("VM.get_power_state", params![&vm], method).await?;
    if state == "Running" {
        return Ok(());
    }
    let (expected, actual) = ("running".to_owned(), state.to_lowercase());
    Err(Error::VmBadPowerState { object: id_of(pool, &vm), expected, actual })
}

/// Refuses to plug what is a part of a bond, and to unplug what a host is managed over.
pub(super) async fn expect_card(pool: &Connection, name: &str, pif: &str, method: &str) -> Result<()> {
    let record: class::Pif = pool.ask("PIF.get_record", params![pif], method).await?;
    match name {
        "plug" if record.bond_slave_of.get().is_some() => Err(Error::refused("it is a part of a bond")),
        "unplug" if record.management => Err(Error::refused("its host is managed over it")),
        "unplug" if record.disallow_unplug => Err(Error::refused("it must stay plugged in")),
        "unplug" if is_used(pool, &record) => Err(Error::refused("a VM that runs on its host uses it")),
        _ => Ok(()),
    }
}

pub(super) async fn expect_unplugged(pool: &Connection, class: &str, object: &str, method: &str) -> Result<()> {
    if pool.ask(&format!("{class}.get_currently_attached"), params![object], method).await? {
        return Err(Error::refused("it is plugged into a running VM"));
    }
    Ok(())
}

pub(super) async fn expect_unconnected(
    pool: &Connection,
    prepared: &[Step],
    network: &str,
    method: &str,
) -> Result<()> {
    let record: class::Network = pool.ask("network.get_record", params![network], method).await?;
    for vif in &record.vifs {
        if pool.ask("VIF.get_currently_attached", params![vif.to_string()], method).await? {
            return Err(Error::refused("a running VM is plugged into it"));
        }
    }
    let is_taken_apart = prepared.iter().any(|step| matches!(step.method.as_str(), "VLAN.destroy" | "Bond.destroy"));
    let mut of_hosts = SYSTEM_NETWORKS.iter().filter_map(|mark| record.other_config.get(*mark));
    if of_hosts.any(|mark| mark == "true") {
        return Err(Error::refused("hosts need it for themselves"));
    }
    if !record.pifs.is_empty() && !is_taken_apart {
        return Err(Error::refused("it is that of network cards of hosts"));
    }
    Ok(())
}

/// Returns whether a VM on the host of an interface is plugged into its network.
fn is_used(pool: &Connection, pif: &class::Pif) -> bool {
    let store = pool.app.store();
    let is_here = |vif: &class::Vif| {
        let vm = store.get(&vif.vm.to_string());
        let runs_here = vm.is_some_and(|vm| vm.get::<class::Vm>().is_some_and(|vm| vm.resident_on == pif.host));
        vif.currently_attached && vif.network == pif.network && runs_here
    };
    store.snapshot().of_kind(Kind::Vif).any(|vif| vif.get().is_some_and(is_here))
}
