//! Cloning a VM.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::delete;
use crate::kind;

/// Make another VM like this one and return its id.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Clone {
    /// VM, snapshot or template to clone.
    id: Id<kind::AnyVm>,
    /// Name of the new VM.
    name: String,
    /// Whether to copy the disks whole instead of sharing what they have in common.
    full_copy: bool,
}

impl Op<Cx> for Clone {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.clone", &[Need::administrate("id", "clone")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let vm = cx.on(&self.id)?;
        let made = if self.full_copy {
            vm.pool.call_async("VM.copy", params![vm.reference(), self.name, ""]).await?
        } else {
            vm.pool.call_async("VM.clone", params![vm.reference(), self.name]).await?
        };
        let made = super::made(&made, "VM")?;
        let finish = async {
            vm.pool.call("VM.set_is_a_template", params![&made, false]).await?;
            vm.pool.call_as("VM.get_uuid", params![&made]).await
        };
        let finished = finish.await;
        if finished.is_err() {
            delete::discard(&vm.pool, &made).await;
        }
        finished
    }
}
