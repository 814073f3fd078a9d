//! Giving a disk to a running VM, and taking it away.

use app::{Cx, On};
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::code;

use crate::{failure, kind};

/// Give a disk to the running VM that it belongs to.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Connect {
    /// Attachment to connect.
    id: Id<kind::Vbd>,
}

impl Op<Cx> for Connect {
    type Output = ();
    const SPEC: Spec = Spec::objects("vbd.connect", &[Need::administrate("id", "connect")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vbd = cx.on(&self.id)?;
        vbd.pool.call_async("VBD.plug", params![vbd.reference()]).await.map(drop)
    }
}

/// Take a disk away from a running VM; it still belongs to it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Disconnect {
    /// Attachment to disconnect.
    id: Id<kind::Vbd>,
}

impl Op<Cx> for Disconnect {
    type Output = ();
    const SPEC: Spec = Spec::objects("vbd.disconnect", &[Need::administrate("id", "disconnect")]);
    async fn run(self, cx: Cx) -> Result<()> {
        unplug(&cx.on(&self.id)?).await
    }
}

/// Takes a disk away from its VM, one that is marked as fixed too.
pub(super) async fn unplug(vbd: &On) -> Result<()> {
    let unplug = || vbd.pool.call("VBD.unplug_force", params![vbd.reference()]);
    match unplug().await {
        Err(error) if failure::code(&error) == Some(code::VBD_NOT_UNPLUGGABLE) => {
            vbd.pool.call("VBD.set_unpluggable", params![vbd.reference(), true]).await?;
            unplug().await.map(drop)
        }
        other => other.map(drop),
    }
}
