//! A VM made from another: clone, copy, and the record that snapshots share with them.

use std::time::Duration;

use xapi_types::{DateTime, Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{device, host, vdi},
    methods::Methods,
    transition::Outcome,
};

use super::operation;

const CLONE: Duration = Duration::from_millis(800);
/// For each disk of a full copy; a real one takes minutes, which shows nothing more.
const COPY: Duration = Duration::from_secs(3);

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "clone", clone);
    methods.on("VM", "copy", copy);
}

/// How the disks of a copy come about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Disks {
    /// Sharing blocks with the source's.
    Clone,
    /// Snapshots of the source's.
    Snapshot,
    /// Copies in the given SR, or in the source's own if null.
    Copy(Object),
}

fn clone(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "clone")?;
    let name = call.text("new_name");
    call.begin(vm, "clone");
    Ok(call.after(CLONE, move |call| {
        let copy = duplicate(call.world, vm, &name, Disks::Clone, &[])?;
        Outcome::done(copy)
    }))
}

fn copy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, sr) = (call.object("vm")?, call.optional("sr")?);
    operation::expect(call.world, vm, "copy")?;
    let disks = disks_of(call.world, vm);
    if let Some(sr) = sr {
        let there = |sr| call.world.list("host").into_iter().any(|host| host::sees(call.world, host, sr));
        if !there(sr) {
            return fail(code::SR_HAS_NO_PBDS, [sr]);
        }
    }
    let name = call.text("new_name");
    call.begin(vm, "copy");
    let delay = CLONE + COPY * u32::try_from(disks.len()).unwrap_or(1);
    Ok(call
        .after(delay, move |call| {
            let copy = duplicate(call.world, vm, &name, Disks::Copy(sr.unwrap_or_default()), &[])?;
            Outcome::done(copy)
        })
        .or_undo(|_| ()))
}

/// Returns a VM's disks, without discs.
pub(crate) fn disks_of(world: &World, vm: Object) -> Vec<Object> {
    let vbds = world.objects(vm, "VBDs").into_iter().filter(|vbd| world.text(*vbd, "type") == "Disk");
    vbds.map(|vbd| world.object(vbd, "VDI")).filter(|vdi| world.is(*vdi, "VDI")).collect()
}

/// Makes a halted VM like `vm`, with metrics, disks and interfaces of its own.
///
/// # Errors
///
/// If a disk cannot be made; what was made of the copy is taken back.
pub(crate) fn duplicate(
    world: &mut World,
    vm: Object,
    name: &str,
    disks: Disks,
    without: &[Object],
) -> Result<Object, Failure> {
    let is_snapshot = disks == Disks::Snapshot;
    let made = copy_disks(world, vm, disks, without)?;
    let copy = copy_record(world, vm, name, is_snapshot);
    for (vbd, vdi) in made {
        let fresh = [
            ("VM", Datum::from(copy)),
            ("VDI", vdi.into()),
            ("currently_attached", false.into()),
            ("current_operations", Datum::map::<&str, &str>([])),
            ("allowed_operations", Datum::set::<&str>([])),
        ];
        let made = world.duplicate(vbd, fresh).expect("the VBD was just listed");
        device::measure(world, made);
    }
    for vif in world.objects(vm, "VIFs") {
        copy_vif(world, vif, copy, is_snapshot);
    }
    for vtpm in world.objects(vm, "VTPMs") {
        world.duplicate(vtpm, [("VM", copy.into())]);
    }
    Ok(copy)
}

