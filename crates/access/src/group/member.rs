//! Who is in a group.

use app::{Cx, failure};
use op::{Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::existence::must_exist;

/// Put a user into a group; one that is in it stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddUser {
    /// Group to change.
    id: String,
    /// User to put into it.
    user_id: String,
}

impl Op<Cx> for AddUser {
    type Output = ();
    const SPEC: Spec =
        Spec::privilege("group.addUser", "group", "update:users").rest(&[Rest::put("/groups/{id}/users/{userId}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        known(&cx, &self.id, [&self.user_id]).await?;
        cx.app.add_to_group(&self.id, &self.user_id).await
    }
}

/// Take a user out of a group.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RemoveUser {
    /// Group to change.
    id: String,
    /// User to take out of it.
    user_id: String,
}

impl Op<Cx> for RemoveUser {
    type Output = ();
    const SPEC: Spec = Spec::privilege("group.removeUser", "group", "update:users")
        .rest(&[Rest::delete("/groups/{id}/users/{userId}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        known(&cx, &self.id, [&self.user_id]).await?;
        cx.app.remove_from_group(&self.id, &self.user_id).await
    }
}

/// Replace the users of a group.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetUsers {
    /// Group to change.
    id: String,
    /// Users that are in it from now on.
    user_ids: Vec<String>,
}

impl Op<Cx> for SetUsers {
    type Output = ();
    const SPEC: Spec = Spec::privilege("group.setUsers", "group", "update:users");
    async fn run(self, cx: Cx) -> Result<()> {
        known(&cx, &self.id, &self.user_ids).await?;
        cx.app.set_group_users(&self.id, &self.user_ids).await
    }
}

/// Refuses a group or user that does not exist, and a caller who may not change who is in the group.
async fn known(cx: &Cx, group: &str, users: impl IntoIterator<Item = &String>) -> Result<()> {
    super::GroupInfo::for_action(cx, group, "update:users").await?;
    for user in users {
        must_exist(cx.app.db().users().get(user).await.map_err(failure)?.is_some(), "user", user)?;
    }
    Ok(())
}
