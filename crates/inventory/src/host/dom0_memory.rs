//! Memory of the control domain.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::restart;
use crate::kind;

/// Least memory that a control domain starts with; less makes a host that does not come up again.
const LEAST: f64 = (1_u64 << 30) as f64;

/// Give the control domain of a host in maintenance so much memory, and restart the host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SetControlDomainMemory {
    /// Host; it must be disabled, since it restarts.
    id: Id<kind::Host>,
    /// Memory, in bytes; 1 GiB or more.
    #[schemars(range(min = 0))]
    memory: f64,
}

impl Op<Cx> for SetControlDomainMemory {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.setControlDomainMemory", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        if self.memory.fract() != 0.0 || !(LEAST..9e15).contains(&self.memory) {
            return Err(Error::invalid("`memory` must be a whole number of bytes, 1 GiB or more"));
        }
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and within what both types hold")]
        let memory = self.memory as i64;
        let host = cx.on(&self.id)?;
        let record = super::record(&host).await?;
        if record.enabled {
            return Err(Error::incorrect_state(host.object.id(), "enabled", true, false));
        }
        let params = params![&record.control_domain, memory, memory, memory, memory];
        host.pool.call("VM.set_memory_limits", params).await?;
        restart::reboot(&cx, &host, false).await
    }
}
