//! Switching a whole pool off at once.

use app::{Cx, model::Kind};
use futures_util::future::join_all;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use crate::{host, kind};

/// Switch all hosts of a pool off at once, as when the power runs out: VMs are suspended where that works, the master
/// goes last.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EmergencyShutdown {
    /// Pool.
    id: Id<kind::Pool>,
}

impl Op<Cx> for EmergencyShutdown {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.emergencyShutdown", &[Need::administrate("id", "emergency-shutdown")])
        .rest(&[Rest::action("/pools/{id}/actions/emergency_shutdown")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.id)?;
        let record: class::Pool = on.pool.call_as("pool.get_record", params![on.reference()]).await?;
        if record.ha_enabled {
            // It would start elsewhere what is switched off here.
            on.pool.call_async("pool.disable_ha", params![]).await?;
        }
        let master = cx.on(&record.master.to_string())?;
        let hosts = cx.app.store().snapshot().of_pool(on.object.pool().as_str()).filter(|object| {
            let is_up = object.text("power_state").is_some_and(|state| state == "Running");
            object.kind() == Kind::Host && is_up && object.id() != master.object.id()
        });
        let members = hosts.map(|host| cx.on(host.id())).collect::<Result<Vec<_>>>()?;
        let stopped = join_all(members.iter().map(host::emergency_shutdown)).await;
        for (member, stopped) in members.iter().zip(stopped) {
            if let Err(error) = stopped {
                // The power goes anyway: the others are stopped as well as it can be.
                warn!(host.id = member.object.id(), "a host of a pool that goes off at once stays on: {error}");
            }
        }
        host::emergency_shutdown(&master).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("VMs would be suspended where that works, and all its hosts switched off".to_owned())
    }
}
