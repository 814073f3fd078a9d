//! Messages: alerts and notices of hosts.

use app::Cx;
use op::{Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Delete>();
}

/// Delete a message.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Message to delete.
    id: Id<kind::Message>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("message.delete", &[Need::administrate("id", "delete")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let message = cx.on(&self.id)?;
        message.pool.call("message.destroy", params![message.reference()]).await.map(drop)
    }
}
