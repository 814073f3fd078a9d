//! Users as REST tells of them.

use app::{Cx, db::User, failure};
use op::{Error, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{KIND, UserInfo};
use crate::{
    acl_privilege::PrivilegeInfo,
    group::GroupInfo,
    list::{readable, told},
};

/// What stands in place of a password, which nobody is told.
const HIDDEN: &str = "***obfuscated***";

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<List>().add::<Get>().add::<GetGroups>().add::<GetAclPrivileges>();
}

/// A user as REST tells of it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserRecord {
    #[serde(flatten)]
    info: UserInfo,
    /// The name to sign in with again.
    name: String,
    /// `***obfuscated***` where it has a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pw_hash: Option<&'static str>,
}

impl UserRecord {
    /// Returns what is told of `user`.
    pub(crate) fn of(user: &User, cx: &Cx) -> Self {
        let pw_hash = user.has_password.then_some(HIDDEN);
        Self { info: UserInfo::of(user, cx), name: user.email.clone(), pw_hash }
    }
}

/// Returns the user `id`.
pub(crate) async fn get(cx: &Cx, id: &str) -> Result<User> {
    let found = cx.app.db().users().get(id).await.map_err(failure)?;
    found.ok_or_else(|| Error::no_such(KIND, id))
}

/// List the users whom the caller may read.
#[derive(Deserialize, JsonSchema)]
struct List {}

impl Op<Cx> for List {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("user.list").quiet().rest(&[Rest::list("/users", "users")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let users = cx.app.db().users().all().await.map_err(failure)?;
        readable(&cx, "user", users.iter().map(|user| UserRecord::of(user, &cx)))
    }
}

/// Tell of a user; of itself, everybody is told.
#[derive(Deserialize, JsonSchema)]
struct Get {
    /// The user.
    id: String,
}

impl Op<Cx> for Get {
    type Output = Value;
    const SPEC: Spec = Spec::signed_in("user.get").quiet().rest(&[Rest::get("/users/{id}")]);
    async fn run(self, cx: Cx) -> Result<Value> {
        let user = get(&cx, &self.id).await?;
        let described = told(&UserRecord::of(&user, &cx))?;
        if cx.user()?.id != user.id {
            cx.demand("user", "read", Some(&user.id), &described)?;
        }
        Ok(described)
    }
}

/// List the groups of a user that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct GetGroups {
    /// The user.
    id: String,
}

impl Op<Cx> for GetGroups {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("user.getGroups").quiet().rest(&[Rest::list("/users/{id}/groups", "groups")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let user = get(&cx, &self.id).await?;
        let groups = GroupInfo::all(&cx).await?;
        readable(&cx, "group", groups.into_iter().filter(|group| group.users.contains(&user.id)))
    }
}

/// List the privileges that a user holds by its roles and those of its groups, of those that the caller may read; its
/// own, everybody may.
#[derive(Deserialize, JsonSchema)]
struct GetAclPrivileges {
    /// The user.
    id: String,
}

impl Op<Cx> for GetAclPrivileges {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("user.getAclPrivileges")
        .quiet()
        .rest(&[Rest::list("/users/{id}/acl-privileges", "acl-privileges")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let user = get(&cx, &self.id).await?;
        let groups = cx.app.permissions().groups_of(&user.id);
        let roles = cx.app.db().roles().all().await.map_err(failure)?.into_iter();
        let held = roles
            .filter(|role| role.users.contains(&user.id) || role.groups.iter().any(|group| groups.contains(group)));
        let privileges = held.flat_map(|role| role.privileges).map(PrivilegeInfo::from);
        if cx.user()?.id == user.id {
            return privileges.map(|privilege| told(&privilege)).collect();
        }
        readable(&cx, "acl-privilege", privileges)
    }
}
