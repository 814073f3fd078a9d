//! Users.

use secrecy::SecretString;
use serde_json::{Map, Value};
use sqlx::{Row, any::AnyRow};

use crate::{Error, RecordKind, Result, open::Inner, password, rule};

/// A person or program that signs in.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Random uuid.
    pub id: String,
    /// Name to sign in with, as entered; its case does not matter.
    pub email: String,
    /// `admin`, `none`, or what was stored.
    pub permission: String,
    /// What clients keep for the user.
    pub preferences: Map<String, Value>,
    /// Identities at other sign-in providers, by provider.
    pub auth_providers: Map<String, Value>,
    /// Whether a password has been set.
    pub has_password: bool,
}

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Name to sign in with.
    pub email: String,
    /// Password; none for users who sign in elsewhere.
    pub password: Option<SecretString>,
    /// `admin`, `none` or another word.
    pub permission: String,
}

/// The users of the database.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a>(pub(crate) &'a Inner);

const COLUMNS: &str = "SELECT id, email, permission, preferences, auth_providers, password_hash FROM users";

impl Users<'_> {
    /// Creates a user and returns its record.
    ///
    /// # Errors
    ///
    /// [`Error::UserExists`] where the e-mail is taken.
    pub async fn create(&self, new: NewUser) -> Result<User> {
        let id = uuid::Uuid::new_v4().to_string();
        let hash = match &new.password {
            Some(password) => Some(password::hash(&self.0.hashers, password).await?),
            None => None,
        };
        sqlx::query(
            "INSERT INTO users (id, email, email_key, permission, preferences, auth_providers, password_hash) \
             VALUES ($1, $2, $3, $4, '{}', '{}', $5)",
        )
        .bind(&id)
        .bind(&new.email)
        .bind(key(&new.email))
        .bind(&new.permission)
        .bind(&hash)
        .execute(&self.0.write)
        .await
        .map_err(|e| self.taken(&new.email, "creating a user", e))?;
        self.0.changes.tell_of(RecordKind::User, &id);
        Ok(User {
            id,
            email: new.email,
            permission: new.permission,
            preferences: Map::new(),
            auth_providers: Map::new(),
            has_password: hash.is_some(),
        })
    }

    /// Returns the user `id`.
    pub async fn get(&self, id: &str) -> Result<Option<User>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1")))
            .bind(id)
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql("reading a user"))?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// Returns the user who signs in as `email`, whatever its case.
    pub async fn by_email(&self, email: &str) -> Result<Option<User>> {
        self.with_hash(email).await.map(|found| found.map(|(user, _)| user))
    }

    /// Returns every user, by e-mail.
    pub async fn all(&self) -> Result<Vec<User>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY email_key")))
            .fetch_all(&self.0.read)
            .await
            .map_err(self.0.sql("reading the users"))?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Returns whether there is any user: false at the first start.
    pub async fn exist(&self) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM users LIMIT 1")
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql("reading the users"))?;
        Ok(row.is_some())
    }

    /// Returns the user whose e-mail and password these are.
    ///
    /// An unknown e-mail takes as long as a wrong password.
    pub async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<User>> {
        let found = self.with_hash(email).await?;
        let (user, hash) = match found {
            Some((user, hash)) => (Some(user), hash),
            None => (None, None),
        };
        let right = password::verify(&self.0.hashers, hash, password).await?;
        Ok(user.filter(|_| right))
    }

    /// Changes the user `id` and returns the new record, or nothing where there is no such user.
    ///
    /// The password is not touched; see [`Users::set_password`].
    ///
    /// # Errors
    ///
    /// [`Error::UserExists`] where the new e-mail is taken.
    pub async fn update(&self, id: &str, change: impl FnOnce(&mut User) + Send) -> Result<Option<User>> {
        let doing = "changing a user";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1")))
            .bind(id)
            .fetch_optional(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        let Some(row) = row else { return Ok(None) };
        let mut user = self.read(&row)?;
        change(&mut user);
        sqlx::query(
            "UPDATE users SET email = $2, email_key = $3, permission = $4, preferences = $5, auth_providers = $6 \
             WHERE id = $1",
        )
        .bind(id)
        .bind(&user.email)
        .bind(key(&user.email))
        .bind(&user.permission)
        .bind(json(&user.preferences))
        .bind(json(&user.auth_providers))
        .execute(&mut *tx)
        .await
        .map_err(|e| self.taken(&user.email, doing, e))?;
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell_of(RecordKind::User, id);
        Ok(Some(user))
    }

    /// Sets the password of the user `id`; returns whether there is such a user.
    pub async fn set_password(&self, id: &str, password: &SecretString) -> Result<bool> {
        let hash = password::hash(&self.0.hashers, password).await?;
        let done = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(id)
            .bind(hash)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("setting a password"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Deletes the user `id`, its tokens and its rules; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let found = rule::delete_subject(self.0, "DELETE FROM users WHERE id = $1", id, "deleting a user").await?;
        self.0.changes.tell_of(RecordKind::User, id);
        self.0.changes.tell_of(RecordKind::Token, id);
        for kind in [RecordKind::Group, RecordKind::Rule, RecordKind::Role] {
            self.0.changes.tell(kind);
        }
        Ok(found)
    }

    async fn with_hash(&self, email: &str) -> Result<Option<(User, Option<String>)>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE email_key = $1")))
            .bind(key(email))
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql("reading a user"))?;
        let Some(row) = row else { return Ok(None) };
        let hash = row.try_get("password_hash").map_err(self.0.sql("reading a user"))?;
        Ok(Some((self.read(&row)?, hash)))
    }

    fn read(self, row: &AnyRow) -> Result<User> {
        let doing = "reading a user";
        let text = |column: &str| row.try_get::<String, _>(column).map_err(self.0.sql(doing));
        let id = text("id")?;
        let map = |column: &str| {
            serde_json::from_str(&text(column)?)
                .map_err(|source| Error::Damaged { what: format!("{column} of user `{id}`"), source })
        };
        Ok(User {
            email: text("email")?,
            permission: text("permission")?,
            preferences: map("preferences")?,
            auth_providers: map("auth_providers")?,
            has_password: row.try_get::<Option<String>, _>("password_hash").map_err(self.0.sql(doing))?.is_some(),
            id,
        })
    }

    fn taken(self, email: &str, doing: &'static str, source: sqlx::Error) -> Error {
        if Error::is_unique(&source) {
            return Error::UserExists { email: email.to_owned() };
        }
        Error::sql(&self.0.path, doing, source)
    }
}

fn key(email: &str) -> String {
    email.to_lowercase()
}

fn json(map: &Map<String, Value>) -> String {
    serde_json::to_string(map).expect("a JSON map serialises")
}
