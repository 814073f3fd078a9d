//! A host from a seed file: its processors, interfaces, drives, certificates and own domain.

use crate::{
    Datum, Object, World,
    class::{pbd, story, vm},
    methods::Methods,
    seed::{Error, SeedRow},
};

/// What Xen itself takes, in bytes.
const OVERHEAD: i64 = 512 << 20;

const FLAGS: &str = "fpu de tsc msr pae mce cx8 apic sep mca cmov pat clflush acpi mmx fxsr sse sse2 ht syscall nx lm \
                     constant_tsc rep_good nopl nonstop_tsc pni pclmulqdq monitor est ssse3 fma cx16 sse4_1 sse4_2 \
                     movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm abm";
const FEATURES: &str = "1fc9cbf5-f6f83203-2991cbf5-00000023-00000001-000c0b39-00000000-00000000-00001000-8c000000";

pub(super) fn register(methods: &mut Methods) {
    methods.seed("host", host);
}

fn host(row: &mut SeedRow<'_>) -> Result<Object, Error> {
    if story::is_bare(row.world) {
        return row.make([]);
    }
    let fields = &mut row.fields;
    let model = fields.text("cpu")?.unwrap_or_else(|| "Intel(R) Xeon(R) Silver 4210R CPU @ 2.40GHz".to_owned());
    let cpus = fields.int("cpus")?.unwrap_or(8);
    let sockets = fields.int("sockets")?.unwrap_or(1);
    let memory = fields.size("memory")?.unwrap_or(64 << 30);
    let dom0_memory = fields.size("dom0_memory")?.unwrap_or(4 << 30);
    let up = story::age(fields, "booted")?.unwrap_or(86_400);
    let nics = nics(row)?;
    let world = &mut *row.world;
    let now = world.now();
    let metrics = world.create(
        "host_metrics",
        [("memory_total", Datum::from(memory)), ("live", true.into()), ("last_updated", now.into())],
    );
    let name = row.label.clone();
    let profile = world.profile;
    let software = profile.software_version.iter().map(|(key, value)| (*key, (*value).to_owned()));
    let software = Datum::map(software.chain([("hostname", name.clone())]));
    let (major, minor) = profile.api_version;
    let vendor = if model.starts_with("AMD") { "AuthenticAMD" } else { "GenuineIntel" };
    let (boot, agent) = (super::stamp(now.unix() - up), super::stamp(now.unix() - up + 90));
    let iqn = format!("iqn.2024-01.example:{name}");
    let host = row.make([
        ("enabled", Datum::from(true)),
        ("hostname", name.as_str().into()),
        ("metrics", metrics.into()),
        ("memory_overhead", OVERHEAD.into()),
        ("API_version_major", major.into()),
        ("API_version_minor", minor.into()),
        ("API_version_vendor", profile.api_vendor.into()),
        ("software_version", software),
        ("capabilities", Datum::set(["xen-3.0-x86_64", "hvm-3.0-x86_32", "hvm-3.0-x86_32p", "hvm-3.0-x86_64", ""])),
        ("sched_policy", "credit".into()),
        ("supported_bootloaders", Datum::set(["pygrub", "eliloader"])),
        ("cpu_info", cpu_info(&model, vendor, cpus, sockets)),
        ("edition", if vendor_is_free(profile.name) { "xcp-ng" } else { "premium-per-socket" }.into()),
        ("license_params", Datum::map([("restrict_vswitch_controller", "false"), ("expiry", "20991231T23:59:59Z")])),
        ("license_server", Datum::map([("address", "localhost"), ("port", "27000")])),
        ("bios_strings", bios_strings(vendor)),
        ("chipset_info", Datum::map([("iommu", "true")])),
        ("virtual_hardware_platform_versions", Datum::set([0_i64, 1, 2])),
        ("display", "enabled".into()),
        ("iscsi_iqn", iqn.as_str().into()),
        ("tls_verification_enabled", true.into()),
        ("numa_affinity_policy", "default_policy".into()),
        ("latest_synced_updates_applied", "unknown".into()),
        (
            "other_config",
            Datum::map([("boot_time", boot), ("agent_start_time", agent), ("iscsi_iqn", Datum::from(iqn.as_str()))]),
        ),
    ])?;
    let world = &mut *row.world;
    world.hide(host, "forgotten PIFs", nics);
    let pool = world.pool();
    if world.object(pool, "master").is_null() && !row.fields.has("master") {
        world.set(pool, "master", host);
        world.set(pool, "cpu_info", world.get(host, "cpu_info").clone());
    }
    furnish(world, host, &model, vendor, cpus);
    add_dom0(world, host, &name, dom0_memory, cpus.min(8), up);
    vm::memory::note_free(world, host);
    Ok(host)
}

