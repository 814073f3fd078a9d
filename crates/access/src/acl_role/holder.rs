//! Who has a role.

use app::{Cx, db::Holder, failure};
use op::{Error, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{KIND, for_action, own};

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<AddUser>().add::<RemoveUser>().add::<AddGroup>().add::<RemoveGroup>();
}

/// Give a role to a user; one who has it keeps it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AddUser {
    /// Role to give; none that comes with the server.
    id: String,
    /// User to give it to.
    user_id: String,
}

impl Op<Cx> for AddUser {
    type Output = ();
    const SPEC: Spec =
        Spec::privilege("aclRole.addUser", KIND, "update:users").rest(&[Rest::put("/acl-roles/{id}/users/{userId}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        give(&cx, &self.id, Holder::User(&self.user_id)).await
    }
}

/// Take a role from a user; one who does not have it is passed over.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RemoveUser {
    /// Role to take.
    id: String,
    /// User to take it from.
    user_id: String,
}

impl Op<Cx> for RemoveUser {
    type Output = ();
    const SPEC: Spec = Spec::privilege("aclRole.removeUser", KIND, "update:users")
        .rest(&[Rest::delete("/acl-roles/{id}/users/{userId}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        take(&cx, &self.id, Holder::User(&self.user_id)).await
    }
}

/// Give a role to a group, and so to its users; one that has it keeps it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AddGroup {
    /// Role to give; none that comes with the server.
    id: String,
    /// Group to give it to.
    group_id: String,
}

impl Op<Cx> for AddGroup {
    type Output = ();
    const SPEC: Spec = Spec::privilege("aclRole.addGroup", KIND, "update:groups")
        .rest(&[Rest::put("/acl-roles/{id}/groups/{groupId}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        give(&cx, &self.id, Holder::Group(&self.group_id)).await
    }
}

/// Take a role from a group; one that does not have it is passed over.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RemoveGroup {
    /// Role to take.
    id: String,
    /// Group to take it from.
    group_id: String,
}

impl Op<Cx> for RemoveGroup {
    type Output = ();
    const SPEC: Spec = Spec::privilege("aclRole.removeGroup", KIND, "update:groups")
        .rest(&[Rest::delete("/acl-roles/{id}/groups/{groupId}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        take(&cx, &self.id, Holder::Group(&self.group_id)).await
    }
}

async fn give(cx: &Cx, id: &str, holder: Holder<'_>) -> Result<()> {
    admit(cx, id, holder, "attach ACL V2 role").await?;
    let turn = cx.app.changing_roles().await;
    cx.app.db().roles().give(id, holder).await.map_err(failure)?;
    turn.done().await
}

async fn take(cx: &Cx, id: &str, holder: Holder<'_>) -> Result<()> {
    admit(cx, id, holder, "detach ACL V2 role").await?;
    let turn = cx.app.changing_roles().await;
    cx.app.db().roles().take(id, holder).await.map_err(failure)?;
    turn.done().await
}

/// Refuses a role, user or group that does not exist, a role that nobody can have, and a caller who may not.
async fn admit(cx: &Cx, id: &str, holder: Holder<'_>, operation: &str) -> Result<()> {
    let (action, kind, of) = match holder {
        Holder::User(id) => ("update:users", "user", id),
        Holder::Group(id) => ("update:groups", "group", id),
    };
    own(&for_action(cx, id, action).await?, operation)?;
    let db = cx.app.db();
    let exists = match holder {
        Holder::User(id) => db.users().get(id).await.map_err(failure)?.is_some(),
        Holder::Group(id) => db.groups().get(id).await.map_err(failure)?.is_some(),
    };
    if exists { Ok(()) } else { Err(Error::no_such(kind, of)) }
}
