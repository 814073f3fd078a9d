//! Rules: what a user or group may do to an object.

use std::collections::BTreeMap;

use app::{Cx, acl::Rule, failure};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Add>().add::<Get>().add::<GetCurrentPermissions>().add::<Remove>();
}

/// Rights by object: each right that is given has a 1.
pub(crate) type Permissions = BTreeMap<String, BTreeMap<String, u8>>;

/// Give a user or group a role on an object and on what belongs to it.
#[derive(Deserialize, JsonSchema)]
struct Add {
    /// Id of the user or group.
    subject: String,
    /// Id of the object.
    object: String,
    /// Role: `viewer`, `operator` or `admin`.
    action: String,
}

impl Op<Cx> for Add {
    type Output = ();
    const SPEC: Spec = Spec::admin("acl.add");
    async fn run(self, cx: Cx) -> Result<()> {
        cx.app.add_rule(Rule::new(self.subject, self.object, self.action)).await
    }
}

/// Take a role on an object from a user or group; one that they do not have is passed over.
#[derive(Deserialize, JsonSchema)]
struct Remove {
    /// Id of the user or group.
    subject: String,
    /// Id of the object.
    object: String,
    /// Role: `viewer`, `operator` or `admin`.
    action: String,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec = Spec::admin("acl.remove");
    async fn run(self, cx: Cx) -> Result<()> {
        cx.app.remove_rule(Rule::new(self.subject, self.object, self.action)).await
    }
}

/// A rule.
#[derive(Serialize, JsonSchema)]
struct RuleInfo {
    /// Id of the user or group.
    subject: String,
    /// Id of the object.
    object: String,
    /// Role.
    action: String,
    /// Names the rule; follows from what it says.
    id: String,
}

/// List the rules.
#[derive(Deserialize, JsonSchema)]
struct Get {}

impl Op<Cx> for Get {
    type Output = Vec<RuleInfo>;
    const SPEC: Spec = Spec::admin("acl.get").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<RuleInfo>> {
        let rules = cx.app.db().acl_rules().all().await.map_err(failure)?;
        Ok(rules
            .into_iter()
            .map(|rule| RuleInfo { id: rule.id(), subject: rule.subject, object: rule.object, action: rule.action })
            .collect())
    }
}

/// Tell what the rules give the user who calls and its groups, by object, without what follows for other objects.
#[derive(Deserialize, JsonSchema)]
struct GetCurrentPermissions {}

impl Op<Cx> for GetCurrentPermissions {
    type Output = Permissions;
    const SPEC: Spec = Spec::signed_in("acl.getCurrentPermissions");
    async fn run(self, cx: Cx) -> Result<Permissions> {
        Ok(permissions(&cx, &cx.user()?.id))
    }
}

/// Returns what the rules give a user and its groups.
pub(crate) fn permissions(cx: &Cx, user: &str) -> Permissions {
    let granted = cx.app.permissions().granted(user).into_iter();
    granted.map(|(object, rights)| (object, rights.into_iter().map(|right| (right, 1)).collect())).collect()
}
