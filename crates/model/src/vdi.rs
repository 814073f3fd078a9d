//! Virtual disks, their snapshots, and what the storage keeps for itself.

use compact_str::CompactString;
use xapi_types::{Map, class, enums};

use crate::{
    declare::object,
    id::{Id, Ids},
    kind::Kind,
    mirror::View,
    number::Number,
    text::{self, Texts},
};

/// Longest chain that is followed, so that a loop in damaged storage ends.
const LONGEST_CHAIN: usize = 256;

object! {
    /// What virtual disks of all kinds have.
    VdiBase {
        /// Whether changed blocks are tracked.
        cbt_enabled "cbt_enabled" : bool,
        /// Whether the storage has lost it.
        missing "missing" : bool,
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Uuid of the disk below it in its chain.
        parent "parent" ? &'m str,
        /// Format, such as `vhd` or `qcow2`.
        image_format "image_format" ? &'m str,
        /// Size that a machine sees, in bytes.
        size "size" : Number,
        /// Its snapshots.
        snapshots "snapshots" : Ids<'m>,
        /// Tags.
        tags "tags" : &'m [CompactString],
        /// Space taken on the storage, in bytes.
        usage "usage" : Number,
        /// What it is for, such as `user` or `system`.
        vdi_type "VDI_type" : &'m str,
        /// Operations in progress, by task.
        current_operations "current_operations" : &'m Map<CompactString, enums::VdiOperations>,
        /// Free keys.
        other_config "other_config" : Texts<'m>,
        /// The storage repository.
        sr "$SR" ? Id<'m>,
        /// Its attachments.
        vbds "$VBDs" : Ids<'m>,
    }
}

object! {
    /// A virtual disk.
    Vdi: VdiBase {
        /// Space taken by it and the disks below it in its chain, in bytes.
        chain_physical_usage "chainPhysicalUsage" : Number,
    }
}

object! {
    /// A snapshot of a virtual disk.
    VdiSnapshot: VdiBase {
        /// When it was made; seconds since 1970.
        snapshot_time "snapshot_time" : Option<i64>,
        /// The disk it was made of.
        snapshot_of "$snapshot_of" ? Id<'m>,
    }
}

object! {
    /// A virtual disk that the storage keeps for itself.
    VdiUnmanaged: VdiBase {}
}

/// Returns the kind of object that a record becomes.
pub(crate) fn kind(view: &View<'_>, record: &class::Vdi) -> Kind {
    if !record.managed {
        Kind::VdiUnmanaged
    } else if record.is_a_snapshot || view.record(&record.snapshot_of).is_some() {
        Kind::VdiSnapshot
    } else {
        Kind::Vdi
    }
}

impl<'m> VdiBase<'m> {
    /// Makes the common part of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vdi) -> Self {
        Self {
            cbt_enabled: record.cbt_enabled,
            missing: record.missing,
            name_description: &record.name_description,
            name_label: &record.name_label,
            parent: parent(record),
            image_format: text::of(&record.sm_config, "image-format"),
            size: record.virtual_size.into(),
            snapshots: view.ids(&record.snapshots),
            tags: &record.tags,
            usage: record.physical_utilisation.into(),
            vdi_type: record.r#type.as_str(),
            current_operations: &record.current_operations,
            other_config: Texts(&record.other_config),
            sr: view.id(&record.sr),
            vbds: view.ids(&record.vbds),
        }
    }
}

impl<'m> Vdi<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vdi) -> Self {
        Self { base: VdiBase::from_xapi(view, record), chain_physical_usage: chain_usage(view, record).into() }
    }
}

impl<'m> VdiSnapshot<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vdi) -> Self {
        Self {
            base: VdiBase::from_xapi(view, record),
            snapshot_time: text::seconds(record.snapshot_time),
            snapshot_of: view.id(&record.snapshot_of),
        }
    }
}

impl<'m> VdiUnmanaged<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vdi) -> Self {
        Self { base: VdiBase::from_xapi(view, record) }
    }
}

fn parent(record: &class::Vdi) -> Option<&str> {
    text::of(&record.sm_config, "vhd-parent")
}

/// Adds up what the disk and those below it take, in bytes.
fn chain_usage<'m>(view: &View<'m>, record: &'m class::Vdi) -> i64 {
    let mut sum = record.physical_utilisation;
    let mut disk = record;
    for _ in 0..LONGEST_CHAIN {
        let Some(below) = parent(disk).and_then(|uuid| view.disk(uuid)) else { break };
        sum = sum.saturating_add(below.physical_utilisation);
        disk = below;
    }
    sum
}
