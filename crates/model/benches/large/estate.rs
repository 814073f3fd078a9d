//! A pool of a given size, as the JSON of its records, with the proportions of a real one.

use std::fmt::Write as _;

use xapi_types::{AnyRef, Kind, Record};

/// Classes in the order of the first two digits of their references.
const CLASSES: [&str; 18] = [
    "pool",
    "host",
    "host_metrics",
    "VM",
    "VM_metrics",
    "VM_guest_metrics",
    "VBD",
    "VDI",
    "VIF",
    "SR",
    "PBD",
    "network",
    "PIF",
    "PIF_metrics",
    "PCI",
    "message",
    "task",
    "SM",
];

/// Text of a record.
pub(crate) struct Raw {
    pub(crate) kind: Kind,
    pub(crate) reference: AnyRef,
    pub(crate) json: String,
}

impl Raw {
    pub(crate) fn decode(&self) -> Record {
        Record::decode(self.kind, &mut serde_json::Deserializer::from_str(&self.json)).expect("the record is JSON")
    }
}

const NULL: &str = "\"OpaqueRef:NULL\"";

pub(crate) fn uuid(class: &str, number: usize) -> String {
    let class = CLASSES.iter().position(|known| *known == class).expect("the class is known");
    // Spread like real ones.
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (class as u64) << 56;
    format!("{:08x}-{:04x}-4{class:03x}-8000-{number:012x}", mixed >> 32, mixed >> 16 & 0xffff)
}

fn reference(class: &str, number: usize) -> String {
    format!("\"OpaqueRef:{}\"", uuid(class, number))
}

fn references(class: &str, numbers: impl IntoIterator<Item = usize>) -> String {
    let all: Vec<_> = numbers.into_iter().map(|number| reference(class, number)).collect();
    format!("[{}]", all.join(","))
}

const RECOMMENDATIONS: &str = "<restrictions><restriction field=\\\"memory-static-max\\\" max=\\\"1649267441664\\\"/><restriction field=\\\"vcpus-max\\\" max=\\\"32\\\"/><restriction field=\\\"has-vendor-device\\\" value=\\\"false\\\"/><restriction field=\\\"supports-bios\\\" value=\\\"yes\\\"/><restriction field=\\\"supports-uefi\\\" value=\\\"yes\\\"/><restriction field=\\\"supports-secure-boot\\\" value=\\\"no\\\"/><restriction max=\\\"255\\\" property=\\\"number-of-vbds\\\"/><restriction max=\\\"7\\\" property=\\\"number-of-vifs\\\"/></restrictions>";

pub(crate) struct Estate {
    pub(crate) vms: usize,
    pub(crate) hosts: usize,
}

impl Estate {
    fn snapshots(&self) -> usize {
        self.vms / 5
    }

    fn disks(&self) -> usize {
        2 * self.vms + self.snapshots()
    }

    fn srs(&self) -> usize {
        8 + self.hosts
    }

