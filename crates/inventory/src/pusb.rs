//! USB devices of hosts.

use app::Cx;
use op::{Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Scan>().add::<Set>();
}

/// Look for USB devices of a host.
#[derive(Deserialize, JsonSchema)]
struct Scan {
    /// Host.
    host: Id<kind::Host>,
}

impl Op<Cx> for Scan {
    type Output = ();
    const SPEC: Spec = Spec::objects("pusb.scan", &[Need::operate("host", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.host)?;
        host.pool.call("PUSB.scan", params![host.reference()]).await.map(drop)
    }
}

/// Change a USB device of a host.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Device.
    id: Id<kind::Pusb>,
    /// Whether VMs may get it.
    enabled: Option<bool>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects("pusb.set", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let device = cx.on(&self.id)?;
        let Some(enabled) = self.enabled else { return Ok(()) };
        device.pool.call("PUSB.set_passthrough_enabled", params![device.reference(), enabled]).await.map(drop)
    }
}
