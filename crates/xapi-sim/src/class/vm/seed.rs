//! A VM from a seed file: its disks, interfaces, snapshots, and what state it is in.
//!
//! Keys besides the fields of the class: `template` (name of a default template), `state` (`running`,
//! `halted`, `suspended`, `paused`, `template`), `host`, `up`, `vcpus`, `vcpus_max`, `memory`,
//! `memory_min`, `agent`, `vtpm`, `cd`, `disks`, `vifs`, `snapshots`.

use xapi_types::DateTime;

use crate::{
    Datum, Object, World,
    class::{device, story, vdi, vtpm},
    methods::Methods,
    seed::{Error, Fields, SeedRow},
};

use super::{domain, guest, life, placement, power, snapshot};

pub(super) fn register(methods: &mut Methods) {
    methods.seed("VM", vm);
}

/// What a VM takes over from the template that it was made from.
const OF_TEMPLATE: &[&str] = &[
    "memory_static_min",
    "platform",
    "HVM_boot_policy",
    "HVM_boot_params",
    "HVM_shadow_multiplier",
    "recommendations",
    "reference_label",
    "domain_type",
    "has_vendor_device",
    "actions_after_shutdown",
    "actions_after_reboot",
    "actions_after_crash",
    "user_version",
];

fn vm(row: &mut SeedRow<'_>) -> Result<Object, Error> {
    if story::is_bare(row.world) {
        return row.make([]);
    }
    let template = row.fields.text("template")?.unwrap_or_else(|| "Other install media".to_owned());
    let state = row.fields.text("state")?.unwrap_or_else(|| "halted".to_owned());
    let host = row.fields.text("host")?;
    let up = story::age(&mut row.fields, "up")?.unwrap_or(3_600);
    let (agent, vtpm) = (row.fields.text("agent")?, row.fields.flag("vtpm")?.unwrap_or(false));
    let cd = row.fields.text("cd")?;
    let (disks, vifs) = (row.fields.tables("disks")?, row.fields.tables("vifs")?);
    let snapshots = row.fields.tables("snapshots")?;
    let defaults = defaults(row, &template)?;
    let vm = row.make(defaults)?;
    life::complete(row.world, vm);
    row.world.set(vm, "bios_strings", super::setting::generic_bios_strings());
    if let Some(agent) = &agent {
        row.world.hide(vm, "system", agent.as_str());
    }
    for (at, disk) in (0..).zip(disks) {
        add_disk(row, vm, at, disk)?;
    }
    for (at, vif) in (0..).zip(vifs) {
        add_vif(row, vm, at, vif)?;
    }
    if let Some(name) = cd {
        let disc = if name.is_empty() { Object::NULL } else { row.labelled("VDI", &name)? };
        add_drive(row.world, vm, disc);
    }
    if vtpm {
        vtpm::add(row.world, vm);
    }
    let host = match host {
        Some(label) => Some(row.labelled("host", &label)?),
        None => None,
    };
    let place = row.fields.place().to_owned();
    take_snapshots(row.world, vm, host, snapshots)?;
    bring_to(row.world, vm, &state, host, up).ok_or_else(|| Error::WrongType {
        place,
        key: "state".to_owned(),
        expected: "`running`, `halted`, `suspended`, `paused` or `template`, with storage that the host sees"
            .to_owned(),
        found: state.clone(),
    })?;
    Ok(vm)
}

