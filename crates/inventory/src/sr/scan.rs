//! Looking for what has changed on storage.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Look for disks that came to a storage repository, or have left it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Scan {
    /// Storage repository to scan.
    id: Id<kind::Sr>,
}

impl Op<Cx> for Scan {
    type Output = ();
    const SPEC: Spec = Spec::objects("sr.scan", &[Need::operate("id", "scan")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        sr.pool.call_async("SR.scan", params![sr.reference()]).await.map(drop)
    }
}
