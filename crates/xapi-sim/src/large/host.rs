//! Hosts, networks and storage of the world `large`.

use crate::{Datum, Object, World};

use super::{Ground, map, set};

/// Shared SRs.
const SRS: usize = 16;

/// Networks for VMs, each a VLAN.
const NETWORKS: usize = 24;

/// CPUs of a host.
const CPUS: i64 = 32;

const GIB: i64 = 1 << 30;

/// Makes the pool, its hosts, networks and SRs.
pub(super) fn ground(world: &mut World, count: usize) -> Ground {
    let now = world.now();
    let cpu_info = map(&[
        ("cpu_count", "32"),
        ("socket_count", "2"),
        ("threads_per_core", "2"),
        ("nr_nodes", "2"),
        ("vendor", "GenuineIntel"),
        ("speed", "2394.454"),
        ("modelname", "Intel(R) Xeon(R) Silver 4210R CPU @ 2.40GHz"),
        ("family", "6"),
        ("model", "85"),
        ("stepping", "7"),
        ("flags", FLAGS),
        ("features_pv", FEATURES),
        ("features_hvm", FEATURES),
        ("features_hvm_host", FEATURES),
        ("features_pv_host", FEATURES),
    ]);
    let management = world.create(
        "network",
        [("name_label", "Pool-wide network associated with eth0".into()), ("bridge", "xenbr0".into()), usual_mtu()],
    );
    let networks: Vec<Object> = (0..NETWORKS)
        .map(|at| {
            let name = format!("VLAN {}", 100 + at);
            let bridge = format!("xapi{at}");
            world.create("network", [("name_label", name.into()), ("bridge", bridge.into()), usual_mtu()])
        })
        .collect();
    let srs: Vec<Object> = (0..SRS)
        .map(|at| {
            let name = format!("NFS {:02}", at + 1);
            world.create(
                "SR",
                [
                    ("name_label", name.into()),
                    ("type", "nfs".into()),
                    ("content_type", "user".into()),
                    ("shared", true.into()),
                    ("physical_size", (64 * 1024 * GIB).into()),
                    ("physical_utilisation", (24 * 1024 * GIB).into()),
                    ("virtual_allocation", (40 * 1024 * GIB).into()),
                    ("allowed_operations", set(SR_OPERATIONS)),
                ],
            )
        })
        .collect();
    let mut hosts = Vec::new();
    for at in 0..count {
        let host = host(world, at, &cpu_info, now);
        pif(world, host, management, at);
        for (sr_at, sr) in srs.iter().enumerate() {
            let config = Datum::map([("server", "10.30.0.10".to_owned()), ("serverpath", format!("/srv/xen/{sr_at}"))]);
            world.create(
                "PBD",
                [
                    ("host", host.into()),
                    ("SR", (*sr).into()),
                    ("device_config", config),
                    ("currently_attached", true.into()),
                ],
            );
        }
        hosts.push(host);
    }
    let pool = world.create(
        "pool",
        [
            ("name_label", "Large".into()),
            ("master", hosts[0].into()),
            ("default_SR", srs[0].into()),
            ("suspend_image_SR", srs[0].into()),
        ],
    );
    world.set(pool, "allowed_operations", set(&["cluster_create", "designate_new_master", "ha_enable"]));
    Ground { hosts, srs, networks }
}

fn usual_mtu() -> (&'static str, Datum) {
    ("MTU", 1500.into())
}

