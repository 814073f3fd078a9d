//! Changing a disk.

use app::{Cx, On};
use op::{Context, Error, Id, Level, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::class;

use crate::{kind, size::Size};

/// Change a disk or a snapshot of one; what is as wanted already is left alone.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// Disk to change.
    id: Id<kind::AnyVdi>,
    /// Name.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Size that a VM sees, in bytes or as `20 GiB`; a disk only grows.
    size: Option<Size>,
    /// Whether changed blocks are tracked, for incremental backups.
    cbt: Option<bool>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vdi.set", &[Need::administrate("id", "update").each()]).rest(&[Rest::patch("/vdis/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vdi = cx.on(&self.id)?;
        let record: class::Vdi = vdi.pool.call_as("VDI.get_record", params![vdi.reference()]).await?;
        if let Some(Size(size)) = self.size {
            may_grow(&cx, &record)?;
            resize(&vdi, &record, size).await?;
        }
        let texts = [
            ("VDI.set_name_label", self.name_label, &record.name_label),
            ("VDI.set_name_description", self.name_description, &record.name_description),
        ];
        for (method, wanted, present) in texts {
            if let Some(wanted) = wanted
                && wanted != *present
            {
                vdi.pool.call(method, params![vdi.reference(), wanted]).await?;
            }
        }
        match self.cbt {
            Some(wanted) if wanted != record.cbt_enabled => {
                let method = if wanted { "VDI.enable_cbt" } else { "VDI.disable_cbt" };
                vdi.pool.call_async(method, params![vdi.reference()]).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Checks that the caller may use the storage: a larger disk takes more of it.
fn may_grow(cx: &Cx, record: &class::Vdi) -> Result<()> {
    let sr = cx.resolve(&record.sr.to_string());
    if cx.admin() || sr.as_ref().is_some_and(|sr| cx.allowed(Level::Operate, "update", sr)) {
        return Ok(());
    }
    Err(Error::unauthorized(Level::Operate.name(), sr.map(|sr| sr.id)))
}

async fn resize(vdi: &On, record: &class::Vdi, size: i64) -> Result<()> {
    let present = record.virtual_size;
    if size < present {
        return Err(Error::invalid(format!("cannot set new size ({size}) below the current size ({present})")));
    }
    if size > present {
        vdi.pool.call_async("VDI.resize", params![vdi.reference(), size]).await?;
    }
    Ok(())
}
