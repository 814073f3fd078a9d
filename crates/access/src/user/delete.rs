//! Deleting a user.

use app::Cx;
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::existence::must_exist;

/// Delete a user, its tokens and its rules; its connections are closed.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// User to delete; not the one who calls.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::privilege("user.delete", "user", "delete");
    async fn run(self, cx: Cx) -> Result<()> {
        if cx.user()?.id == self.id {
            return Err(Error::invalid("a user cannot delete itself"));
        }
        super::change::may_delete(&cx, &self.id).await?;
        must_exist(cx.app.delete_user(&self.id).await?, super::KIND, self.id)
    }
}
