//! Graphics cards of a VM that comes from another pool: they are taken from the group that the sender chose, or from
//! one with cards of the same models.

use rustc_hash::FxHashMap;
use xapi_types::{Failure, code};

use crate::{Object, World, call::fail};

use super::Asked;

/// Where a card comes from here.
#[derive(Clone, Copy)]
pub(super) struct Place {
    group: Object,
    kind: Object,
    /// The card of the host that the VM runs on.
    on: Object,
}

/// Finds the place of a card of `vm`, at `host` where the VM runs.
///
/// # Errors
///
/// `VM_REQUIRES_GPU` if there is no such group, or it has no card at the host; `VM_REQUIRES_VGPU` if it does not
/// offer the type.
pub(super) fn place(world: &World, host: Option<Object>, vm: &str, card: Asked<'_>) -> Result<Place, Failure> {
    let wanted = card.text("GPU_group");
    let models = |group: Object| {
        let mut models: Vec<String> = world.get(group, "GPU_types").texts().map(str::to_owned).collect();
        models.sort_unstable();
        models.join(",")
    };
    let group = if wanted.is_empty() {
        world.all("GPU_group").find(|group| models(*group) == card.text("models"))
    } else {
        Some(card.object(world, "GPU_group", "GPU_group")?)
    };
    let Some(group) = group else { return fail(code::VM_REQUIRES_GPU, [vm, card.text("from")]) };
    let at_host = |host| world.objects(group, "PGPUs").into_iter().find(|pgpu| world.object(*pgpu, "host") == host);
    let on = host.map(at_host);
    if on == Some(None) {
        return fail(code::VM_REQUIRES_GPU, [vm.to_owned(), group.to_string()]);
    }
    let kinds = world.objects(group, "enabled_VGPU_types");
    match kinds.into_iter().find(|kind| world.text(*kind, "identifier") == card.text("type")) {
        Some(kind) => Ok(Place { group, kind, on: on.flatten().unwrap_or_default() }),
        None => fail(code::VM_REQUIRES_VGPU, [vm.to_owned(), group.to_string(), card.text("type").to_owned()]),
    }
}

/// Finds the places of all cards of a VM and its snapshots, each with what the sender calls it.
///
/// # Errors
///
/// As [`place`].
pub(super) fn place_all(world: &World, asked: Asked<'_>, to: Object) -> Result<Vec<(String, Place)>, Failure> {
    let place = |card: Asked<'_>| {
        let place = place(world, card.flag("live").then_some(to), asked.text("vm"), card)?;
        Ok((card.text("ref").to_owned(), place))
    };
    asked.list("cards").map(place).collect()
}

/// Puts the cards in their places.
pub(super) fn put(world: &mut World, names: &FxHashMap<String, Object>, cards: Vec<(String, Place)>) {
    for (card, Place { group, kind, on }) in cards {
        let Some(card) = names.get(&card).copied() else { continue };
        world.set(card, "GPU_group", group);
        world.set(card, "type", kind);
        world.set(card, "resident_on", on);
    }
}
