//! Storage repositories.

use compact_str::CompactString;
use xapi_types::{Map, class, enums};

use crate::{
    declare::object,
    id::{Id, Ids},
    mirror::View,
    number::Number,
    text::{self, Texts},
};

object! {
    /// A storage repository.
    Sr {
        /// What it holds, such as `user` or `iso`.
        content_type "content_type" : &'m str,
        /// Space taken, in bytes.
        physical_usage "physical_usage" : Number,
        /// How disks take space: `thin`, `thick` or `unknown`; left out for types that have no such thing.
        allocation_strategy "allocationStrategy" ? &'m str,
        /// Operations in progress, by task.
        current_operations "current_operations" : &'m Map<CompactString, enums::StorageOperations>,
        /// Whether it is in maintenance.
        in_maintenance_mode "inMaintenanceMode" : bool,
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Size, in bytes.
        size "size" : Number,
        /// Whether all hosts can reach it.
        shared "shared" : bool,
        /// Type of the storage, such as `nfs`.
        sr_type "SR_type" : &'m str,
        /// Tags.
        tags "tags" : &'m [CompactString],
        /// Sum of the sizes of its disks, in bytes.
        usage "usage" : Number,
        /// Its disks, snapshots included.
        vdis "VDIs" : Ids<'m>,
        /// Free keys.
        other_config "other_config" : Texts<'m>,
        /// Keys of its driver.
        sm_config "sm_config" : Texts<'m>,
        /// The pool, or the only host that can reach it.
        container "$container" ? Id<'m>,
        /// Its attachments to hosts.
        pbds "$PBDs" : Ids<'m>,
    }
}

impl<'m> Sr<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Sr) -> Self {
        let host = if record.shared { None } else { host(view, record) };
        Self {
            content_type: &record.content_type,
            physical_usage: record.physical_utilisation.into(),
            allocation_strategy: allocation(view, record),
            current_operations: &record.current_operations,
            in_maintenance_mode: record.other_config.contains_key("xo:maintenanceState"),
            name_description: &record.name_description,
            name_label: &record.name_label,
            size: record.physical_size.into(),
            shared: record.shared,
            sr_type: &record.r#type,
            tags: &record.tags,
            usage: record.virtual_allocation.into(),
            vdis: view.ids(&record.vdis),
            other_config: Texts(&record.other_config),
            sm_config: Texts(&record.sm_config),
            container: host.or_else(|| view.pool_link()),
            pbds: view.ids(&record.pbds),
        }
    }
}

/// Returns the host that the first attachment of a repository leads to.
pub(crate) fn host<'m>(view: &View<'m>, record: &class::Sr) -> Option<Id<'m>> {
    let pbd = view.record(record.pbds.first()?)?;
    view.id(&pbd.host)
}

fn allocation<'m>(view: &View<'m>, record: &class::Sr) -> Option<&'m str> {
    Some(match record.r#type.as_str() {
        "ext" | "nfs" | "smb" | "file" | "zfs" | "xfs" | "cephfs" | "glusterfs" | "moosefs" => "thin",
        "lvm" | "lvmoiscsi" | "lvmohba" | "lvmofcoe" | "iscsi" | "hba" => "thick",
        "linstor" => {
            let pbd = record.pbds.first().and_then(|pbd| view.record(pbd));
            pbd.and_then(|pbd| text::of(&pbd.device_config, "provisioning")).unwrap_or("unknown")
        }
        _ => return None,
    })
}
