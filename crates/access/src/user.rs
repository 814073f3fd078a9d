//! Users.

mod change;
mod create;
mod delete;
mod password;
pub(crate) mod rest;
mod set;

use app::{Cx, db::User, failure};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::list::told;

/// Kind that errors name where no user has the id.
const KIND: &str = "user";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetAll>()
        .add::<create::Create>()
        .add::<delete::Delete>()
        .add::<password::ChangePassword>()
        .add::<set::RemoveAuthProvider>()
        .add::<set::Set>();
    change::ops(ops);
    rest::ops(ops);
}

/// A user.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserInfo {
    /// Its id.
    id: String,
    /// Name to sign in with.
    email: String,
    /// Ids of its groups.
    groups: Vec<String>,
    /// `admin` for administrators.
    permission: String,
    /// What clients keep for it.
    preferences: Map<String, Value>,
    /// Identities at other sign-in providers, by provider.
    #[serde(skip_serializing_if = "Map::is_empty")]
    auth_providers: Map<String, Value>,
}

impl UserInfo {
    /// Returns what is told of `user`.
    pub(crate) fn of(user: &User, cx: &Cx) -> Self {
        let User { id, email, permission, preferences, auth_providers, .. } = user.clone();
        Self { groups: cx.app.permissions().groups_of(&id), id, email, permission, preferences, auth_providers }
    }
}

/// List the users.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<UserInfo>;
    const SPEC: Spec = Spec::privilege("user.getAll", "user", "read").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<UserInfo>> {
        let users = cx.app.db().users().all().await.map_err(failure)?;
        let mut readable = Vec::new();
        for user in &users {
            if cx.permits("user", "read", &told(&rest::UserRecord::of(user, &cx))?) {
                readable.push(UserInfo::of(user, &cx));
            }
        }
        Ok(readable)
    }
}
