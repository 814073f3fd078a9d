//! Whether VMs may start on a host.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Let VMs start on a host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Enable {
    /// Host to enable.
    id: Id<kind::Host>,
}

impl Op<Cx> for Enable {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.enable", &[Need::administrate("id", "enable")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call("host.enable", params![host.reference()]).await.map(drop)
    }
}

/// Let no more VMs start on a host; those that run there stay.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Disable {
    /// Host to disable.
    id: Id<kind::Host>,
    /// Whether it may enable itself when it starts anew, as hosts do anyway; accepted for the callers that say so.
    #[serde(rename = "transient")]
    #[allow(dead_code, reason = "hosts are asked the same way in both cases")]
    transient: Option<bool>,
}

impl Op<Cx> for Disable {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.disable", &[Need::administrate("id", "disable")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call("host.disable", params![host.reference()]).await.map(drop)
    }
}
