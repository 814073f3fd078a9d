//! Which host answers for a pool.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Make a host the master of its pool; the agents of all hosts restart.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SetPoolMaster {
    /// Host.
    host: Id<kind::Host>,
}

impl Op<Cx> for SetPoolMaster {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.setPoolMaster", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.host)?;
        host.pool.call("pool.designate_new_master", params![host.reference()]).await.map(drop)
    }
}