    /// Records in an order like that of a host: class by class.
    pub(crate) fn records(&self) -> Vec<Raw> {
        let mut all = Vec::new();
        let mut add = |class: &str, number: usize, json: String| {
            all.push(Raw {
                kind: Kind::from_lower(&class.to_lowercase()).expect("the class is known"),
                reference: AnyRef::parse(reference(class, number).trim_matches('"')),
                json,
            });
        };
        add(
            "pool",
            0,
            format!(
                "{{\"uuid\":\"{}\",\"name_label\":\"large\",\"master\":{},\"default_SR\":{},\"suspend_image_SR\":{NULL},\"crash_dump_SR\":{NULL},\"restrictions\":{{\"restrict_zstd_export\":\"false\",\"restrict_vtpm\":\"false\"}},\"cpu_info\":{{\"cpu_count\":\"4096\",\"socket_count\":\"128\"}}}}",
                uuid("pool", 0),
                reference("host", 0),
                reference("SR", 0)
            ),
        );
        for host in 0..self.hosts {
            self.host(host, &mut add);
        }
        for vm in 0..self.vms + self.snapshots() {
            self.vm(vm, &mut add);
        }
        for disk in 0..self.disks() {
            self.disk(disk, &mut add);
        }
        for sr in 0..self.srs() {
            let shared = sr < 8;
            let disks = references("VDI", if shared { sr..self.disks() } else { 0..0 }.step_by(8));
            let pbds = references(
                "PBD",
                if shared {
                    sr * self.hosts..(sr + 1) * self.hosts
                } else {
                    8 * self.hosts + sr - 8..8 * self.hosts + sr - 7
                },
            );
            add(
                "SR",
                sr,
                format!(
                    "{{\"uuid\":\"{}\",\"name_label\":\"Storage {sr}\",\"type\":\"{}\",\"content_type\":\"user\",\"shared\":{shared},\"physical_size\":109951162777600,\"physical_utilisation\":54975581388800,\"virtual_allocation\":94975581388800,\"VDIs\":{disks},\"PBDs\":{pbds},\"other_config\":{{\"auto-scan\":\"true\"}},\"allowed_operations\":[\"vdi_enable_cbt\",\"vdi_list_changed_blocks\",\"unplug\",\"plug\",\"pbd_create\",\"vdi_disable_cbt\",\"update\",\"pbd_destroy\",\"vdi_resize\",\"vdi_clone\",\"scan\"]}}",
                    uuid("SR", sr),
                    if shared { "nfs" } else { "lvm" }
                ),
            );
        }
        for network in 0..40 {
            let vifs = references("VIF", (network..self.vms).step_by(40));
            let pifs = references("PIF", (0..self.hosts).filter(|_| network < 8).map(|host| host * 8 + network));
            add(
                "network",
                network,
                format!(
                    "{{\"uuid\":\"{}\",\"name_label\":\"VLAN {network}\",\"bridge\":\"xapi{network}\",\"MTU\":1500,\"VIFs\":{vifs},\"PIFs\":{pifs}}}",
                    uuid("network", network)
                ),
            );
        }
        for message in 0..self.vms * 3 / 2 {
            add(
                "message",
                message,
                format!(
                    "{{\"uuid\":\"{}\",\"name\":\"VM_STARTED\",\"priority\":5,\"cls\":\"VM\",\"obj_uuid\":\"{}\",\"timestamp\":\"20240102T10:00:00Z\",\"body\":\"VM 'vm-{message}' started on host: host-1 (uuid: {})\"}}",
                    uuid("message", message),
                    uuid("VM", message % self.vms),
                    uuid("host", 1)
                ),
            );
        }
        all
    }

