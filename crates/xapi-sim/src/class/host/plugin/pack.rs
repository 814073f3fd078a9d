//! Supplemental packs: images on disks that a host installs from.
//!
//! What is in an image is not looked into: its volume descriptor names the pack, by publisher and volume, and a host has it
//! from then on in its `software_version`, as `publisher:volume`.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::device,
    transition::Outcome,
};

/// What the script takes; a host unpacks and runs what is on the disk.
const SLOW: Duration = Duration::from_secs(5);

/// Place of the first volume descriptor of an image, and its length (ECMA-119, 8.4).
const DESCRIPTOR: (u64, usize) = (16 * 2048, 2048);

/// Installs the pack on the disk `vdi`, given by its uuid.
pub(super) fn install(call: &mut Call<'_>, host: Object, vdi: &str) -> Result<Outcome, Failure> {
    if vdi.is_empty() {
        return failed("ArgumentError", "Missing argument 'vdi'");
    }
    let Some(vdi) = call.world.by_uuid("VDI", vdi) else { return fail(code::UUID_INVALID, ["VDI", vdi]) };
    let sr = call.world.object(vdi, "SR");
    if !super::super::sees(call.world, host, sr) {
        return fail(code::SR_NOT_ATTACHED, [sr]);
    }
    let vbd = attach(call.world, host, vdi);
    let later = call.after(SLOW, move |call| {
        let pack = pack(call.world, vdi);
        device::remove(call.world, vbd);
        let Some(pack) = pack else {
            return failed("InstallFailure", "the disk holds no image of a supplemental pack");
        };
        if !call.world.entry(host, "software_version", &pack).is_empty() {
            return failed("InstallFailure", &format!("UPDATE_ALREADY_APPLIED: {pack}"));
        }
        let version = call.world.entry(host, "software_version", "product_version").to_owned();
        call.world.put(host, "software_version", &pack, format!("{pack}, version {version}"));
        Outcome::done("OK")
    });
    Ok(later.or_undo(move |world| device::remove(world, vbd)))
}

/// Gives the disk to the host's own domain, which reads from it.
fn attach(world: &mut World, host: Object, vdi: Object) -> Object {
    let domain = world.object(host, "control_domain");
    world.create(
        "VBD",
        [
            ("VM", domain.into()),
            ("VDI", vdi.into()),
            ("type", "Disk".into()),
            ("mode", "RO".into()),
            ("currently_attached", true.into()),
        ],
    )
}

fn failed(class: &str, text: &str) -> Result<Outcome, Failure> {
    fail(code::XENAPI_PLUGIN_FAILURE, ["install", class, text])
}

/// Returns the name of the pack in an image: its publisher and its volume.
fn pack(world: &World, vdi: Object) -> Option<String> {
    let mut descriptor = [0; DESCRIPTOR.1];
    world.disks.read(vdi, DESCRIPTOR.0, &mut descriptor);
    let text = |from: usize, length: usize| {
        let field = String::from_utf8_lossy(&descriptor[from..from + length]).into_owned();
        let field = field.trim_matches(['\0', ' ']).to_owned();
        Some(field).filter(|field| !field.is_empty())
    };
    if descriptor[..6] != *b"\x01CD001" {
        return None;
    }
    Some(format!("{}:{}", text(318, 128)?, text(40, 32)?))
}
