//! Servers: the pools to connect to.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sqlx::{Row, any::AnyRow};

use crate::{Error, RecordKind, Result, open::Inner};

/// A pool to connect to. Its password stays in the database; see [`Servers::password`].
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Random uuid.
    pub id: String,
    /// Host name or address, with a port where it is not the usual one.
    pub host: String,
    /// User at the pool.
    pub username: String,
    /// Text for people.
    pub label: Option<String>,
    /// Whether any certificate will do.
    pub allow_unauthorized: bool,
    /// Whether to connect.
    pub enabled: bool,
    /// Whether calls that change the pool are refused.
    pub read_only: bool,
    /// URL of the HTTP proxy to go through; it may carry a password.
    pub http_proxy: Option<String>,
    /// Why the latest connection failed, as shown to administrators.
    pub error: Option<Value>,
}

/// A server to be added.
#[derive(Clone, Debug)]
pub struct NewServer {
    /// Host name or address, with a port where it is not the usual one.
    pub host: String,
    /// User at the pool.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// Text for people.
    pub label: Option<String>,
    /// Whether any certificate will do.
    pub allow_unauthorized: bool,
    /// Whether to connect.
    pub enabled: bool,
    /// URL of the HTTP proxy to go through.
    pub http_proxy: Option<String>,
}

/// The servers of the database.
#[derive(Clone, Copy, Debug)]
pub struct Servers<'a>(pub(crate) &'a Inner);

const COLUMNS: &str =
    "SELECT id, host, username, label, allow_unauthorized, enabled, read_only, http_proxy, error FROM servers";

impl Servers<'_> {
    /// Adds a server and returns its record.
    ///
    /// # Errors
    ///
    /// [`Error::ServerExists`] where the address is taken.
    pub async fn add(&self, new: NewServer) -> Result<Server> {
        let server = Server {
            id: uuid::Uuid::new_v4().to_string(),
            host: new.host,
            username: new.username,
            label: new.label,
            allow_unauthorized: new.allow_unauthorized,
            enabled: new.enabled,
            read_only: false,
            http_proxy: new.http_proxy,
            error: None,
        };
        sqlx::query(
            "INSERT INTO servers \
             (id, host, username, password, label, allow_unauthorized, enabled, read_only, http_proxy) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
        )
        .bind(&server.id)
        .bind(&server.host)
        .bind(&server.username)
        .bind(self.0.seal.seal(&password_of(&server.id), new.password.expose_secret()))
        .bind(&server.label)
        .bind(i64::from(server.allow_unauthorized))
        .bind(i64::from(server.enabled))
        .bind(self.seal_proxy(&server))
        .execute(&self.0.write)
        .await
        .map_err(|e| self.taken(&server.host, "adding a server", e))?;
        self.0.changes.tell(RecordKind::Server);
        Ok(server)
    }

    /// Returns the server `id`.
    pub async fn get(&self, id: &str) -> Result<Option<Server>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1")))
            .bind(id)
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql("reading a server"))?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// Returns every server, by address.
    pub async fn all(&self) -> Result<Vec<Server>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY host")))
            .fetch_all(&self.0.read)
            .await
            .map_err(self.0.sql("reading the servers"))?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Returns the password of the server `id`.
    ///
    /// # Errors
    ///
    /// [`Error::Sealed`] where the key file is not the one it was sealed with.
    pub async fn password(&self, id: &str) -> Result<Option<SecretString>> {
        let doing = "reading the password of a server";
        let row = sqlx::query("SELECT password FROM servers WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql(doing))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: String = row.try_get("password").map_err(self.0.sql(doing))?;
        self.0.seal.open_text(&password_of(id), &sealed).map(Some)
    }

    /// Changes the server `id`, and its password where one is given; returns the new record, or nothing where there
    /// is no such server.
    ///
    /// # Errors
    ///
    /// [`Error::ServerExists`] where the new address is taken.
    pub async fn update(
        &self,
        id: &str,
        password: Option<&SecretString>,
        change: impl FnOnce(&mut Server) + Send,
    ) -> Result<Option<Server>> {
        let doing = "changing a server";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1")))
            .bind(id)
            .fetch_optional(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        let Some(row) = row else { return Ok(None) };
        let mut server = self.read(&row)?;
        change(&mut server);
        sqlx::query(
            "UPDATE servers SET host = $2, username = $3, label = $4, allow_unauthorized = $5, enabled = $6, \
             read_only = $7, http_proxy = $8, error = $9 WHERE id = $1",
        )
        .bind(id)
        .bind(&server.host)
        .bind(&server.username)
        .bind(&server.label)
        .bind(i64::from(server.allow_unauthorized))
        .bind(i64::from(server.enabled))
        .bind(i64::from(server.read_only))
        .bind(self.seal_proxy(&server))
        .bind(server.error.as_ref().map(Value::to_string))
        .execute(&mut *tx)
        .await
        .map_err(|e| self.taken(&server.host, doing, e))?;
        if let Some(password) = password {
            sqlx::query("UPDATE servers SET password = $2 WHERE id = $1")
                .bind(id)
                .bind(self.0.seal.seal(&password_of(id), password.expose_secret()))
                .execute(&mut *tx)
                .await
                .map_err(self.0.sql(doing))?;
        }
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell(RecordKind::Server);
        Ok(Some(server))
    }

    /// Removes the server `id`; returns whether there was one.
    pub async fn remove(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM servers WHERE id = $1")
            .bind(id)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("removing a server"))?;
        self.0.changes.tell(RecordKind::Server);
        Ok(done.rows_affected() > 0)
    }

    fn read(self, row: &AnyRow) -> Result<Server> {
        let doing = "reading a server";
        let text = |column: &str| row.try_get::<String, _>(column).map_err(self.0.sql(doing));
        let maybe = |column: &str| row.try_get::<Option<String>, _>(column).map_err(self.0.sql(doing));
        let flag = |column: &str| row.try_get::<i64, _>(column).map(|n| n != 0).map_err(self.0.sql(doing));
        let id = text("id")?;
        let http_proxy = match maybe("http_proxy")? {
            Some(sealed) => Some(self.0.seal.open_text(&proxy_of(&id), &sealed)?.expose_secret().to_owned()),
            None => None,
        };
        let error = match maybe("error")? {
            Some(text) => serde_json::from_str(&text)
                .map_err(|source| Error::Damaged { what: format!("error of server `{id}`"), source })?,
            None => None,
        };
        Ok(Server {
            host: text("host")?,
            username: text("username")?,
            label: maybe("label")?,
            allow_unauthorized: flag("allow_unauthorized")?,
            enabled: flag("enabled")?,
            read_only: flag("read_only")?,
            http_proxy,
            error,
            id,
        })
    }

    fn seal_proxy(self, server: &Server) -> Option<String> {
        server.http_proxy.as_ref().map(|url| self.0.seal.seal(&proxy_of(&server.id), url))
    }

    fn taken(self, host: &str, doing: &'static str, source: sqlx::Error) -> Error {
        if Error::is_unique(&source) {
            return Error::ServerExists { host: host.to_owned() };
        }
        Error::sql(&self.0.path, doing, source)
    }
}

fn password_of(id: &str) -> String {
    format!("password of server `{id}`")
}

fn proxy_of(id: &str) -> String {
    format!("proxy address of server `{id}`")
}