    fn host(&self, host: usize, add: &mut impl FnMut(&str, usize, String)) {
        add(
            "host_metrics",
            host,
            format!(
                "{{\"uuid\":\"{}\",\"memory_total\":1099511627776,\"memory_free\":549755813888,\"live\":true}}",
                uuid("host_metrics", host)
            ),
        );
        let residents = references("VM", (host..self.vms).step_by(self.hosts));
        add(
            "host",
            host,
            format!(
                "{{\"uuid\":\"{}\",\"name_label\":\"host-{host}\",\"address\":\"10.0.0.{host}\",\"hostname\":\"host-{host}\",\"enabled\":true,\"metrics\":{},\"resident_VMs\":{residents},\"PIFs\":{},\"PCIs\":{},\"PBDs\":{},\"control_domain\":{NULL},\"software_version\":{{\"product_version\":\"8.3.0\",\"product_brand\":\"XCP-ng\",\"platform_version\":\"3.4.0\",\"build_number\":\"cloud\"}},\"cpu_info\":{{\"cpu_count\":\"64\",\"socket_count\":\"2\",\"vendor\":\"GenuineIntel\",\"speed\":\"2400\",\"modelname\":\"Xeon\",\"flags\":\"{}\"}},\"license_params\":{{{}}},\"other_config\":{{\"boot_time\":\"1700000000.\",\"agent_start_time\":\"1700000100.\"}},\"capabilities\":[\"hvm-3.0-x86_64\"]}}",
                uuid("host", host),
                reference("host_metrics", host),
                references("PIF", host * 8..host * 8 + 8),
                references("PCI", host * 20..host * 20 + 20),
                references("PBD", (0..8).map(|sr| sr * self.hosts + host).chain([8 * self.hosts + host])),
                "fpu de tsc msr pae mce cx8 apic sep mca cmov pat clflush acpi mmx fxsr sse sse2 ".repeat(6),
                (0..60).map(|n| format!("\"restrict_feature_{n}\":\"false\"")).collect::<Vec<_>>().join(",")
            ),
        );
        for number in host * 8..host * 8 + 8 {
            add(
                "PIF_metrics",
                number,
                format!(
                    "{{\"uuid\":\"{}\",\"carrier\":true,\"device_name\":\"Ethernet\",\"speed\":10000}}",
                    uuid("PIF_metrics", number)
                ),
            );
            add(
                "PIF",
                number,
                format!(
                    "{{\"uuid\":\"{}\",\"device\":\"eth{}\",\"network\":{},\"host\":{},\"MAC\":\"00:16:3e:00:00:01\",\"MTU\":1500,\"VLAN\":-1,\"metrics\":{},\"physical\":true,\"currently_attached\":true,\"ip_configuration_mode\":\"Static\",\"IP\":\"10.0.0.1\",\"bond_slave_of\":{NULL}}}",
                    uuid("PIF", number),
                    number % 8,
                    reference("network", number % 8),
                    reference("host", host),
                    reference("PIF_metrics", number)
                ),
            );
        }
        for number in host * 20..host * 20 + 20 {
            add(
                "PCI",
                number,
                format!(
                    "{{\"uuid\":\"{}\",\"class_name\":\"Network controller\",\"vendor_name\":\"Acme\",\"device_name\":\"Acme 10 GbE Controller\",\"host\":{},\"pci_id\":\"0000:04:00.0\"}}",
                    uuid("PCI", number),
                    reference("host", host)
                ),
            );
        }
        for (number, sr) in (0..8).map(|sr| (sr * self.hosts + host, sr)).chain([(8 * self.hosts + host, 8 + host)]) {
            add(
                "PBD",
                number,
                format!(
                    "{{\"uuid\":\"{}\",\"host\":{},\"SR\":{},\"currently_attached\":true,\"device_config\":{{\"server\":\"10.0.0.200\",\"serverpath\":\"/export/vol\"}}}}",
                    uuid("PBD", number),
                    reference("host", host),
                    reference("SR", sr)
                ),
            );
        }
    }

