//! Whether it can go to its end: nothing is changed here.

use std::collections::BTreeMap;

use app::{Cx, On, model::Kind as Class};
use op::{Error, Result};
use xapi::params;
use xapi_types::class;

use super::{
    record::{Host, Kind, Phase, Roll, Settings},
    settings::runs,
};
use crate::patch::{missing, of_vms};

/// Why VMs cannot leave their host that could be shut down instead: they hold a device of it.
const PINNED: &[&str] = &["VM_HAS_PCI_ATTACHED", "VM_HAS_VGPU", "VM_HAS_SRIOV_VIF"];

/// What is wanted.
pub(super) struct Wanted {
    pub(super) kind: Kind,
    /// Whether VMs that hold a device of their host are shut down.
    pub(super) shut_down: bool,
    /// Whether VMs may be restarted where updates ask for it.
    pub(super) restart_vms: bool,
}

/// Makes sure that each host can be emptied, and returns what is to be done.
///
/// # Errors
///
/// Of the first host that is off or that VMs cannot leave.
pub(super) async fn check(cx: &Cx, on: &On, wanted: &Wanted) -> Result<Roll> {
    let hosts = hosts(cx, on)?;
    let (mut all, mut homes) = (Vec::new(), BTreeMap::new());
    for host in &hosts {
        let lacks = match wanted.kind {
            Kind::Reboot => true,
            Kind::Update => !missing(cx, host).await?.is_empty(),
        };
        // As it is now: what is told of the pool may be a moment old.
        let record: class::Host = host.pool.call_as("host.get_record", params![host.reference()]).await?;
        for vm in record.resident_vms.iter().filter(|vm| **vm != record.control_domain) {
            if let Some(vm) = cx.app.store().get(&vm.to_string()) {
                homes.insert(vm.id().to_owned(), host.object.id().to_owned());
            }
        }
        all.push(Host {
            id: host.object.id().to_owned(),
            name: record.name_label.to_string(),
            was_enabled: record.enabled,
            phase: if lacks { Phase::Waiting } else { Phase::Skipped },
            started: None,
            storage: Vec::new(),
        });
    }
    if wanted.kind == Kind::Update {
        expect_settled(cx, on, &hosts, wanted).await?;
    }
    let mut pinned = BTreeMap::new();
    for (host, state) in hosts.iter().zip(&all).filter(|(_, state)| !state.is_over()) {
        for vm in stuck(cx, host, wanted).await? {
            pinned.insert(vm, state.id.clone());
        }
    }
    tell_own(cx, on, &pinned)?;
    Ok(Roll {
        kind: wanted.kind,
        pool: on.object.id().to_owned(),
        user: cx.user()?.id.clone(),
        start: jiff::Timestamp::now().as_millisecond(),
        hosts: all,
        restart_vms: wanted.restart_vms,
        homes,
        pinned,
        settings: Settings::default(),
    })
}

/// Returns the hosts of the pool, which must be up: the master first, the others by name.
pub(super) fn hosts(cx: &Cx, on: &On) -> Result<Vec<On>> {
    let record: &class::Pool = on.object.get().ok_or_else(|| Error::failed("the pool has no record"))?;
    let master = record.master.to_string();
    let objects = cx.app.store().snapshot();
    let all = objects.of_pool(on.object.pool().as_str()).filter(|object| object.kind() == Class::Host);
    let mut hosts = all.map(|host| cx.on(host.id())).collect::<Result<Vec<_>>>()?;
    for host in &hosts {
        if host.object.text("power_state").as_deref() != Some("Running") {
            return Err(Error::HostOffline { object: host.object.id().to_owned() });
        }
    }
    hosts.sort_by_key(|host| (host.reference() != master, host.object.text("name_label"), host.object.id().to_owned()));
    Ok(hosts)
}

/// Refuses hosts and VMs of XenServer 8 that wait for something still, and updates that ask for restarts of VMs that
/// nobody has allowed.
async fn expect_settled(cx: &Cx, on: &On, hosts: &[On], wanted: &Wanted) -> Result<()> {
    for host in hosts {
        let words = of_vms(cx, host).await?;
        if !words.is_empty() && !wanted.restart_vms {
            let words: Vec<_> = words.into_iter().collect();
            return Err(Error::refused(format!(
                "the updates ask for `{}`: allow that VMs restart with `rebootVm`",
                words.join("`, `")
            )));
        }
        if host.object.get::<class::Host>().is_some_and(|host| !host.pending_guidances.is_empty()) {
            let host = host.object.text("name_label").unwrap_or_default();
            return Err(Error::refused(format!(
                "host `{host}` waits to be restarted since its last update; do that first"
            )));
        }
    }
    let objects = cx.app.store().snapshot();
    let mut vms = objects.of_pool(on.object.pool().as_str()).filter(|object| object.kind() == Class::Vm);
    let waits = |vm: &class::Vm| runs(vm) && !vm.pending_guidances.is_empty();
    if let Some(vm) = vms.find(|vm| vm.get().is_some_and(waits)) {
        let vm = vm.text("name_label").unwrap_or_default();
        return Err(Error::refused(format!("VM `{vm}` waits to be restarted since the last update; do that first")));
    }
    Ok(())
}

/// Returns the ids of the VMs that cannot leave a host and are to be shut down.
///
/// # Errors
///
/// What the host says where there are others.
async fn stuck(cx: &Cx, host: &On, wanted: &Wanted) -> Result<Vec<String>> {
    let stuck: BTreeMap<String, Vec<String>> =
        host.pool.call_as("host.get_vms_which_prevent_evacuation", params![host.reference()]).await?;
    let (mut pinned, mut names) = (Vec::new(), Vec::new());
    for (vm, reason) in &stuck {
        if !reason.first().is_some_and(|code| PINNED.contains(&code.as_str())) {
            // It says more than this list, and if it does not mind, the list was out of date.
            host.pool.call("host.assert_can_evacuate", params![host.reference()]).await?;
            continue;
        }
        let vm = cx.object(vm)?;
        names.push(format!("`{}`", vm.text("name_label").unwrap_or_else(|| vm.id().to_owned())));
        pinned.push(vm.id().to_owned());
    }
    if !pinned.is_empty() && !wanted.shut_down {
        let host = host.object.text("name_label").unwrap_or_default();
        return Err(Error::refused(format!(
            "VMs {} hold a device of host `{host}` and cannot leave it; shut them down, or ask for it with \
             `shutdownPinnedVms`",
            names.join(", ")
        )));
    }
    Ok(pinned)
}

/// Says what becomes of the VM that this server runs in.
///
/// # Errors
///
/// [`Error::Refused`] where it would be shut down.
fn tell_own(cx: &Cx, on: &On, pinned: &BTreeMap<String, String>) -> Result<()> {
    let Some(own) = cx.app.own_vm() else { return Ok(()) };
    let Some(vm) = cx.app.store().get(&own).filter(|vm| vm.pool() == on.object.pool()) else { return Ok(()) };
    let name = vm.text("name_label").unwrap_or_default();
    if pinned.contains_key(vm.id()) {
        return Err(Error::refused(format!(
            "VM `{name}` would be shut down, and this server runs in it; take the devices of its host from it first"
        )));
    }
    on.pool.inform(&format!("this server runs in VM `{name}`, which moves with the others: connections may pause"));
    Ok(())
}
