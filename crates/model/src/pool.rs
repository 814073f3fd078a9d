//! Pools of hosts.

use compact_str::CompactString;
use serde::Serialize;
use xapi_types::{AnyRef, Map, class, enums};

use crate::{
    declare::object,
    id::Id,
    mirror::View,
    number::Number,
    text::{self, Texts},
};

object! {
    /// A pool of hosts.
    Pool {
        /// Whether machines that want it start with the hosts.
        auto_poweron "auto_poweron" : bool,
        /// Where crash dumps go.
        crash_dump_sr "crashDumpSr" ? Id<'m>,
        /// Operations in progress, by task.
        current_operations "current_operations" : &'m Map<CompactString, enums::PoolAllowedOperations>,
        /// Where new disks go.
        default_sr "default_SR" ? Id<'m>,
        /// Whether high availability is on.
        ha_enabled "HA_enabled" : bool,
        /// Whether high availability starts a machine again that shut itself down.
        ha_reboot_vm_on_internal_shutdown "haRebootVmOnInternalShutdown" : bool,
        /// Where high availability keeps its state.
        ha_srs "haSrs" : Vec<Id<'m>>,
        /// The host that answers for the pool.
        master "master" ? Id<'m>,
        /// Tags.
        tags "tags" : &'m [CompactString],
        /// Description.
        name_description "name_description" : &'m str,
        /// Name; of a pool without, that of its master.
        name_label "name_label" : &'m str,
        /// Whether migrations are compressed.
        migration_compression "migrationCompression" : bool,
        /// Free keys.
        other_config "otherConfig" : Texts<'m>,
        /// Processors of all hosts.
        cpus "cpus" : Cpus,
        /// Where the memory of suspended machines goes.
        suspend_sr "suspendSr" ? Id<'m>,
        /// Whether exports can be compressed by zstd.
        zstd_supported "zstdSupported" : bool,
        /// Whether machines can have a virtual TPM.
        vtpm_supported "vtpmSupported" : bool,
        /// Version of the platform that the master runs.
        platform_version "platform_version" ? &'m str,
    }
}

/// Number of processors.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cpus {
    /// Logical processors.
    pub cores: Number,
    /// Sockets.
    pub sockets: Number,
}

impl Cpus {
    /// Reads the `cpu_info` of a pool or a host.
    pub(crate) fn of(info: &Map<CompactString, CompactString>) -> Self {
        Self {
            cores: Number::parse(text::of(info, "cpu_count")),
            sockets: Number::parse(text::of(info, "socket_count")),
        }
    }
}

impl<'m> Pool<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Pool) -> Self {
        let master = view.record(&record.master);
        let named = master.filter(|_| record.name_label.is_empty());
        let state_files = record.ha_statefiles.iter().map(|file| AnyRef::parse(file));
        Self {
            auto_poweron: text::is_true(&record.other_config, "auto_poweron"),
            crash_dump_sr: view.id(&record.crash_dump_sr),
            current_operations: &record.current_operations,
            default_sr: view.id(&record.default_sr),
            ha_enabled: record.ha_enabled,
            ha_reboot_vm_on_internal_shutdown: record.ha_reboot_vm_on_internal_shutdown,
            ha_srs: state_files
                .filter_map(|file| view.record(&file.cast::<class::Vdi>()))
                .filter_map(|disk| view.id(&disk.sr))
                .collect(),
            master: view.id(&record.master),
            tags: &record.tags,
            name_description: &record.name_description,
            name_label: named.map_or(&record.name_label, |master| &master.name_label),
            migration_compression: record.migration_compression,
            other_config: Texts(&record.other_config),
            cpus: Cpus::of(&record.cpu_info),
            suspend_sr: view.id(&record.suspend_image_sr),
            zstd_supported: text::of(&record.restrictions, "restrict_zstd_export") == Some("false"),
            vtpm_supported: text::of(&record.restrictions, "restrict_vtpm") == Some("false"),
            platform_version: master.and_then(|master| text::of(&master.software_version, "platform_version")),
        }
    }
}
