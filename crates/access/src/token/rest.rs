//! Tokens as REST tells of them. Nobody creates or sees those of somebody else.

use app::{Cx, failure};
use filter::Filter;
use op::{Error, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    TokenInfo,
    create::{ExpiresIn, issue},
};
use crate::list::told;

/// List the tokens of the user who calls, from the newest to the oldest.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetTokens {
    /// The user who calls.
    id: String,
    /// Which tokens, as a filter.
    #[schemars(length(min = 0))]
    filter: Option<String>,
    /// How many at most; a negative number is no limit.
    limit: Option<f64>,
}

impl Op<Cx> for GetTokens {
    type Output = Vec<Value>;
    const SPEC: Spec =
        Spec::signed_in("user.getTokens").quiet().rest(&[Rest::get("/users/{id}/authentication_tokens")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        own(&cx, &self.id, "get authentication tokens", "can only see own authentication tokens")?;
        let filter = Filter::parse(self.filter.as_deref().unwrap_or_default());
        let filter = filter.map_err(|error| Error::invalid(format!("`filter`: {error}")))?;
        let mut tokens = cx.app.db().tokens().list(Some(&self.id)).await.map_err(failure)?;
        tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
        let limit = self.limit.filter(|limit| *limit >= 0.0);
        let mut found = Vec::new();
        for token in tokens {
            #[allow(clippy::cast_precision_loss, reason = "nobody has that many tokens")]
            if limit.is_some_and(|limit| found.len() as f64 >= limit) {
                break;
            }
            let described = told(&TokenInfo::from(token))?;
            if filter.matches(&described) {
                found.push(described);
            }
        }
        Ok(found)
    }
}

/// Create a token for the user who calls and tell of it; the token itself is shown this once, as its `id`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateToken {
    /// The user who calls, also when left out.
    id: Option<String>,
    /// Text for people.
    description: Option<String>,
    /// Program that asks; one that names itself and asks again gets the same token, renewed.
    client: Option<Program>,
    /// How long it is good: milliseconds, or a text such as `2 days`; as configured when left out.
    expires_in: Option<ExpiresIn>,
}

/// The program that asks for a token.
#[derive(Deserialize, JsonSchema)]
struct Program {
    /// Its own id.
    id: Option<String>,
}

/// A token that has just been created.
#[derive(Serialize, JsonSchema)]
pub(super) struct CreatedToken {
    /// The token; its `id` is what to sign in with.
    token: TokenInfo,
}

impl Op<Cx> for CreateToken {
    type Output = CreatedToken;
    const SPEC: Spec = Spec::signed_in("user.createToken").rest(&[
        Rest::create("/users/{id}/authentication_tokens", "users"),
        Rest::create("/users/authentication_tokens", "users"),
    ]);
    async fn run(self, cx: Cx) -> Result<CreatedToken> {
        if let Some(id) = &self.id {
            own(&cx, id, "create authentication token", "can only create own authentication tokens")?;
        }
        let client = self.client.and_then(|client| client.id);
        let (secret, token) = issue(&cx, self.description, client, self.expires_in.as_ref()).await?;
        let mut token = TokenInfo::from(token);
        secret.expose_secret().clone_into(&mut token.id);
        Ok(CreatedToken { token })
    }
}

/// Refuses another user than the one who calls.
fn own(cx: &Cx, id: &str, operation: &str, reason: &str) -> Result<()> {
    if cx.user()?.id == id {
        return Ok(());
    }
    Err(Error::ForbiddenOperation { operation: operation.to_owned(), reason: reason.to_owned() })
}