fn vendor_is_free(profile: &str) -> bool {
    profile.starts_with("xcpng")
}

/// Reads the network cards: device to address and speed.
fn nics(row: &mut SeedRow<'_>) -> Result<Datum, Error> {
    let mut nics = Datum::map::<&str, &str>([]);
    for mut nic in row.fields.tables("nics")? {
        let device = nic.needed_text("device")?;
        let speed = nic.int("speed")?.unwrap_or(1000);
        let speed = if nic.flag("carrier")?.unwrap_or(true) { speed } else { 0 };
        nic.finish()?;
        let mac = row.world.new_mac();
        nics = nics.with_entry(&device, Datum::map([("mac", Datum::from(mac)), ("speed", speed.into())]));
    }
    Ok(nics)
}

fn cpu_info(model: &str, vendor: &str, cpus: i64, sockets: i64) -> Datum {
    Datum::map([
        ("cpu_count", cpus.to_string()),
        ("socket_count", sockets.to_string()),
        ("threads_per_core", "2".to_owned()),
        ("nr_nodes", sockets.to_string()),
        ("vendor", vendor.to_owned()),
        ("speed", "2394.454".to_owned()),
        ("modelname", model.to_owned()),
        ("family", "6".to_owned()),
        ("model", "85".to_owned()),
        ("stepping", "7".to_owned()),
        ("flags", FLAGS.to_owned()),
        ("features_pv", FEATURES.to_owned()),
        ("features_hvm", FEATURES.to_owned()),
        ("features_hvm_host", FEATURES.to_owned()),
        ("features_pv_host", FEATURES.to_owned()),
    ])
}

fn bios_strings(vendor: &str) -> Datum {
    let product = if vendor == "AuthenticAMD" { "PowerEdge R6515" } else { "PowerEdge R640" };
    Datum::map([
        ("bios-vendor", "Dell Inc."),
        ("bios-version", "2.19.1"),
        ("system-manufacturer", "Dell Inc."),
        ("system-product-name", product),
        ("system-version", ""),
        ("system-serial-number", "SIM0001"),
        ("baseboard-manufacturer", "Dell Inc."),
        ("baseboard-product-name", "0X45NX"),
        ("baseboard-version", "A06"),
        ("baseboard-serial-number", ".SIM0001."),
        ("oem-1", "Xen"),
        ("oem-2", "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d"),
        ("hp-rombios", ""),
    ])
}

