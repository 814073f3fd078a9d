//! Tokens: what clients show in place of a password.

mod create;
mod delete;
mod rest;

use std::collections::BTreeMap;

use app::{
    Cx,
    db::{Client, Token},
    failure,
};
use op::{Error, Op, Ops, Patch, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Kind that errors name where no token has the id.
const KIND: &str = "authenticationToken";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<create::Create>()
        .add::<delete::Delete>()
        .add::<delete::DeleteOwn>()
        .add::<GetAll>()
        .add::<GetAuthenticationTokens>()
        .add::<rest::CreateToken>()
        .add::<rest::GetTokens>()
        .add::<Set>();
}

/// A token as it is listed.
///
/// Its id is not the token itself, as it is in the original: only a hash of that is stored. Operations take either.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenInfo {
    /// Program that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<Map<String, Value>>,
    /// Milliseconds since the epoch.
    created_at: i64,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// User who is signed in by it.
    user_id: String,
    /// Milliseconds since the epoch from which it is refused.
    expiration: i64,
    /// Address → latest sign-in from there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    last_uses: BTreeMap<String, Use>,
    /// Names it.
    id: String,
}

/// A use of a token.
#[derive(Serialize, JsonSchema)]
struct Use {
    /// Milliseconds since the epoch.
    timestamp: i64,
}

impl From<Token> for TokenInfo {
    fn from(token: Token) -> Self {
        let client = token.client.map(|Client { id, rest }| {
            let mut client = Map::new();
            client.insert("id".to_owned(), id.into());
            client.extend(rest);
            client
        });
        let last_uses = token.last_uses.into_iter().map(|(address, timestamp)| (address, Use { timestamp })).collect();
        let Token { id, user_id, description, created_at, expiration, .. } = token;
        Self { client, created_at, description, user_id, expiration, last_uses, id }
    }
}

/// List the tokens of the user who calls.
#[derive(Deserialize, JsonSchema)]
struct GetAuthenticationTokens {}

impl Op<Cx> for GetAuthenticationTokens {
    type Output = Vec<TokenInfo>;
    const SPEC: Spec = Spec::signed_in("user.getAuthenticationTokens").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<TokenInfo>> {
        let tokens = cx.app.db().tokens().list(Some(&cx.user()?.id)).await.map_err(failure)?;
        Ok(tokens.into_iter().map(TokenInfo::from).collect())
    }
}

/// List the tokens of all users.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<TokenInfo>;
    const SPEC: Spec = Spec::admin("token.getAll").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<TokenInfo>> {
        let tokens = cx.app.db().tokens().list(None).await.map_err(failure)?;
        Ok(tokens.into_iter().map(TokenInfo::from).collect())
    }
}

/// Describe a token of the user who calls.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Text for people; `null` removes it.
    #[serde(default)]
    #[schemars(length(min = 0))]
    description: Patch<String>,
    /// Token to describe: its id, or itself.
    id: String,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("token.set").secret(&["id"]);
    async fn run(self, cx: Cx) -> Result<()> {
        let tokens = cx.app.db().tokens();
        let found = tokens.named(&self.id).await.map_err(failure)?;
        let user = cx.user()?;
        let own = found.filter(|token| token.user_id == user.id || op::Context::admin(&cx));
        let token = own.ok_or_else(|| Error::no_such(KIND, self.id))?;
        if let Some(description) = self.description.into_change() {
            tokens.describe(&token.id, description.as_deref()).await.map_err(failure)?;
        }
        Ok(())
    }
}
