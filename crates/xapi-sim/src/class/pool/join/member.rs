//! The master's part when a host joins: whether it may, and all that it tells.

use std::time::Duration;

use rustc_hash::FxHashMap;
use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::fail,
    class::{
        host, pbd, vdi,
        vm::{
            immigrate::{Asked, TRANSFER, make},
            memory,
        },
    },
    disk,
};

/// Until the host takes VMs in its new pool, as measured.
const ENABLED: Duration = Duration::from_secs(17);

/// Under which all that a host brought is noted of it.
const CAME: &str = "came";

/// What the disks of a host hold that is to join, by their references there.
#[derive(Default)]
pub(crate) struct Contents(FxHashMap<String, Content>);

#[derive(Default)]
struct Content {
    stories: Vec<(u64, u64)>,
    blocks: Vec<(u64, Vec<u8>)>,
}

/// Checks that a host may come, as the master.
///
/// # Errors
///
/// Why not.
pub(crate) fn expect(world: &World, asked: Asked<'_>) -> Result<(), Failure> {
    if world.by_uuid("host", asked.text("uuid")).is_some() {
        return fail(code::OPERATION_NOT_ALLOWED, ["Host is already part of a pool"]);
    }
    if world.flag(world.pool(), "ha_enabled") {
        return fail::<_, &str>(code::HA_IS_ENABLED, []);
    }
    let master = world.master();
    let same = |key: &str| world.entry(master, "software_version", key) == asked.text(key);
    if !same("product_version") || !same("product_brand") {
        return fail::<_, &str>(code::POOL_JOINING_HOST_MUST_HAVE_SAME_PRODUCT_VERSION, []);
    }
    if !asked.flag("force") && world.entry(master, "cpu_info", "vendor") != asked.text("cpu_vendor") {
        return fail(code::HOSTS_NOT_HOMOGENEOUS, ["CPUs differ"]);
    }
    Ok(())
}

impl Contents {
    /// Keeps a part of what a disk holds.
    ///
    /// # Errors
    ///
    /// If it is not base64.
    pub(crate) fn take(&mut self, asked: Asked<'_>) -> Result<(), Failure> {
        use base64::Engine as _;
        let content = self.0.entry(asked.text("ref").to_owned()).or_default();
        if asked.text("part") == "stories" {
            let number = |story: Asked<'_>, key: &str| story.text(key).parse().unwrap_or(0);
            content.stories = asked.list("stories").map(|of| (number(of, "blocks"), number(of, "seed"))).collect();
            return Ok(());
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(asked.text("bytes"));
        let bytes = bytes.map_err(|error| Failure::new(code::INTERNAL_ERROR, [error.to_string()]))?;
        content.blocks.push((u64::try_from(asked.int("index")).unwrap_or(0), bytes));
        Ok(())
    }

    /// Takes a host in with all that it told.
    ///
    /// # Errors
    ///
    /// What cannot be read; then nothing is taken in.
    pub(crate) fn arrive(&mut self, world: &mut World, asked: Asked<'_>) -> Result<Object, Failure> {
        let mut names = FxHashMap::default();
        for object in asked.list("objects") {
            if let Some(known) = known_here(world, object) {
                names.insert(object.text("ref").to_owned(), known);
            }
        }
        let came = make(world, &mut names, asked)?;
        for (disk, content) in self.0.drain() {
            let Some(disk) = names.get(&disk).copied() else { continue };
            world.disks.tell(disk, content.stories);
            for (index, bytes) in content.blocks {
                world.disks.write(disk, index * disk::BLOCK, &bytes);
            }
        }
        let host = names[asked.text("host")];
        world.set(host, "enabled", false);
        world.set(host, "current_operations", Datum::map::<&str, &str>([]));
        memory::note_free(world, host);
        attach_shared(world, host);
        world.hide(host, TRANSFER, asked.text("transfer"));
        world.hide(host, CAME, Datum::set(came));
        world.later(host, "enabled", ENABLED, move |world| world.set(host, "enabled", true));
        Ok(host)
    }
}

/// Removes a host with all that it told: it did not hear that it was taken in.
pub(crate) fn take_back(world: &mut World, host: Object) {
    let came: Vec<Object> = world.hidden(host, CAME).objects().collect();
    world.forget(host, "enabled");
    for disk in came.iter().filter(|object| world.is(**object, "VDI")).copied().collect::<Vec<_>>() {
        vdi::remove(world, disk);
    }
    host::remove(world, host);
    came.into_iter().rev().for_each(|object| world.destroy(object));
}

/// Returns what takes the place of an object: a network of the same bridge, the tools of the pool.
fn known_here(world: &World, asked: Asked<'_>) -> Option<Object> {
    let fields = Asked(asked.0.get("fields")?);
    match asked.text("class") {
        "network" => world.all("network").find(|network| world.text(*network, "bridge") == fields.text("bridge")),
        "SR" if fields.flag("is_tools_sr") => world.all("SR").find(|sr| world.flag(*sr, "is_tools_sr")),
        _ => None,
    }
}

/// Gives a new host the storage that all hosts of the pool have.
fn attach_shared(world: &mut World, host: Object) {
    for sr in world.list("SR") {
        let pbds = world.objects(sr, "PBDs");
        let has = pbds.iter().any(|pbd| world.object(*pbd, "host") == host);
        if let Some(like) = pbds.first().filter(|_| world.flag(sr, "shared") && !has) {
            let config = world.get(*like, "device_config").clone();
            let pbd = pbd::add(world, host, sr, config);
            if host::is_live(world, host) {
                pbd::attach(world, pbd);
            }
        }
    }
}
