//! Snapshots: taken with and without memory, and gone back to.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{device, message, vdi},
    methods::Methods,
    transition::Outcome,
};

use super::{
    copy::{self, Disks},
    operation, power,
};

const SNAPSHOT: Duration = Duration::from_secs(1);
const CHECKPOINT: Duration = Duration::from_secs(6);
const REVERT: Duration = Duration::from_secs(2);

/// What going back leaves as it is: what the VM is, rather than how it is made.
const KEPT_BY_REVERT: &[&str] = &[
    "uuid",
    "allowed_operations",
    "current_operations",
    "power_state",
    "name_label",
    "is_a_template",
    "is_default_template",
    "is_a_snapshot",
    "is_control_domain",
    "snapshot_of",
    "snapshot_time",
    "snapshot_info",
    "snapshot_metadata",
    "snapshots",
    "parent",
    "children",
    "metrics",
    "guest_metrics",
    "consoles",
    "VBDs",
    "VIFs",
    "VTPMs",
    "VGPUs",
    "VUSBs",
    "suspend_VDI",
    "resident_on",
    "scheduled_to_be_resident_on",
    "domid",
    "other_config",
    "ha_restart_priority",
    "appliance",
    "blocked_operations",
    "memory_target",
];

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "snapshot", snapshot);
    methods.on("VM", "snapshot_with_quiesce", snapshot_with_quiesce);
    methods.on("VM", "checkpoint", checkpoint);
    methods.on("VM", "revert", revert);
}

fn snapshot(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "snapshot")?;
    let (name, without) = (call.text("new_name"), call.object_list("ignore_vdis")?);
    call.begin(vm, "snapshot");
    Ok(call.after(SNAPSHOT, move |call| {
        let snapshot = take(call.world, vm, &name, &without)?;
        message::of_vm(call.world, vm, "VM_SNAPSHOTTED", &format!("snapshotted, snapshot name: {name}"));
        Outcome::done(snapshot)
    }))
}

fn snapshot_with_quiesce(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "snapshot_with_quiesce")?;
    fail(code::VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED, [vm])
}

/// Takes a snapshot of the disks at once.
///
/// # Errors
///
/// If a disk's SR cannot take one.
pub(crate) fn take(world: &mut World, vm: Object, name: &str, without: &[Object]) -> Result<Object, Failure> {
    let state = world.text(vm, "power_state").to_owned();
    let (now, metadata) = (world.now(), describe(world, vm));
    let snapshot = copy::duplicate(world, vm, name, Disks::Snapshot, without)?;
    world.update(
        snapshot,
        [
            ("snapshot_of", Datum::from(vm)),
            ("snapshot_time", now.into()),
            (
                "snapshot_info",
                Datum::map([("power-state-at-snapshot", state.as_str()), ("disk-snapshot-type", "crash_consistent")]),
            ),
            ("snapshot_metadata", metadata.into()),
        ],
    );
    let label = world.text(vm, "name_label").to_owned();
    world.hide(snapshot, "name_label", label);
    world.set(vm, "parent", snapshot);
    Ok(snapshot)
}

/// Writes the record as hosts keep it in `snapshot_metadata`: `(('name_label' 'web') …)`.
fn describe(world: &World, vm: Object) -> String {
    let Some(class) = world.class_of(vm) else { return String::new() };
    let entry = |field: &xapi_types::table::Field| {
        let value = world.get(vm, field.name);
        let text = match value {
            Datum::Set(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("\\'{}\\'", flat(item))).collect();
                format!("({})", items.join(" "))
            }
            Datum::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("(\\'{key}\\' \\'{}\\')", flat(value))).collect();
                format!("({})", entries.join(" "))
            }
            other => flat(other),
        };
        format!("('{}' '{text}')", field.name)
    };
    let entries: Vec<String> = class.fields.iter().rev().map(entry).collect();
    format!("({})", entries.join(" "))
}

fn flat(value: &Datum) -> String {
    match value {
        Datum::Bool(value) => value.to_string(),
        Datum::Int(value) => value.to_string(),
        Datum::Float(value) => value.to_string(),
        Datum::Ref(object) => object.to_string(),
        Datum::Time(at) => at.to_string(),
        other => other.as_text().replace('\\', "\\\\").replace('\'', "\\'"),
    }
}

fn checkpoint(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "checkpoint")?;
    let running = call.world.text(vm, "power_state") == "Running";
    if running && operation::expect_cooperation(call.world, vm, "suspend").is_err() {
        return fail(code::VM_CHECKPOINT_SUSPEND_FAILED, [vm]);
    }
    let sr = match call.world.object(call.world.object(vm, "suspend_VDI"), "SR").get() {
        Some(sr) => sr,
        None => power::suspend_sr(call.world, vm, call.world.object(vm, "resident_on"))?,
    };
    let name = call.text("new_name");
    call.begin(vm, "checkpoint");
    Ok(call.after(CHECKPOINT, move |call| {
        let snapshot = take_with_memory(call.world, vm, &name, sr)?;
        message::of_vm(call.world, vm, "VM_CHECKPOINTED", &format!("checkpointed, checkpoint name: {name}"));
        Outcome::done(snapshot)
    }))
}

