//! Looking at roles.

use app::{Cx, failure};
use op::{Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{KIND, RoleInfo, for_action, get};
use crate::{
    acl_privilege::{self, PrivilegeInfo},
    group::GroupInfo,
    list::{readable, told},
    user::rest::UserRecord,
};

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<List>().add::<Get>().add::<GetPrivileges>().add::<GetUsers>().add::<GetGroups>();
}

/// List the newer roles that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct List {}

impl Op<Cx> for List {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("aclRole.list").quiet().rest(&[Rest::list("/acl-roles", "acl-roles")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let roles = cx.app.db().roles().all().await.map_err(failure)?;
        readable(&cx, KIND, roles.into_iter().map(RoleInfo::from))
    }
}

/// Tell of a role.
#[derive(Deserialize, JsonSchema)]
struct Get {
    /// The role.
    id: String,
}

impl Op<Cx> for Get {
    type Output = Value;
    const SPEC: Spec = Spec::signed_in("aclRole.get").quiet().rest(&[Rest::get("/acl-roles/{id}")]);
    async fn run(self, cx: Cx) -> Result<Value> {
        told(&RoleInfo::from(for_action(&cx, &self.id, "read").await?))
    }
}

/// List the privileges of a role that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct GetPrivileges {
    /// The role.
    id: String,
}

impl Op<Cx> for GetPrivileges {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("aclRole.getPrivileges")
        .quiet()
        .rest(&[Rest::list("/acl-roles/{id}/privileges", "acl-privileges")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let privileges = get(&cx, &self.id).await?.privileges;
        readable(&cx, acl_privilege::KIND, privileges.into_iter().map(PrivilegeInfo::from))
    }
}

/// List the users who have a role themselves, of those whom the caller may read.
#[derive(Deserialize, JsonSchema)]
struct GetUsers {
    /// The role.
    id: String,
}

impl Op<Cx> for GetUsers {
    type Output = Vec<Value>;
    const SPEC: Spec =
        Spec::signed_in("aclRole.getUsers").quiet().rest(&[Rest::list("/acl-roles/{id}/users", "users")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let role = get(&cx, &self.id).await?;
        let users = cx.app.db().users().all().await.map_err(failure)?;
        let holders = users.iter().filter(|user| role.users.contains(&user.id));
        readable(&cx, "user", holders.map(|user| UserRecord::of(user, &cx)))
    }
}

/// List the groups that have a role, of those that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct GetGroups {
    /// The role.
    id: String,
}

impl Op<Cx> for GetGroups {
    type Output = Vec<Value>;
    const SPEC: Spec =
        Spec::signed_in("aclRole.getGroups").quiet().rest(&[Rest::list("/acl-roles/{id}/groups", "groups")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let role = get(&cx, &self.id).await?;
        let groups = GroupInfo::all(&cx).await?;
        readable(&cx, "group", groups.into_iter().filter(|group| role.groups.contains(&group.id)))
    }
}
