//! Groups of users, who share the rules of the group.

mod member;

use app::{Cx, db::Group, failure};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

/// A group.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GroupInfo {
    /// Name.
    name: String,
    /// Ids of the newer roles that it has.
    acl_role_ids: Vec<String>,
    /// Ids of its users.
    users: Vec<String>,
    /// Its id.
    id: String,
}

impl From<Group> for GroupInfo {
    fn from(Group { id, name, users }: Group) -> Self {
        Self { name, acl_role_ids: Vec::new(), users, id }
    }
}

/// List the groups.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<GroupInfo>;
    const SPEC: Spec = Spec::admin("group.getAll");
    async fn run(self, cx: Cx) -> Result<Vec<GroupInfo>> {
        let groups = cx.app.db().groups().all().await.map_err(failure)?;
        Ok(groups.into_iter().map(GroupInfo::from).collect())
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
    const SPEC: Spec = Spec::admin("group.create");
    async fn run(self, cx: Cx) -> Result<String> {
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
    const SPEC: Spec = Spec::admin("group.set");
    async fn run(self, cx: Cx) -> Result<()> {
        let groups = cx.app.db().groups();
        let found = match &self.name {
            Some(name) => groups.rename(&self.id, name).await.map_err(failure)?,
            None => groups.get(&self.id).await.map_err(failure)?.is_some(),
        };
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
    const SPEC: Spec = Spec::admin("group.delete");
    async fn run(self, cx: Cx) -> Result<()> {
        must_exist(cx.app.delete_group(&self.id).await?, KIND, self.id)
    }
}
