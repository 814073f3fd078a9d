//! Moving a disk to other storage.

use app::{Connection, Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};
use xapi_types::{class, code};

use crate::{disk, failure, kind};

/// Move a disk to another storage repository of its pool, also while a running VM uses it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Migrate {
    /// Disk to move.
    id: Id<kind::AnyVdi>,
    /// Id of the resource set that it counts against.
    #[serde(rename = "resourceSet")]
    resource_set: Option<String>,
    /// Storage repository to move it to.
    sr_id: Id<kind::Sr>,
}

impl Op<Cx> for Migrate {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vdi.migrate",
        &[Need::administrate("id", "migrate-send"), Need::administrate("sr_id", "migrate-receive")],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        if let Some(set) = self.resource_set {
            return Err(Error::no_such("resourceSet", set));
        }
        let vdi = cx.on(&self.id)?;
        let sr = cx.on(&self.sr_id)?;
        disk::same_pool(&vdi.object, &sr.object)?;
        let live = params![vdi.reference(), sr.reference(), Value::structure::<&str>([])];
        match vdi.pool.call_async("VDI.pool_migrate", live).await {
            Err(error) if needs_copy(&error) => copy(&vdi, &sr.reference()).await,
            moved => moved.map(drop),
        }
    }
    fn would(&self, first: &str) -> Option<String> {
        let copied = "it would be copied to the other storage, and the copy put in its place";
        (first == "VDI.copy").then(|| copied.to_owned())
    }
}

/// Returns whether the pool cannot move the disk as it is: no VM has it, or no host that could do it runs the VM.
fn needs_copy(error: &Error) -> bool {
    matches!(error, Error::NoHostsAvailable)
        || failure::code(error) == Some(code::VDI_NEEDS_VM_FOR_MIGRATE)
        || failure::code(error) == Some(code::LICENCE_RESTRICTION)
}

/// Copies a disk and puts the copy in its place.
async fn copy(vdi: &On, sr: &str) -> Result<()> {
    let pool = &vdi.pool;
    let made = pool.call_async("VDI.copy", params![vdi.reference(), sr]).await?;
    let made = made.as_str().ok_or_else(|| Error::failed("the pool did not say which disk it made"))?;
    if let Err(error) = replace(pool, &vdi.reference(), made).await {
        if let Err(left) = pool.call_async("VDI.destroy", params![made]).await {
            warn!(vdi.id = vdi.object.id(), "cannot delete the copy of a disk that could not be moved: {left}");
        }
        return Err(error);
    }
    pool.call_async("VDI.destroy", params![vdi.reference()]).await.map(drop)
}

/// Gives every VM that has the disk `old` the disk `new` instead; where that fails, all have the old one again.
async fn replace(pool: &Connection, old: &str, new: &str) -> Result<()> {
    let vbds: Vec<String> = pool.call_as("VDI.get_VBDs", params![old]).await?;
    let mut replaced: Vec<(class::Vbd, String)> = Vec::new();
    for vbd in vbds {
        let record: class::Vbd = pool.call_as("VBD.get_record", params![&vbd]).await?;
        let result = async {
            pool.call("VBD.destroy", params![&vbd]).await?;
            match disk::attach(pool, &record, new).await {
                Ok(made) => Ok(made),
                Err(error) => {
                    bring_back(pool, &record, old).await;
                    Err(error)
                }
            }
        };
        match result.await {
            Ok(made) => replaced.push((record, made)),
            Err(error) => {
                for (record, made) in replaced {
                    if let Err(left) = pool.call("VBD.destroy", params![made]).await {
                        warn!("cannot take a copied disk out of a VM again: {left}");
                    }
                    bring_back(pool, &record, old).await;
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Gives a VM the disk that it had.
async fn bring_back(pool: &Connection, record: &class::Vbd, disk: &str) {
    if let Err(left) = disk::attach(pool, record, disk).await {
        warn!(vbd.id = %record.uuid, "cannot give a VM its disk back: {left}");
    }
}
