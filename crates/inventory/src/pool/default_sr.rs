//! Where new disks go.

use app::{Cx, model::Kind};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Make a storage the one where new disks of its pool go.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SetDefaultSr {
    /// Storage.
    sr: Id<kind::Sr>,
}

impl Op<Cx> for SetDefaultSr {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.setDefaultSr", &[Need::administrate("sr", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.sr)?;
        let objects = cx.app.store().snapshot();
        let pool = objects.of_pool(sr.object.pool().as_str()).find(|object| object.kind() == Kind::Pool);
        let pool = pool.ok_or_else(|| Error::no_such("pool", sr.object.pool().as_str()))?;
        sr.pool.call("pool.set_default_SR", params![pool.xapi_ref(), sr.reference()]).await.map(drop)
    }
}
