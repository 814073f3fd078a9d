//! VMs of the world `large`.

use crate::{Datum, Object, World};

use super::{Ground, map, set};

const GIB: i64 = 1 << 30;

/// Values that many VMs share.
pub(super) struct Kinds {
    platform: Datum,
    bios_strings: Datum,
    boot_params: Datum,
    recommendations: Datum,
    guest_other: Datum,
    systems: Vec<(&'static str, Datum)>,
    drivers: Datum,
    running: Datum,
    halted: Datum,
    suspended: Datum,
    disk_attached: Datum,
    disk_free: Datum,
    vdi_attached: Datum,
    vdi_free: Datum,
}

/// What the numbers of VMs say about them.
#[derive(Clone, Copy, PartialEq)]
enum Power {
    Running,
    Halted,
    Suspended,
}

impl Kinds {
    pub(super) fn new() -> Self {
        let system = |name, distro, major, minor, uname| {
            map(&[("name", name), ("uname", uname), ("distro", distro), ("major", major), ("minor", minor)])
        };
        Self {
            platform: map(&[
                ("timeoffset", "0"),
                ("nx", "true"),
                ("acpi", "1"),
                ("apic", "true"),
                ("pae", "true"),
                ("viridian", "true"),
                ("hpet", "true"),
                ("secureboot", "false"),
                ("cores-per-socket", "2"),
                ("device-model", "qemu-upstream-compat"),
            ]),
            bios_strings: map(&[
                ("bios-vendor", "Xen"),
                ("bios-version", ""),
                ("system-manufacturer", "Xen"),
                ("system-product-name", "HVM domU"),
                ("system-version", ""),
                ("system-serial-number", ""),
                ("baseboard-manufacturer", ""),
                ("baseboard-product-name", ""),
                ("baseboard-version", ""),
                ("baseboard-serial-number", ""),
                ("baseboard-asset-tag", ""),
                ("enclosure-asset-tag", ""),
                ("hp-rombios", ""),
                ("oem-1", "Xen"),
                ("oem-2", "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d"),
            ]),
            boot_params: map(&[("firmware", "bios"), ("order", "cdn")]),
            recommendations: RECOMMENDATIONS.into(),
            guest_other: map(&[
                ("platform-feature-multiprocessor-suspend", "1"),
                ("has-vendor-device", "0"),
                ("feature-suspend", "1"),
                ("feature-poweroff", "1"),
                ("feature-reboot", "1"),
                ("feature-vcpu-hotplug", "1"),
                ("feature-shutdown", "1"),
                ("feature-balloon", "1"),
                ("data-updated", "0"),
            ]),
            systems: vec![
                ("debian", system("Debian GNU/Linux 12 (bookworm)", "debian", "12", "5", "6.1.0-18-amd64")),
                ("ubuntu", system("Ubuntu 24.04.1 LTS", "ubuntu", "24", "04", "6.8.0-45-generic")),
                ("rocky", system("Rocky Linux 9.4 (Blue Onyx)", "rocky", "9", "4", "5.14.0-427.13.1.el9_4.x86_64")),
            ],
            drivers: map(&[("major", "8"), ("minor", "4"), ("micro", "0"), ("build", "1")]),
            running: set(RUNNING),
            halted: set(HALTED),
            suspended: set(SUSPENDED),
            disk_attached: set(&["attach", "unpause", "unplug", "unplug_force", "pause"]),
            disk_free: set(&["attach"]),
            vdi_attached: set(&["clone", "snapshot"]),
            vdi_free: set(&["copy", "clone", "forget", "resize", "snapshot", "destroy"]),
        }
    }
}

/// Makes VM number `at` and what belongs to it.
pub(super) fn make(world: &mut World, ground: &Ground, kinds: &Kinds, at: usize) {
    let power = match at % 20 {
        0..16 => Power::Running,
        16..19 => Power::Halted,
        _ => Power::Suspended,
    };
    let (running, live) = (power == Power::Running, power != Power::Halted);
    let (system, os_version) = &kinds.systems[at % kinds.systems.len()];
    let memory = [2, 4, 8, 16][at % 4] * GIB;
    let cpus = [1, 2, 2, 4][at % 4];
    let now = world.now();
    let host = if running { ground.hosts[at % ground.hosts.len()] } else { Object::NULL };
    let number = i64::try_from(at).unwrap_or(i64::MAX);
    let metrics = world.create(
        "VM_metrics",
        [
            ("memory_actual", if running { memory } else { 0 }.into()),
            ("VCPUs_number", cpus.into()),
            ("start_time", if running { now.into() } else { xapi_types::DateTime::NEVER.into() }),
            ("install_time", now.into()),
            ("last_updated", now.into()),
            ("current_domain_type", if running { "hvm" } else { "unspecified" }.into()),
            ("hvm", running.into()),
        ],
    );
    let guest = if live { guest_metrics(world, kinds, os_version, at) } else { Object::NULL };
    let name = format!("{system}-{at:05}");
    let mac_seed = world.new_uuid();
    let states = [&kinds.running, &kinds.halted, &kinds.suspended];
    let (state, allowed) = match power {
        Power::Running => ("Running", states[0]),
        Power::Halted => ("Halted", states[1]),
        Power::Suspended => ("Suspended", states[2]),
    };
    let tags = [&["production"][..], &["production", "backup"], &["test"], &[]][at % 4];
    let vm = world.create(
        "VM",
        [
            ("name_label", name.as_str().into()),
            ("name_description", "Made for measurements".into()),
            ("power_state", state.into()),
            ("allowed_operations", allowed.clone()),
            ("user_version", 1.into()),
            ("resident_on", host.into()),
            ("affinity", ground.hosts[at % ground.hosts.len()].into()),
            ("memory_overhead", (20 << 20).into()),
            ("memory_target", if running { memory } else { 0 }.into()),
            ("memory_static_max", memory.into()),
            ("memory_dynamic_max", memory.into()),
            ("memory_dynamic_min", memory.into()),
            ("memory_static_min", (GIB / 2).into()),
            ("VCPUs_max", cpus.into()),
            ("VCPUs_at_startup", cpus.into()),
            ("actions_after_shutdown", "destroy".into()),
            ("actions_after_reboot", "restart".into()),
            ("actions_after_crash", "restart".into()),
            ("HVM_boot_policy", "BIOS order".into()),
            ("HVM_boot_params", kinds.boot_params.clone()),
            ("platform", kinds.platform.clone()),
            ("bios_strings", kinds.bios_strings.clone()),
            ("recommendations", kinds.recommendations.clone()),
            (
                "other_config",
                Datum::map([
                    ("base_template_name", "Debian Bookworm 12"),
                    ("import_task", ""),
                    ("install-methods", "cdrom,nfs,http,ftp"),
                    ("linux_template", "true"),
                    ("mac_seed", &mac_seed),
                ]),
            ),
            ("domid", if running { number + 1 } else { -1 }.into()),
            ("domarch", if running { "x86_64" } else { "" }.into()),
            ("metrics", metrics.into()),
            ("guest_metrics", guest.into()),
            ("domain_type", "hvm".into()),
            ("generation_id", "0:0".into()),
            ("hardware_platform_version", 0.into()),
            ("tags", set(tags)),
        ],
    );
    disk(world, ground, kinds, vm, at, 0, running);
    if at.is_multiple_of(2) {
        disk(world, ground, kinds, vm, at, 1, running);
    }
    vbd(world, vm, Object::NULL, "3", "CD", running, &set(&["attach", "insert"]));
    let mac = world.new_mac();
    let operations = if running { set(&["attach", "unplug"]) } else { kinds.disk_free.clone() };
    world.create(
        "VIF",
        [
            ("VM", vm.into()),
            ("network", ground.networks[at % ground.networks.len()].into()),
            ("device", "0".into()),
            ("MAC", mac.into()),
            ("MAC_autogenerated", true.into()),
            ("MTU", 1500.into()),
            ("currently_attached", running.into()),
            ("allowed_operations", operations),
        ],
    );
    if running {
        let console = world.create("console", [("protocol", "rfb".into()), ("VM", vm.into())]);
        world.set(
            console,
            "location",
            format!("https://10.30.1.{}/console?ref={console}", at % ground.hosts.len() + 1),
        );
    }
}

fn guest_metrics(world: &mut World, kinds: &Kinds, os_version: &Datum, at: usize) -> Object {
    let now = world.now();
    let address = format!("10.{}.{}.{}", 64 + at / 65_536, at / 256 % 256, at % 256);
    let link_local = format!("fe80::{at:x}");
    world.create(
        "VM_guest_metrics",
        [
            ("os_version", os_version.clone()),
            ("PV_drivers_version", kinds.drivers.clone()),
            ("PV_drivers_up_to_date", true.into()),
            ("PV_drivers_detected", true.into()),
            ("networks", Datum::map([("0/ip", &*address), ("0/ipv4/0", &*address), ("0/ipv6/0", &*link_local)])),
            ("other", kinds.guest_other.clone()),
            ("last_updated", now.into()),
            ("live", true.into()),
            ("can_use_hotplug_vbd", "yes".into()),
            ("can_use_hotplug_vif", "yes".into()),
        ],
    )
}

fn disk(world: &mut World, ground: &Ground, kinds: &Kinds, vm: Object, at: usize, number: usize, running: bool) {
    let size = [20, 40, 100, 200][at % 4] * GIB;
    let uuid = world.new_uuid();
    let operations = if running { &kinds.vdi_attached } else { &kinds.vdi_free };
    let vdi = world.create(
        "VDI",
        [
            ("name_label", format!("disk {number} of {at:05}").into()),
            ("SR", ground.srs[at % ground.srs.len()].into()),
            ("virtual_size", size.into()),
            ("physical_utilisation", (size / 3).into()),
            ("type", "user".into()),
            ("managed", true.into()),
            ("location", uuid.as_str().into()),
            ("sm_config", map(&[("vdi_type", "vhd")])),
            ("allowed_operations", operations.clone()),
        ],
    );
    world.set(vdi, "uuid", uuid);
    let operations = if running { &kinds.disk_attached } else { &kinds.disk_free };
    vbd(world, vm, vdi, if number == 0 { "0" } else { "1" }, "Disk", running, operations);
}

fn vbd(world: &mut World, vm: Object, vdi: Object, position: &str, kind: &str, running: bool, operations: &Datum) {
    let disk = kind == "Disk";
    let device = match (running, position) {
        (false, _) => "",
        (true, "0") => "xvda",
        (true, "1") => "xvdb",
        (true, _) => "xvdd",
    };
    world.create(
        "VBD",
        [
            ("VM", vm.into()),
            ("VDI", vdi.into()),
            ("userdevice", position.into()),
            ("device", device.into()),
            ("bootable", (position == "0").into()),
            ("mode", if disk { "RW" } else { "RO" }.into()),
            ("type", kind.into()),
            ("unpluggable", disk.into()),
            ("empty", vdi.is_null().into()),
            ("currently_attached", running.into()),
            ("allowed_operations", operations.clone()),
        ],
    );
}

const RUNNING: &[&str] = &[
    "metadata_export",
    "changing_VCPUs_live",
    "changing_dynamic_range",
    "migrate_send",
    "pool_migrate",
    "send_trigger",
    "send_sysrq",
    "suspend",
    "hard_reboot",
    "hard_shutdown",
    "clean_reboot",
    "clean_shutdown",
    "pause",
    "checkpoint",
    "snapshot",
];

const HALTED: &[&str] = &[
    "create_vtpm",
    "destroy",
    "metadata_export",
    "export",
    "make_into_template",
    "changing_NVRAM",
    "changing_shadow_memory",
    "changing_static_range",
    "changing_dynamic_range",
    "migrate_send",
    "start_on",
    "start",
    "copy",
    "clone",
    "snapshot",
];

const SUSPENDED: &[&str] = &[
    "destroy",
    "metadata_export",
    "export",
    "migrate_send",
    "resume_on",
    "resume",
    "hard_shutdown",
    "checkpoint",
    "snapshot",
];

const RECOMMENDATIONS: &str = "<restrictions><restriction field=\"memory-static-max\" max=\"1649267441664\"/>\
    <restriction field=\"vcpus-max\" max=\"64\"/><restriction field=\"has-vendor-device\" value=\"false\"/>\
    <restriction field=\"supports-bios\" value=\"yes\"/><restriction field=\"supports-uefi\" value=\"yes\"/>\
    <restriction field=\"supports-secure-boot\" value=\"yes\"/><restriction field=\"allow-gpu-passthrough\" value=\"1\"/>\
    <restriction field=\"allow-vgpu\" value=\"1\"/><restriction max=\"255\" property=\"number-of-vbds\"/>\
    <restriction max=\"7\" property=\"number-of-vifs\"/></restrictions>";
