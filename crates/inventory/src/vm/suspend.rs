//! Holding a VM and letting it go on.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Suspend a running VM: its memory goes to a disk.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Suspend {
    /// VM to suspend.
    id: Id<kind::Vm>,
}

impl Op<Cx> for Suspend {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.suspend", &[Need::operate("id", "suspend")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        vm.pool.call_async("VM.suspend", params![vm.reference()]).await.map(drop)
    }
}

/// Resume a suspended VM.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Resume {
    /// VM to resume.
    id: Id<kind::Vm>,
}

impl Op<Cx> for Resume {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.resume", &[Need::operate("id", "resume")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        vm.pool.call_async("VM.resume", params![vm.reference(), false, true]).await.map(drop)
    }
}

/// Pause a running VM: its memory stays where it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Pause {
    /// VM to pause.
    id: Id<kind::Vm>,
}

impl Op<Cx> for Pause {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.pause", &[Need::operate("id", "pause")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        vm.pool.call_async("VM.pause", params![vm.reference()]).await.map(drop)
    }
}

/// Let a paused VM go on.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Unpause {
    /// VM to let go on.
    id: Id<kind::Vm>,
}

impl Op<Cx> for Unpause {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.unpause", &[Need::operate("id", "unpause")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        vm.pool.call_async("VM.unpause", params![vm.reference()]).await.map(drop)
    }
}
