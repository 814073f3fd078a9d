//! The newer roles: what privileges they give, and who has them.

mod change;
mod holder;
mod list;

use app::{Cx, db::Role, failure};
use op::{Error, Ops, Result};
use schemars::JsonSchema;
use serde::Serialize;

use crate::list::told;

/// Kind that errors name where no role has the id, and kind of resource.
pub(crate) const KIND: &str = "acl-role";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    change::ops(ops);
    holder::ops(ops);
    list::ops(ops);
}

/// A role.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleInfo {
    /// For people.
    name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Number of a role that comes with the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_template_id: Option<i64>,
    /// `true` for a role that comes with the server, which can be copied only.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_template: Option<bool>,
    /// Its id.
    id: String,
    /// Ids of its privileges.
    privilege_ids: Vec<String>,
    /// Ids of the users who have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ids: Option<Vec<String>>,
    /// Ids of the groups that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_ids: Option<Vec<String>>,
}

impl From<Role> for RoleInfo {
    fn from(role: Role) -> Self {
        let Role { id, name, description, template, privileges, users, groups } = role;
        let is_template = template.map(|_| true);
        Self {
            name,
            description,
            role_template_id: template,
            is_template,
            id,
            privilege_ids: privileges.into_iter().map(|privilege| privilege.id).collect(),
            user_ids: is_template.is_none().then_some(users),
            group_ids: is_template.is_none().then_some(groups),
        }
    }
}

/// Returns the role `id`.
pub(crate) async fn get(cx: &Cx, id: &str) -> Result<Role> {
    let found = cx.app.db().roles().get(id).await.map_err(failure)?;
    found.ok_or_else(|| Error::no_such(KIND, id))
}

/// Returns the role `id`, on which the caller must hold a privilege.
async fn for_action(cx: &Cx, id: &str, action: &str) -> Result<Role> {
    let role = get(cx, id).await?;
    cx.demand(KIND, action, Some(id), &told(&RoleInfo::from(role.clone()))?)?;
    Ok(role)
}

/// Refuses to do something to a role that comes with the server.
pub(crate) fn own(role: &Role, operation: &str) -> Result<()> {
    match role.template {
        None => Ok(()),
        Some(_) => {
            Err(Error::ForbiddenOperation { operation: operation.to_owned(), reason: "role is a template".to_owned() })
        }
    }
}