    fn vm(&self, vm: usize, add: &mut impl FnMut(&str, usize, String)) {
        let snapshot = vm >= self.vms;
        let of = if snapshot { vm - self.vms } else { vm };
        let running = !snapshot && !vm.is_multiple_of(5);
        let vbds = if snapshot { vec![2 * self.vms + of] } else { vec![2 * vm, 2 * vm + 1] };
        add(
            "VM_metrics",
            vm,
            format!(
                "{{\"uuid\":\"{}\",\"memory_actual\":4294967296,\"VCPUs_number\":4,\"VCPUs_params\":{{\"weight\":\"256\"}},\"state\":[],\"start_time\":\"20240101T10:00:00Z\",\"install_time\":\"20230101T10:00:00Z\",\"last_updated\":\"20240101T10:00:00Z\",\"hvm\":true}}",
                uuid("VM_metrics", vm)
            ),
        );
        if running {
            add(
                "VM_guest_metrics",
                vm,
                format!(
                    "{{\"uuid\":\"{}\",\"os_version\":{{\"name\":\"Debian GNU/Linux 12 (bookworm)\",\"uname\":\"6.1.0-18-amd64\",\"distro\":\"debian\",\"major\":\"12\",\"minor\":\"5\"}},\"PV_drivers_version\":{{\"major\":\"8\",\"minor\":\"4\",\"micro\":\"0\",\"build\":\"1\"}},\"PV_drivers_up_to_date\":true,\"networks\":{{\"0/ip\":\"10.1.{}.{}\",\"0/ipv4/0\":\"10.1.{}.{}\",\"0/ipv6/0\":\"fe80::216:3eff:fe11:2202\"}},\"other\":{{\"platform-feature-multiprocessor-suspend\":\"1\",\"has-vendor-device\":\"0\",\"feature-suspend\":\"1\",\"feature-poweroff\":\"1\",\"feature-reboot\":\"1\",\"feature-vcpu-hotplug\":\"1\",\"feature-balloon\":\"1\"}},\"PV_drivers_detected\":true,\"live\":true,\"last_updated\":\"20240101T10:00:00Z\"}}",
                    uuid("VM_guest_metrics", vm),
                    vm / 250,
                    vm % 250,
                    vm / 250,
                    vm % 250
                ),
            );
        }
        let mut json = format!(
            "{{\"uuid\":\"{}\",\"name_label\":\"vm-{of:05}\",\"name_description\":\"Machine number {of} of the large estate\",\"power_state\":\"{}\",\"is_a_template\":{snapshot},\"is_a_snapshot\":{snapshot},\"is_control_domain\":false",
            uuid("VM", vm),
            if running { "Running" } else { "Halted" }
        );
        let resident = if running { reference("host", vm % self.hosts) } else { NULL.to_owned() };
        let guest = if running { reference("VM_guest_metrics", vm) } else { NULL.to_owned() };
        let snapshots = references("VM", (!snapshot && vm < self.snapshots()).then_some(self.vms + vm));
        let _ = write!(
            json,
            ",\"resident_on\":{resident},\"affinity\":{NULL},\"metrics\":{},\"guest_metrics\":{guest},\"VBDs\":{},\"VIFs\":{},\"snapshots\":{snapshots},\"snapshot_of\":{}",
            reference("VM_metrics", vm),
            references("VBD", vbds),
            references("VIF", (!snapshot).then_some(vm)),
            if snapshot { reference("VM", of) } else { NULL.to_owned() }
        );
        let _ = write!(
            json,
            ",\"memory_dynamic_min\":4294967296,\"memory_dynamic_max\":4294967296,\"memory_static_min\":536870912,\"memory_static_max\":4294967296,\"VCPUs_max\":4,\"VCPUs_at_startup\":4,\"domain_type\":\"hvm\",\"HVM_boot_policy\":\"BIOS order\",\"HVM_boot_params\":{{\"order\":\"cdn\",\"firmware\":\"uefi\"}},\"platform\":{{\"timeoffset\":\"0\",\"device-model\":\"qemu-upstream-uefi\",\"secureboot\":\"false\",\"viridian\":\"false\",\"nx\":\"true\",\"acpi\":\"1\",\"apic\":\"true\",\"pae\":\"true\",\"hpet\":\"true\",\"cores-per-socket\":\"2\",\"videoram\":\"8\",\"vga\":\"std\"}}"
        );
        let _ = write!(
            json,
            ",\"other_config\":{{\"mac_seed\":\"{}\",\"base_template_name\":\"Debian Bookworm 12\",\"install-methods\":\"cdrom,http,ftp\",\"linux_template\":\"true\",\"xo:{}\":\"{{\\\"creation\\\":{{\\\"date\\\":\\\"2023-01-01T10:00:00.000Z\\\",\\\"template\\\":\\\"{}\\\",\\\"user\\\":\\\"{}\\\"}}}}\"}}",
            uuid("VM", vm),
            &uuid("VM", vm)[..8],
            uuid("VM", 7),
            uuid("VM", 9)
        );
        let _ = write!(
            json,
            ",\"tags\":[\"prod\",\"team-{}\"],\"recommendations\":\"{RECOMMENDATIONS}\",\"bios_strings\":{{\"bios-vendor\":\"Xen\",\"bios-version\":\"\",\"system-manufacturer\":\"Xen\",\"system-product-name\":\"HVM domU\",\"system-version\":\"\",\"system-serial-number\":\"\",\"hp-rombios\":\"\"}},\"xenstore_data\":{{\"vm-data\":\"\",\"vm-data/mmio-hole-size\":\"268435456\"}},\"last_booted_record\":\"{}\",\"NVRAM\":{{\"EFI-variables\":\"{}\"}},\"allowed_operations\":[\"changing_dynamic_range\",\"migrate_send\",\"pool_migrate\",\"changing_VCPUs_live\",\"suspend\",\"hard_reboot\",\"hard_shutdown\",\"clean_reboot\",\"clean_shutdown\",\"pause\",\"checkpoint\",\"snapshot\"],\"reference_label\":\"debian-12\",\"generation_id\":\"\",\"snapshot_info\":{{}}}}",
            vm % 20,
            "('struct' ('uuid' 'x'))".repeat(if running { 30 } else { 0 }),
            "VkFSUwEAAAAAAAAAAAAAAAAAAAA".repeat(40)
        );
        add("VM", vm, json);
        if !snapshot {
            add(
                "VIF",
                vm,
                format!(
                    "{{\"uuid\":\"{}\",\"device\":\"0\",\"network\":{},\"VM\":{},\"MAC\":\"00:16:3e:11:{:02x}:{:02x}\",\"MTU\":1500,\"currently_attached\":{running},\"locking_mode\":\"network_default\",\"allowed_operations\":[\"attach\",\"unplug\"],\"ipv4_allowed\":[],\"ipv6_allowed\":[],\"other_config\":{{}},\"qos_algorithm_type\":\"\"}}",
                    uuid("VIF", vm),
                    reference("network", vm % 40),
                    reference("VM", vm),
                    vm >> 8 & 255,
                    vm & 255
                ),
            );
        }
    }

