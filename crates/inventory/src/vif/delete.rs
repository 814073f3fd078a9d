//! Deleting network interfaces of VMs.

use app::{Connection, Cx};
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::code;

use super::replace;
use crate::{failure, kind};

/// Delete a network interface of a VM; one that is plugged is unplugged before.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Interface to delete.
    id: Id<kind::Vif>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vif.delete", &[Need::administrate("id", "delete")]).rest(&[Rest::delete("/vifs/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vif = cx.on(&self.id)?;
        let attached = super::record(&vif).await?.currently_attached;
        if attached {
            unplug(&vif.pool, &vif.reference()).await?;
        }
        let gone = vif.pool.call_async("VIF.destroy", params![vif.reference()]).await;
        if gone.is_err() {
            replace::restore(&vif.pool, &vif.reference(), attached).await;
        }
        gone.map(drop)
    }
}

/// Unplugs an interface; one that has been unplugged meanwhile is as wanted.
pub(super) async fn unplug(pool: &Connection, vif: &str) -> Result<()> {
    match pool.call_async("VIF.unplug_force", params![vif]).await {
        Err(error) if failure::code(&error) == Some(code::DEVICE_ALREADY_DETACHED) => Ok(()),
        unplugged => unplugged.map(drop),
    }
}
