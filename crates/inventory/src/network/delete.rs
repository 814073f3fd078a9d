//! Deleting a network.

use app::Cx;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::class;

use crate::{kind, pif};

/// Delete a network with its VLANs and bonds; one that a running VM is plugged into stays.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Network to delete.
    id: Id<kind::Network>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("network.delete", &[Need::administrate("id", "delete")]).rest(&[Rest::delete("/networks/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let network = cx.on(&self.id)?;
        let pool = &network.pool;
        let record: class::Network = pool.call_as("network.get_record", params![network.reference()]).await?;
        // What stands against it is asked before anything is taken apart.
        if !pif::has_plugged_vifs(pool, &record).await? {
            for pif in pif::all(pool, &record).await? {
                pif.dismantle(pool).await?;
            }
        }
        pool.call_async("network.destroy", params![network.reference()]).await.map(drop)
    }
}
