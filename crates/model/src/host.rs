//! Hosts.

mod packs;

use compact_str::CompactString;
use serde::Serialize;
use xapi_types::{Map, class, enums};

use crate::{
    declare::object,
    id::{Id, Ids},
    mirror::View,
    number::Number,
    pool::Cpus,
    text::{self, Texts},
};

pub use packs::Pack;
pub(crate) use packs::version_at_least;

const GIB: i64 = 1 << 30;

object! {
    /// A host.
    Host {
        /// What is known of the processors.
        cpu_info "CPUs" : Texts<'m>,
        /// Address for management.
        address "address" : &'m str,
        /// What the firmware says of the hardware.
        bios_strings "bios_strings" : Texts<'m>,
        /// Build of the product.
        build "build" ? &'m str,
        /// What the chipset can do.
        chipset_info "chipset_info" : Chipset,
        /// Whether machines may start on it.
        enabled "enabled" : bool,
        /// Its control domain.
        control_domain "controlDomain" ? Id<'m>,
        /// Processors.
        cpus "cpus" : Cpus,
        /// Operations in progress, by task.
        current_operations "current_operations" : &'m Map<CompactString, enums::HostAllowedOperations>,
        /// Name in the network.
        hostname "hostname" : &'m str,
        /// Name of its iSCSI initiator.
        iscsi_iqn "iscsiIqn" : &'m str,
        /// Whether exports can be compressed by zstd.
        zstd_supported "zstdSupported" : bool,
        /// What the licence allows.
        license_params "license_params" : Texts<'m>,
        /// Address and port of the licence server.
        license_server "license_server" : Texts<'m>,
        /// When the licence ends; seconds since 1970.
        license_expiry "license_expiry" : Option<Number>,
        /// Where logs go.
        logging "logging" : Texts<'m>,
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Memory.
        memory "memory" : Memory,
        /// Whether storage is reached by several paths.
        multipathing "multipathing" : bool,
        /// Free keys.
        other_config "otherConfig" : Texts<'m>,
        /// Patches of old XenServer releases.
        patches "patches" : Ids<'m>,
        /// How it is switched on from afar.
        power_on_mode "powerOnMode" : &'m str,
        /// `Running`, `Halted`, `Unknown`.
        power_state "power_state" : &'static str,
        /// Machines on it, its control domain included.
        resident_vms "residentVms" : Ids<'m>,
        /// When it booted; seconds since 1970.
        start_time "startTime" : Option<Number>,
        /// Supplemental packs.
        supplemental_packs "supplementalPacks" : Vec<Pack<'m>>,
        /// When the toolstack started; seconds since 1970.
        agent_start_time "agentStartTime" : Option<Number>,
        /// Whether updates wait for a reboot.
        reboot_required "rebootRequired" : bool,
        /// Tags.
        tags "tags" : &'m [CompactString],
        /// Version of the product.
        version "version" ? &'m str,
        /// Name of the product, such as `XCP-ng`.
        product_brand "productBrand" ? &'m str,
        /// Whether machines can have hardware virtualisation.
        hvm_capable "hvmCapable" : bool,
        /// Certificates.
        certificates "certificates" ? Vec<Certificate<'m>>,
        /// Network interfaces.
        pifs "PIFs" : Ids<'m>,
        /// Network interfaces, as links are named elsewhere.
        pif_links "$PIFs" : Ids<'m>,
        /// PCI devices.
        pcis "PCIs" : Ids<'m>,
        /// PCI devices, as links are named elsewhere.
        pci_links "$PCIs" : Ids<'m>,
        /// Graphics cards.
        pgpus "PGPUs" : Ids<'m>,
        /// Graphics cards, as links are named elsewhere.
        pgpu_links "$PGPUs" : Ids<'m>,
        /// Attachments of storage.
        pbds "$PBDs" : Ids<'m>,
    }
}

/// What the chipset of a host can do.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Chipset {
    /// Whether it can give devices to machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iommu: Option<bool>,
}

/// Memory of a host, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Memory {
    /// Taken.
    pub usage: Number,
    /// All there is, in whole GiB.
    pub size: Number,
    /// 0 where nothing is known, else left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u8>,
}

