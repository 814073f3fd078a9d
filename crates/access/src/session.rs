//! Who is signed in on the connection that calls.

use std::collections::BTreeMap;

use app::{Credentials, Cx};
use op::{Error, Op, Ops, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::user::UserInfo;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetUser>().add::<SignIn>().add::<SignInWithPassword>().add::<SignInWithToken>().add::<SignOut>();
    ops.add::<SetNotifications>().add::<GetForbidden>();
}

/// Sign in with `email` (or `username`) and `password`, and `otp` where the user has set that up, or with a `token`.
#[derive(Deserialize, JsonSchema)]
struct SignIn {
    #[serde(flatten)]
    credentials: Map<String, Value>,
}

impl Op<Cx> for SignIn {
    type Output = UserInfo;
    const SPEC: Spec = Spec::public("session.signIn");
    async fn run(self, cx: Cx) -> Result<UserInfo> {
        let text = |name: &str| self.credentials.get(name).and_then(Value::as_str);
        let name = text("email").or_else(|| text("username"));
        let credentials = match (name, text("password"), text("token")) {
            (Some(name), Some(password), _) => Credentials::Password {
                name: name.to_owned(),
                password: Secret::new(password),
                otp: text("otp").map(ToOwned::to_owned),
            },
            (_, _, Some(token)) => Credentials::Token(Secret::new(token)),
            _ => return Err(Error::InvalidCredentials),
        };
        sign_in(&cx, credentials).await
    }
}

/// Sign in with a password.
#[derive(Deserialize, JsonSchema)]
struct SignInWithPassword {
    /// Name of the user.
    email: String,
    /// Password of the user.
    password: Secret,
}

impl Op<Cx> for SignInWithPassword {
    type Output = UserInfo;
    const SPEC: Spec = Spec::public("session.signInWithPassword");
    async fn run(self, cx: Cx) -> Result<UserInfo> {
        let Self { email, password } = self;
        sign_in(&cx, Credentials::Password { name: email, password, otp: None }).await
    }
}

/// Sign in with a token; the connection is closed when the token expires or is revoked.
#[derive(Deserialize, JsonSchema)]
struct SignInWithToken {
    /// The token.
    token: Secret,
}

impl Op<Cx> for SignInWithToken {
    type Output = UserInfo;
    const SPEC: Spec = Spec::public("session.signInWithToken");
    async fn run(self, cx: Cx) -> Result<UserInfo> {
        sign_in(&cx, Credentials::Token(self.token)).await
    }
}

async fn sign_in(cx: &Cx, credentials: Credentials) -> Result<UserInfo> {
    let user = cx.app.sign_in(&cx.session, credentials).await?;
    Ok(UserInfo::of(&user, cx))
}

/// Tell who is signed in; fails when nobody is.
#[derive(Deserialize, JsonSchema)]
struct GetUser {}

impl Op<Cx> for GetUser {
    type Output = UserInfo;
    const SPEC: Spec = Spec::public("session.getUser").quiet();
    async fn run(self, cx: Cx) -> Result<UserInfo> {
        let user = cx.session.user().ok_or_else(|| Error::failed("nobody is signed in"))?;
        Ok(UserInfo::of(&user, &cx))
    }
}

/// Sign out; the token that signed in stays valid.
#[derive(Deserialize, JsonSchema)]
struct SignOut {}

impl Op<Cx> for SignOut {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("session.signOut");
    async fn run(self, cx: Cx) -> Result<()> {
        cx.app.sign_out(&cx.session);
        Ok(())
    }
}

/// Set what this connection is told of without asking.
#[derive(Deserialize, JsonSchema)]
struct SetNotifications {
    /// Whether to tell of every object that changes, by `all` notifications; a client that uses views need not.
    all: bool,
}

impl Op<Cx> for SetNotifications {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("session.setNotifications").quiet();
    async fn run(self, cx: Cx) -> Result<()> {
        cx.session.notifications().want_objects(self.all);
        Ok(())
    }
}

/// Tell on which objects the rights of who calls forbid which methods, by method; those that it forbids on none are left
/// out. Other objects that a call needs, and states, are not looked at.
#[derive(Deserialize, JsonSchema)]
struct GetForbidden {
    /// Objects that the methods would be called on.
    #[schemars(length(max = 200))]
    ids: Vec<String>,
    /// Names of methods, such as `vm.start`.
    #[schemars(length(max = 100))]
    methods: Vec<String>,
}

impl Op<Cx> for GetForbidden {
    type Output = BTreeMap<String, Vec<String>>;
    const SPEC: Spec = Spec::signed_in("session.getForbidden").quiet();
    async fn run(self, cx: Cx) -> Result<Self::Output> {
        let mut forbidden = BTreeMap::new();
        for method in self.methods {
            let ids = cx.app.ops().forbidden(&method, &self.ids, &cx)?;
            if !ids.is_empty() {
                let ids = ids.into_iter().map(ToOwned::to_owned).collect();
                forbidden.insert(method, ids);
            }
        }
        Ok(forbidden)
    }
}
