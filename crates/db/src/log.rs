//! Logs that clients read: by namespace, a bounded number of entries each.

use serde_json::Value;
use sqlx::{Row, any::AnyRow};

use crate::{Error, Result, open::Inner};

/// Entries kept of a namespace; the oldest go first. The original's `tasks.gc.keep` is the same.
const KEPT: i64 = 1000;

/// What is to be kept.
#[derive(Clone, Debug)]
pub struct NewLog {
    /// Whose it is, such as `api`.
    pub namespace: String,
    /// When it happened, milliseconds since the epoch.
    pub at: i64,
    /// `debug`, `info`, `notice`, `warning`, `error`.
    pub level: &'static str,
    /// A sentence for people.
    pub message: String,
    /// What the writer adds.
    pub data: Value,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// Names it in its namespace: the milliseconds since the epoch, and a number where several fall together.
    pub id: String,
    /// Whose it is.
    pub namespace: String,
    /// When it happened, milliseconds since the epoch.
    pub at: i64,
    /// How bad it is.
    pub level: String,
    /// A sentence for people.
    pub message: String,
    /// What the writer added.
    pub data: Value,
}

/// The logs of the database.
#[derive(Clone, Copy, Debug)]
pub struct Logs<'a>(pub(crate) &'a Inner);

impl Logs<'_> {
    /// Keeps entries, all or none, and lets the oldest of their namespaces go.
    pub async fn append(&self, logs: &[NewLog]) -> Result<()> {
        let doing = "writing a log";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        for log in logs {
            let of_that_time = sqlx::query("SELECT COUNT(*) AS count FROM logs WHERE namespace = $1 AND at = $2")
                .bind(&log.namespace)
                .bind(log.at)
                .fetch_one(&mut *tx)
                .await
                .and_then(|row| row.try_get::<i64, _>("count"))
                .map_err(self.0.sql(doing))?;
            let id = if of_that_time == 0 { log.at.to_string() } else { format!("{}:{of_that_time}", log.at) };
            sqlx::query(
                "INSERT INTO logs (namespace, id, at, level, message, data) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&log.namespace)
            .bind(id)
            .bind(log.at)
            .bind(log.level)
            .bind(&log.message)
            .bind(log.data.to_string())
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        }
        let mut namespaces: Vec<_> = logs.iter().map(|log| &log.namespace).collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        for namespace in namespaces {
            let oldest = "SELECT at FROM logs WHERE namespace = $1 ORDER BY at DESC, id DESC LIMIT 1 OFFSET $2";
            sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM logs WHERE namespace = $1 AND at <= ({oldest})")))
                .bind(namespace)
                .bind(KEPT)
                .execute(&mut *tx)
                .await
                .map_err(self.0.sql(doing))?;
        }
        tx.commit().await.map_err(self.0.sql(doing))
    }

    /// Returns the entries of a namespace, oldest first.
    pub async fn of(&self, namespace: &str) -> Result<Vec<Log>> {
        let doing = "reading a log";
        let rows = sqlx::query(
            "SELECT id, namespace, at, level, message, data FROM logs WHERE namespace = $1 ORDER BY at, id",
        )
        .bind(namespace)
        .fetch_all(&self.0.read)
        .await
        .map_err(self.0.sql(doing))?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Deletes an entry of a namespace; returns whether it was there.
    pub async fn delete(&self, namespace: &str, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM logs WHERE namespace = $1 AND id = $2")
            .bind(namespace)
            .bind(id)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("deleting of a log"))?;
        Ok(done.rows_affected() > 0)
    }

    fn read(self, row: &AnyRow) -> Result<Log> {
        let text = |column: &str| row.try_get::<String, _>(column).map_err(self.0.sql("reading a log"));
        let id = text("id")?;
        let damaged = |source| Error::Damaged { what: format!("log entry {id}"), source };
        let data = serde_json::from_str(&text("data")?).map_err(damaged)?;
        Ok(Log {
            namespace: text("namespace")?,
            at: row.try_get("at").map_err(self.0.sql("reading a log"))?,
            level: text("level")?,
            message: text("message")?,
            data,
            id,
        })
    }
}