/// Makes the disks of a copy: for each VBD that it will have, what is in there.
fn copy_disks(
    world: &mut World,
    vm: Object,
    disks: Disks,
    without: &[Object],
) -> Result<Vec<(Object, Object)>, Failure> {
    let mut made = Vec::new();
    for vbd in world.objects(vm, "VBDs") {
        let vdi = world.object(vbd, "VDI");
        if without.contains(&vdi) {
            continue;
        }
        if world.text(vbd, "type") != "Disk" || !world.is(vdi, "VDI") {
            made.push((vbd, vdi));
            continue;
        }
        let copied = match disks {
            Disks::Clone => vdi::clone_of(world, vdi),
            Disks::Snapshot => vdi::snapshot_of(world, vdi),
            Disks::Copy(sr) => vdi::copy_of(world, vdi, sr.get().unwrap_or_else(|| world.object(vdi, "SR"))),
        };
        match copied {
            Ok(copied) => made.push((vbd, copied)),
            Err(failure) => {
                let fresh = made.iter().filter(|(vbd, vdi)| world.object(*vbd, "VDI") != *vdi);
                for vdi in fresh.map(|(_, vdi)| *vdi).collect::<Vec<_>>() {
                    vdi::remove(world, vdi);
                }
                return Err(failure);
            }
        }
    }
    Ok(made)
}

fn copy_vif(world: &mut World, vif: Object, copy: Object, keep_mac: bool) {
    let mut fresh = vec![
        ("VM", Datum::from(copy)),
        ("currently_attached", false.into()),
        ("current_operations", Datum::map::<&str, &str>([])),
        ("allowed_operations", Datum::set::<&str>([])),
    ];
    if !keep_mac {
        fresh.extend([("MAC", world.new_mac().into()), ("MAC_autogenerated", true.into())]);
    }
    let addresses = world.hidden(vif, "addresses").clone();
    let made = world.duplicate(vif, fresh).expect("the VIF was just listed");
    device::measure(world, made);
    if keep_mac {
        world.hide(made, "addresses", addresses);
    }
}

fn copy_record(world: &mut World, vm: Object, name: &str, is_snapshot: bool) -> Object {
    let null = || Datum::from(Object::NULL);
    let none = || Datum::map::<&str, &str>([]);
    let metrics = world.duplicate(world.object(vm, "metrics"), []).unwrap_or_default();
    let guest = if is_snapshot { world.duplicate(world.object(vm, "guest_metrics"), []) } else { None };
    let seed = world.new_uuid();
    let mut other_config = world.get(vm, "other_config").with_entry("mac_seed", seed);
    if !is_snapshot && operation::is_default_template(world, vm) {
        let template = world.text(vm, "name_label").to_owned();
        other_config = other_config.without_entry("default_template").with_entry("base_template_name", template);
    }
    let mut fresh = vec![
        ("name_label", Datum::from(name)),
        ("allowed_operations", Datum::set::<&str>([])),
        ("current_operations", none()),
        ("blocked_operations", none()),
        ("power_state", "Halted".into()),
        ("is_default_template", false.into()),
        ("is_a_snapshot", is_snapshot.into()),
        ("snapshot_of", null()),
        ("snapshot_time", DateTime::NEVER.into()),
        ("snapshot_info", none()),
        ("snapshot_metadata", "".into()),
        ("suspend_VDI", null()),
        ("resident_on", null()),
        ("scheduled_to_be_resident_on", null()),
        ("domid", (-1_i64).into()),
        ("metrics", metrics.into()),
        ("guest_metrics", guest.unwrap_or_default().into()),
        ("other_config", other_config),
        ("last_booted_record", "".into()),
        ("ha_restart_priority", "".into()),
        ("appliance", null()),
        ("attached_PCIs", Datum::set::<Object>([])),
        ("requires_reboot", false.into()),
    ];
    if is_snapshot {
        fresh.push(("is_a_template", true.into()));
    } else {
        fresh.push(("parent", null()));
        fresh.push(("memory_target", 0_i64.into()));
        fresh.push(("generation_id", "".into()));
    }
    let copy = world.duplicate(vm, fresh).expect("the VM was looked up by the caller");
    if !is_snapshot {
        world.set(metrics, "memory_actual", 0_i64);
        world.set(metrics, "start_time", DateTime::NEVER);
        world.set(metrics, "install_time", DateTime::NEVER);
        world.set(metrics, "hvm", false);
        world.set(metrics, "current_domain_type", "unspecified");
    }
    let system = world.hidden(vm, "system").clone();
    world.hide(copy, "system", system);
    copy
}
