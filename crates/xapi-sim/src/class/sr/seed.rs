//! An SR from a seed file, connected to its hosts, with the ISOs that are on it.

use crate::{
    Datum, Object, World,
    class::{pbd, story},
    methods::Methods,
    seed::{Error, SeedRow},
};

use super::space;

pub(super) fn register(methods: &mut Methods) {
    methods.seed("SR", sr);
}

fn sr(row: &mut SeedRow<'_>) -> Result<Object, Error> {
    if story::is_bare(row.world) {
        return row.make([]);
    }
    let size = row.fields.size("size")?.unwrap_or(1 << 40);
    let config = Datum::map(row.fields.map("device_config")?);
    let host = row.fields.text("host")?;
    let isos = row.fields.tables("isos")?;
    let sr = row.make([
        ("physical_size", Datum::from(size)),
        ("content_type", "user".into()),
        ("other_config", Datum::map([("auto-scan", "true")])),
    ])?;
    let hosts = match &host {
        Some(label) => vec![row.labelled("host", label)?],
        None => row.world.list("host"),
    };
    for host in hosts {
        let pbd = pbd::add(row.world, host, sr, config.clone());
        row.world.set(pbd, "currently_attached", true);
    }
    for mut iso in isos {
        let name = iso.needed_text("name")?;
        let size = iso.size("size")?.unwrap_or(700 << 20);
        iso.finish()?;
        let disc = add_iso(row.world, sr, &name, size);
        row.name("VDI", &name, disc);
    }
    space::recount(row.world, sr);
    Ok(sr)
}

fn add_iso(world: &mut World, sr: Object, name: &str, size: i64) -> Object {
    let disc = world.create(
        "VDI",
        [
            ("name_label", Datum::from(name)),
            ("location", name.into()),
            ("SR", sr.into()),
            ("virtual_size", size.into()),
            ("physical_utilisation", size.into()),
            ("type", "user".into()),
            ("read_only", true.into()),
            ("managed", true.into()),
        ],
    );
    world.disks.fill(disc, size.cast_unsigned(), size.cast_unsigned());
    disc
}
