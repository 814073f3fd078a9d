//! Changing one's own password.

use app::{Cx, failure};
use op::{Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::existence::must_exist;

/// Change the password of the user who calls.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangePassword {
    /// Password so far; a wrong one counts as a failed sign-in.
    old_password: Secret,
    /// Password from now on.
    new_password: Secret,
}

impl Op<Cx> for ChangePassword {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("user.changePassword");
    async fn run(self, cx: Cx) -> Result<()> {
        let user = cx.user()?;
        cx.app.check_password(&cx.session, &user, &self.old_password).await?;
        let password = self.new_password.expose().into();
        must_exist(cx.app.db().users().set_password(&user.id, &password).await.map_err(failure)?, super::KIND, &user.id)
    }
}
