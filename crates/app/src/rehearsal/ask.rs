//! Asking a pool whether it would do something.
//!
//! Of virtual machines the pool itself says it, with the error of the call. Of most other objects it lists what they
//! allow, and not why; the few rules here are those that its own calls keep.

use std::collections::BTreeMap;

use model::Kind;
use op::{Error, Result};
use xapi::{Value, params};
use xapi_types::class;

use super::Step;
use crate::Connection;

/// Calls that only some states of a VM let pass, each with the name that the pool knows it by.
const RENAMED: &[(&str, &str)] = &[
    ("forget_data_source_archives", "data_source_op"),
    ("record_data_source", "data_source_op"),
    ("set_VCPUs_at_startup", "changing_VCPUs"),
    ("set_VCPUs_max", "changing_VCPUs"),
    ("set_VCPUs_number_live", "changing_VCPUs_live"),
    ("set_memory_dynamic_max", "changing_dynamic_range"),
    ("set_memory_dynamic_min", "changing_dynamic_range"),
    ("set_memory_dynamic_range", "changing_dynamic_range"),
    ("set_memory_limits", "changing_static_range"),
    ("set_memory_static_max", "changing_static_range"),
    ("set_memory_static_min", "changing_static_range"),
];

/// … and those that the pool knows by their own name.
const GUARDED: &[&str] = &[
    "checkpoint",
    "clean_reboot",
    "clean_shutdown",
    "clone",
    "copy",
    "destroy",
    "hard_reboot",
    "hard_shutdown",
    "make_into_template",
    "migrate_send",
    "pause",
    "pool_migrate",
    "provision",
    "resume",
    "resume_on",
    "revert",
    "snapshot",
    "start",
    "start_on",
    "suspend",
    "unpause",
];

/// What not every storage can do with a disk; storage lists it with `vdi_` before it.
const OF_STORAGE: &[&str] = &["clone", "destroy", "disable_cbt", "enable_cbt", "resize", "snapshot"];

/// What hosts mark networks of their own with, in `other_config`.
const SYSTEM_NETWORKS: &[&str] = &["is_guest_installer_network", "is_host_internal_management_network"];

/// What only a guest with tools does.
const OF_GUESTS: &[&str] = &["changing_VCPUs_live", "clean_reboot", "clean_shutdown", "pool_migrate", "suspend"];

/// What other objects list among what they allow, where the pool would do it.
const LISTED: &[(&str, &[&str])] = &[
    ("SR", &["destroy", "forget", "scan"]),
    ("VBD", &["eject", "insert", "plug", "unplug", "unplug_force"]),
    ("VDI", &["clone", "copy", "destroy", "disable_cbt", "enable_cbt", "forget", "resize", "snapshot"]),
    ("VIF", &["plug", "unplug", "unplug_force"]),
    ("host", &["power_on"]),
    ("task", &["cancel"]),
];

/// Asks whether the pool would do `method`, after what was `prepared`.
///
/// # Errors
///
/// That of the call, as far as it can be known.
pub(super) async fn ask(pool: &Connection, prepared: &[Step], method: &str, params: &[Value]) -> Result<()> {
    let (class, name) = method.split_once('.').unwrap_or(("", method));
    let Some(object) = params.first().and_then(Value::as_str) else { return Ok(()) };
    let was = |method: &str| prepared.iter().any(|step| step.method == method);
    match (class, name) {
        ("VM", _) => ask_vm(pool, prepared, method, name, params).await,
        ("host", "evacuate") => pool.ask("host.assert_can_evacuate", params![object], method).await.map(ignore),
        ("host", "reboot" | "shutdown") => expect_no_guests(pool, object),
        ("host", "destroy") => expect_off(pool, object),
        ("PBD", "unplug") => expect_unused(pool, object),
        ("SR", "destroy") if was("PBD.unplug") => expect_empty(pool, object, method).await,
        ("SR", "forget") if was("PBD.unplug") => expect_own(pool, object, method).await,
        ("VBD", "destroy") if !was("VBD.unplug") => expect_unplugged(pool, class, object, method).await,
        ("VIF", "destroy") if !was("VIF.unplug") => expect_unplugged(pool, class, object, method).await,
        ("network", "destroy") => expect_unconnected(pool, prepared, object, method).await,
        _ if LISTED.iter().any(|(of, names)| *of == class && names.contains(&name)) => {
            expect_listed(pool, class, name, object, method).await
        }
        _ => Ok(()),
    }
}

/// Questions answer nothing when all is well.
fn ignore(_: Value) {}

