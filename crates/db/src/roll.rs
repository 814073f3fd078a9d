//! Pools whose hosts are updated or restarted one after the other: how far that has come, so that it can go on after a
//! restart of this server.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row;

use crate::{Error, Result, now, open::Inner};

/// What the database knows of them, by the id of the pool.
#[derive(Clone, Copy, Debug)]
pub struct Rolls<'a>(pub(crate) &'a Inner);

impl Rolls<'_> {
    /// Returns how far it has come at `pool`.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where that cannot be read.
    pub async fn get<T: DeserializeOwned>(&self, pool: &str) -> Result<Option<T>> {
        let doing = "reading how far the restarts of a pool's hosts have come";
        let row = sqlx::query("SELECT record FROM rolls WHERE pool = $1").bind(pool).fetch_optional(&self.0.read).await;
        let Some(row) = row.map_err(self.0.sql(doing))? else { return Ok(None) };
        let text: String = row.try_get("record").map_err(self.0.sql(doing))?;
        serde_json::from_str(&text).map(Some).map_err(|source| damaged(pool, source))
    }

    /// Returns the pools of which something is kept.
    pub async fn pools(&self) -> Result<Vec<String>> {
        let doing = "reading which pools' hosts are restarted";
        let rows = sqlx::query("SELECT pool FROM rolls ORDER BY updated").fetch_all(&self.0.read).await;
        let rows = rows.map_err(self.0.sql(doing))?;
        rows.iter().map(|row| row.try_get("pool")).collect::<sqlx::Result<_>>().map_err(self.0.sql(doing))
    }

    /// Keeps how far it has come at `pool`.
    pub async fn set<T: Serialize + Sync>(&self, pool: &str, record: &T) -> Result<()> {
        let text = serde_json::to_string(record).map_err(|source| damaged(pool, source))?;
        sqlx::query(
            "INSERT INTO rolls (pool, updated, record) VALUES ($1, $2, $3) \
             ON CONFLICT (pool) DO UPDATE SET updated = excluded.updated, record = excluded.record",
        )
        .bind(pool)
        .bind(now())
        .bind(text)
        .execute(&self.0.write)
        .await
        .map_err(self.0.sql("writing how far the restarts of a pool's hosts have come"))?;
        Ok(())
    }

    /// Forgets `pool`; returns whether something was kept of it.
    pub async fn remove(&self, pool: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM rolls WHERE pool = $1")
            .bind(pool)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("forgetting the restarts of a pool's hosts"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn damaged(pool: &str, source: serde_json::Error) -> Error {
    Error::Damaged { what: format!("how far the restarts of the hosts of pool `{pool}` have come"), source }
}
