//! What the journal keeps: so much and so long.

use std::time::Duration;

use sqlx::Row;

use super::Journal;
use crate::{Result, now};

/// Entries deleted in one transaction: other writers wait no longer than that takes, some milliseconds.
const STEP: i64 = 1000;

/// Limits of the journal; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Entries older than this go.
    pub max_age: Option<Duration>,
    /// The oldest entries go until the journal is counted with no more than so many bytes.
    pub max_bytes: Option<u64>,
}

impl Journal<'_> {
    /// Deletes the oldest entries until the limits hold; returns how many.
    pub async fn prune(&self, retention: &Retention) -> Result<u64> {
        let oldest =
            retention.max_age.map(|age| now().saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)));
        let mut deleted = 0;
        loop {
            let step = self.step(oldest, retention.max_bytes).await?;
            deleted += step.unsigned_abs();
            if step < STEP {
                return Ok(deleted);
            }
        }
    }

    /// Deletes up to [`STEP`] entries; returns how many.
    async fn step(&self, oldest: Option<i64>, max_bytes: Option<u64>) -> Result<i64> {
        let doing = "pruning the journal";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let bytes = sqlx::query("SELECT bytes FROM journal_total")
            .fetch_one(&mut *tx)
            .await
            .and_then(|row| row.try_get::<i64, _>("bytes"))
            .map_err(self.0.sql(doing))?;
        let mut excess = max_bytes.map_or(0, |max| bytes.saturating_sub(i64::try_from(max).unwrap_or(i64::MAX)));
        let rows = sqlx::query("SELECT id, at, size FROM journal ORDER BY id LIMIT $1")
            .bind(STEP)
            .fetch_all(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        let (mut last, mut count, mut freed) = (None, 0, 0);
        for row in rows {
            let number = |column: &str| row.try_get::<i64, _>(column).map_err(self.0.sql(doing));
            let (id, at, size) = (number("id")?, number("at")?, number("size")?);
            if excess <= 0 && oldest.is_none_or(|oldest| at >= oldest) {
                break;
            }
            excess -= size;
            freed += size;
            count += 1;
            last = Some(id);
        }
        let Some(last) = last else { return Ok(0) };
        sqlx::query("DELETE FROM journal WHERE id <= $1")
            .bind(last)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        sqlx::query("DELETE FROM journal_objects WHERE entry <= $1")
            .bind(last)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        sqlx::query("UPDATE journal_total SET entries = entries - $1, bytes = bytes - $2")
            .bind(count)
            .bind(freed)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        tx.commit().await.map_err(self.0.sql(doing))?;
        Ok(count)
    }
}
