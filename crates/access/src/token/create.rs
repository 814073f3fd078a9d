//! Creating a token.

use std::borrow::Cow;

use app::{
    Cx, Duration,
    db::{Client, NewToken, Token},
    failure,
};
use op::{Error, Op, Result, Spec};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A token is good for no less than this.
const SHORTEST: Duration = Duration::from_millis(60_000);

/// Create a token for the user who calls and return it; it is shown this once.
///
/// A client that asks again gets the same token, renewed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// Text for people.
    description: Option<String>,
    /// Program that asks.
    client: Option<ClientInfo>,
    /// How long it is good: milliseconds, or a text such as `2 days`; as configured when left out.
    expires_in: Option<ExpiresIn>,
}

/// The program that asks for a token.
#[derive(Deserialize, JsonSchema)]
struct ClientInfo {
    /// Its own id; one token per user and client.
    id: String,
}

/// A duration as the caller wrote it, for messages that quote it.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct ExpiresIn(Value);

impl JsonSchema for ExpiresIn {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "ExpiresIn".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"] })
    }
}

impl ExpiresIn {
    fn duration(&self, longest: Duration) -> Result<Duration> {
        let text = match &self.0 {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // Not through text: a number may be written `1e6`.
        let duration = match self.0.as_f64() {
            Some(number) if number < 0.0 => Some(Duration::from_millis(0)),
            _ => serde_json::from_value(self.0.clone()).ok(),
        };
        let duration = duration.ok_or_else(|| Error::refused(format!("not a valid duration: {text}")))?;
        if duration < SHORTEST {
            return Err(Error::refused(format!("invalid expiresIn duration: {text}")));
        }
        if duration > longest {
            return Err(Error::refused(format!("too high expiresIn duration: {text}")));
        }
        Ok(duration)
    }
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::signed_in("token.create");
    async fn run(self, cx: Cx) -> Result<String> {
        let client = self.client.map(|client| client.id);
        let (secret, _) = issue(&cx, self.description, client, self.expires_in.as_ref()).await?;
        Ok(secret.expose_secret().to_owned())
    }
}

/// Creates a token for the user who calls; returns it, and what is kept of it.
pub(super) async fn issue(
    cx: &Cx,
    description: Option<String>,
    client: Option<String>,
    expires_in: Option<&ExpiresIn>,
) -> Result<(SecretString, Token)> {
    let limits = &cx.app.config().authentication;
    let validity = match expires_in {
        Some(expires_in) => expires_in.duration(limits.max_token_validity)?,
        None => limits.default_token_validity,
    };
    let new = NewToken {
        user_id: cx.user()?.id.clone(),
        client: client.map(|id| Client { id, rest: Map::new() }),
        description,
        validity: validity.0,
    };
    cx.app.db().tokens().create(new).await.map_err(failure)
}
