//! Privileges added, changed and deleted. Those of roles that come with the server stay as they are.

use app::{
    Cx,
    acl::{RESOURCES, is_action},
    db::Privilege,
    failure,
};
use filter::Filter;
use op::{Error, Op, Ops, ParamError, Patch, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Effect, KIND, PrivilegeInfo, get};
use crate::{acl_role, list::told};

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>().add::<Set>().add::<Delete>();
}

/// Give a role a privilege and return its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Create {
    /// The role; none that comes with the server.
    role_id: String,
    /// Kind of resource, such as `vm` or `user`.
    resource: String,
    /// `*`, or an action on resources of this kind such as `start`; `update` stands for `update:tags`, too.
    action: String,
    /// `deny` takes away what other privileges allow.
    effect: Effect,
    /// Which resources, as a filter; all when left out.
    selector: Option<String>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::privilege("aclPrivilege.create", KIND, "create")
        .rest(&[Rest::create("/acl-privileges", "acl-privileges")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let Self { role_id, resource, action, effect, selector } = self;
        let deny = effect == Effect::Deny;
        let privilege = Privilege { id: String::new(), role: role_id, resource, action, deny, selector };
        check(&privilege)?;
        cx.demand(KIND, "create", None, &told(&PrivilegeInfo::from(privilege.clone()))?)?;
        acl_role::own(&acl_role::get(&cx, &privilege.role).await?, "create ACL V2 privilege")?;
        let turn = cx.app.changing_roles().await;
        let id = cx.app.db().privileges().create(&privilege).await.map_err(failure)?;
        turn.done().await?;
        Ok(id)
    }
}

/// Change a privilege.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Privilege to change; none of a role that comes with the server.
    id: String,
    /// Kind of resource.
    resource: Option<String>,
    /// `*`, or an action on resources of this kind.
    action: Option<String>,
    /// What it does.
    effect: Option<Effect>,
    /// Which resources, as a filter; `null` for all.
    #[serde(default)]
    selector: Patch<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("aclPrivilege.set").rest(&[Rest::patch("/acl-privileges/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let before = get(&cx, &self.id).await?;
        let described = told(&PrivilegeInfo::from(before.clone()))?;
        let selector = self.selector.into_change();
        let changes = [
            ("update:resource", self.resource.is_some()),
            ("update:action", self.action.is_some()),
            ("update:effect", self.effect.is_some()),
            ("update:selector", selector.is_some()),
        ];
        let mut needs: Vec<_> = changes.into_iter().filter(|(_, changes)| *changes).map(|(need, _)| need).collect();
        if needs.is_empty() {
            needs.push("update");
        }
        for need in needs {
            cx.demand(KIND, need, Some(&self.id), &described)?;
        }
        acl_role::own(&acl_role::get(&cx, &before.role).await?, "update ACL V2 privilege")?;
        let after = Privilege {
            resource: self.resource.unwrap_or(before.resource),
            action: self.action.unwrap_or(before.action),
            deny: self.effect.map_or(before.deny, |effect| effect == Effect::Deny),
            selector: selector.unwrap_or(before.selector),
            id: before.id,
            role: before.role,
        };
        check(&after)?;
        let turn = cx.app.changing_roles().await;
        let found = cx.app.db().privileges().update(&after).await.map_err(failure)?;
        turn.done().await?;
        if found { Ok(()) } else { Err(Error::no_such(KIND, self.id)) }
    }
}

/// Take a privilege from its role.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Privilege to delete; none of a role that comes with the server.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec =
        Spec::privilege("aclPrivilege.delete", KIND, "delete").rest(&[Rest::delete("/acl-privileges/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let privilege = get(&cx, &self.id).await?;
        cx.demand(KIND, "delete", Some(&self.id), &told(&PrivilegeInfo::from(privilege.clone()))?)?;
        acl_role::own(&acl_role::get(&cx, &privilege.role).await?, "delete ACL V2 privilege")?;
        let turn = cx.app.changing_roles().await;
        let found = cx.app.db().privileges().delete(&self.id).await.map_err(failure)?;
        turn.done().await?;
        if found { Ok(()) } else { Err(Error::no_such(KIND, self.id)) }
    }
}

/// Refuses what no resource is or has, and a selector that cannot be read: it would silently give nothing.
fn check(privilege: &Privilege) -> Result<()> {
    let Privilege { resource, action, .. } = privilege;
    let Some((_, actions)) = RESOURCES.iter().find(|(name, _)| name == resource) else {
        let known: Vec<_> = RESOURCES.iter().map(|(name, _)| *name).collect();
        return Err(wrong("resource", json!({ "allowedValues": known }), format!("no resource `{resource}`")));
    };
    if !is_action(resource, action) {
        let message = format!("no action `{action}` on `{resource}`; there are *, {}", actions.join(", "));
        return Err(wrong("action", json!({ "allowedValues": actions }), message));
    }
    match privilege.selector.as_deref().map(Filter::parse) {
        Some(Err(error)) => Err(wrong("selector", json!({}), error.to_string())),
        _ => Ok(()),
    }
}

fn wrong(param: &str, params: serde_json::Value, message: String) -> Error {
    Error::invalid_params(vec![ParamError {
        path: format!("/{param}"),
        schema_path: format!("#/properties/{param}"),
        keyword: "privilege",
        params,
        message,
    }])
}
