//! Taking a storage repository out of its pool.

use app::{Connection, Cx};
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::attachment::{bring_back, detach};
use crate::kind;

/// Take a storage repository out of its pool; what is on it stays and can be attached again.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Forget {
    /// Storage repository to forget.
    id: Id<kind::Sr>,
}

impl Op<Cx> for Forget {
    type Output = ();
    const SPEC: Spec = Spec::objects("sr.forget", &[Need::administrate("id", "forget")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        remove(&sr.pool, &sr.reference(), "SR.forget").await
    }
}

/// Delete a storage repository; refused while there are disks on it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Destroy {
    /// Storage repository to delete.
    id: Id<kind::Sr>,
}

impl Op<Cx> for Destroy {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("sr.destroy", &[Need::administrate("id", "delete")]).rest(&[Rest::delete("/srs/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        remove(&sr.pool, &sr.reference(), "SR.destroy").await
    }
}

/// Disconnects all hosts and calls `method`; where it refuses, all are connected as before.
pub(super) async fn remove(pool: &Connection, sr: &str, method: &str) -> Result<()> {
    let detached = detach(pool, sr).await?;
    let removed = pool.call_async(method, params![sr]).await;
    if removed.is_err() {
        bring_back(pool, &detached).await;
    }
    removed.map(drop)
}
