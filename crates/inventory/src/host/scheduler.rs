//! What of the processors is given to VMs at a time.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Return what the scheduler of a host gives to VMs at a time: `cpu`, `core`, `socket`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetSchedulerGranularity {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetSchedulerGranularity {
    type Output = String;
    const SPEC: Spec = Spec::objects("host.getSchedulerGranularity", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<String> {
        let host = cx.on(&self.id)?;
        host.pool.call_as("host.get_sched_gran", params![host.reference()]).await
    }
}

/// Change what the scheduler of a host gives to VMs at a time, from its next start on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetSchedulerGranularity {
    /// Host.
    id: Id<kind::Host>,
    /// What is given at a time.
    scheduler_granularity: Granularity,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Granularity {
    Cpu,
    Core,
    Socket,
}

impl Op<Cx> for SetSchedulerGranularity {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.setSchedulerGranularity", &[Need::operate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let granularity = match self.scheduler_granularity {
            Granularity::Cpu => "cpu",
            Granularity::Core => "core",
            Granularity::Socket => "socket",
        };
        host.pool.call("host.set_sched_gran", params![host.reference(), granularity]).await.map(drop)
    }
}
