//! What a pool does to hosts.

use model::Kind;
use op::{Error, Result};
use serde_json::{Map, json};
use xapi_types::{class, code, enums::VmPowerState};

use crate::Connection;

/// Refuses to switch off or restart a host with VMs on it.
pub(super) fn expect_no_guests(pool: &Connection, host: &str) -> Result<()> {
    let objects = pool.app.store().snapshot();
    let mut guests = objects.of_kind(Kind::Vm);
    let guest = guests.find(|vm| vm.get::<class::Vm>().is_some_and(|vm| vm.resident_on.to_string() == host));
    match guest {
        Some(vm) => Err(Error::refused(format!("VM `{}` runs on it", vm.text("name_label").unwrap_or_default()))),
        None => Ok(()),
    }
}

/// Refuses to forget a host that is on.
pub(super) fn expect_off(pool: &Connection, host: &str) -> Result<()> {
    let state = pool.app.store().get(host).and_then(|host| host.text("power_state"));
    if state.as_deref() == Some("Running") {
        return Err(Error::refused("it is on; only a host that is gone can be forgotten"));
    }
    Ok(())
}

/// Refuses to take the master, or a host with VMs on it, out of its pool.
pub(super) fn expect_ejectable(pool: &Connection, host: &str) -> Result<()> {
    let objects = pool.app.store().snapshot();
    let is_led = |pool: &class::Pool| pool.master.to_string() == host;
    if objects.of_kind(Kind::Pool).any(|pool| pool.get().is_some_and(is_led)) {
        let way = "make another host the master first (`pool.setPoolMaster`)";
        return Err(Error::refused(format!("it is the master of its pool; {way}")));
    }
    expect_no_guests(pool, host)
}

/// Refuses a host that joins another pool with what it must not bring, with the error of the call.
pub(super) async fn expect_joining(own: &Connection, method: &str) -> Result<()> {
    let pools: Vec<String> = own.ask("pool.get_all", Vec::new(), method).await?;
    let Some(pool) = pools.first().and_then(|pool| own.app.store().get(pool)) else { return Ok(()) };
    let objects = own.app.store().snapshot();
    let is_on = |pool: &class::Pool| pool.ha_enabled;
    let refuse = |code: &str| {
        let data = Map::from_iter([("code".to_owned(), json!(code)), ("params".to_owned(), json!([]))]);
        Err(Error::Failed { message: format!("{code}()"), name: "XapiError", data })
    };
    let of_kind = |kind| objects.of_pool(pool.pool().as_str()).filter(move |object| object.kind() == kind);
    if of_kind(Kind::Pool).any(|pool| pool.get().is_some_and(is_on)) {
        return refuse(code::HA_IS_ENABLED);
    }
    let mut suspended = false;
    let mut busy = false;
    for vm in of_kind(Kind::Vm) {
        let Some(vm) = vm.get::<class::Vm>() else { continue };
        match vm.power_state {
            VmPowerState::Running | VmPowerState::Paused => return refuse(code::JOINING_HOST_CANNOT_HAVE_RUNNING_VMS),
            VmPowerState::Suspended => suspended = true,
            _ => {}
        }
        busy |= !vm.current_operations.is_empty();
    }
    if suspended {
        return refuse(code::JOINING_HOST_CANNOT_HAVE_RUNNING_OR_SUSPENDED_VMS);
    }
    if busy {
        return refuse(code::JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS);
    }
    let is_brought = |sr: &class::Sr| sr.shared && !sr.is_tools_sr;
    if of_kind(Kind::Sr).any(|sr| sr.get().is_some_and(is_brought)) {
        return refuse(code::JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS);
    }
    Ok(())
}
