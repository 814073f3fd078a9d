//! Taking a disk out of a VM.

use app::Cx;
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::code;

use super::plug::unplug;
use crate::{failure, kind};

/// Take a disk or drive out of a VM, which may be running; the disk stays.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Attachment to delete.
    id: Id<kind::Vbd>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vbd.delete", &[Need::administrate("id", "delete")]).rest(&[Rest::delete("/vbds/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vbd = cx.on(&self.id)?;
        let unplugged = unplug(&vbd).await;
        let destroyed = vbd.pool.call("VBD.destroy", params![vbd.reference()]).await;
        match (unplugged, destroyed) {
            // It was not plugged in, or it is gone all the same.
            (_, Ok(_)) => Ok(()),
            (Err(error), Err(_)) if tells_more(&error) => Err(error),
            (_, Err(error)) => Err(error),
        }
    }
}

/// Returns whether why a disk could not be taken away says more than that it is still there.
fn tells_more(error: &Error) -> bool {
    !matches!(error, Error::VmBadPowerState { .. }) && failure::code(error) != Some(code::DEVICE_ALREADY_DETACHED)
}
