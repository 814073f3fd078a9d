//! Changing a user.

use app::{Cx, db::User, failure};
use op::{Error, Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::existence::must_exist;

/// Change a user; those who are no administrators change their own preferences only.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// User to change.
    id: String,
    /// Name to sign in with.
    email: Option<String>,
    /// Password.
    password: Option<Secret>,
    /// `admin` for an administrator; nobody changes their own.
    permission: Option<String>,
    /// Preferences to set, each by its name; `null` removes one.
    preferences: Option<Map<String, Value>>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("user.set").secret(&["preferences"]);
    async fn run(self, cx: Cx) -> Result<()> {
        let caller = cx.user()?;
        let own = caller.id == self.id;
        if op::Context::admin(&cx) {
            if own && self.permission.is_some() {
                return Err(Error::invalid("a user cannot change its own permission"));
            }
        } else if self.email.is_some() || self.password.is_some() || self.permission.is_some() {
            return Err(Error::invalid("this properties can only changed by an administrator"));
        } else if !own {
            // Whether somebody else exists is nobody's business.
            return Err(Error::no_such(super::KIND, self.id));
        }
        let users = cx.app.db().users();
        let Self { id, email, password, permission, preferences } = self;
        must_exist(users.get(&id).await.map_err(failure)?.is_some(), super::KIND, &id)?;
        let change = |user: &mut User| {
            user.email = email.unwrap_or_else(|| user.email.clone());
            user.permission = permission.unwrap_or_else(|| user.permission.clone());
            prefer(user, preferences);
        };
        changed(&cx, &id, change, password).await
    }
}

/// Sets preferences of a user; `null` removes one.
pub(super) fn prefer(user: &mut User, preferences: Option<Map<String, Value>>) {
    for (name, value) in preferences.into_iter().flatten() {
        if value.is_null() {
            user.preferences.shift_remove(&name);
        } else {
            user.preferences.insert(name, value);
        }
    }
}

/// Changes the user `id`, and its password where there is a new one, and tells those who are connected as it.
pub(super) async fn changed(
    cx: &Cx,
    id: &str,
    change: impl FnOnce(&mut User) + Send,
    password: Option<Secret>,
) -> Result<()> {
    let users = cx.app.db().users();
    let changed = users.update(id, change).await.map_err(failure)?;
    let mut user = changed.ok_or_else(|| Error::no_such(super::KIND, id))?;
    if let Some(password) = password {
        user.has_password = users.set_password(id, &password.expose().into()).await.map_err(failure)?;
    }
    cx.app.user_changed(user).await;
    Ok(())
}

/// Take the identity at another sign-in provider from a user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RemoveAuthProvider {
    /// User to change.
    id: String,
    /// Name of the provider.
    auth_provider: String,
}

impl Op<Cx> for RemoveAuthProvider {
    type Output = ();
    const SPEC: Spec = Spec::admin("user.removeAuthProvider");
    async fn run(self, cx: Cx) -> Result<()> {
        let Self { id, auth_provider } = self;
        let remove = |user: &mut User| {
            user.auth_providers.shift_remove(&auth_provider);
        };
        let changed = cx.app.db().users().update(&id, remove).await.map_err(failure)?;
        cx.app.user_changed(changed.ok_or_else(|| Error::no_such(super::KIND, id))?).await;
        Ok(())
    }
}
