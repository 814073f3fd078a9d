//! Groups of users, who share the rules of the group.

mod member;
mod rest;

use app::{
    Cx,
    db::{Group, Role},
    failure,
};
use op::{Error, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::list::{readable, told};

use crate::existence::must_exist;

/// Kind that errors name where no group has the id.
const KIND: &str = "group";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>()
        .add::<Delete>()
        .add::<GetAll>()
        .add::<Set>()
        .add::<member::AddUser>()
        .add::<member::RemoveUser>()
        .add::<member::SetUsers>();
    rest::ops(ops);
}

/// A group.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupInfo {
    /// Name.
    name: String,
    /// Ids of the newer roles that it has.
    acl_role_ids: Vec<String>,
    /// Ids of its users.
    pub(crate) users: Vec<String>,
    /// Its id.
    pub(crate) id: String,
}

impl GroupInfo {
    fn of(Group { id, name, users }: Group, roles: &[Role]) -> Self {
        let own = roles.iter().filter(|role| role.groups.contains(&id));
        Self { acl_role_ids: own.map(|role| role.id.clone()).collect(), name, users, id }
    }

    /// Returns what is told of every group.
    pub(crate) async fn all(cx: &Cx) -> Result<Vec<Self>> {
        let groups = cx.app.db().groups().all().await.map_err(failure)?;
        let roles = cx.app.db().roles().all().await.map_err(failure)?;
        Ok(groups.into_iter().map(|group| Self::of(group, &roles)).collect())
    }

    /// Returns what is told of the group `id`.
    pub(crate) async fn get(cx: &Cx, id: &str) -> Result<Self> {
        let found = Self::all(cx).await?.into_iter().find(|group| group.id == id);
        found.ok_or_else(|| Error::no_such(KIND, id))
    }

    /// Returns what is told of the group `id`, on which the caller must hold a privilege.
    async fn for_action(cx: &Cx, id: &str, action: &str) -> Result<Self> {
        let group = Self::get(cx, id).await?;
        cx.demand("group", action, Some(id), &told(&group)?)?;
        Ok(group)
    }
}

/// List the groups.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::privilege("group.getAll", "group", "read").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        readable(&cx, "group", GroupInfo::all(&cx).await?)
    }
}

/// Create a group without users and return its id.
#[derive(Deserialize, JsonSchema)]
struct Create {
    /// Name; no other group has it.
    name: String,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::privilege("group.create", "group", "create").rest(&[Rest::create("/groups", "groups")]);
    async fn run(self, cx: Cx) -> Result<String> {
        cx.demand("group", "create", None, &json!({ "name": self.name, "users": [] }))?;
        cx.app.db().groups().create(&self.name).await.map_err(failure)
    }
}

/// Rename a group.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Group to rename.
    id: String,
    /// Name; no other group has it.
    name: Option<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::privilege("group.set", "group", "update:name").rest(&[Rest::patch("/groups/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        GroupInfo::for_action(&cx, &self.id, "update:name").await?;
        let Some(name) = &self.name else { return Ok(()) };
        let found = cx.app.db().groups().rename(&self.id, name).await.map_err(failure)?;
        must_exist(found, KIND, self.id)
    }
}

/// Delete a group and its rules; its users stay.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Group to delete.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::privilege("group.delete", "group", "delete").rest(&[Rest::delete("/groups/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        GroupInfo::for_action(&cx, &self.id, "delete").await?;
        must_exist(cx.app.delete_group(&self.id).await?, KIND, self.id)
    }
}