/// A certificate of a host.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Certificate<'m> {
    /// Fingerprint.
    pub fingerprint: &'m str,
    /// When it ends; seconds since 1970.
    #[serde(rename = "notAfter")]
    pub not_after: Option<i64>,
}

impl<'m> Host<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Host) -> Self {
        let metrics = view.record(&record.metrics);
        let (pifs, pcis, pgpus) = (view.ids(&record.pifs), view.ids(&record.pcis), view.ids(&record.pgpus));
        let certificates = record.certificates.iter().filter_map(|certificate| view.record(certificate));
        Self {
            cpu_info: Texts(&record.cpu_info),
            address: &record.address,
            bios_strings: Texts(&record.bios_strings),
            build: text::of(&record.software_version, "build_number"),
            chipset_info: Chipset { iommu: text::of(&record.chipset_info, "iommu").map(|iommu| iommu == "true") },
            enabled: record.enabled,
            control_domain: view.id(&record.control_domain),
            cpus: Cpus::of(&record.cpu_info),
            current_operations: &record.current_operations,
            hostname: &record.hostname,
            iscsi_iqn: match record.iscsi_iqn.as_str() {
                "" => text::of(&record.other_config, "iscsi_iqn").unwrap_or(""),
                name => name,
            },
            zstd_supported: text::of(&record.license_params, "restrict_zstd_export") == Some("false"),
            license_params: Texts(&record.license_params),
            license_server: Texts(&record.license_server),
            license_expiry: text::moment(text::of(&record.license_params, "expiry")),
            logging: Texts(&record.logging),
            name_description: &record.name_description,
            name_label: &record.name_label,
            memory: memory(metrics),
            multipathing: text::is_true(&record.other_config, "multipathing"),
            other_config: Texts(&record.other_config),
            patches: view.ids(&record.patches),
            power_on_mode: &record.power_on_mode,
            power_state: match metrics {
                Some(metrics) if metrics.live => "Running",
                Some(_) => "Halted",
                None => "Unknown",
            },
            resident_vms: view.ids(&record.resident_vms),
            start_time: text::moment(text::of(&record.other_config, "boot_time")),
            supplemental_packs: packs::of(view, record),
            agent_start_time: text::moment(text::of(&record.other_config, "agent_start_time")),
            reboot_required: reboot_required(record),
            tags: &record.tags,
            version: text::of(&record.software_version, "product_version"),
            product_brand: text::of(&record.software_version, "product_brand"),
            hvm_capable: record.capabilities.iter().any(|capability| capability.starts_with("hvm")),
            certificates: Some(
                certificates
                    .map(|certificate| Certificate {
                        fingerprint: &certificate.fingerprint,
                        not_after: text::seconds(certificate.not_after),
                    })
                    .collect(),
            ),
            pifs: pifs.clone(),
            pif_links: pifs,
            pcis: pcis.clone(),
            pci_links: pcis,
            pgpus: pgpus.clone(),
            pgpu_links: pgpus,
            pbds: view.ids(&record.pbds),
        }
    }
}

fn memory(metrics: Option<&class::HostMetrics>) -> Memory {
    let Some(metrics) = metrics else {
        return Memory { usage: 0.into(), size: 0.into(), total: Some(0) };
    };
    // The hypervisor keeps a part of the memory to itself: hosts tell a little less than is built in.
    let size = metrics.memory_total.saturating_add(GIB - 1) / GIB * GIB;
    let usage = if metrics.live { size.saturating_sub(metrics.memory_free) } else { 0 };
    Memory { usage: usage.into(), size: size.into(), total: None }
}

fn reboot_required(record: &class::Host) -> bool {
    if text::of(&record.software_version, "product_brand") != Some("XCP-ng") {
        return !record.updates_requiring_reboot.is_empty();
    }
    let time = |key| Number::parse(text::of(&record.other_config, key)).get();
    matches!((time("boot_time"), time("rpm_patch_installation_time")), (Some(boot), Some(patch)) if boot < patch)
}
