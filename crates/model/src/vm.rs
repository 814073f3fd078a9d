//! Virtual machines, and what snapshots, templates and control domains have in common with them.

mod addresses;
mod boot;
mod docker;
mod operations;
mod tools;
mod vulnerability;

use compact_str::{CompactString, format_compact};
use serde::Serialize;
use serde_json::Value;
use xapi_types::{Map, class, enums};

use crate::{
    declare::object,
    id::{Id, Ids},
    kind::Kind,
    mirror::View,
    number::Number,
    text::{self, Texts},
};

pub use addresses::Addresses;
pub use docker::Docker;
pub use operations::Operations;
pub use tools::XenTools;
pub use vulnerability::Vulnerabilities;

object! {
    /// What machines, snapshots, templates and control domains have in common.
    VmBase {
        /// Addresses, by interface, family and number.
        addresses "addresses" : Addresses,
        /// The host that it prefers.
        affinity_host "affinityHost" ? Id<'m>,
        /// Addresses of the PCI devices given to it.
        attached_pcis "attachedPcis" ? Vec<&'m str>,
        /// Whether it starts with its host.
        auto_poweron "auto_poweron" : bool,
        /// What its firmware says of the hardware.
        bios_strings "bios_strings" : Texts<'m>,
        /// Operations that are refused, with the reason.
        blocked_operations "blockedOperations" : &'m Map<enums::VmOperations, CompactString>,
        /// How it boots.
        boot "boot" : Texts<'m>,
        /// Processors.
        cpus "CPUs" : Cpus,
        /// Who made it of what and when.
        creation "creation" ? Value,
        /// Operations in progress, by id of the task.
        current_operations "current_operations" : Operations<'m>,
        /// Containers in it.
        docker "docker" ? Docker,
        /// Whether it may run a hypervisor, as older releases spell it.
        exp_nested_hvm "expNestedHvm" : bool,
        /// Whether it may run a hypervisor.
        is_nested_virt_enabled "isNestedVirtEnabled" : bool,
        /// Whether Windows is helped along.
        viridian "viridian" : bool,
        /// The address to show where there is room for one.
        main_ip_address "mainIpAddress" ? &'m str,
        /// What high availability does for it: nothing, `restart`, `best-effort`.
        high_availability "high_availability" : &'m str,
        /// Whether its template goes with its firmware.
        is_firmware_supported "isFirmwareSupported" : bool,
        /// Memory.
        memory "memory" : Memory,
        /// When it was installed; seconds since 1970.
        install_time "installTime" ? Option<i64>,
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Whether it cannot do without a virtual TPM.
        needs_vtpm "needsVtpm" : bool,
        /// Notes of its owner.
        notes "notes" ? &'m str,
        /// Free keys.
        other_config "other" : Texts<'m>,
        /// What runs in it.
        os_version "os_version" : Option<Texts<'m>>,
        /// The snapshot that it goes back to.
        parent "parent" ? Id<'m>,
        /// `Running`, `Halted`, `Paused`, `Suspended`.
        power_state "power_state" : &'m str,
        /// Whether Windows gets drivers by itself.
        has_vendor_device "hasVendorDevice" : bool,
        /// The resource set that pays for it.
        resource_set "resourceSet" ? Value,
        /// Its snapshots.
        snapshots "snapshots" : Ids<'m>,
        /// Seconds to wait before the next machine starts.
        start_delay "startDelay" : Number,
        /// When it started; seconds since 1970.
        start_time "startTime" ? Option<i64>,
        /// Whether only signed systems boot.
        secure_boot "secureBoot" : bool,
        /// Where its memory goes when suspended.
        suspend_sr "suspendSr" ? Id<'m>,
        /// Tags.
        tags "tags" : &'m [CompactString],
        /// Network interfaces.
        vifs "VIFs" : Ids<'m>,
        /// Virtual TPMs.
        vtpms "VTPMs" : Ids<'m>,
        /// `hvm`, `pv`, `pvh`, `pv_in_pvh`.
        virtualization_mode "virtualizationMode" : &'m str,
        /// Version of the tools in it.
        xen_tools "xenTools" ? XenTools<'m>,
        /// Whether an agent in it reports.
        management_agent_detected "managementAgentDetected" ? bool,
        /// Whether it has drivers for virtual hardware.
        pv_drivers_detected "pvDriversDetected" ? bool,
        /// Version of these.
        pv_drivers_version "pvDriversVersion" ? String,
        /// Whether these are the newest that its host knows.
        pv_drivers_up_to_date "pvDriversUpToDate" ? bool,
        /// The host that it runs on or is bound to, else the pool.
        container "$container" ? Id<'m>,
        /// Attachments of disks and drives.
        vbds "$VBDs" : Ids<'m>,
        /// Virtual graphics cards.
        vgpus "VGPUs" : Ids<'m>,
        /// Virtual graphics cards, as links are named elsewhere.
        vgpu_links "$VGPUs" : Ids<'m>,
        /// Hardware of network interfaces, such as `e1000`.
        nic_type "nicType" ? &'m str,
        /// Keys that it sees.
        xen_store_data "xenStoreData" : Texts<'m>,
        /// Hardware of the display: `std`, `cirrus`.
        vga "vga" ? &'m str,
        /// Memory of the display, in MiB.
        videoram "videoram" ? Number,
        /// Cores of a socket.
        cores_per_socket "coresPerSocket" ? Number,
        /// Most that it may take of the processors, in percent of one.
        cpu_cap "cpuCap" ? Number,
        /// Its share when processors are scarce.
        cpu_weight "cpuWeight" ? Number,
        /// Processors that it may use.
        cpu_mask "cpuMask" ? Vec<Number>,
        /// Arguments of the kernel.
        pv_args "PV_args" ? &'m str,
    }
}

