//! Disks copied and moved between SRs, and the list of what changed between two.

use std::time::Duration;

use base64::Engine as _;
use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

use super::{operation, space};

const COPY: Duration = Duration::from_secs(4);
/// Changed blocks are listed in pieces of 64 KiB.
const PIECE: u64 = 64 << 10;

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VDI", "copy", copy);
    methods.on("VDI", "pool_migrate", pool_migrate);
    methods.on("VDI", "list_changed_blocks", list_changed_blocks);
}

/// Returns how much of a disk holds something, in bytes, what it shares included.
pub(crate) fn content(world: &World, vdi: Object) -> i64 {
    let blocks = world.disks.allocated(vdi).len() as u64;
    i64::try_from(blocks * crate::disk::BLOCK).unwrap_or(i64::MAX)
}

fn copy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vdi, sr) = (call.object("vdi")?, call.optional("sr")?);
    let (base, into) = (call.optional("base_vdi")?, call.optional("into_vdi")?);
    operation::expect(call.world, vdi, "copy")?;
    let target = match (sr, into) {
        (_, Some(into)) => call.world.object(into, "SR"),
        (Some(sr), None) => sr,
        (None, None) => return fail(code::OPERATION_NOT_ALLOWED, ["neither an SR nor a VDI to copy into was given"]),
    };
    super::expect_creatable(call.world, target)?;
    if let Some(into) = into {
        if call.world.int(into, "virtual_size") < call.world.int(vdi, "virtual_size") {
            let least = call.world.int(vdi, "virtual_size").to_string();
            return fail(code::VDI_TOO_SMALL, [into.to_string(), least]);
        }
        if operation::is_attached(call.world, into) {
            return fail(code::VDI_IN_USE, [into.to_string(), "copy".to_owned()]);
        }
    }
    call.begin(vdi, "copy");
    Ok(call
        .after(COPY, move |call| {
            call.progress(0.9);
            match into {
                None => {
                    let made = super::copy_of(call.world, vdi, target)?;
                    Outcome::done(made)
                }
                Some(into) => {
                    overwrite(call.world, vdi, base, into);
                    Outcome::done(into)
                }
            }
        })
        .or_undo(|_| ()))
}

/// Writes what `vdi` has over `into`; with a `base`, only blocks that differ from it.
fn overwrite(world: &mut World, vdi: Object, base: Option<Object>, into: Object) {
    let size = usize::try_from(crate::disk::BLOCK).expect("a block fits in memory");
    let (mut now, mut before) = (vec![0; size], vec![0; size]);
    for index in world.disks.allocated(vdi) {
        let offset = index * crate::disk::BLOCK;
        world.disks.read(vdi, offset, &mut now);
        if let Some(base) = base {
            world.disks.read(base, offset, &mut before);
            if before == now {
                continue;
            }
        }
        world.disks.write(into, offset, &now);
    }
    super::measure(world, into);
}

fn pool_migrate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vdi, target) = (call.object("vdi")?, call.object("sr")?);
    super::expect_creatable(call.world, target)?;
    let vbds = call.world.objects(vdi, "VBDs");
    if vbds.is_empty() {
        return fail(code::VDI_NEEDS_VM_FOR_MIGRATE, [vdi]);
    }
    for sr in [call.world.object(vdi, "SR"), target] {
        if !space::can(call.world, sr, "VDI_MIRROR") {
            return fail(code::SR_DOES_NOT_SUPPORT_MIGRATION, [sr.to_string(), "VDI_MIRROR".to_owned()]);
        }
    }
    if call.world.flag(vdi, "cbt_enabled") {
        return fail(code::VDI_CBT_ENABLED, [vdi]);
    }
    let attached = operation::is_attached(call.world, vdi);
    operation::expect(call.world, vdi, if attached { "mirror" } else { "copy" })?;
    let vm = call.world.object(vbds[0], "VM");
    let host = call.world.object(vm, "resident_on");
    if !host.is_null() && !crate::class::host::sees(call.world, host, target) {
        return fail(code::VM_REQUIRES_SR, [vm, target]);
    }
    call.begin(vdi, if attached { "mirror" } else { "copy" });
    call.begin(target, "vdi_mirror");
    Ok(call
        .after(COPY, move |call| {
            let made = super::copy_of(call.world, vdi, target)?;
            for vbd in call.world.objects(vdi, "VBDs") {
                call.world.set(vbd, "VDI", made);
            }
            super::inherit_snapshots(call.world, vdi, made);
            super::remove(call.world, vdi);
            Outcome::done(made)
        })
        .or_undo(|_| ()))
}

fn list_changed_blocks(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (from, to) = (call.object("vdi_from")?, call.object("vdi_to")?);
    for vdi in [from, to] {
        if !call.world.flag(vdi, "cbt_enabled") {
            return fail(code::VDI_NO_CBT_METADATA, [vdi]);
        }
    }
    let world = &*call.world;
    let size = u64::try_from(world.int(to, "virtual_size")).unwrap_or(0);
    let pieces = size.div_ceil(PIECE);
    let mut bits = vec![0_u8; usize::try_from(pieces.div_ceil(8)).unwrap_or(0)];
    let mut blocks = [world.disks.allocated(from), world.disks.allocated(to)].concat();
    blocks.sort_unstable();
    blocks.dedup();
    let piece = usize::try_from(PIECE).expect("64 KiB fit");
    let (mut old, mut new) = (vec![0; piece], vec![0; piece]);
    let per_block = crate::disk::BLOCK / PIECE;
    for at in blocks.into_iter().flat_map(|block| block * per_block..(block + 1) * per_block) {
        world.disks.read(from, at * PIECE, &mut old);
        world.disks.read(to, at * PIECE, &mut new);
        if old != new
            && at < pieces
            && let Ok(byte) = usize::try_from(at / 8)
        {
            // Most significant bit first.
            bits[byte] |= 0x80 >> (at % 8);
        }
    }
    Outcome::done(base64::engine::general_purpose::STANDARD.encode(bits))
}