async fn ask_vm(pool: &Connection, prepared: &[Step], method: &str, name: &str, params: &[Value]) -> Result<()> {
    let vm = params.first().and_then(Value::as_str).unwrap_or_default();
    let name = match name {
        "set_is_a_template" if params.get(1) == Some(&true.into()) => "make_into_template",
        name => name,
    };
    let renamed = RENAMED.iter().find(|(method, _)| *method == name).map(|(_, operation)| *operation);
    let plain = GUARDED.contains(&name).then_some(name);
    let Some(operation) = renamed.or(plain) else { return Ok(()) };
    // Whoever makes a field larger in two steps, or lifts a block, is asked as if the first were done.
    let is_done = |method: &str, value: Value| {
        prepared.iter().any(|step| {
            step.method == method
                && step.params.first().and_then(Value::as_str) == Some(vm)
                && step.params.get(1) == Some(&value)
        })
    };
    match pool.ask("VM.assert_operation_valid", params![vm, operation], method).await.map(ignore) {
        // What stands behind the block is not told before it is lifted.
        Err(Error::OperationBlocked { .. }) if is_done("VM.remove_from_blocked_operations", operation.into()) => {}
        Err(error) if is_done("VM.set_is_a_template", false.into()) && is_of_templates(&error) => {}
        Err(error) => return Err(error),
        Ok(()) => expect_guest(pool, vm, operation, method, params).await?,
    }
    let host = params.get(1).and_then(Value::as_str);
    match (name, host) {
        ("pool_migrate" | "resume_on" | "start_on", Some(host)) => {
            pool.ask("VM.assert_can_boot_here", params![vm, host], method).await.map(ignore)
        }
        _ => Ok(()),
    }
}

/// Refuses what only a guest with tools does, which a pool answers to the call and not always to the question.
async fn expect_guest(pool: &Connection, vm: &str, operation: &str, method: &str, params: &[Value]) -> Result<()> {
    let is_forced = params.get(2).and_then(|options| options.get("force")).and_then(Value::as_str) == Some("true");
    if !(OF_GUESTS.contains(&operation) || operation == "checkpoint") || is_forced {
        return Ok(());
    }
    let allowed: Vec<String> = pool.ask("VM.get_allowed_operations", params![vm], method).await?;
    if operation == "checkpoint" {
        let state: String = pool.ask("VM.get_power_state", params![vm], method).await?;
        let sleeps = state != "Running" || allowed.iter().any(|allowed| allowed == "suspend");
        let refused = || Error::refused("its guest tools do not offer `suspend`, so its memory cannot be kept");
        return if sleeps { Ok(()) } else { Err(refused()) };
    }
    if allowed.iter().any(|allowed| allowed == operation) {
        return Ok(());
    }
    let feature = method.rsplit('.').next().unwrap_or(method).to_owned();
    Err(Error::VmLacksFeature { object: id_of(pool, vm), feature })
}

/// Returns whether only a template or a snapshot is refused like this.
fn is_of_templates(error: &Error) -> bool {
    match error {
        Error::VmIsTemplate { .. } => true,
        Error::Failed { data, .. } => data.get("code").is_some_and(|code| code == "VM_IS_SNAPSHOT"),
        _ => false,
    }
}

async fn expect_listed(pool: &Connection, class: &str, name: &str, object: &str, method: &str) -> Result<()> {
    // What is pulled out by force stands in for what lets go by itself, under the same conditions.
    let name = name.strip_suffix("_force").unwrap_or(name);
    let allowed: Vec<String> = pool.ask(&format!("{class}.get_allowed_operations"), params![object], method).await?;
    let online = (class == "VDI" && name == "resize").then_some("resize_online");
    if allowed.iter().any(|allowed| allowed == name || Some(allowed.as_str()) == online) {
        return Ok(());
    }
    let current: BTreeMap<String, String> =
        pool.ask(&format!("{class}.get_current_operations"), params![object], method).await?;
    if let Some(current) = current.values().next() {
        return Err(Error::refused(format!("it is busy with `{current}`")));
    }
    if let ("VBD" | "VIF", "plug" | "unplug") = (class, name) {
        expect_running(pool, class, object, method).await?;
    }
    if class == "VDI" {
        expect_support(pool, name, object, method).await?;
    }
    if online.is_some() && attached(pool, |vdi, _| vdi == object).is_some() {
        return Err(Error::refused("its storage cannot let it grow while a VM uses it"));
    }
    if class == "VDI" && attached(pool, |vdi, _| vdi == object).is_some() {
        return Err(Error::VdiInUse { object: id_of(pool, object), operation: name.to_owned() });
    }
    Err(Error::refused(format!("its pool does not allow `{name}` in the state that it is in")))
}

/// Refuses to plug anything into a VM that is off, or out of it.
async fn expect_running(pool: &Connection, class: &str, device: &str, method: &str) -> Result<()> {
    let vm: String = pool.ask(&format!("{class}.get_VM"), params![device], method).await?;
    let state: String = pool.ask("VM.get_power_state", params![&vm], method).await?;
    if state == "Running" {
        return Ok(());
    }
    let (expected, actual) = ("running".to_owned(), state.to_lowercase());
    Err(Error::VmBadPowerState { object: id_of(pool, &vm), expected, actual })
}

