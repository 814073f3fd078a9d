//! Password hashes: argon2id with the original's cost.

use std::sync::{Arc, OnceLock};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Cost of a hash: 64 MiB, 3 passes, 4 lanes, as the original's.
fn hasher() -> Argon2<'static> {
    let params = Params::new(64 * 1024, 3, 4, None).expect("these costs are allowed");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Returns the PHC string of `password`.
pub(crate) async fn hash(turns: &Arc<Semaphore>, password: &SecretString) -> Result<String> {
    let password = password.clone();
    run(turns, move || {
        let hash: PasswordHash =
            hasher().hash_password(password.expose_secret().as_bytes()).map_err(|e| Error::Hash(e.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// Returns whether `password` is the one of `hash`; without a hash it takes as long and answers no.
pub(crate) async fn verify(turns: &Arc<Semaphore>, hash: Option<String>, password: &SecretString) -> Result<bool> {
    let password = password.clone();
    run(turns, move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| nobody().to_owned());
        let parsed = PasswordHash::new(&hash).map_err(|e| Error::Hash(e.to_string()))?;
        let right = hasher().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok();
        Ok(known && right)
    })
    .await
}

/// Hash of a password that nobody has, at the cost of the others.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| {
        let hash: PasswordHash = hasher().hash_password(&crate::seal::random()[..]).expect("these costs are allowed");
        hash.to_string()
    })
}

/// Runs CPU work on a blocking thread, when its turn has come.
async fn run<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let turn = Arc::clone(turns).acquire_owned().await.expect("the semaphore is never closed");
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    })
    .await
    .expect("hashing does not panic")
}
