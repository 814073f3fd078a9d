//! Plugging network interfaces of hosts.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Bring a network interface of a host up.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Connect {
    /// Interface to bring up.
    id: Id<kind::Pif>,
}

impl Op<Cx> for Connect {
    type Output = ();
    const SPEC: Spec = Spec::objects("pif.connect", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let pif = cx.on(&self.id)?;
        pif.pool.call_async("PIF.plug", params![pif.reference()]).await.map(drop)
    }
}

/// Take a network interface of a host down.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Disconnect {
    /// Interface to take down.
    id: Id<kind::Pif>,
}

impl Op<Cx> for Disconnect {
    type Output = ();
    const SPEC: Spec = Spec::objects("pif.disconnect", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let pif = cx.on(&self.id)?;
        pif.pool.call_async("PIF.unplug", params![pif.reference()]).await.map(drop)
    }
}