fn host(world: &mut World, at: usize, cpu_info: &Datum, now: xapi_types::DateTime) -> Object {
    let name = format!("xen-{:02}", at + 1);
    let memory = 512 * GIB;
    let metrics = world.create(
        "host_metrics",
        [
            ("memory_total", memory.into()),
            ("memory_free", (memory / 5).into()),
            ("live", true.into()),
            ("last_updated", now.into()),
        ],
    );
    let profile = world.profile;
    let version = profile.software_version.iter().copied().chain([("hostname", name.as_str())]);
    let software_version = Datum::map(version.collect::<Vec<_>>());
    let host = world.create(
        "host",
        [
            ("name_label", name.as_str().into()),
            ("name_description", "Default install".into()),
            ("hostname", name.as_str().into()),
            ("enabled", true.into()),
            ("metrics", metrics.into()),
            ("API_version_major", profile.api_version.0.into()),
            ("API_version_minor", profile.api_version.1.into()),
            ("API_version_vendor", profile.api_vendor.into()),
            ("software_version", software_version),
            ("cpu_info", cpu_info.clone()),
            ("memory_overhead", (GIB / 2).into()),
            ("sched_policy", "credit".into()),
            ("edition", "xcp-ng".into()),
            ("allowed_operations", set(HOST_OPERATIONS)),
            ("other_config", map(&[("agent_start_time", "1795291662."), ("boot_time", "1795291600.")])),
        ],
    );
    let modelname = cpu_info.get("modelname").cloned().unwrap_or_default();
    let (flags, features) = (Datum::from(FLAGS), Datum::from(FEATURES));
    for number in 0..CPUS {
        world.create(
            "host_cpu",
            [
                ("host", host.into()),
                ("number", number.into()),
                ("vendor", "GenuineIntel".into()),
                ("speed", 2394.into()),
                ("modelname", modelname.clone()),
                ("flags", flags.clone()),
                ("features", features.clone()),
            ],
        );
    }
    let dom0 = world.create(
        "VM",
        [
            ("name_label", format!("Control domain on host: {name}").into()),
            ("is_control_domain", true.into()),
            ("power_state", "Running".into()),
            ("resident_on", host.into()),
            ("domid", 0.into()),
            ("memory_static_max", (8 * GIB).into()),
            ("memory_dynamic_max", (8 * GIB).into()),
            ("memory_dynamic_min", (8 * GIB).into()),
            ("VCPUs_max", 16.into()),
            ("VCPUs_at_startup", 16.into()),
        ],
    );
    let metrics = world.create(
        "VM_metrics",
        [("memory_actual", (8 * GIB).into()), ("VCPUs_number", 16.into()), ("start_time", now.into())],
    );
    world.set(dom0, "metrics", metrics);
    world.set(host, "control_domain", dom0);
    host
}

fn pif(world: &mut World, host: Object, network: Object, at: usize) {
    let metrics = world.create(
        "PIF_metrics",
        [
            ("carrier", true.into()),
            ("vendor_name", "Intel Corporation".into()),
            ("device_name", "Ethernet Controller 10G X550T".into()),
            ("speed", 10_000.into()),
            ("duplex", true.into()),
        ],
    );
    let mac = world.new_mac();
    world.create(
        "PIF",
        [
            ("device", "eth0".into()),
            ("host", host.into()),
            ("network", network.into()),
            ("metrics", metrics.into()),
            ("MAC", mac.into()),
            ("MTU", 1500.into()),
            ("VLAN", (-1).into()),
            ("physical", true.into()),
            ("managed", true.into()),
            ("management", true.into()),
            ("currently_attached", true.into()),
            ("ip_configuration_mode", "Static".into()),
            ("IP", format!("10.30.1.{}", at + 1).into()),
            ("netmask", "255.255.0.0".into()),
            ("gateway", "10.30.0.1".into()),
            ("DNS", "10.30.0.1".into()),
        ],
    );
}

const HOST_OPERATIONS: &[&str] = &["vm_migrate", "provision", "vm_resume", "evacuate", "vm_start"];

const SR_OPERATIONS: &[&str] = &[
    "vdi_introduce",
    "unplug",
    "plug",
    "pbd_create",
    "pbd_destroy",
    "update",
    "vdi_resize",
    "vdi_clone",
    "scan",
    "vdi_snapshot",
    "vdi_mirror",
    "vdi_create",
    "vdi_destroy",
    "vdi_set_on_boot",
];

const FLAGS: &str = "fpu de tsc msr pae mce cx8 apic sep mca cmov pat clflush acpi mmx fxsr sse sse2 ht syscall nx rdtscp \
    lm constant_tsc arch_perfmon rep_good nopl nonstop_tsc cpuid pni pclmulqdq monitor est ssse3 fma cx16 sse4_1 sse4_2 \
    movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch cpuid_fault ibrs ibpb stibp fsgsbase \
    bmi1 avx2 bmi2 erms invpcid avx512f avx512dq rdseed adx clflushopt clwb avx512cd avx512bw avx512vl xsaveopt";

const FEATURES: &str = "1fcbfbff-f7fa3223-2d93fbff-00000523-00000001-000007ab-00000000-00000000-00001000-bc000400-\
    00000000-00000000-00000000-00000000-00000000-00000000-10000000-00000000-00000000-00000000-00000000-00000000";
