//! Removing a server.

use app::{Cx, failure};
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Disconnect a server and forget it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Remove {
    /// Server to forget.
    id: String,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec = Spec::admin("server.remove");
    async fn run(self, cx: Cx) -> Result<()> {
        if !cx.app.db().servers().remove(&self.id).await.map_err(failure)? {
            return Err(Error::no_such(super::KIND, self.id));
        }
        cx.app.disconnect(&self.id).await;
        Ok(())
    }
}
