//! Revoking tokens.

use app::{Cx, db::Token, failure};
use filter::Pattern;
use op::{Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::TokenInfo;

/// A pattern can name a token by itself.
const PATTERN: &[&str] = &["pattern"];

/// Revoke tokens of any user; connections that they signed in are closed.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Delete {
    /// Tokens to revoke: their ids, or themselves; those that do not exist are passed over.
    tokens: Option<Vec<String>>,
    /// Pattern of the tokens to revoke, such as `{"client": {"id": "x"}}` or `{"description": {"__not": "backup"}}`.
    pattern: Option<Map<String, Value>>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::admin("token.delete").secret(PATTERN);
    async fn run(self, cx: Cx) -> Result<()> {
        revoke(&cx, None, self.tokens, self.pattern).await
    }
}

/// Revoke tokens of the user who calls; connections that they signed in are closed.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DeleteOwn {
    /// Tokens to revoke: their ids, or themselves; those that do not exist are passed over.
    tokens: Option<Vec<String>>,
    /// Pattern of the tokens to revoke, such as `{"client": {"id": "x"}}` or `{"description": {"__not": "backup"}}`.
    pattern: Option<Map<String, Value>>,
}

impl Op<Cx> for DeleteOwn {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("token.deleteOwn").secret(PATTERN);
    async fn run(self, cx: Cx) -> Result<()> {
        let user = cx.user()?;
        revoke(&cx, Some(&user.id), self.tokens, self.pattern).await
    }
}

async fn revoke(
    cx: &Cx,
    owner: Option<&str>,
    named: Option<Vec<String>>,
    pattern: Option<Map<String, Value>>,
) -> Result<()> {
    let tokens = cx.app.db().tokens();
    let mut doomed: Vec<Token> = Vec::new();
    for name in named.into_iter().flatten() {
        let found = tokens.named(&name).await.map_err(failure)?;
        doomed.extend(found.filter(|token| owner.is_none_or(|owner| token.user_id == owner)));
    }
    if let Some(pattern) = pattern {
        let pattern = Pattern::new(Value::Object(pattern));
        for token in tokens.list(owner).await.map_err(failure)? {
            let info = serde_json::to_value(TokenInfo::from(token.clone())).expect("a token serialises");
            if pattern.matches(&info) {
                doomed.push(token);
            }
        }
    }
    for token in doomed {
        tokens.delete(&token.id).await.map_err(failure)?;
        cx.app.token_revoked(&token.id);
    }
    Ok(())
}