/// Makes what every host has: processors, drives, certificates, the way to the tools.
fn furnish(world: &mut World, host: Object, model: &str, vendor: &str, cpus: i64) {
    for number in 0..cpus {
        world.create(
            "host_cpu",
            [
                ("host", Datum::from(host)),
                ("number", number.into()),
                ("vendor", vendor.into()),
                ("speed", 2394_i64.into()),
                ("modelname", model.into()),
                ("family", 6_i64.into()),
                ("model", 85_i64.into()),
                ("stepping", "7".into()),
                ("flags", FLAGS.into()),
            ],
        );
    }
    let drives = [
        ("DVD drives", "Physical DVD drives", "/dev/xapi/cd", "cd"),
        ("Removable storage", "", "/dev/xapi/block", "block"),
    ];
    for (name, description, location, kind) in drives {
        let sr = world.create(
            "SR",
            [
                ("name_label", Datum::from(name)),
                ("name_description", description.into()),
                ("type", "udev".into()),
                ("content_type", if kind == "cd" { "iso" } else { "disk" }.into()),
                ("sm_config", Datum::map([("type", kind)])),
                (
                    "other_config",
                    Datum::map([("i18n-key", if kind == "cd" { "local-hotplug-cd" } else { "local-hotplug-disk" })]),
                ),
            ],
        );
        let pbd = pbd::add(world, host, sr, Datum::map([("location", location)]));
        world.set(pbd, "currently_attached", true);
    }
    let tools = world.all("SR").find(|sr| world.flag(*sr, "is_tools_sr"));
    if let Some(tools) = tools {
        let config = Datum::map([("location", "/opt/xensource/packages/iso"), ("legacy_mode", "true")]);
        let pbd = pbd::add(world, host, tools, config);
        world.set(pbd, "currently_attached", true);
    }
    let now = world.now().unix();
    for kind in ["host", "host_internal"] {
        let print: Vec<String> = (0..32).map(|_| format!("{:02X}", world.random(0, 256))).collect();
        let print = print.join(":");
        world.create(
            "Certificate",
            [
                ("type", Datum::from(kind)),
                ("host", host.into()),
                ("not_before", xapi_types::DateTime::from_unix(now - 30 * 86_400).into()),
                ("not_after", xapi_types::DateTime::from_unix(now + 3_650 * 86_400).into()),
                ("fingerprint", print.as_str().into()),
                ("fingerprint_sha256", print.into()),
            ],
        );
    }
}

/// Makes the domain that manages the host.
fn add_dom0(world: &mut World, host: Object, name: &str, memory: i64, vcpus: i64, up: i64) {
    let booted = xapi_types::DateTime::from_unix(world.now().unix() - up);
    let metrics = world.create(
        "VM_metrics",
        [
            ("memory_actual", Datum::from(memory)),
            ("VCPUs_number", vcpus.into()),
            ("VCPUs_utilisation", vm::vcpu::idle(vcpus)),
            ("start_time", booted.into()),
            ("current_domain_type", "pv".into()),
        ],
    );
    let dom0 = world.create(
        "VM",
        [
            ("name_label", Datum::from(format!("Control domain on host: {name}"))),
            ("name_description", "The domain which manages physical devices and manages other domains".into()),
            ("power_state", "Running".into()),
            ("is_control_domain", true.into()),
            ("user_version", 1_i64.into()),
            ("resident_on", host.into()),
            ("affinity", host.into()),
            ("memory_overhead", (20_i64 << 20).into()),
            ("memory_target", memory.into()),
            ("memory_static_max", memory.into()),
            ("memory_dynamic_max", memory.into()),
            ("memory_dynamic_min", memory.into()),
            ("memory_static_min", memory.into()),
            ("VCPUs_max", vcpus.into()),
            ("VCPUs_at_startup", vcpus.into()),
            ("actions_after_shutdown", "destroy".into()),
            ("actions_after_reboot", "destroy".into()),
            ("actions_after_crash", "destroy".into()),
            ("domid", 0_i64.into()),
            ("domarch", "x64".into()),
            ("domain_type", "pv".into()),
            ("metrics", metrics.into()),
            ("HVM_shadow_multiplier", 1.0.into()),
        ],
    );
    for protocol in ["rfb", "vt100"] {
        let console = world.create("console", [("protocol", protocol.into()), ("VM", dom0.into())]);
        let location = format!("https://{}/console?ref={console}", world.text(host, "address"));
        world.set(console, "location", location);
    }
    world.set(host, "control_domain", dom0);
}
