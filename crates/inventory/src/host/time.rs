//! Clocks of hosts.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Seconds that the clock of a host may differ from ours.
const MOST: i64 = 30;

/// Return whether the clock of a host goes as that of this server, within half a minute.
#[derive(Deserialize, JsonSchema)]
pub(super) struct IsHostServerTimeConsistent {
    /// Host.
    host: Id<kind::Host>,
}

impl Op<Cx> for IsHostServerTimeConsistent {
    type Output = bool;
    const SPEC: Spec = Spec::objects("host.isHostServerTimeConsistent", &[Need::view("host", "read")]).read();
    async fn run(self, cx: Cx) -> Result<bool> {
        let host = cx.on(&self.host)?;
        let time = host.pool.call("host.get_servertime", params![host.reference()]).await?;
        let time = time.as_datetime().ok_or_else(|| Error::failed("the host did not tell a time"))?;
        Ok((time.unix() - jiff::Timestamp::now().as_second()).abs() <= MOST)
    }
}
