//! What stays on storage when the records of an SR or VDI are forgotten, so that introducing it again
//! finds it.

use crate::{Datum, Object, World};

use super::space;

/// Remembers an SR: its size, and its disks.
pub(crate) fn keep(world: &mut World, sr: Object) {
    for vdi in world.objects(sr, "VDIs") {
        keep_vdi(world, vdi);
    }
    let key = format!("size of SR {}", world.uuid(sr));
    let size = world.int(sr, "physical_size");
    let pool = world.pool();
    world.hide(pool, &key, size);
    for pbd in world.objects(sr, "PBDs") {
        let known = world.hidden(pool, "forgotten SRs").clone();
        let config = world.get(pbd, "device_config").with_entry("type", world.text(sr, "type"));
        world.hide(pool, "forgotten SRs", known.with_entry(world.uuid(sr), config));
    }
}

/// Remembers a disk with all its fields.
pub(crate) fn keep_vdi(world: &mut World, vdi: Object) {
    let sr = world.object(vdi, "SR");
    let key = format!("disks of SR {}", world.uuid(sr));
    let record = world.record(vdi).with_entry("object", vdi);
    let pool = world.pool();
    let known = world.hidden(pool, &key).with_entry(world.text(vdi, "location"), record);
    world.hide(pool, &key, known);
}

/// Returns the uuids of forgotten SRs of this type whose `device_config` agrees.
pub(crate) fn forgotten(world: &World, kind: &str, config: &Datum) -> Vec<(String, i64)> {
    let pool = world.pool();
    let known = world.hidden(pool, "forgotten SRs");
    let agrees = |kept: &Datum| {
        let same = |key: &str| kept.get(key).map(Datum::as_text) == config.get(key).map(Datum::as_text);
        kept.get("type").map(Datum::as_text) == Some(kind)
            && ["device", "server", "serverpath", "target", "SCSIid", "location"].into_iter().all(same)
    };
    let size = |uuid: &str| world.hidden(pool, &format!("size of SR {uuid}")).as_int();
    known.entries().iter().filter(|(_, kept)| agrees(kept)).map(|(uuid, _)| (uuid.to_string(), size(uuid))).collect()
}

/// Lets an SR that was introduced again be what it was.
pub(crate) fn restore(world: &mut World, sr: Object, otherwise: i64) {
    let pool = world.pool();
    let uuid = world.uuid(sr).to_owned();
    let known = world.hidden(pool, &format!("size of SR {uuid}")).as_int();
    if world.int(sr, "physical_size") <= 0 {
        world.set(sr, "physical_size", if known > 0 { known } else { otherwise });
    }
    let left = world.hidden(pool, "forgotten SRs").without_entry(&uuid);
    world.hide(pool, "forgotten SRs", left);
    bring_back_all(world, sr);
}

/// Makes records of all disks that an SR has and the pool does not know.
pub(crate) fn bring_back_all(world: &mut World, sr: Object) {
    let key = format!("disks of SR {}", world.uuid(sr));
    let pool = world.pool();
    let kept = world.hidden(pool, &key).clone();
    for (location, _) in kept.entries() {
        bring_back(world, sr, "", location);
    }
    space::recount(world, sr);
}

/// Makes a record of the disk at `location`, nothing if there is none.
pub(crate) fn bring_back(world: &mut World, sr: Object, uuid: &str, location: &str) -> Option<Object> {
    let key = format!("disks of SR {}", world.uuid(sr));
    let pool = world.pool();
    let kept = world.hidden(pool, &key).clone();
    let record = kept.get(location)?;
    let object = record.get("object")?.as_object();
    let derived = ["object", "VBDs", "snapshots", "crash_dumps", "SR", "allowed_operations", "current_operations"];
    let fields: Vec<(&str, Datum)> = record
        .entries()
        .iter()
        .filter(|(field, _)| !derived.contains(&&**field))
        .map(|(field, value)| (&**field, value.clone()))
        .chain([("SR", sr.into())])
        .collect();
    // The same reference as before, so that the content is found again.
    world.create_as(object, "VDI", fields);
    if !uuid.is_empty() {
        world.set(object, "uuid", uuid);
    }
    world.hide(pool, &key, kept.without_entry(location));
    Some(object)
}
