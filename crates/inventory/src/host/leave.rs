//! Taking hosts out of their pools.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Forget a host that is gone for good.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Forget {
    /// Host to forget; it must be off.
    id: Id<kind::Host>,
}

impl Op<Cx> for Forget {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.forget", &[Need::administrate("id", "forget")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call_async("host.destroy", params![host.reference()]).await.map(drop)
    }
}

/// Take a host out of its pool; what is on its local storage is lost.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Detach {
    /// Host to take out; not the master.
    id: Id<kind::Host>,
}

impl Op<Cx> for Detach {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.detach", &[Need::administrate("id", "detach")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        host.pool.call("pool.eject", params![host.reference()]).await.map(drop)
    }
}
