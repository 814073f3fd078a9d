//! Changing a pool.

use std::sync::Arc;

use app::{Cx, On, model::Object};
use op::{Error, Id, Need, Op, Patch, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::{entry, kind};

/// Change a pool.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// Pool to change.
    id: Id<kind::Pool>,
    /// Whether VMs that want it start with their hosts.
    auto_poweron: Option<bool>,
    /// Name.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Network by which backups are read; `null` for that of management.
    #[serde(rename = "backupNetwork", default)]
    backup_network: Patch<Id<kind::Network>>,
    /// Whether migrations are compressed.
    #[serde(rename = "migrationCompression")]
    migration_compression: Option<bool>,
    /// Network by which VMs move; `null` for that of management.
    #[serde(rename = "migrationNetwork", default)]
    migration_network: Patch<Id<kind::Network>>,
    /// Storage for the memory of suspended VMs; `null` for what each host has.
    #[serde(rename = "suspendSr", default)]
    suspend_sr: Patch<Id<kind::Sr>>,
    /// Storage for crash dumps; `null` for what each host has.
    #[serde(rename = "crashDumpSr", default)]
    crash_dump_sr: Patch<Id<kind::Sr>>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "pool.set",
        &[
            Need::unchecked("backupNetwork", "it must be of the pool, on which the right is held"),
            Need::administrate("crashDumpSr", "read"),
            Need::administrate("id", "update").each(),
            Need::unchecked("migrationNetwork", "it must be of the pool, on which the right is held"),
            Need::administrate("suspendSr", "read"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.id)?;
        let (pool, reference) = (&on.pool, on.reference());
        // All that can be wrong with the parameters is found before anything is changed.
        let networks = [
            ("xo:backupNetwork", place(&cx, &on, self.backup_network)?),
            ("xo:migrationNetwork", place(&cx, &on, self.migration_network)?),
        ];
        let storages = [
            ("suspend_image_SR", place(&cx, &on, self.suspend_sr)?),
            ("crash_dump_SR", place(&cx, &on, self.crash_dump_sr)?),
        ];
        for (field, text) in [("name_label", self.name_label), ("name_description", self.name_description)] {
            if let Some(text) = text {
                pool.call(&format!("pool.set_{field}"), params![&reference, text]).await?;
            }
        }
        if let Some(on) = self.auto_poweron {
            let value = if on { "true" } else { "false" };
            entry::set(pool, "pool", &reference, "other_config", "auto_poweron", Some(value)).await?;
        }
        if let Some(on) = self.migration_compression {
            pool.call("pool.set_migration_compression", params![&reference, on]).await?;
        }
        for (key, change) in networks {
            if let Some(network) = change.into_change() {
                let id = network.as_ref().map(|network| network.id());
                entry::set(pool, "pool", &reference, "other_config", key, id).await?;
            }
        }
        for (field, change) in storages {
            if let Some(sr) = change.into_change() {
                let sr = sr.map_or_else(|| "OpaqueRef:NULL".to_owned(), |sr| sr.xapi_ref().to_string());
                pool.call(&format!("pool.set_{field}"), params![&reference, sr]).await?;
            }
        }
        Ok(())
    }
}

/// Finds the object of a change, which must be of the pool.
fn place<K>(cx: &Cx, on: &On, change: Patch<Id<K>>) -> Result<Patch<Arc<Object>>> {
    let id = match change {
        Patch::Keep => return Ok(Patch::Keep),
        Patch::Clear => return Ok(Patch::Clear),
        Patch::Set(id) => id,
    };
    let object = cx.object(&id)?;
    if object.pool() != on.object.pool() {
        let kind = object.kind();
        return Err(Error::invalid(format!("{kind} `{id}` is not of pool `{}`", on.object.id())));
    }
    Ok(Patch::Set(object))
}
