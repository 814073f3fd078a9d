//! Room on an SR.

use xapi_types::Failure;

use crate::{Object, World, class::sr::kind};

use super::kind::{Kind, Layout};

/// Room that an empty VHD takes, in bytes: footer, header, table.
pub(crate) const EMPTY: i64 = 4 << 20;

/// Returns the driver of an SR.
pub(crate) fn kind_of(world: &World, sr: Object) -> &'static Kind {
    kind::named(world.text(sr, "type")).unwrap_or(&kind::UNKNOWN)
}

/// Returns whether disks of an SR can have done to them what needs `feature`. In the guests' tools nothing is made or
/// deleted, although their driver could.
pub(crate) fn can(world: &World, sr: Object, feature: &str) -> bool {
    let tools = matches!(feature, "VDI_CREATE" | "VDI_DELETE") && world.flag(sr, "is_tools_sr");
    !tools && kind_of(world, sr).can(feature)
}

/// Returns the room left, in bytes.
pub(crate) fn free(world: &World, sr: Object) -> i64 {
    (world.int(sr, "physical_size") - world.int(sr, "physical_utilisation")).max(0)
}

/// Checks that `needed` bytes fit.
///
/// # Errors
///
/// The driver's error 44.
pub(crate) fn expect(world: &World, sr: Object, needed: i64) -> Result<(), Failure> {
    if needed > free(world, sr) { Err(kind::backend(44, "There is insufficient space", "")) } else { Ok(()) }
}

/// Returns whether the disks take more than there is.
pub(crate) fn is_overfull(world: &World, sr: Object) -> bool {
    let size = world.int(sr, "physical_size");
    let taken = world.objects(sr, "VDIs").into_iter().map(|vdi| world.int(vdi, "physical_utilisation"));
    size > 0 && taken.sum::<i64>() > size
}

/// Returns what a disk of `size` bytes takes when `used` bytes of it hold something.
pub(crate) fn taken(kind: &Kind, size: i64, used: i64) -> i64 {
    match kind.layout {
        // Each 2 MiB block has a bitmap of a sector, each entry of the table four bytes.
        Layout::Thick => size + (size >> 21) * 516 + EMPTY,
        Layout::Thin => used + EMPTY,
        Layout::Fixed => size,
    }
}

/// Works out again what the disks of an SR take.
pub(crate) fn recount(world: &mut World, sr: Object) {
    if world.int(sr, "physical_size") <= 0 {
        return;
    }
    let (mut allocated, mut used) = (0, 0);
    for vdi in world.objects(sr, "VDIs") {
        if world.flag(vdi, "managed") {
            allocated += world.int(vdi, "virtual_size");
        }
        used += world.int(vdi, "physical_utilisation");
    }
    world.set(sr, "virtual_allocation", allocated);
    world.set(sr, "physical_utilisation", used.min(world.int(sr, "physical_size")));
}
