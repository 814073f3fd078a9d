//! Groups as REST tells of them.

use app::{Cx, failure};
use op::{Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::GroupInfo;
use crate::{
    acl_role::RoleInfo,
    list::{readable, told},
    user::rest::UserRecord,
};

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<List>().add::<Get>().add::<GetUsers>().add::<GetAclRoles>();
}

/// List the groups that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct List {}

impl Op<Cx> for List {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("group.list").quiet().rest(&[Rest::list("/groups", "groups")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        readable(&cx, "group", GroupInfo::all(&cx).await?)
    }
}

/// Tell of a group.
#[derive(Deserialize, JsonSchema)]
struct Get {
    /// The group.
    id: String,
}

impl Op<Cx> for Get {
    type Output = Value;
    const SPEC: Spec = Spec::signed_in("group.get").quiet().rest(&[Rest::get("/groups/{id}")]);
    async fn run(self, cx: Cx) -> Result<Value> {
        told(&GroupInfo::for_action(&cx, &self.id, "read").await?)
    }
}

/// List the users of a group whom the caller may read.
#[derive(Deserialize, JsonSchema)]
struct GetUsers {
    /// The group.
    id: String,
}

impl Op<Cx> for GetUsers {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("group.getUsers").quiet().rest(&[Rest::list("/groups/{id}/users", "users")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let group = GroupInfo::get(&cx, &self.id).await?;
        let users = cx.app.db().users().all().await.map_err(failure)?;
        let users = users.iter().filter(|user| group.users.contains(&user.id));
        readable(&cx, "user", users.map(|user| UserRecord::of(user, &cx)))
    }
}

/// List the newer roles of a group that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct GetAclRoles {
    /// The group.
    id: String,
}

impl Op<Cx> for GetAclRoles {
    type Output = Vec<Value>;
    const SPEC: Spec =
        Spec::signed_in("group.getAclRoles").quiet().rest(&[Rest::list("/groups/{id}/acl-roles", "acl-roles")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let group = GroupInfo::get(&cx, &self.id).await?;
        let roles = cx.app.db().roles().all().await.map_err(failure)?.into_iter();
        readable(&cx, "acl-role", roles.filter(|role| role.groups.contains(&group.id)).map(RoleInfo::from))
    }
}
