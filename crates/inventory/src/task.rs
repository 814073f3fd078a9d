//! Tasks of hosts.

use app::Cx;
use op::{Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Cancel>().add::<Destroy>();
}

/// Ask a host to cancel a task.
#[derive(Deserialize, JsonSchema)]
struct Cancel {
    /// Task to cancel.
    id: Id<kind::Task>,
}

impl Op<Cx> for Cancel {
    type Output = ();
    const SPEC: Spec = Spec::objects("task.cancel", &[Need::administrate("id", "cancel")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let task = cx.on(&self.id)?;
        task.pool.call("task.cancel", params![task.reference()]).await.map(drop)
    }
}

/// Forget a task; what it does goes on.
#[derive(Deserialize, JsonSchema)]
struct Destroy {
    /// Task to forget.
    id: Id<kind::Task>,
}

impl Op<Cx> for Destroy {
    type Output = ();
    const SPEC: Spec = Spec::objects("task.destroy", &[Need::administrate("id", "destroy")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let task = cx.on(&self.id)?;
        task.pool.call("task.destroy", params![task.reference()]).await.map(drop)
    }
}
