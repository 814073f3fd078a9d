//! A pool from a seed file, with what every pool has: drivers, templates, the hosts' own network, tools.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::{
    Datum, Object, World,
    class::{sr::kind, vm},
    methods::Methods,
    seed::{Error, SeedRow, size},
};

static TEXT: &str = include_str!("../../seed/templates.toml");

static TEMPLATES: LazyLock<File> =
    LazyLock::new(|| toml::from_str(TEXT).expect("seed/templates.toml is part of the program"));

#[derive(Deserialize)]
struct File {
    family: IndexMap<String, Family>,
    template: Vec<Template>,
}

/// What templates of a kind have in common.
#[derive(Deserialize)]
struct Family {
    order: String,
    firmware: String,
    methods: Vec<String>,
    vcpus_max: u32,
    memory_max: String,
    platform: IndexMap<String, String>,
    other_config: IndexMap<String, String>,
}

#[derive(Deserialize)]
struct Template {
    name: String,
    label: String,
    family: String,
    memory: String,
    disks: Vec<String>,
    firmware: Option<String>,
    #[serde(default = "one")]
    vcpus: i64,
    #[serde(default)]
    vtpm: bool,
}

fn one() -> i64 {
    1
}

/// Features that a licence may restrict; none is.
const RESTRICTIONS: &[&str] = &[
    "vlan",
    "qos",
    "pool_attached_storage",
    "pooling",
    "email_alerting",
    "historical_performance",
    "wlb",
    "rbac",
    "dmc",
    "checkpoint",
    "cpu_masking",
    "connection",
    "vmss",
    "intellicache",
    "gpu",
    "dr",
    "vif_locking",
    "storage_xen_motion",
    "vgpu",
    "integrated_gpu_passthrough",
    "vss",
    "xen_motion",
    "guest_ip_setting",
    "ad",
    "nested_virt",
    "live_patching",
    "set_vcpus_number_live",
    "pvs_proxy",
    "igmp_snooping",
    "rpu",
    "pool_size",
    "cbt",
    "usb_passthrough",
    "network_sriov",
    "corosync",
    "zstd_export",
    "pool_secret_rotation",
    "certificate_verification",
    "updates",
    "vtpm",
];

pub(super) fn register(methods: &mut Methods) {
    methods.seed("pool", pool);
}

fn pool(row: &mut SeedRow<'_>) -> Result<Object, Error> {
    if row.fields.flag("furnished")? == Some(false) {
        let pool = row.make([])?;
        row.world.hide(pool, "bare", true);
        return Ok(pool);
    }
    let restrictions = RESTRICTIONS.iter().map(|name| (format!("restrict_{name}"), "false".to_owned()));
    let restrictions = restrictions.chain([("enable_xha".to_owned(), "true".to_owned())]);
    let pool = row.make([
        ("restrictions", Datum::map(restrictions)),
        ("ha_cluster_stack", "xhad".into()),
        ("tls_verification_enabled", true.into()),
    ])?;
    let memory = row.world.get(pool, "other_config").with_entry("memory-ratio-hvm", "0.25");
    row.world.set(pool, "other_config", memory.with_entry("memory-ratio-pv", "0.25"));
    furnish(row.world);
    Ok(pool)
}

/// Makes what every pool has.
pub(crate) fn furnish(world: &mut World) {
    add_drivers(world);
    world.create(
        "network",
        [
            ("name_label", Datum::from("Host internal management network")),
            (
                "name_description",
                "Network on which guests will be assigned a private link-local IP address which can be used to talk XenAPI"
                    .into(),
            ),
            ("bridge", "xenapi".into()),
            ("MTU", 1500_i64.into()),
            ("managed", true.into()),
            (
                "other_config",
                Datum::map([
                    ("is_guest_installer_network", "true"),
                    ("is_host_internal_management_network", "true"),
                    ("ip_begin", "169.254.0.1"),
                    ("ip_end", "169.254.255.254"),
                    ("netmask", "255.255.0.0"),
                ]),
            ),
        ],
    );
    add_tools(world);
    for template in &TEMPLATES.template {
        add_template(world, template);
    }
}

fn add_drivers(world: &mut World) {
    for kind in kind::ALL {
        let features = kind.features().map(|feature| match feature.split_once('/') {
            Some((name, version)) => (name, version.parse().unwrap_or(1_i64)),
            None => (feature, 1),
        });
        world.create(
            "SM",
            [
                ("name_label", Datum::from(kind.label)),
                ("name_description", kind.description.into()),
                ("type", kind.name.into()),
                ("vendor", "The simulator".into()),
                ("version", "3.0".into()),
                ("required_api_version", "1.0".into()),
                ("capabilities", Datum::set(kind.features().map(|f| f.split('/').next().unwrap_or(f)))),
                ("features", Datum::map(features)),
                ("configuration", Datum::map(kind.needs.iter().map(|need| (need.key, need.reason)))),
                ("driver_filename", format!("/opt/xensource/sm/{}SR", kind.name).into()),
            ],
        );
    }
}