    fn disk(&self, disk: usize, add: &mut impl FnMut(&str, usize, String)) {
        let snapshot = disk >= 2 * self.vms;
        let vm = if snapshot { self.vms + disk - 2 * self.vms } else { disk / 2 };
        let of = 2 * (disk.saturating_sub(2 * self.vms));
        let snapshots = references(
            "VDI",
            (!snapshot && disk.is_multiple_of(2) && disk / 2 < self.snapshots()).then_some(2 * self.vms + disk / 2),
        );
        add(
            "VBD",
            disk,
            format!(
                "{{\"uuid\":\"{}\",\"VM\":{},\"VDI\":{},\"device\":\"xvda\",\"userdevice\":\"{}\",\"bootable\":true,\"mode\":\"RW\",\"type\":\"Disk\",\"unpluggable\":false,\"currently_attached\":{},\"allowed_operations\":[\"attach\",\"unpause\",\"unplug\",\"unplug_force\",\"pause\"],\"other_config\":{{\"owner\":\"\"}}}}",
                uuid("VBD", disk),
                reference("VM", vm),
                reference("VDI", disk),
                disk % 2,
                !snapshot
            ),
        );
        add(
            "VDI",
            disk,
            format!(
                "{{\"uuid\":\"{}\",\"name_label\":\"vm-{vm:05} disk {}\",\"name_description\":\"Created by template provisioner\",\"SR\":{},\"VBDs\":{},\"virtual_size\":107374182400,\"physical_utilisation\":21474836480,\"type\":\"user\",\"managed\":true,\"missing\":false,\"is_a_snapshot\":{snapshot},\"snapshot_of\":{},\"snapshots\":{snapshots},\"allowed_operations\":[\"list_changed_blocks\",\"enable_cbt\",\"update\",\"destroy\",\"clone\",\"copy\",\"snapshot\"],\"sm_config\":{{\"image-format\":\"vhd\",\"vdi_type\":\"vhd\"}},\"other_config\":{{\"content_id\":\"{}\"}},\"location\":\"{}\",\"tags\":[]}}",
                uuid("VDI", disk),
                disk % 2,
                reference("SR", disk % 8),
                references("VBD", [disk]),
                if snapshot { reference("VDI", of) } else { NULL.to_owned() },
                uuid("VDI", disk),
                uuid("VDI", disk)
            ),
        );
    }
}
