//! Patches of old XenServer releases: as the pool knows them, and as applied to a host.

use xapi_types::{class, enums};

use crate::{
    declare::object,
    id::{Id, Ids},
    mirror::View,
    number::Number,
    text,
};

object! {
    /// A patch, as applied to one host.
    Patch {
        /// Whether it is in force.
        applied "applied" : bool,
        /// Whether all hosts of the pool have it.
        enforce_homogeneity "enforceHomogeneity" ? bool,
        /// Description.
        description "description" ? &'m str,
        /// Name.
        name "name" ? &'m str,
        /// The patch, as the pool knows it.
        pool_patch "pool_patch" ? Id<'m>,
        /// Size, in bytes.
        size "size" ? Number,
        /// What to do after applying it, such as `restartHost`.
        guidance "guidance" ? &'m [enums::AfterApplyGuidance],
        /// When it was applied; seconds since 1970.
        time "time" : Option<i64>,
        /// The host.
        host "$host" ? Id<'m>,
    }
}

object! {
    /// A patch, as the pool knows it; its id and `uuid` are the reference.
    PoolPatch {
        /// Its real uuid.
        data_uuid "dataUuid" : &'m str,
        /// Description.
        description "description" : &'m str,
        /// What to do after applying it, such as `restartHost`.
        guidance "guidance" : &'m [enums::AfterApplyGuidance],
        /// Name.
        name "name" : &'m str,
        /// Size, in bytes.
        size "size" : Number,
        /// The same patch as applied to hosts.
        host_patches "$host_patches" : Ids<'m>,
    }
}

impl<'m> Patch<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::HostPatch) -> Self {
        let patch = view.record(&record.pool_patch);
        Self {
            applied: record.applied,
            enforce_homogeneity: patch.map(|patch| patch.pool_applied),
            description: patch.map(|patch| patch.name_description.as_str()),
            name: patch.map(|patch| patch.name_label.as_str()),
            pool_patch: view.id(&record.pool_patch),
            size: patch.map(|patch| patch.size.into()),
            guidance: patch.map(|patch| patch.after_apply_guidance.as_slice()),
            time: text::seconds(record.timestamp_applied),
            host: view.id(&record.host),
        }
    }
}

impl<'m> PoolPatch<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::PoolPatch) -> Self {
        Self {
            data_uuid: &record.uuid,
            description: &record.name_description,
            guidance: &record.after_apply_guidance,
            name: &record.name_label,
            size: record.size.into(),
            host_patches: view.ids(&record.host_patches),
        }
    }
}
