//! Deleting a disk.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Delete a disk or a snapshot of one with what is on it; refused while a running VM has it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Disk to delete.
    id: Id<kind::AnyVdi>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("vdi.delete", &[Need::administrate("id", "delete")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vdi = cx.on(&self.id)?;
        vdi.pool.call_async("VDI.destroy", params![vdi.reference()]).await.map(drop)
    }
}