fn defaults(row: &mut SeedRow<'_>, template: &str) -> Result<Vec<(&'static str, Datum)>, Error> {
    let found = row
        .world
        .all("VM")
        .find(|vm| row.world.text(*vm, "name_label") == template && row.world.flag(*vm, "is_default_template"));
    let base = found.ok_or_else(|| Error::NoSuchLabel {
        place: row.fields.place().to_owned(),
        class: "VM".to_owned(),
        label: template.to_owned(),
    })?;
    let vcpus = row.fields.int("vcpus")?.unwrap_or(row.world.int(base, "VCPUs_max"));
    let vcpus_max = row.fields.int("vcpus_max")?.unwrap_or(vcpus);
    let memory = row.fields.size("memory")?.unwrap_or(row.world.int(base, "memory_static_max"));
    let memory_min = row.fields.size("memory_min")?.unwrap_or(memory);
    let mut other_config = vec![("base_template_name", Datum::from(template))];
    other_config.push(("install-methods", row.world.entry(base, "other_config", "install-methods").into()));
    let told = row.fields.map("other_config")?;
    other_config.extend(told.iter().map(|(key, value)| (key.as_str(), value.clone())));
    let mut defaults: Vec<(&'static str, Datum)> =
        OF_TEMPLATE.iter().map(|field| (*field, row.world.get(base, field).clone())).collect();
    defaults.extend([
        ("VCPUs_max", Datum::from(vcpus_max)),
        ("VCPUs_at_startup", vcpus.into()),
        ("memory_static_max", memory.into()),
        ("memory_dynamic_max", memory.into()),
        ("memory_dynamic_min", memory_min.into()),
        ("memory_static_min", row.world.int(base, "memory_static_min").min(memory_min).into()),
        ("other_config", Datum::map(other_config)),
    ]);
    // The number of cores of a socket must divide the number of virtual CPUs.
    if vcpus_max % 2 != 0 {
        let platform = row.world.get(base, "platform").without_entry("cores-per-socket");
        defaults.push(("platform", platform));
    }
    Ok(defaults)
}

fn add_disk(row: &mut SeedRow<'_>, vm: Object, at: u32, mut disk: Fields) -> Result<(), Error> {
    let sr = row.labelled("SR", &disk.needed_text("sr")?)?;
    let name = disk.text("name")?.unwrap_or_else(|| format!("{} {at}", row.label));
    let size = disk.size("size")?.unwrap_or(10 << 30);
    let used = disk.size("used")?.unwrap_or(size / 4);
    disk.finish()?;
    let world = &mut *row.world;
    let vdi = vdi::create_in(world, sr, &name, size, "user").map_err(|failure| Error::WrongType {
        place: disk.place().to_owned(),
        key: "size".to_owned(),
        expected: "a size for which the SR has room".to_owned(),
        found: failure.to_string(),
    })?;
    vdi::fill(world, vdi, used);
    // Numbers of disks pass over the drive's.
    let device = if at < 3 { at } else { at + 1 };
    let vbd = world.create(
        "VBD",
        [
            ("VM", Datum::from(vm)),
            ("VDI", vdi.into()),
            ("userdevice", device.to_string().into()),
            ("bootable", (at == 0).into()),
            ("mode", "RW".into()),
            ("type", "Disk".into()),
            ("unpluggable", true.into()),
            ("other_config", Datum::map([("owner", "")])),
        ],
    );
    device::measure(world, vbd);
    Ok(())
}

fn add_drive(world: &mut World, vm: Object, disc: Object) {
    let vbd = world.create(
        "VBD",
        [
            ("VM", Datum::from(vm)),
            ("VDI", disc.into()),
            ("userdevice", "3".into()),
            ("mode", "RO".into()),
            ("type", "CD".into()),
            ("empty", disc.is_null().into()),
        ],
    );
    device::measure(world, vbd);
}

fn add_vif(row: &mut SeedRow<'_>, vm: Object, at: u32, mut vif: Fields) -> Result<(), Error> {
    let network = row.labelled("network", &vif.needed_text("network")?)?;
    let addresses = vif.texts("ip")?;
    let locking = vif.text("locking")?.unwrap_or_else(|| "network_default".to_owned());
    let (ipv4, ipv6) = (vif.texts("ipv4")?, vif.texts("ipv6")?);
    vif.finish()?;
    let world = &mut *row.world;
    let (mac, mtu) = (world.new_mac(), world.int(network, "MTU"));
    let vif = world.create(
        "VIF",
        [
            ("VM", Datum::from(vm)),
            ("network", network.into()),
            ("device", at.to_string().into()),
            ("MAC", mac.into()),
            ("MAC_autogenerated", true.into()),
            ("MTU", mtu.into()),
            ("locking_mode", locking.into()),
            ("ipv4_allowed", ipv4.into()),
            ("ipv6_allowed", ipv6.into()),
            ("ipv4_configuration_mode", "None".into()),
            ("ipv6_configuration_mode", "None".into()),
        ],
    );
    device::measure(world, vif);
    if !addresses.is_empty() {
        world.hide(vif, "addresses", Datum::set(addresses));
    }
    Ok(())
}

/// Takes the snapshots of a story, oldest first, as if the VM had been running.
fn take_snapshots(world: &mut World, vm: Object, host: Option<Object>, stories: Vec<Fields>) -> Result<(), Error> {
    let mut stories: Vec<(i64, Fields)> = stories
        .into_iter()
        .map(|mut story| Ok((story::age(&mut story, "age")?.unwrap_or(86_400), story)))
        .collect::<Result<_, Error>>()?;
    stories.sort_by_key(|(age, _)| -age);
    for (age, mut story) in stories {
        let name = story.needed_text("name")?;
        let (memory, tags) = (story.flag("memory")?.unwrap_or(false), story.texts("tags")?);
        story.finish()?;
        let taken = match first_sr(world, vm).filter(|_| memory) {
            Some(sr) => snapshot::take_with_memory(world, vm, &name, sr),
            None => snapshot::take(world, vm, &name, &[]),
        };
        let snapshot = taken.map_err(|failure| Error::WrongType {
            place: story.place().to_owned(),
            key: "name".to_owned(),
            expected: "a snapshot for which the SR has room".to_owned(),
            found: failure.to_string(),
        })?;
        let at = DateTime::from_unix(world.now().unix() - age);
        world.set(snapshot, "snapshot_time", at);
        world.set(snapshot, "tags", tags);
        if host.is_some() {
            world.put(snapshot, "snapshot_info", "power-state-at-snapshot", "Running");
        }
        for vbd in world.objects(snapshot, "VBDs") {
            let vdi = world.object(vbd, "VDI");
            world.set(vdi, "snapshot_time", at);
        }
        // Something was written since, or the next snapshot would share this one's blocks.
        for vdi in super::copy::disks_of(world, vm) {
            let some = (world.int(vdi, "virtual_size") / 64).min(1 << 30);
            vdi::fill(world, vdi, some);
        }
    }
    Ok(())
}

/// Returns the SR of the first disk, where the memory of a story goes too: the pool's own choice is
/// not known before the whole file is read.
fn first_sr(world: &World, vm: Object) -> Option<Object> {
    super::copy::disks_of(world, vm).first().map(|vdi| world.object(*vdi, "SR"))
}

/// Brings a VM, halted so far, into the state of its story; nothing if it cannot be there.
fn bring_to(world: &mut World, vm: Object, state: &str, host: Option<Object>, up: i64) -> Option<()> {
    if state == "template" {
        world.set(vm, "is_a_template", true);
        return Some(());
    }
    let host = match host {
        Some(host) => host,
        None => {
            world.all("host").find(|host| placement::check(world, vm, *host).is_ok()).or(world.all("host").next())?
        }
    };
    match state {
        "halted" => return Some(()),
        "running" | "paused" | "suspended" => {}
        _ => return None,
    }
    placement::check(world, vm, host).ok()?;
    domain::start(world, vm, host, "Running");
    world.forget(vm, guest::COMES_UP);
    guest::report(world, vm);
    let (metrics, started) = (world.object(vm, "metrics"), DateTime::from_unix(world.now().unix() - up));
    world.set(metrics, "start_time", started);
    world.set(metrics, "install_time", DateTime::from_unix(world.now().unix() - up - 86_400 * 90));
    match state {
        "paused" => world.set(vm, "power_state", "Paused"),
        "suspended" => {
            let sr = first_sr(world, vm)?;
            let image = power::save_memory(world, vm, sr).ok()?;
            world.set(vm, "suspend_VDI", image);
            domain::stop(world, vm, "Suspended");
        }
        _ => {}
    }
    Some(())
}
