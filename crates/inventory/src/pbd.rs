//! Attachments of storage repositories to hosts.

use app::Cx;
use op::{Id, Need, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Connect>().add::<Delete>().add::<Disconnect>();
}

/// Connect a host to a storage repository.
#[derive(Deserialize, JsonSchema)]
struct Connect {
    /// Attachment to connect.
    id: Id<kind::Pbd>,
}

impl Op<Cx> for Connect {
    type Output = ();
    const SPEC: Spec = Spec::objects("pbd.connect", &[Need::administrate("id", "plug")])
        .rest(&[Rest::action("/pbds/{id}/actions/plug")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let pbd = cx.on(&self.id)?;
        pbd.pool.call_async("PBD.plug", params![pbd.reference()]).await.map(drop)
    }
}

/// Disconnect a host from a storage repository; refused while a VM on the host uses it.
#[derive(Deserialize, JsonSchema)]
struct Disconnect {
    /// Attachment to disconnect.
    id: Id<kind::Pbd>,
}

impl Op<Cx> for Disconnect {
    type Output = ();
    const SPEC: Spec = Spec::objects("pbd.disconnect", &[Need::administrate("id", "unplug")])
        .rest(&[Rest::action("/pbds/{id}/actions/unplug")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let pbd = cx.on(&self.id)?;
        pbd.pool.call_async("PBD.unplug", params![pbd.reference()]).await.map(drop)
    }
}

/// Forget how a host connects to a storage repository; it must be disconnected.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Attachment to delete.
    id: Id<kind::Pbd>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("pbd.delete", &[Need::administrate("id", "unplug")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let pbd = cx.on(&self.id)?;
        pbd.pool.call_async("PBD.destroy", params![pbd.reference()]).await.map(drop)
    }
}
