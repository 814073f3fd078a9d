//! Authentication tokens: what a client shows instead of a password.
//!
//! A token is 32 octets, base64url. Only its SHA-256 is stored. A client that names itself and asks again gets the
//! same token, renewed, as clients of the original expect: that token is derived from a stored seed and the key file.

use std::{collections::BTreeMap, time::Duration};

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::{Row, any::AnyRow};
use zeroize::Zeroizing;

use crate::{Error, RecordKind, Result, now, open::Inner, seal};

/// Addresses remembered in [`Token::last_uses`].
const LAST_USES: usize = 10;

/// A token as it is listed, without its secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Random uuid; names the token but does not sign in.
    pub id: String,
    /// User who is signed in by it.
    pub user_id: String,
    /// Program that asked for it.
    pub client: Option<Client>,
    /// Text for people.
    pub description: Option<String>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch from which it is refused.
    pub expiration: i64,
    /// Address → time of the latest sign-in from there, milliseconds since the epoch; the 10 latest.
    pub last_uses: BTreeMap<String, i64>,
}

/// The program that asks for a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Chosen by the program; one token per user and client.
    pub id: String,
    /// Whatever else the program says of itself.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A token to be created.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// User who will be signed in by it.
    pub user_id: String,
    /// Program that asks for it.
    pub client: Option<Client>,
    /// Text for people.
    pub description: Option<String>,
    /// Time from now until it is refused.
    pub validity: Duration,
}

/// The tokens of the database.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a>(pub(crate) &'a Inner);

const COLUMNS: &str = "SELECT id, seed, user_id, client, description, created_at, expiration, last_uses FROM tokens";

