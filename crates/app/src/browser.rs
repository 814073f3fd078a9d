//! Tokens of browsers, which carry them in a cookie.

use std::{sync::Arc, time::Duration};

use db::{Client, NewToken, Token, User};
use op::Secret;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Map;

use crate::{App, call::failure};

impl App {
    /// Returns the user whom `token` signs in, if it is good. Notes no use and opens no session: pages ask for
    /// this at each request.
    ///
    /// # Errors
    ///
    /// [`op::Error::Failed`] if the database does.
    pub async fn user_of(&self, token: &Secret) -> op::Result<Option<Arc<User>>> {
        let secret = SecretString::from(token.expose());
        let Some(token) = self.db().tokens().find(&secret).await.map_err(failure)? else { return Ok(None) };
        let user = self.db().users().get(&token.user_id).await.map_err(failure)?;
        Ok(user.map(Arc::new))
    }

    /// Returns when `token` expires, milliseconds since the epoch, if it is good.
    ///
    /// # Errors
    ///
    /// [`op::Error::Failed`] if the database does.
    pub async fn expiration_of(&self, token: &Secret) -> op::Result<Option<i64>> {
        let secret = SecretString::from(token.expose());
        let token = self.db().tokens().find(&secret).await.map_err(failure)?;
        Ok(token.map(|token| token.expiration))
    }

    /// Makes the token of a browser in which `user` has signed in, or renews the one that it has there.
    ///
    /// `remember` is whether it outlives the browser's session.
    ///
    /// # Errors
    ///
    /// [`op::Error::Failed`] if the database does.
    pub async fn browser_token(&self, user: &User, client: &str, remember: bool) -> op::Result<(Secret, Duration)> {
        let config = self.config();
        let validity =
            if remember { config.permanent_cookie_validity() } else { config.authentication.session_cookie_validity }.0;
        let new = NewToken {
            user_id: user.id.clone(),
            client: Some(Client { id: client.to_owned(), rest: Map::new() }),
            description: Some("web browser".to_owned()),
            validity,
        };
        let (secret, _): (_, Token) = self.db().tokens().create(new).await.map_err(failure)?;
        Ok((Secret::new(secret.expose_secret()), validity))
    }
}
