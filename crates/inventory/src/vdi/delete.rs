//! Deleting a disk.

use std::time::Duration;

use app::{Cx, On};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::sleep;
use xapi::params;
use xapi_types::code;

use crate::{failure, kind};

/// Rest before the second attempt; it doubles with each.
const REST: Duration = Duration::from_millis(500);
/// Attempts, the first included: XCP-ng takes some seconds to let go of a disk that was just taken from a VM.
const ATTEMPTS: u32 = 5;

/// Delete a disk or a snapshot of one with what is on it; refused while a running VM has it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Disk to delete.
    id: Id<kind::AnyVdi>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("vdi.delete", &[Need::administrate("id", "delete")])
        .rest(&[Rest::delete("/vdis/{id}"), Rest::delete("/vdi-snapshots/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vdi = cx.on(&self.id)?;
        let mut attempt = 1;
        loop {
            match vdi.pool.call_async("VDI.destroy", params![vdi.reference()]).await {
                Err(Error::VdiInUse { .. }) if attempt < ATTEMPTS && !is_attached(&vdi).await? => {
                    sleep(REST * (1 << (attempt - 1))).await;
                    attempt += 1;
                }
                // Somebody else was quicker, as the caller wants it.
                Err(error) if failure::code(&error) == Some(code::HANDLE_INVALID) => return Ok(()),
                deleted => return deleted.map(drop),
            }
        }
    }
}

/// Returns whether a running VM has the disk.
async fn is_attached(vdi: &On) -> Result<bool> {
    let vbds: Vec<String> = vdi.pool.call_as("VDI.get_VBDs", params![vdi.reference()]).await?;
    for vbd in vbds {
        if vdi.pool.call_as("VBD.get_currently_attached", params![vbd]).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
