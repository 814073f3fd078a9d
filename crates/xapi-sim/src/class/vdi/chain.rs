//! Disks that share blocks: snapshots, clones, and the hidden base copies between them.
//!
//! On drivers with VHDs a snapshot freezes what was written so far in a *base copy* (`managed` is
//! false), of which the disk and its snapshot become children (`sm_config:vhd-parent`). A base copy
//! that has lost all children goes at once; one with a single child is merged with it after a while.

use std::time::Duration;

use xapi_types::Failure;

use crate::{
    Datum, Object, World,
    class::sr::{kind, space},
};

/// Longest chain of VHDs that drivers allow.
const LONGEST: usize = 30;

/// From the loss of a child to the merge; real ones wait for the garbage collector.
const MERGE: Duration = Duration::from_secs(60);

/// Returns the VHD on which `vdi` hangs.
pub(crate) fn parent(world: &World, vdi: Object) -> Option<Object> {
    let uuid = world.entry(vdi, "sm_config", "vhd-parent");
    if uuid.is_empty() {
        return None;
    }
    world.objects(world.object(vdi, "SR"), "VDIs").into_iter().find(|other| world.uuid(*other) == uuid)
}

fn children(world: &World, vdi: Object) -> Vec<Object> {
    let uuid = world.uuid(vdi);
    let mut there = world.objects(world.object(vdi, "SR"), "VDIs");
    there.retain(|other| world.entry(*other, "sm_config", "vhd-parent") == uuid);
    there
}

/// Returns `vdi` and what it hangs on, itself first.
pub(crate) fn ancestry(world: &World, vdi: Object) -> Vec<Object> {
    let mut chain = vec![vdi];
    while let Some(next) = parent(world, chain[chain.len() - 1]).filter(|next| !chain.contains(next)) {
        chain.push(next);
    }
    chain
}

/// Makes a disk that has the same content as `vdi`, sharing its blocks.
///
/// # Errors
///
/// The driver's error 109 if the chain gets too long.
pub(crate) fn branch(world: &mut World, vdi: Object, fields: Vec<(&'static str, Datum)>) -> Result<Object, Failure> {
    let sr = world.object(vdi, "SR");
    let kind = space::kind_of(world, sr);
    let size = world.int(vdi, "virtual_size");
    if !kind.has_chains() {
        return Ok(twin(world, vdi, fields, None, space::taken(kind, size, size)));
    }
    if ancestry(world, vdi).len() >= LONGEST {
        return Err(kind::backend(109, "The snapshot chain is too long", ""));
    }
    let leaf = space::taken(kind, size, 0);
    space::expect(world, sr, space::EMPTY)?;
    let base = freeze(world, vdi);
    let is_snapshot = fields.iter().any(|(field, value)| *field == "is_a_snapshot" && value.as_bool());
    // A snapshot is not written to, so that even thick drivers give it only what a VHD needs.
    let taken = if is_snapshot { space::EMPTY } else { leaf };
    let made = twin(world, vdi, fields, Some(base), taken);
    space::recount(world, sr);
    Ok(made)
}

/// Returns the base copy of what `vdi` holds; the one it hangs on, if it wrote nothing since.
fn freeze(world: &mut World, vdi: Object) -> Object {
    let blank = world.disks.is_blank(vdi);
    if let Some(parent) = parent(world, vdi).filter(|_| blank) {
        return parent;
    }
    let sr = world.object(vdi, "SR");
    let kind = space::kind_of(world, sr);
    let used = world.disks.used(vdi);
    let uuid = world.new_uuid();
    let config = world.get(vdi, "sm_config").without_entry("paused");
    let base = world.create(
        "VDI",
        [
            ("uuid", Datum::from(uuid.as_str())),
            ("location", uuid.as_str().into()),
            ("name_label", "base copy".into()),
            ("SR", sr.into()),
            ("virtual_size", world.get(vdi, "virtual_size").clone()),
            ("physical_utilisation", (used + space::EMPTY).into()),
            ("type", world.get(vdi, "type").clone()),
            ("read_only", true.into()),
            ("managed", false.into()),
            ("sm_config", config),
        ],
    );
    world.disks.freeze(vdi, base);
    let size = world.int(vdi, "virtual_size");
    world.put(vdi, "sm_config", "vhd-parent", uuid);
    world.set(vdi, "physical_utilisation", space::taken(kind, size, 0));
    base
}

fn twin(
    world: &mut World,
    vdi: Object,
    fields: Vec<(&'static str, Datum)>,
    base: Option<Object>,
    taken: i64,
) -> Object {
    let uuid = world.new_uuid();
    let base_uuid = base.map(|base| world.uuid(base).to_owned());
    let config = match base_uuid {
        Some(parent) => world.get(vdi, "sm_config").with_entry("vhd-parent", parent),
        None => world.get(vdi, "sm_config").clone(),
    };
    let own = [
        ("uuid", Datum::from(uuid.as_str())),
        ("location", uuid.as_str().into()),
        ("sm_config", config),
        ("physical_utilisation", taken.into()),
        ("allowed_operations", Datum::set::<&str>([])),
        ("current_operations", Datum::map::<&str, &str>([])),
        ("storage_lock", false.into()),
        ("managed", true.into()),
    ];
    let made = world.duplicate(vdi, own.into_iter().chain(fields)).expect("the disk was looked up by the caller");
    world.disks.branch(base.unwrap_or(vdi), made);
    made
}

/// Removes a disk from its SR, and base copies that nothing hangs on any more.
pub(crate) fn remove(world: &mut World, vdi: Object) {
    let (sr, above) = (world.object(vdi, "SR"), parent(world, vdi));
    world.destroy(vdi);
    world.disks.remove(vdi);
    if let Some(base) = above {
        tidy(world, base);
    }
    space::recount(world, sr);
}

fn tidy(world: &mut World, base: Object) {
    if world.flag(base, "managed") {
        return;
    }
    match children(world, base).len() {
        0 => remove(world, base),
        1 => {
            world.forget(base, "merge");
            world.later(base, "merge", MERGE, move |world| merge(world, base));
        }
        _ => {}
    }
}

/// Merges a disk with the base copy that only it hangs on; returns whether there is one.
pub(crate) fn merge_leaf(world: &mut World, vdi: Object) -> bool {
    let base = parent(world, vdi).filter(|base| children(world, *base).len() == 1);
    if let Some(base) = base {
        world.forget(base, "merge");
        merge(world, base);
    }
    base.is_some()
}

/// Merges a base copy with its only child.
fn merge(world: &mut World, base: Object) {
    if !world.is(base, "VDI") {
        return;
    }
    let children = children(world, base);
    let [child] = children[..] else { return };
    let sr = world.object(base, "SR");
    let kind = space::kind_of(world, sr);
    world.disks.merge(base, child);
    let used = world.disks.used(child);
    let size = world.int(child, "virtual_size");
    let taken = if world.flag(child, "managed") && !world.flag(child, "is_a_snapshot") {
        space::taken(kind, size, used)
    } else {
        used + space::EMPTY
    };
    match parent(world, base) {
        Some(above) => {
            let uuid = world.uuid(above).to_owned();
            world.put(child, "sm_config", "vhd-parent", uuid);
        }
        None => world.remove(child, "sm_config", "vhd-parent"),
    }
    world.set(child, "physical_utilisation", taken);
    world.destroy(base);
    world.disks.remove(base);
    space::recount(world, sr);
}
