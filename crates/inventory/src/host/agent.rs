//! Restarting the agents of hosts.

use std::time::Duration;

use app::{Cx, On};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// How long an agent may take to be up again: that of a large pool loads its database first.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Between looks at what is known of the host; it costs no call.
const LOOK: Duration = Duration::from_millis(500);

/// Restart the agent of a host, and wait until it is up again; VMs go on meanwhile.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RestartAgent {
    /// Whether to restart it even if a backup runs; nothing looks for one yet.
    #[allow(dead_code, reason = "backups come later, their callers are here")]
    bypass_backup_check: Option<bool>,
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for RestartAgent {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.restartAgent", &[Need::administrate("id", "restart-toolstack")])
        .rest(&[Rest::action("/hosts/{id}/actions/restart_toolstack")]);
    async fn run(self, cx: Cx) -> Result<()> {
        restart(&cx, &cx.on(&self.id)?).await
    }
}

/// Restart the agent of a host; an older name of `host.restartAgent`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RestartAgentAlias {
    /// Whether to restart it even if a backup runs; nothing looks for one yet.
    #[allow(dead_code, reason = "backups come later, their callers are here")]
    bypass_backup_check: Option<bool>,
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for RestartAgentAlias {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.restart_agent", &[Need::administrate("id", "restart-toolstack")]);
    async fn run(self, cx: Cx) -> Result<()> {
        restart(&cx, &cx.on(&self.id)?).await
    }
}

/// Restarts the agent of a host and waits until it is up again.
pub(crate) async fn restart(cx: &Cx, host: &On) -> Result<()> {
    let before = started(cx, host);
    host.pool.call("host.restart_agent", params![host.reference()]).await?;
    let look = async {
        while started(cx, host).is_none_or(|now| Some(now) == before) {
            tokio::time::sleep(LOOK).await;
        }
    };
    let waited = tokio::time::timeout(LIMIT, look).await;
    waited.map_err(|_| {
        Error::refused(format!("the agent of host `{}` is not up again after 5 minutes", host.object.id()))
    })
}

/// Returns when the agent of a host started, as far as that is known.
fn started(cx: &Cx, host: &On) -> Option<f64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shown {
        agent_start_time: Option<f64>,
    }
    cx.object(host.object.id()).ok()?.decode::<Shown>().ok()?.agent_start_time
}
