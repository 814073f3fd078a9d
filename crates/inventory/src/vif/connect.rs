//! Plugging network interfaces of running VMs.

use app::{Connection, Cx};
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Plug a network interface into its running VM.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Connect {
    /// Interface to plug.
    id: Id<kind::Vif>,
}

impl Op<Cx> for Connect {
    type Output = ();
    const SPEC: Spec = Spec::objects("vif.connect", &[Need::operate("id", "connect")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vif = cx.on(&self.id)?;
        plug(&vif.pool, &vif.reference()).await
    }
}

/// Plugs an interface.
pub(super) async fn plug(pool: &Connection, vif: &str) -> Result<()> {
    pool.call_async("VIF.plug", params![vif]).await.map(drop)
}

/// Unplug a network interface of a running VM, whether its guest agrees or not.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Disconnect {
    /// Interface to unplug.
    id: Id<kind::Vif>,
}

impl Op<Cx> for Disconnect {
    type Output = ();
    const SPEC: Spec = Spec::objects("vif.disconnect", &[Need::operate("id", "disconnect")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vif = cx.on(&self.id)?;
        vif.pool.call_async("VIF.unplug_force", params![vif.reference()]).await.map(drop)
    }
}
