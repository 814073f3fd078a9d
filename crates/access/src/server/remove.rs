//! Removing a server.

use app::{Cx, failure};
use op::{Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::existence::must_exist;

/// Disconnect a server and forget it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Remove {
    /// Server to forget.
    id: String,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec =
        Spec::privilege("server.remove", super::RESOURCE, "delete").rest(&[Rest::delete("/servers/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        super::for_action(&cx, &self.id, "delete").await?;
        must_exist(cx.app.db().servers().remove(&self.id).await.map_err(failure)?, super::KIND, &self.id)?;
        cx.app.disconnect(&self.id).await;
        Ok(())
    }
}
