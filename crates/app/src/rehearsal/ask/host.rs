//! What a pool does to hosts.

use model::Kind;
use op::{Error, Result};
use xapi_types::class;

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
