//! Creating a user.

use app::{Cx, db::NewUser, failure};
use op::{Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Create a user and return its id.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// Name to sign in with.
    email: String,
    /// Password.
    password: Secret,
    /// `admin` for an administrator; `none` when left out.
    permission: Option<String>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::privilege("user.create", "user", "create");
    async fn run(self, cx: Cx) -> Result<String> {
        let permission = self.permission.unwrap_or_else(|| "none".to_owned());
        super::change::may_create(&cx, &self.email, &permission)?;
        let new = NewUser { email: self.email, password: Some(self.password.expose().into()), permission };
        Ok(cx.app.db().users().create(new).await.map_err(failure)?.id)
    }
}
