//! Roles created, copied, changed and deleted.

use app::{Cx, failure};
use op::{Error, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{KIND, for_action, get, own};
use crate::{acl_privilege, acl_privilege::PrivilegeInfo, list::told};

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>().add::<Copy>().add::<Set>().add::<Delete>();
}

/// Create a role without privileges and return its id.
#[derive(Deserialize, JsonSchema)]
struct Create {
    /// For people.
    name: String,
    /// For people.
    #[schemars(length(min = 0))]
    description: Option<String>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec =
        Spec::privilege("aclRole.create", KIND, "create").rest(&[Rest::create("/acl-roles", "acl-roles")]);
    async fn run(self, cx: Cx) -> Result<String> {
        cx.demand(KIND, "create", None, &json!({ "name": self.name, "description": self.description }))?;
        cx.app.db().roles().create(&self.name, self.description.as_deref(), &[]).await.map_err(failure)
    }
}

/// Create a role that gives the same privileges as another, and return its id; nobody has it yet.
#[derive(Deserialize, JsonSchema)]
struct Copy {
    /// Role to copy.
    id: String,
    /// For people; `Copy of` and the name of the other when left out.
    name: Option<String>,
    /// For people; that of the other when left out.
    #[schemars(length(min = 0))]
    description: Option<String>,
}

impl Op<Cx> for Copy {
    type Output = String;
    const SPEC: Spec = Spec::privilege("aclRole.copy", KIND, "create")
        .rest(&[Rest::action("/acl-roles/{id}/actions/copy").creating("acl-roles")]);
    async fn run(self, cx: Cx) -> Result<String> {
        // Who may not read a role must not learn from a copy what it gives.
        let role = for_action(&cx, &self.id, "read").await?;
        let name = self.name.unwrap_or_else(|| format!("Copy of {}", role.name));
        let description = self.description.or(role.description);
        cx.demand(KIND, "create", None, &json!({ "name": name, "description": description }))?;
        for privilege in &role.privileges {
            let described = told(&PrivilegeInfo::from(privilege.clone()))?;
            cx.demand(acl_privilege::KIND, "create", None, &described)?;
        }
        cx.app.db().roles().create(&name, description.as_deref(), &role.privileges).await.map_err(failure)
    }
}

/// Change what a role is called.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Role to change; none that comes with the server.
    id: String,
    /// For people.
    name: Option<String>,
    /// For people.
    #[schemars(length(min = 0))]
    description: Option<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("aclRole.set").rest(&[Rest::patch("/acl-roles/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let changes = [("update:name", self.name.is_some()), ("update:description", self.description.is_some())];
        let mut needs: Vec<_> = changes.into_iter().filter(|(_, changes)| *changes).map(|(need, _)| need).collect();
        if needs.is_empty() {
            needs.push("update");
        }
        let mut role = get(&cx, &self.id).await?;
        for need in needs {
            role = for_action(&cx, &self.id, need).await?;
        }
        own(&role, "update ACL V2 role")?;
        let roles = cx.app.db().roles();
        let found = roles.update(&self.id, self.name.as_deref(), self.description.as_deref()).await.map_err(failure)?;
        if found { Ok(()) } else { Err(Error::no_such(KIND, self.id)) }
    }
}

/// Delete a role with its privileges; who had it loses what it gave.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Role to delete; none that comes with the server.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::privilege("aclRole.delete", KIND, "delete").rest(&[Rest::delete("/acl-roles/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        own(&for_action(&cx, &self.id, "delete").await?, "delete ACL V2 role")?;
        let turn = cx.app.changing_roles().await;
        let found = cx.app.db().roles().delete(&self.id).await.map_err(failure)?;
        turn.done().await?;
        if found { Ok(()) } else { Err(Error::no_such(KIND, self.id)) }
    }
}
