//! From create to destroy; templates and what they provision.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{device, vdi},
    methods::Methods,
    transition::Outcome,
};

use super::{memory, operation};

const PROVISION: Duration = Duration::from_secs(1);

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "create", create);
    methods.on("VM", "destroy", destroy);
    methods.on("VM", "provision", provision);
    methods.on("VM", "set_is_a_template", set_is_a_template);
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let outcome = call.generic()?;
    if let Outcome::Done(Datum::Ref(vm)) = outcome {
        complete(call.world, vm);
    }
    Ok(outcome)
}

/// Gives a new VM what every VM has: metrics, a seed for addresses, the overhead worked out.
pub(crate) fn complete(world: &mut World, vm: Object) {
    let vcpus = world.int(vm, "VCPUs_at_startup");
    let metrics = world.create(
        "VM_metrics",
        [("VCPUs_utilisation", super::vcpu::idle(vcpus)), ("current_domain_type", "unspecified".into())],
    );
    let overhead = memory::overhead(world, vm);
    let mut fresh = vec![
        ("metrics", Datum::from(metrics)),
        ("domid", (-1_i64).into()),
        ("memory_overhead", overhead.into()),
        ("blocked_operations", world.get(vm, "blocked_operations").clone()),
    ];
    if world.get(vm, "other_config").get("mac_seed").is_none() {
        let seed = world.new_uuid();
        fresh.push(("other_config", world.get(vm, "other_config").with_entry("mac_seed", seed)));
    }
    if world.text(vm, "domain_type") == "unspecified" {
        let kind = if world.text(vm, "HVM_boot_policy").is_empty() { "pv" } else { "hvm" };
        fresh.push(("domain_type", kind.into()));
    }
    world.update(vm, fresh);
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    if operation::is_default_template(call.world, vm) {
        return fail(code::VM_CANNOT_DELETE_DEFAULT_TEMPLATE, [vm]);
    }
    operation::expect(call.world, vm, "destroy")?;
    let appliance = call.world.object(vm, "appliance");
    if call.world.is(appliance, "VM_appliance") {
        return fail(code::VM_IS_PART_OF_AN_APPLIANCE, [vm, appliance]);
    }
    remove(call.world, vm);
    Outcome::void()
}

/// Removes a VM and what belongs to nobody else; its disks stay, its memory image does not.
pub(crate) fn remove(world: &mut World, vm: Object) {
    for field in ["VBDs", "VIFs", "VTPMs", "VGPUs", "VUSBs", "consoles", "crash_dumps"] {
        for part in world.objects(vm, field) {
            device::remove(world, part);
        }
    }
    let image = world.object(vm, "suspend_VDI");
    if !image.is_null() {
        vdi::remove(world, image);
    }
    let parent = world.object(vm, "parent");
    for child in world.objects(vm, "children") {
        world.set(child, "parent", parent);
    }
    for field in ["metrics", "guest_metrics"] {
        let part = world.object(vm, field);
        world.destroy(part);
    }
    world.destroy(vm);
}

fn set_is_a_template(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, value) = (call.object("self")?, call.flag("value"));
    if value {
        operation::expect(call.world, vm, "make_into_template")?;
    }
    call.world.set(vm, "is_a_template", value);
    if !value {
        call.world.set(vm, "is_default_template", false);
        call.world.remove(vm, "other_config", "default_template");
    }
    Outcome::void()
}

/// A disk that a template asks for, of its `other_config:disks`.
#[derive(Debug, PartialEq)]
struct Wanted {
    device: String,
    size: i64,
    sr: String,
    bootable: bool,
    kind: String,
}

