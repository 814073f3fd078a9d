//! Emptying a host: no VM starts on it any more, those that run there move to others.

use app::{Cx, On, model::Kind};
use op::Result;
use tracing::warn;
use xapi::params;
use xapi_types::{class, code};

use crate::failure;

/// A pool's own choice of the network that migrations go by, in its `other_config`.
const MIGRATION_NETWORK: &str = "xo:migrationNetwork";

/// Disables a host and moves its VMs away; when that fails it is enabled as before.
pub(crate) async fn clear(cx: &Cx, host: &On) -> Result<()> {
    let was_enabled: bool = host.pool.call_as("host.get_enabled", params![host.reference()]).await?;
    host.pool.call("host.disable", params![host.reference()]).await?;
    let evacuated = evacuate(cx, host).await;
    if evacuated.is_err() {
        restore(host, was_enabled).await;
    }
    evacuated
}

/// Enables a host again that something was to be done to.
pub(crate) async fn restore(host: &On, was_enabled: bool) {
    if was_enabled && let Err(error) = host.pool.call("host.enable", params![host.reference()]).await {
        warn!(host.id = host.object.id(), "cannot enable the host again: {error}");
    }
}

async fn evacuate(cx: &Cx, host: &On) -> Result<()> {
    let network = migration_network(cx, host).await?;
    let at_once = i64::from(cx.app.config().xapi_options.vm_evacuation_concurrency);
    let mut params = params![host.reference(), network, at_once];
    loop {
        match host.pool.call_async("host.evacuate", params.clone()).await {
            // Hosts before XenServer 8 and XCP-ng 8.3 take fewer parameters.
            Err(error) if params.len() > 1 && failure::code(&error) == Some(code::MESSAGE_PARAMETER_COUNT_MISMATCH) => {
                params.pop();
            }
            evacuated => return evacuated.map(drop),
        }
    }
}

/// Returns the network that the pool wants migrations to go by, or none.
async fn migration_network(cx: &Cx, host: &On) -> Result<String> {
    let pools: Vec<String> = host.pool.call_as("pool.get_all", params![]).await?;
    for pool in pools {
        let record: class::Pool = host.pool.call_as("pool.get_record", params![pool]).await?;
        let wanted = record.other_config.get(MIGRATION_NETWORK);
        let network = wanted.and_then(|id| cx.app.store().get(id)).filter(|found| found.kind() == Kind::Network);
        if let Some(network) = network {
            return Ok(network.xapi_ref().to_string());
        }
    }
    Ok("OpaqueRef:NULL".to_owned())
}

/// Says what would come of a host that is `done` something to, by what its pool would do first.
pub(super) fn says(first: &str, done: &str) -> String {
    match first {
        "host.evacuate" => format!("its VMs would be moved to other hosts, and it would be {done}"),
        "VM.suspend" | "VM.unpause" => format!("its VMs would be suspended, it would be {done}, and they resumed"),
        _ => format!("it would be {done}"),
    }
}
