//! Moving a disk to other storage.

use app::{Connection, Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
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
        migrate(&cx, &self.id, &self.sr_id).await.map(drop)
    }
    fn would(&self, first: &str) -> Option<String> {
        would(first)
    }
}

/// Move a disk to another storage repository of its pool, also while a running VM uses it, and return what it is there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MoveTo {
    /// Disk to move.
    id: Id<kind::Vdi>,
    /// Storage repository to move it to.
    sr_id: Id<kind::Sr>,
}

/// What a disk is after it has moved.
#[derive(Serialize, JsonSchema)]
pub(super) struct Moved {
    /// Its id, which may be a new one.
    id: String,
}

impl Op<Cx> for MoveTo {
    type Output = Moved;
    const SPEC: Spec = Spec::objects(
        "vdi.moveTo",
        &[Need::administrate("id", "migrate-send"), Need::administrate("srId", "migrate-receive")],
    )
    .rest(&[Rest::action("/vdis/{id}/actions/migrate").answering()]);
    async fn run(self, cx: Cx) -> Result<Moved> {
        let moved = migrate(&cx, &self.id, &self.sr_id).await?;
        let id = match moved {
            Some(reference) => cx.on(&self.sr_id)?.pool.id_of_new(Kind::Vdi, &reference).await?,
            None => self.id.into_string(),
        };
        Ok(Moved { id })
    }
    fn would(&self, first: &str) -> Option<String> {
        would(first)
    }
}

fn would(first: &str) -> Option<String> {
    let copied = "it would be copied to the other storage, and the copy put in its place";
    (first == "VDI.copy").then(|| copied.to_owned())
}

/// Moves a disk, and returns the reference of what it is now, where the pool has said it.
async fn migrate(cx: &Cx, id: &str, sr: &str) -> Result<Option<String>> {
    let (vdi, sr) = (cx.on(id)?, cx.on(sr)?);
    disk::same_pool(&vdi.object, &sr.object)?;
    let live = params![vdi.reference(), sr.reference(), Value::structure::<&str>([])];
    match vdi.pool.call_async("VDI.pool_migrate", live).await {
        Err(error) if needs_copy(&error) => copy(&vdi, &sr.reference()).await.map(Some),
        moved => {
            moved.map(|moved| moved.as_str().filter(|moved| moved.starts_with("OpaqueRef:")).map(ToOwned::to_owned))
        }
    }
}

/// Returns whether the pool cannot move the disk as it is: no VM has it, or no host that could do it runs the VM.
fn needs_copy(error: &Error) -> bool {
    matches!(error, Error::NoHostsAvailable)
        || failure::code(error) == Some(code::VDI_NEEDS_VM_FOR_MIGRATE)
        || failure::code(error) == Some(code::LICENCE_RESTRICTION)
}

/// Copies a disk and puts the copy in its place. Where that fails, or the disk cannot be deleted, all is as
/// before. Returns the reference of the copy.
async fn copy(vdi: &On, sr: &str) -> Result<String> {
    let (pool, old) = (&vdi.pool, vdi.reference());
    expect_deletable(pool, &old).await?;
    let made = pool.call_async("VDI.copy", params![&old, sr]).await?;
    let made = made.as_str().ok_or_else(|| Error::failed("the pool did not say which disk it made"))?;
    let replaced = match replace(pool, &old, made).await {
        Ok(replaced) => replaced,
        Err(error) => {
            discard(vdi, made).await;
            return Err(error);
        }
    };
    let Err(error) = pool.call_async("VDI.destroy", params![&old]).await else { return Ok(made.to_owned()) };
    if !failure::is_answer(&error) {
        // It may be gone, so that nobody can have it back.
        warn!(
            vdi.id = vdi.object.id(),
            "it is not known whether a disk whose copy is in its place is deleted: {error}"
        );
        return Err(error);
    }
    put_back(pool, replaced, &old).await;
    discard(vdi, made).await;
    Err(error)
}

/// Refuses to move a disk away from storage that deletes none, such as a library of discs: it would be there twice.
async fn expect_deletable(pool: &Connection, vdi: &str) -> Result<()> {
    let sr: String = pool.call_as("VDI.get_SR", params![vdi]).await?;
    let allowed: Vec<String> = pool.call_as("SR.get_allowed_operations", params![&sr]).await?;
    // Storage that is busy or not connected lists nothing of disks at all.
    let lists_disks = allowed.iter().any(|operation| operation.starts_with("vdi_"));
    if lists_disks && !allowed.iter().any(|operation| operation == "vdi_destroy") {
        let name: String = pool.call_as("SR.get_name_label", params![&sr]).await?;
        let way = "copy the disk instead";
        return Err(Error::refused(format!("storage `{name}` deletes no disks, so that none can move away; {way}")));
    }
    Ok(())
}

/// Deletes the copy of a disk that could not move.
async fn discard(vdi: &On, made: &str) {
    if let Err(left) = vdi.pool.call_async("VDI.destroy", params![made]).await {
        warn!(vdi.id = vdi.object.id(), "cannot delete the copy of a disk that could not be moved: {left}");
    }
}

/// Gives every VM that has the disk `old` the disk `new` instead, and returns how each had it and the reference of its
/// new attachment; where that fails, all have the old one again.
async fn replace(pool: &Connection, old: &str, new: &str) -> Result<Vec<(class::Vbd, String)>> {
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
                put_back(pool, replaced, old).await;
                return Err(error);
            }
        }
    }
    Ok(replaced)
}

/// Gives VMs that have a copy the disk `old` again.
async fn put_back(pool: &Connection, replaced: Vec<(class::Vbd, String)>, old: &str) {
    for (record, made) in replaced {
        if let Err(left) = pool.call("VBD.destroy", params![made]).await {
            warn!("cannot take a copied disk out of a VM again: {left}");
        }
        bring_back(pool, &record, old).await;
    }
}

/// Gives a VM the disk that it had.
async fn bring_back(pool: &Connection, record: &class::Vbd, disk: &str) {
    if let Err(left) = disk::attach(pool, record, disk).await {
        warn!(vbd.id = %record.uuid, "cannot give a VM its disk back: {left}");
    }
}