/// Makes the SR with the guest tools, to which hosts connect when they are made.
fn add_tools(world: &mut World) {
    let brand = world.profile.software_version.iter().find(|(key, _)| *key == "product_brand");
    let brand = brand.map_or("XenServer", |(_, brand)| *brand);
    let sr = world.create(
        "SR",
        [
            ("name_label", Datum::from(format!("{brand} Tools"))),
            ("name_description", format!("{brand} Tools ISOs").into()),
            ("type", "iso".into()),
            ("content_type", "iso".into()),
            ("shared", true.into()),
            ("is_tools_sr", true.into()),
            ("physical_size", (-1_i64).into()),
            ("physical_utilisation", (-1_i64).into()),
            ("other_config", Datum::map([("xenserver_tools_sr", "true")])),
        ],
    );
    world.create(
        "VDI",
        [
            ("name_label", Datum::from("guest-tools.iso")),
            ("name_description", format!("{brand} Tools for guests").into()),
            ("SR", sr.into()),
            ("virtual_size", (180_i64 << 20).into()),
            ("physical_utilisation", (180_i64 << 20).into()),
            ("type", "user".into()),
            ("read_only", true.into()),
            ("managed", true.into()),
            ("is_tools_iso", true.into()),
            ("location", "guest-tools.iso".into()),
        ],
    );
}

fn add_template(world: &mut World, template: &Template) {
    let family = &TEMPLATES.family[&template.family];
    let bytes = |text: &str| size::parse(text).expect("sizes of seed/templates.toml are right");
    let disk = |(at, size): (usize, &String)| {
        let (size, boots) = (bytes(size), at == 0);
        format!(r#"<disk device="{at}" size="{size}" sr="" bootable="{boots}" type="system"/>"#)
    };
    let disks: String = template.disks.iter().enumerate().map(disk).collect();
    let mut other_config = vec![("default_template".to_owned(), "true".to_owned())];
    other_config.extend(family.other_config.iter().map(|(key, value)| (key.clone(), value.clone())));
    other_config.push(("install-methods".to_owned(), family.methods.join(",")));
    if !disks.is_empty() {
        other_config.push(("disks".to_owned(), format!("<provision>{disks}</provision>")));
    }
    let mut platform = Datum::map([("acpi", "1"), ("apic", "true"), ("nx", "true"), ("pae", "true")]);
    for (key, value) in &family.platform {
        platform = platform.with_entry(key, value.as_str());
    }
    let firmware = template.firmware.as_ref().unwrap_or(&family.firmware);
    if firmware == "uefi" {
        platform = platform.with_entry("device-model", "qemu-upstream-uefi");
    }
    if template.vtpm {
        platform = platform.with_entry("vtpm", "true");
    }
    let memory = bytes(&template.memory);
    let windows = template.family == "windows";
    let limits = format!(
        "<restrictions><restriction field=\"memory-static-max\" max=\"{}\"/><restriction field=\"vcpus-max\" max=\"{}\"/>\
         <restriction property=\"number-of-vbds\" max=\"255\"/><restriction property=\"number-of-vifs\" max=\"7\"/>\
         <restriction field=\"supports-uefi\" value=\"yes\"/></restrictions>",
        bytes(&family.memory_max),
        family.vcpus_max
    );
    let made = world.create(
        "VM",
        [
            ("name_label", Datum::from(template.name.as_str())),
            ("name_description", describe(&template.name, windows).into()),
            ("is_a_template", true.into()),
            ("is_default_template", true.into()),
            ("user_version", 1_i64.into()),
            ("memory_static_max", memory.into()),
            ("memory_dynamic_max", memory.into()),
            ("memory_dynamic_min", memory.into()),
            ("memory_static_min", memory.into()),
            ("VCPUs_max", template.vcpus.into()),
            ("VCPUs_at_startup", template.vcpus.into()),
            ("actions_after_shutdown", "destroy".into()),
            ("actions_after_reboot", "restart".into()),
            ("actions_after_crash", "restart".into()),
            ("HVM_boot_policy", "BIOS order".into()),
            ("HVM_boot_params", Datum::map([("order", family.order.as_str()), ("firmware", firmware)])),
            ("HVM_shadow_multiplier", 1.0.into()),
            ("platform", platform),
            ("other_config", Datum::map(other_config)),
            ("recommendations", limits.into()),
            ("reference_label", template.label.as_str().into()),
            ("domain_type", "hvm".into()),
            ("has_vendor_device", windows.into()),
        ],
    );
    vm::life::complete(world, made);
}

fn describe(name: &str, windows: bool) -> String {
    if name == "Other install media" {
        return "Template which allows VM installation from install media".to_owned();
    }
    if windows {
        format!("{name}; storage is provisioned when the first VM is made")
    } else {
        format!("Use to install {name}")
    }
}
