//! Signing in: by password or token, from every door.

mod otp;

use std::sync::Arc;

use db::User;
use op::Secret;
use secrecy::SecretString;
use tracing::{info, warn};

use crate::{App, Session, SignedIn, failure, limit::TooFast};

/// What somebody shows to sign in.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A name and what goes with it.
    Password {
        /// E-mail of the user, in any case.
        name: String,
        /// Password.
        password: Secret,
        /// One-time password, where the user has set that up.
        otp: Option<String>,
    },
    /// A token.
    Token(Secret),
}

impl App {
    /// Signs `session` in and returns the user. A session that fails stays as it was.
    ///
    /// # Errors
    ///
    /// [`op::Error::InvalidCredentials`], after a delay; [`op::Error::Refused`] for an empty password or when this
    /// name or address has failed too recently.
    pub async fn sign_in(&self, session: &Session, credentials: Credentials) -> op::Result<Arc<User>> {
        let signed_in = match credentials {
            Credentials::Token(token) => self.by_token(session, &token).await?,
            Credentials::Password { name, password, otp } => {
                let user = self.by_password(session, &name, &password, otp.as_deref()).await?;
                SignedIn { user: Arc::new(user), token: None, expiration: None }
            }
        };
        let user = Arc::clone(&signed_in.user);
        info!(user.id = %user.id, address = %session.peer().address, "user `{}` signed in", user.email);
        session.enter(signed_in);
        Ok(user)
    }

    /// Signs `session` out; its token stays valid.
    pub fn sign_out(&self, session: &Session) {
        session.leave();
    }

    /// Checks the password of `user` again, as before a change of password; limited as a sign-in.
    ///
    /// # Errors
    ///
    /// As [`App::sign_in`].
    pub async fn check_password(&self, session: &Session, user: &User, password: &Secret) -> op::Result<()> {
        self.verify(session, &user.email, password, |_| true).await.map(drop)
    }

    async fn by_password(
        &self,
        session: &Session,
        name: &str,
        password: &Secret,
        otp: Option<&str>,
    ) -> op::Result<User> {
        self.verify(session, name, password, |user| otp::accepts(user, otp)).await
    }

    async fn verify(
        &self,
        session: &Session,
        name: &str,
        password: &Secret,
        also: impl FnOnce(&User) -> bool,
    ) -> op::Result<User> {
        if password.expose().is_empty() {
            return Err(op::Error::refused("empty password"));
        }
        let address = session.peer().address;
        let limit = &self.inner().limit;
        let attempt = limit.attempt(name, address).await.map_err(|TooFast| {
            warn!(%address, "sign-in attempts from {address} are too fast");
            op::Error::refused("too fast authentication tries")
        })?;
        let password = SecretString::from(password.expose());
        let found = self.db().users().verify(name, &password).await.map_err(failure)?;
        if let Some(user) = found.filter(also) {
            limit.passed(&attempt);
            return Ok(user);
        }
        limit.failed(&attempt);
        drop(attempt);
        // The name may be a password typed into the wrong field: it is not logged.
        warn!(%address, "failed sign-in from {address}");
        tokio::time::sleep(self.inner().failure_delay()).await;
        Err(op::Error::InvalidCredentials)
    }

    async fn by_token(&self, session: &Session, secret: &Secret) -> op::Result<SignedIn> {
        let tokens = self.db().tokens();
        let secret = SecretString::from(secret.expose());
        let token = tokens.find(&secret).await.map_err(failure)?;
        let token = token.ok_or(op::Error::InvalidCredentials)?;
        let user = self.db().users().get(&token.user_id).await.map_err(failure)?;
        let user = user.ok_or(op::Error::InvalidCredentials)?;
        let address = session.peer().address.to_string();
        if let Err(error) = tokens.used(&token.id, &address).await {
            warn!(token.id = %token.id, "cannot note the use of a token: {error}");
        }
        Ok(SignedIn { user: Arc::new(user), token: Some(token.id), expiration: Some(token.expiration) })
    }
}