impl Tokens<'_> {
    /// Creates a token, or renews the one that the same user and client have, and returns it with its secret.
    pub async fn create(&self, new: NewToken) -> Result<(SecretString, Token)> {
        let doing = "creating a token";
        let now = now();
        let expiration = now.saturating_add(i64::try_from(new.validity.as_millis()).unwrap_or(i64::MAX));
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        if let Some(client) = &new.client {
            let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE user_id = $1 AND client_id = $2")))
                .bind(&new.user_id)
                .bind(&client.id)
                .fetch_optional(&mut *tx)
                .await
                .map_err(self.0.sql(doing))?;
            if let Some(row) = row {
                let mut token = self.read(&row)?;
                let seed: Option<String> = row.try_get("seed").map_err(self.0.sql(doing))?;
                if let Some(seed) = seed.filter(|_| token.expiration > now) {
                    token.expiration = expiration;
                    token.description = new.description;
                    token.client = new.client;
                    sqlx::query("UPDATE tokens SET expiration = $2, description = $3, client = $4 WHERE id = $1")
                        .bind(&token.id)
                        .bind(expiration)
                        .bind(&token.description)
                        .bind(token.client.as_ref().map(json))
                        .execute(&mut *tx)
                        .await
                        .map_err(self.0.sql(doing))?;
                    tx.commit().await.map_err(self.0.sql(doing))?;
                    self.0.changes.tell_of(RecordKind::Token, &token.user_id);
                    return Ok((self.derive(&seed), token));
                }
                sqlx::query("DELETE FROM tokens WHERE id = $1")
                    .bind(&token.id)
                    .execute(&mut *tx)
                    .await
                    .map_err(self.0.sql(doing))?;
            }
        }
        let random = seal::random();
        let (secret, seed) = if new.client.is_some() {
            let seed = hex::encode(&random[..]);
            (self.derive(&seed), Some(seed))
        } else {
            (encode(&random), None)
        };
        let token = Token {
            id: uuid::Uuid::new_v4().to_string(),
            user_id: new.user_id,
            client: new.client,
            description: new.description,
            created_at: now,
            expiration,
            last_uses: BTreeMap::new(),
        };
        sqlx::query(
            "INSERT INTO tokens \
             (id, hash, seed, user_id, client_id, client, description, created_at, expiration, last_uses) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}')",
        )
        .bind(&token.id)
        .bind(hash(&secret))
        .bind(seed)
        .bind(&token.user_id)
        .bind(token.client.as_ref().map(|client| client.id.clone()))
        .bind(token.client.as_ref().map(json))
        .bind(&token.description)
        .bind(token.created_at)
        .bind(token.expiration)
        .execute(&mut *tx)
        .await
        .map_err(self.0.sql(doing))?;
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell_of(RecordKind::Token, &token.user_id);
        Ok((secret, token))
    }

    /// Returns the token whose secret this is, unless it has expired.
    pub async fn find(&self, secret: &SecretString) -> Result<Option<Token>> {
        Ok(self.one("hash", &hash(secret)).await?.filter(|token| token.expiration > now()))
    }

    /// Returns the token that `text` names: by its id, or by its secret as clients of the original do.
    pub async fn named(&self, text: &str) -> Result<Option<Token>> {
        match self.one("id", text).await? {
            Some(token) => Ok(Some(token)),
            None => self.one("hash", &hash(&text.into())).await,
        }
    }

    /// Notes that the token `id` has been used from `address`.
    pub async fn used(&self, id: &str, address: &str) -> Result<()> {
        let doing = "noting the use of a token";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let row = sqlx::query("SELECT last_uses, user_id FROM tokens WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        let Some(row) = row else { return Ok(()) };
        let user: String = row.try_get("user_id").map_err(self.0.sql(doing))?;
        let mut uses: BTreeMap<String, i64> = self.json(&row, "last_uses", id)?;
        uses.insert(address.to_owned(), now());
        while uses.len() > LAST_USES {
            let oldest = uses.iter().min_by_key(|(_, at)| **at).map(|(address, _)| address.clone());
            uses.remove(&oldest.expect("there are more than none"));
        }
        sqlx::query("UPDATE tokens SET last_uses = $2 WHERE id = $1")
            .bind(id)
            .bind(serde_json::to_string(&uses).expect("a map of numbers serialises"))
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell_of(RecordKind::Token, &user);
        Ok(())
    }

    /// Returns the tokens that have not expired, of one user or of all, oldest first.
    pub async fn list(&self, user_id: Option<&str>) -> Result<Vec<Token>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} WHERE expiration > $1 AND ($2 = '' OR user_id = $2) ORDER BY created_at, id"
        )))
        .bind(now())
        .bind(user_id.unwrap_or_default())
        .fetch_all(&self.0.read)
        .await
        .map_err(self.0.sql("reading the tokens"))?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Sets or removes the description of the token `id`; returns whether there is one.
    pub async fn describe(&self, id: &str, description: Option<&str>) -> Result<bool> {
        let whose = sqlx::query("UPDATE tokens SET description = $2 WHERE id = $1 RETURNING user_id")
            .bind(id)
            .bind(description)
            .fetch_optional(&self.0.write)
            .await
            .map_err(self.0.sql("describing a token"))?;
        self.told(whose.as_ref())
    }

    /// Revokes the token `id`; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let whose = sqlx::query("DELETE FROM tokens WHERE id = $1 RETURNING user_id")
            .bind(id)
            .fetch_optional(&self.0.write)
            .await
            .map_err(self.0.sql("deleting a token"))?;
        self.told(whose.as_ref())
    }

    /// Forgets the tokens that have expired; returns how many.
    pub async fn delete_expired(&self) -> Result<u64> {
        let whose = sqlx::query("DELETE FROM tokens WHERE expiration <= $1 RETURNING user_id")
            .bind(now())
            .fetch_all(&self.0.write)
            .await
            .map_err(self.0.sql("deleting expired tokens"))?;
        for row in &whose {
            self.told(Some(row))?;
        }
        Ok(whose.len() as u64)
    }

    async fn one(&self, column: &'static str, value: &str) -> Result<Option<Token>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE {column} = $1")))
            .bind(value)
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql("reading a token"))?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// Tells of a token that was written, if there was one; returns whether there was.
    fn told(self, whose: Option<&AnyRow>) -> Result<bool> {
        let Some(row) = whose else { return Ok(false) };
        let user: String = row.try_get("user_id").map_err(self.0.sql("reading a token"))?;
        self.0.changes.tell_of(RecordKind::Token, &user);
        Ok(true)
    }

    fn derive(self, seed: &str) -> SecretString {
        encode(&self.0.seal.token(seed.as_bytes()))
    }

    fn read(self, row: &AnyRow) -> Result<Token> {
        let doing = "reading a token";
        let text = |column: &str| row.try_get::<Option<String>, _>(column).map_err(self.0.sql(doing));
        let time = |column: &str| row.try_get::<i64, _>(column).map_err(self.0.sql(doing));
        let id = text("id")?.unwrap_or_default();
        let client = match text("client")? {
            Some(_) => Some(self.json(row, "client", &id)?),
            None => None,
        };
        Ok(Token {
            user_id: text("user_id")?.unwrap_or_default(),
            client,
            description: text("description")?,
            created_at: time("created_at")?,
            expiration: time("expiration")?,
            last_uses: self.json(row, "last_uses", &id)?,
            id,
        })
    }

    fn json<T: serde::de::DeserializeOwned>(self, row: &AnyRow, column: &str, id: &str) -> Result<T> {
        let text: String = row.try_get(column).map_err(self.0.sql("reading a token"))?;
        serde_json::from_str(&text)
            .map_err(|source| Error::Damaged { what: format!("{column} of token `{id}`"), source })
    }
}

fn encode(bytes: &Zeroizing<[u8; 32]>) -> SecretString {
    BASE64URL.encode(&bytes[..]).into()
}

fn hash(secret: &SecretString) -> String {
    hex::encode(digest::digest(&digest::SHA256, secret.expose_secret().as_bytes()))
}

fn json(client: &Client) -> String {
    serde_json::to_string(client).expect("a client serialises")
}
