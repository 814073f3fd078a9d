//! The administrator whom a new database gets, and the way back in for one who has lost the password.

use std::io::Write;

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

/// Creates the administrator if nobody could sign in otherwise. A password that is made up goes to `out` first: nobody
/// would ever know it if that failed afterwards.
///
/// # Errors
///
/// If the password cannot be told or the database does not take it.
pub(crate) async fn ensure_admin(db: &Db, demo: bool, out: &mut impl Write) -> Result<()> {
    let users = db.users();
    if users.exist().await.context("cannot read the users")? {
        return Ok(());
    }
    let password = if demo {
        DEMO_PASSWORD.to_owned()
    } else {
        let password = random_password();
        writeln!(out, "created the administrator `{ADMIN}` with the password `{password}`, which is not shown again")
            .and_then(|()| out.flush())
            .context("cannot print the password of the first administrator to standard output")?;
        password
    };
    let new = NewUser { email: ADMIN.to_owned(), password: Some(password.into()), permission: "admin".to_owned() };
    users.create(new).await.context("cannot create the first administrator")?;
    Ok(())
}

/// Gives `name` a new password, which goes to `out`, and the rights of an administrator; takes away the one-time
/// password. Creates the user where there is none, as the original's tool of this name.
///
/// # Errors
///
/// If the database does not take it or the password cannot be told.
pub(crate) async fn recover_account(db: &Db, name: &str, out: &mut impl Write) -> Result<()> {
    let users = db.users();
    let permission = "admin".to_owned();
    let password = random_password();
    let known = users.by_email(name).await.context("cannot read the users")?;
    let done = if let Some(user) = known {
        users.set_password(&user.id, &password.clone().into()).await.context("cannot set the password")?;
        let change = |user: &mut app::db::User| {
            user.permission = permission;
            user.preferences.remove("otp");
        };
        users.update(&user.id, change).await.context("cannot change the user")?;
        "changed"
    } else {
        let new = NewUser { email: name.to_owned(), password: Some(password.clone().into()), permission };
        users.create(new).await.context("cannot create the user")?;
        "created"
    };
    writeln!(out, "{done} the administrator `{name}`: the password is `{password}`, which is not shown again")
        .and_then(|()| out.flush())
        .context("cannot print the password to standard output; try again")
}

fn random_password() -> String {
    let mut random = rand::rng();
    (0..LENGTH).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}