fn provision(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "provision")?;
    let wanted = match read_disks(call.world.entry(vm, "other_config", "disks")) {
        Ok(wanted) => wanted,
        Err(reason) => return fail(code::INTERNAL_ERROR, [reason]),
    };
    let wanted: Vec<(Object, Wanted)> =
        wanted.into_iter().map(|disk| Ok((find_sr(call.world, &disk.sr)?, disk))).collect::<Result<_, Failure>>()?;
    call.begin(vm, "provision");
    Ok(call.after(PROVISION, move |call| {
        let mut made = Vec::new();
        for (sr, disk) in wanted {
            let name = format!("{} {}", call.world.text(vm, "name_label"), disk.device);
            match vdi::create_in(call.world, sr, &name, disk.size, &disk.kind) {
                Ok(vdi) => made.push((vdi, disk)),
                Err(failure) => {
                    for (vdi, _) in made {
                        vdi::remove(call.world, vdi);
                    }
                    return Err(failure);
                }
            }
        }
        for (vdi, disk) in made {
            call.world.set(vdi, "name_description", "Created by template provisioner");
            plug_in(call.world, vm, vdi, &disk);
        }
        call.world.remove(vm, "other_config", "disks");
        call.world.remove(vm, "other_config", "postinstall");
        call.world.set(vm, "is_a_template", false);
        Outcome::void()
    }))
}

fn plug_in(world: &mut World, vm: Object, vdi: Object, disk: &Wanted) {
    let vbd = world.create(
        "VBD",
        [
            ("VM", Datum::from(vm)),
            ("VDI", vdi.into()),
            ("userdevice", disk.device.as_str().into()),
            ("bootable", disk.bootable.into()),
            ("mode", "RW".into()),
            ("type", "Disk".into()),
            ("unpluggable", true.into()),
            ("other_config", Datum::map([("owner", "")])),
        ],
    );
    device::measure(world, vbd);
}

/// Finds the SR that a template names: by uuid or name, the pool's default if it names none.
fn find_sr(world: &World, named: &str) -> Result<Object, Failure> {
    if named.is_empty() {
        let sr = world.object(world.pool(), "default_SR");
        return if world.is(sr, "SR") { Ok(sr) } else { fail(code::DEFAULT_SR_NOT_FOUND, [sr]) };
    }
    match world.by_uuid("SR", named).or_else(|| world.by_name("SR", named)) {
        Some(sr) => Ok(sr),
        None => fail(code::UUID_INVALID, ["SR", named]),
    }
}

/// Reads `<provision><disk device="0" size="…" sr="" bootable="true" type="system"/></provision>`.
fn read_disks(xml: &str) -> Result<Vec<Wanted>, String> {
    use quick_xml::{Reader, events::Event};
    let mut reader = Reader::from_str(xml);
    let mut disks = Vec::new();
    loop {
        match reader.read_event().map_err(|error| format!("other_config:disks: {error}"))? {
            Event::Eof => return Ok(disks),
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == b"disk" => {
                let value = |name: &str| -> Result<String, String> {
                    let found = tag.try_get_attribute(name).map_err(|error| format!("other_config:disks: {error}"))?;
                    Ok(found.map(|found| String::from_utf8_lossy(&found.value).into_owned()).unwrap_or_default())
                };
                let size = value("size")?;
                let kind = value("type")?;
                disks.push(Wanted {
                    device: value("device")?,
                    size: size.parse().map_err(|_| format!("other_config:disks: `{size}` is no size"))?,
                    sr: value("sr")?,
                    bootable: value("bootable")? == "true",
                    kind: if kind.is_empty() { "user".to_owned() } else { kind },
                });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, read_disks};

    #[test]
    fn the_disks_of_a_template_are_read() {
        let xml = r#"<provision><disk device="0" size="8589934592" sr="" bootable="true" type="system"/></provision>"#;
        let disk = Wanted {
            device: "0".into(),
            size: 8_589_934_592,
            sr: String::new(),
            bootable: true,
            kind: "system".into(),
        };
        assert_eq!(read_disks(xml), Ok(vec![disk]));
    }

    #[test]
    fn no_disks_are_none_and_a_bad_size_is_an_error() {
        assert_eq!(read_disks(""), Ok(vec![]));
        assert!(read_disks(r#"<provision><disk device="0" size="x"/></provision>"#).is_err());
    }
}