/// Refuses what the storage of a disk cannot do.
async fn expect_support(pool: &Connection, name: &str, vdi: &str, method: &str) -> Result<()> {
    let sr: String = pool.ask("VDI.get_SR", params![vdi], method).await?;
    let allowed: Vec<String> = pool.ask("SR.get_allowed_operations", params![sr], method).await?;
    let of_storage = format!("vdi_{name}");
    // Storage that is busy, or not connected, lists nothing of the kind.
    let says = allowed.iter().any(|allowed| allowed.starts_with("vdi_")) && OF_STORAGE.contains(&name);
    if says && !allowed.contains(&of_storage) {
        return Err(Error::refused(format!("its storage does not support `{name}`")));
    }
    Ok(())
}

/// Returns our id of a reference.
fn id_of(pool: &Connection, reference: &str) -> String {
    pool.app.store().get(reference).map_or_else(|| reference.to_owned(), |object| object.id().to_owned())
}

/// Returns a disk that a running VM has, by disk and VM, of those that are wanted.
fn attached(pool: &Connection, wanted: impl Fn(&str, &str) -> bool) -> Option<String> {
    let objects = pool.app.store().snapshot();
    let mut vbds = objects.of_kind(Kind::Vbd).filter_map(|vbd| {
        let vbd = vbd.get::<class::Vbd>().filter(|vbd| vbd.currently_attached)?;
        Some((vbd.vdi.to_string(), vbd.vm.to_string()))
    });
    vbds.find(|(vdi, vm)| wanted(vdi, vm)).map(|(vdi, _)| vdi)
}

/// Refuses to take storage from a host while a VM there uses it.
fn expect_unused(pool: &Connection, pbd: &str) -> Result<()> {
    let store = pool.app.store();
    let Some(pbd) = store.get(pbd) else { return Ok(()) };
    let Some(record) = pbd.get::<class::Pbd>().filter(|pbd| pbd.currently_attached) else { return Ok(()) };
    let is_here = |vdi: &str, vm: &str| {
        let on_it = store.get(vdi).is_some_and(|vdi| vdi.get::<class::Vdi>().is_some_and(|vdi| vdi.sr == record.sr));
        on_it && store.get(vm).is_some_and(|vm| vm.get::<class::Vm>().is_some_and(|vm| vm.resident_on == record.host))
    };
    match attached(pool, is_here) {
        Some(vdi) => Err(Error::VdiInUse { object: id_of(pool, &vdi), operation: "unplug".to_owned() }),
        None => Ok(()),
    }
}

/// Refuses to take away the discs of guest tools.
async fn expect_own(pool: &Connection, sr: &str, method: &str) -> Result<()> {
    if pool.ask("SR.get_is_tools_sr", params![sr], method).await? {
        return Err(Error::refused("it holds the guest tools of its hosts"));
    }
    Ok(())
}

/// Refuses to delete storage with disks on it.
async fn expect_empty(pool: &Connection, sr: &str, method: &str) -> Result<()> {
    expect_own(pool, sr, method).await?;
    let disks: Vec<String> = pool.ask("SR.get_VDIs", params![sr], method).await?;
    match disks.len() {
        0 => Ok(()),
        count => Err(Error::refused(format!("there are disks on it: {count}"))),
    }
}

async fn expect_unplugged(pool: &Connection, class: &str, object: &str, method: &str) -> Result<()> {
    if pool.ask(&format!("{class}.get_currently_attached"), params![object], method).await? {
        return Err(Error::refused("it is plugged into a running VM"));
    }
    Ok(())
}

async fn expect_unconnected(pool: &Connection, prepared: &[Step], network: &str, method: &str) -> Result<()> {
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

/// Refuses to switch off or restart a host with VMs on it.
fn expect_no_guests(pool: &Connection, host: &str) -> Result<()> {
    let objects = pool.app.store().snapshot();
    let mut guests = objects.of_kind(Kind::Vm);
    let guest = guests.find(|vm| vm.get::<class::Vm>().is_some_and(|vm| vm.resident_on.to_string() == host));
    match guest {
        Some(vm) => Err(Error::refused(format!("VM `{}` runs on it", vm.text("name_label").unwrap_or_default()))),
        None => Ok(()),
    }
}

/// Refuses to forget a host that is on.
fn expect_off(pool: &Connection, host: &str) -> Result<()> {
    let state = pool.app.store().get(host).and_then(|host| host.text("power_state"));
    if state.as_deref() == Some("Running") {
        return Err(Error::refused("it is on; only a host that is gone can be forgotten"));
    }
    Ok(())
}
