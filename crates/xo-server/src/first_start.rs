//! The administrator whom a new database gets.

use anyhow::{Context, Result};
use app::db::{Db, NewUser};
use rand::RngExt;

/// Name of the first administrator, as in the original.
pub(crate) const ADMIN: &str = "admin@admin.net";
/// Password of the administrator of a demo.
pub(crate) const DEMO_PASSWORD: &str = "admin";
/// Without those that look alike: people copy the password from a screen.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// 57 letters to choose from, so 116 bits.
const LENGTH: usize = 20;

/// Creates the administrator if nobody could sign in otherwise; returns the password if it was made up.
///
/// # Errors
///
/// If the database does not take it.
pub(crate) async fn ensure_admin(db: &Db, demo: bool) -> Result<Option<String>> {
    let users = db.users();
    if users.exist().await.context("cannot read the users")? {
        return Ok(None);
    }
    let password = if demo { DEMO_PASSWORD.to_owned() } else { random_password() };
    let new =
        NewUser { email: ADMIN.to_owned(), password: Some(password.clone().into()), permission: "admin".to_owned() };
    users.create(new).await.context("cannot create the first administrator")?;
    Ok((!demo).then_some(password))
}

fn random_password() -> String {
    let mut random = rand::rng();
    (0..LENGTH).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}
