//! Privileges: what the newer roles allow or deny.

mod change;

use app::{Cx, db::Privilege, failure};
use op::{Error, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::list::{readable, told};

/// Kind that errors name where no privilege has the id, and kind of resource.
pub(crate) const KIND: &str = "acl-privilege";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<List>().add::<Get>();
    change::ops(ops);
}

/// What a privilege does.
#[derive(Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Effect {
    /// Allows it.
    Allow,
    /// Denies it, whatever other privileges allow.
    Deny,
}

/// A privilege.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrivilegeInfo {
    /// `*`, or an action.
    action: String,
    /// What it does.
    effect: Effect,
    /// Kind of resource.
    resource: String,
    /// Id of its role.
    role_id: String,
    /// A filter on the resources; all where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    selector: Option<String>,
    /// Its id.
    id: String,
}

impl From<Privilege> for PrivilegeInfo {
    fn from(privilege: Privilege) -> Self {
        let Privilege { id, role, resource, action, deny, selector } = privilege;
        Self { action, effect: if deny { Effect::Deny } else { Effect::Allow }, resource, role_id: role, selector, id }
    }
}

/// Returns the privilege `id`.
async fn get(cx: &Cx, id: &str) -> Result<Privilege> {
    let found = cx.app.db().privileges().get(id).await.map_err(failure)?;
    found.ok_or_else(|| Error::no_such(KIND, id))
}

/// List the privileges that the caller may read.
#[derive(Deserialize, JsonSchema)]
struct List {}

impl Op<Cx> for List {
    type Output = Vec<Value>;
    const SPEC: Spec =
        Spec::signed_in("aclPrivilege.list").quiet().rest(&[Rest::list("/acl-privileges", "acl-privileges")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let privileges = cx.app.db().privileges().all().await.map_err(failure)?;
        readable(&cx, KIND, privileges.into_iter().map(PrivilegeInfo::from))
    }
}

/// Tell of a privilege.
#[derive(Deserialize, JsonSchema)]
struct Get {
    /// The privilege.
    id: String,
}

impl Op<Cx> for Get {
    type Output = Value;
    const SPEC: Spec = Spec::signed_in("aclPrivilege.get").quiet().rest(&[Rest::get("/acl-privileges/{id}")]);
    async fn run(self, cx: Cx) -> Result<Value> {
        let described = told(&PrivilegeInfo::from(get(&cx, &self.id).await?))?;
        cx.demand(KIND, "read", Some(&self.id), &described)?;
        Ok(described)
    }
}
