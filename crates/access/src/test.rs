//! Questions about the rights of others, and what clients are tried with.

mod wait;

use app::{Cx, db::User, failure};
use op::{Error, Level, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::acl::{Permissions, permissions};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetPermissionsForUser>().add::<HasPermission>();
    ops.add::<wait::CreateTask>().add::<wait::Wait>();
}

/// Tell what the rules give a user and its groups, by object, without what follows for other objects.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GetPermissionsForUser {
    /// The user.
    user_id: String,
}

impl Op<Cx> for GetPermissionsForUser {
    type Output = Permissions;
    const SPEC: Spec = Spec::admin("test.getPermissionsForUser");
    async fn run(self, cx: Cx) -> Result<Permissions> {
        let user = user(&cx, self.user_id).await?;
        Ok(permissions(&cx, &user.id))
    }
}

/// Tell whether a user may do something to an object.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HasPermission {
    /// The user.
    user_id: String,
    /// The object; nobody but administrators may do anything to one that is not there.
    object_id: String,
    /// `view`, `operate` or `administrate`.
    permission: String,
}

impl Op<Cx> for HasPermission {
    type Output = bool;
    const SPEC: Spec = Spec::admin("test.hasPermission");
    async fn run(self, cx: Cx) -> Result<bool> {
        let user = user(&cx, self.user_id).await?;
        let levels = [Level::View, Level::Operate, Level::Administrate];
        let level = levels.into_iter().find(|level| level.name() == self.permission);
        // Privileges know no such steps: to see is one, and all is the other that can be compared.
        let action = if level == Some(Level::View) { "read" } else { "*" };
        Ok(cx.app.audience(Some(&user)) == app::Audience::Everything
            || level.is_some_and(|level| cx.app.permissions().allows(&user.id, level, action, &self.object_id)))
    }
}

async fn user(cx: &Cx, id: String) -> Result<User> {
    let found = cx.app.db().users().get(&id).await.map_err(failure)?;
    found.ok_or_else(|| Error::no_such("user", id))
}