object! {
    /// A virtual machine.
    Vm: VmBase {
        /// Known weak points.
        vulnerabilities "vulnerabilities" ? Vulnerabilities,
    }
}

/// Processors of a machine.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cpus {
    /// Most it may have.
    pub max: Number,
    /// What it has, or starts with.
    pub number: Number,
}

/// Memory of a machine, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Memory {
    /// Bounds while it runs: least, most.
    pub dynamic: [Number; 2],
    /// Bounds that need a restart: least, most.
    #[serde(rename = "static")]
    pub fixed: [Number; 2],
    /// What it has, or starts with.
    pub size: Number,
    /// What it uses, where an agent says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Number>,
}

/// Returns the kind of object that a record becomes.
pub(crate) fn kind(record: &class::Vm) -> Kind {
    if record.is_control_domain {
        Kind::VmController
    } else if record.is_a_snapshot {
        Kind::VmSnapshot
    } else if record.is_a_template {
        Kind::VmTemplate
    } else {
        Kind::Vm
    }
}

/// Tells whether a record is a template that came with the host.
pub(crate) fn is_default_template(record: &class::Vm) -> bool {
    kind(record) == Kind::VmTemplate
        && (record.is_default_template || text::is_true(&record.other_config, "default_template"))
}

/// Tells whether the machine has memory and processors now.
fn is_running(record: &class::Vm) -> bool {
    matches!(record.power_state, enums::VmPowerState::Running | enums::VmPowerState::Paused)
}

impl<'m> VmBase<'m> {
    /// Makes the common part of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vm) -> Self {
        let metrics = view.record(&record.metrics);
        let guest = view.record(&record.guest_metrics);
        let tools = tools::of(record, guest);
        let platform = |key| text::of(&record.platform, key);
        let mode = boot::virtualization_mode(record);
        let is_hvm = mode == "hvm";
        let vgpus = view.ids(&record.vgpus);
        let param = |key| Number::parse(text::of(&record.vcpus_params, key)).known();
        Self {
            addresses: addresses::of(guest),
            affinity_host: view.id(&record.affinity),
            attached_pcis: text::of(&record.other_config, "pci").map(pcis),
            auto_poweron: text::is_true(&record.other_config, "auto_poweron"),
            bios_strings: Texts(&record.bios_strings),
            blocked_operations: &record.blocked_operations,
            boot: Texts(&record.hvm_boot_params),
            cpus: cpus(record, metrics, tools.version_known),
            creation: creation(record),
            current_operations: Operations::of(view, record),
            docker: docker::of(record),
            exp_nested_hvm: platform("exp-nested-hvm") == Some("true"),
            is_nested_virt_enabled: boot::is_nested_virt_enabled(view, record),
            viridian: platform("viridian") == Some("true"),
            main_ip_address: addresses::main(guest),
            high_availability: &record.ha_restart_priority,
            is_firmware_supported: boot::is_firmware_supported(record),
            memory: memory(record, metrics, guest),
            install_time: metrics.map(|metrics| text::seconds(metrics.install_time)),
            name_description: &record.name_description,
            name_label: &record.name_label,
            needs_vtpm: platform("vtpm") == Some("true"),
            notes: text::of(&record.other_config, "xo:notes"),
            other_config: Texts(&record.other_config),
            os_version: guest.map(|guest| Texts(&guest.os_version)),
            parent: view.id(&record.parent),
            power_state: record.power_state.as_str(),
            has_vendor_device: record.has_vendor_device,
            resource_set: json(text::of(&record.other_config, "xo:resource_set")),
            snapshots: view.ids(&record.snapshots),
            start_delay: record.start_delay.into(),
            start_time: metrics.map(|metrics| text::seconds(metrics.start_time)),
            secure_boot: platform("secureboot") == Some("true"),
            suspend_sr: view.id(&record.suspend_sr),
            tags: &record.tags,
            vifs: view.ids(&record.vifs),
            vtpms: view.ids(&record.vtpms),
            virtualization_mode: mode,
            xen_tools: tools.version,
            management_agent_detected: tools.agent_detected,
            pv_drivers_detected: tools.drivers_detected,
            pv_drivers_version: tools.drivers_version,
            pv_drivers_up_to_date: tools.drivers_up_to_date,
            container: container(view, record),
            vbds: view.ids(&record.vbds),
            vgpus: vgpus.clone(),
            vgpu_links: vgpus,
            nic_type: platform("nic_type"),
            xen_store_data: Texts(&record.xenstore_data),
            vga: is_hvm.then(|| platform("vga").unwrap_or("cirrus")),
            videoram: is_hvm.then(|| platform("videoram").map_or(4.into(), |mib| Number::parse(Some(mib)))),
            cores_per_socket: Number::parse(platform("cores-per-socket")).known(),
            cpu_cap: param("cap"),
            cpu_weight: param("weight"),
            cpu_mask: text::of(&record.vcpus_params, "mask").map(mask),
            pv_args: (!is_hvm).then_some(&record.pv_args),
        }
    }
}

