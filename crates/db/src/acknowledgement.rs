//! Acknowledgements of alarms.

use sqlx::{Row, any::AnyRow};

use crate::{RecordKind, Result, now, open::Inner};

/// Somebody has seen an alarm and says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Uuid of the message.
    pub message: String,
    /// Id of the pool that has it.
    pub pool: String,
    /// Id of the user.
    pub user: String,
    /// When, milliseconds since the epoch.
    pub at: i64,
    /// What the user wrote.
    pub note: Option<String>,
}

/// The acknowledgements of the database.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledgements<'a>(pub(crate) &'a Inner);

impl Acknowledgements<'_> {
    /// Keeps that `user` has acknowledged `message` now; returns whether nobody had before, whose word stays.
    pub async fn add(&self, message: &str, pool: &str, user: &str, note: Option<&str>) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO acknowledgements (message, pool, user_id, at, note) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(message)
        .bind(pool)
        .bind(user)
        .bind(now())
        .bind(note)
        .execute(&self.0.write)
        .await
        .map_err(self.0.sql("acknowledging an alarm"))?;
        self.0.changes.tell(RecordKind::Alarm);
        Ok(done.rows_affected() > 0)
    }

    /// Takes the acknowledgement of `message` back; returns whether there was one.
    pub async fn remove(&self, message: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM acknowledgements WHERE message = $1")
            .bind(message)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("taking an acknowledgement back"))?;
        self.0.changes.tell(RecordKind::Alarm);
        Ok(done.rows_affected() > 0)
    }

    /// Returns every acknowledgement.
    pub async fn all(&self) -> Result<Vec<Acknowledgement>> {
        let sql = "SELECT message, pool, user_id, at, note FROM acknowledgements";
        let rows = sqlx::query(sql).fetch_all(&self.0.read).await;
        self.read(&rows.map_err(self.0.sql("reading the acknowledgements"))?)
    }

    /// Returns the acknowledgements of a pool.
    pub async fn of_pool(&self, pool: &str) -> Result<Vec<Acknowledgement>> {
        let sql = "SELECT message, pool, user_id, at, note FROM acknowledgements WHERE pool = $1";
        let rows = sqlx::query(sql).bind(pool).fetch_all(&self.0.read).await;
        self.read(&rows.map_err(self.0.sql("reading the acknowledgements"))?)
    }

    fn read(self, rows: &[AnyRow]) -> Result<Vec<Acknowledgement>> {
        let read = |row: &AnyRow| {
            Ok(Acknowledgement {
                message: row.try_get("message")?,
                pool: row.try_get("pool")?,
                user: row.try_get("user_id")?,
                at: row.try_get("at")?,
                note: row.try_get("note")?,
            })
        };
        let read = rows.iter().map(read).collect::<sqlx::Result<_>>();
        read.map_err(self.0.sql("reading the acknowledgements"))
    }
}
