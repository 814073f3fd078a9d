//! Users created, changed and deleted by those who hold privileges, which is what REST offers.
//!
//! Whoever touches an administrator, or makes one, could do anything afterwards: that needs the privilege to change
//! permissions (`update:permission`) besides.

use app::{
    Cx,
    db::{NewUser, User},
    failure,
};
use op::{Error, Op, Ops, Rest, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::rest::{UserRecord, get};
use crate::list::told;

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Add>().add::<Update>().add::<Remove>();
}

/// What a user may do.
#[derive(Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Permission {
    /// What rules and privileges allow.
    None,
    /// Everything.
    Admin,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Admin => "admin",
        }
    }
}

/// Create a user and return its id.
#[derive(Deserialize, JsonSchema)]
struct Add {
    /// Name to sign in with.
    name: String,
    /// Password.
    password: Secret,
    /// `admin` for an administrator, which needs the privilege to change permissions; `none` when left out.
    permission: Option<Permission>,
}

impl Op<Cx> for Add {
    type Output = String;
    const SPEC: Spec = Spec::privilege("user.add", "user", "create").rest(&[Rest::create("/users", "users")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let permission = self.permission.unwrap_or(Permission::None).name().to_owned();
        may_create(&cx, &self.name, &permission)?;
        let new = NewUser { email: self.name, password: Some(self.password.expose().into()), permission };
        Ok(cx.app.db().users().create(new).await.map_err(failure)?.id)
    }
}

/// Change a user.
#[derive(Deserialize, JsonSchema)]
struct Update {
    /// User to change.
    id: String,
    /// Name to sign in with.
    name: Option<String>,
    /// Password.
    password: Option<Secret>,
    /// `admin` for an administrator; nobody changes their own.
    permission: Option<Permission>,
    /// Preferences to set, each by its name; `null` removes one.
    preferences: Option<Map<String, Value>>,
}

impl Update {
    /// Returns what each change needs.
    fn needs(&self) -> Vec<&'static str> {
        let needs = [
            ("update:name", self.name.is_some()),
            ("update:password", self.password.is_some()),
            ("update:permission", self.permission.is_some()),
            ("update:preferences", self.preferences.is_some()),
        ];
        needs.into_iter().filter(|(_, changes)| *changes).map(|(need, _)| need).collect()
    }
}

impl Op<Cx> for Update {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("user.update").secret(&["preferences"]).rest(&[Rest::patch("/users/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let user = get(&cx, &self.id).await?;
        let caller = cx.user()?;
        let described = told(&UserRecord::of(&user, &cx))?;
        let mut needs = self.needs();
        if needs.is_empty() {
            needs.push("update");
        }
        if app::is_admin(&user) && user.id != caller.id {
            needs.push("update:permission");
        }
        // What clients keep for somebody is their own.
        needs.retain(|need| *need != "update:preferences" || user.id != caller.id);
        for need in needs {
            cx.demand("user", need, Some(&user.id), &described)?;
        }
        if user.id == caller.id && self.permission.is_some() {
            let reason = "nobody changes their own permission".to_owned();
            return Err(Error::ForbiddenOperation { operation: "update user".to_owned(), reason });
        }
        let Self { id, name, password, permission, preferences } = self;
        let change = |user: &mut User| {
            user.email = name.unwrap_or_else(|| user.email.clone());
            user.permission =
                permission.map_or_else(|| user.permission.clone(), |permission| permission.name().to_owned());
            super::set::prefer(user, preferences);
        };
        super::set::changed(&cx, &id, change, password).await
    }
}

/// Delete a user, its tokens and its rules; its connections are closed.
#[derive(Deserialize, JsonSchema)]
struct Remove {
    /// User to delete; not the one who calls.
    id: String,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec = Spec::privilege("user.remove", "user", "delete").rest(&[Rest::delete("/users/{id}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let user = may_delete(&cx, &self.id).await?;
        if user.id == cx.user()?.id {
            let reason = "nobody deletes themselves".to_owned();
            return Err(Error::ForbiddenOperation { operation: "delete user".to_owned(), reason });
        }
        if cx.app.delete_user(&user.id).await? { Ok(()) } else { Err(Error::no_such(super::KIND, self.id)) }
    }
}

/// Refuses a caller who may not create a user with this permission.
pub(super) fn may_create(cx: &Cx, name: &str, permission: &str) -> Result<()> {
    let described = json!({ "email": name, "name": name, "permission": permission });
    cx.demand("user", "create", None, &described)?;
    if permission == "none" {
        return Ok(());
    }
    cx.demand("user", "update:permission", None, &described)
}

/// Returns the user `id`, whom the caller may delete.
pub(super) async fn may_delete(cx: &Cx, id: &str) -> Result<User> {
    let user = get(cx, id).await?;
    let described = told(&UserRecord::of(&user, cx))?;
    cx.demand("user", "delete", Some(&user.id), &described)?;
    if app::is_admin(&user) {
        cx.demand("user", "update:permission", Some(&user.id), &described)?;
    }
    Ok(user)
}
