//! Deleting a user.

use app::{Cx, failure};
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Delete a user and its tokens; its connections are closed.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// User to delete; not the one who calls.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::admin("user.delete");
    async fn run(self, cx: Cx) -> Result<()> {
        if cx.user()?.id == self.id {
            return Err(Error::invalid("a user cannot delete itself"));
        }
        if !cx.app.db().users().delete(&self.id).await.map_err(failure)? {
            return Err(Error::no_such(super::KIND, self.id));
        }
        cx.app.user_deleted(&self.id);
        Ok(())
    }
}