impl<'m> Vm<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vm) -> Self {
        let vulnerabilities = vulnerability::of(view.record(&record.guest_metrics));
        Self { base: VmBase::from_xapi(view, record), vulnerabilities }
    }
}

/// Reads `0/0000:04:00.0,1/0000:05:00.1`.
fn pcis(list: &str) -> Vec<&str> {
    list.split(',').map(|entry| entry.split_once('/').map_or(entry, |(_, address)| address)).collect()
}

fn mask(list: &str) -> Vec<Number> {
    list.split(',').map(|processor| Number::parse(Some(processor))).collect()
}

fn cpus(record: &class::Vm, metrics: Option<&class::VmMetrics>, has_tools: bool) -> Cpus {
    let running = metrics.filter(|_| is_running(record) && has_tools && kind(record) != Kind::VmTemplate);
    let number = running.map_or(record.vcpus_at_startup, |metrics| metrics.vcpus_number);
    Cpus { max: record.vcpus_max.into(), number: number.into() }
}

fn memory(record: &class::Vm, metrics: Option<&class::VmMetrics>, guest: Option<&class::VmGuestMetrics>) -> Memory {
    let guest = guest.filter(|_| is_running(record)).and_then(|guest| {
        let value = |key| text::of(&guest.memory, key).and_then(|value| Number::parse(Some(value)).known());
        Some((value("used")?, value("total")?))
    });
    let (size, usage) = match (guest, metrics) {
        (Some((used, total)), _) => (total, Some(used)),
        (None, Some(metrics)) if is_running(record) => (metrics.memory_actual.into(), None),
        _ => (record.memory_dynamic_max.into(), None),
    };
    Memory {
        dynamic: [record.memory_dynamic_min.into(), record.memory_dynamic_max.into()],
        fixed: [record.memory_static_min.into(), record.memory_static_max.into()],
        size,
        usage,
    }
}

/// Reads who made the machine: the key has the first digits of its own uuid, so that copies do not inherit it.
fn creation(record: &class::Vm) -> Option<Value> {
    let key = format_compact!("xo:{}", record.uuid.get(..8)?);
    json(text::of(&record.other_config, &key))?.get_mut("creation").map(Value::take)
}

fn json(text: Option<&str>) -> Option<Value> {
    serde_json::from_str(text?).ok().filter(|value: &Value| !value.is_null())
}

/// Returns where a machine belongs: to its host, or to the host that alone has one of its disks, or to the pool.
fn container<'m>(view: &View<'m>, record: &class::Vm) -> Option<Id<'m>> {
    if !record.resident_on.is_null() {
        return view.id(&record.resident_on).or_else(|| view.pool_link());
    }
    let disks = record.vbds.iter().filter_map(|vbd| view.record(vbd)).filter_map(|vbd| view.record(&vbd.vdi));
    let local = disks.filter_map(|disk| view.record(&disk.sr)).find(|sr| !sr.shared);
    local.and_then(|sr| crate::sr::host(view, sr)).or_else(|| view.pool_link())
}
