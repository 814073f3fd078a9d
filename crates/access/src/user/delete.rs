//! Deleting a user.

use app::Cx;
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Delete a user, its tokens and its rules; its connections are closed.
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
        if !cx.app.delete_user(&self.id).await? {
            return Err(Error::no_such(super::KIND, self.id));
        }
        Ok(())
    }
}