/// Takes a snapshot of disks and memory at once.
///
/// # Errors
///
/// If `sr` has no room for the memory, or a disk's SR cannot take a snapshot.
pub(crate) fn take_with_memory(world: &mut World, vm: Object, name: &str, sr: Object) -> Result<Object, Failure> {
    let image = power::save_memory(world, vm, sr)?;
    match take(world, vm, name, &[]) {
        Ok(snapshot) => {
            world.set(snapshot, "suspend_VDI", image);
            world.set(snapshot, "power_state", "Suspended");
            Ok(snapshot)
        }
        Err(failure) => {
            vdi::remove(world, image);
            Err(failure)
        }
    }
}

fn revert(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let snapshot = call.object("snapshot")?;
    operation::expect(call.world, snapshot, "revert")?;
    let vm = call.world.object(snapshot, "snapshot_of");
    if !call.world.is(vm, "VM") {
        return fail(code::VM_REVERT_FAILED, [vm, snapshot]);
    }
    operation::expect_not_busy(call.world, vm)?;
    call.begin(snapshot, "revert");
    call.begin(vm, "reverting");
    Ok(call.after(REVERT, move |call| {
        go_back(call.world, vm, snapshot)?;
        let name = call.world.text(snapshot, "name_label").to_owned();
        message::of_vm(call.world, vm, "VM_SNAPSHOT_REVERTED", &format!("reverted to snapshot '{name}'"));
        Outcome::void()
    }))
}

/// Makes `vm` what it was when `snapshot` was taken: halted, or suspended if memory was taken too.
fn go_back(world: &mut World, vm: Object, snapshot: Object) -> Result<(), Failure> {
    let mut disks = Vec::new();
    for vbd in world.objects(snapshot, "VBDs") {
        let vdi = world.object(vbd, "VDI");
        let is_disk = world.text(vbd, "type") == "Disk" && world.is(vdi, "VDI");
        disks.push((vbd, if is_disk { vdi::clone_of(world, vdi)? } else { vdi }));
    }
    let image = world.object(snapshot, "suspend_VDI");
    let image = if world.is(image, "VDI") { vdi::clone_of(world, image)? } else { Object::NULL };
    if world.text(vm, "power_state") != "Halted" {
        power::halt(world, vm);
    }
    for device in [world.objects(vm, "VIFs"), world.objects(vm, "VTPMs")].concat() {
        device::remove(world, device);
    }
    let old_disks = copy::disks_of(world, vm);
    for vbd in world.objects(vm, "VBDs") {
        device::remove(world, vbd);
    }
    for (vbd, vdi) in &disks {
        let taken_of = world.object(world.object(*vbd, "VDI"), "snapshot_of");
        if let Some(made) = world.duplicate(*vbd, [("VM", Datum::from(vm)), ("VDI", (*vdi).into())]) {
            device::measure(world, made);
        }
        vdi::inherit_snapshots(world, taken_of, *vdi);
    }
    for vdi in old_disks.into_iter().filter(|vdi| !disks.iter().any(|(_, made)| made == vdi)) {
        vdi::remove(world, vdi);
    }
    for field in ["VIFs", "VTPMs"] {
        for device in world.objects(snapshot, field) {
            let addresses = world.hidden(device, "addresses").clone();
            if let Some(made) = world.duplicate(device, [("VM", vm.into())]) {
                device::measure(world, made);
                world.hide(made, "addresses", addresses);
            }
        }
    }
    restore_fields(world, vm, snapshot);
    if !image.is_null() {
        world.set(vm, "suspend_VDI", image);
        world.set(vm, "power_state", "Suspended");
    }
    world.set(vm, "parent", snapshot);
    Ok(())
}

fn restore_fields(world: &mut World, vm: Object, snapshot: Object) {
    let Some(class) = world.class_of(vm) else { return };
    for field in class.fields.iter().filter(|field| !KEPT_BY_REVERT.contains(&field.name)) {
        let value = world.get(snapshot, field.name).clone();
        world.set(vm, field.name, value);
    }
    let seed = world.entry(vm, "other_config", "mac_seed").to_owned();
    let other_config = world.get(snapshot, "other_config").with_entry("mac_seed", seed);
    world.set(vm, "other_config", other_config);
    let label = world.hidden(snapshot, "name_label").clone();
    if !label.as_text().is_empty() {
        world.set(vm, "name_label", label);
    }
}
