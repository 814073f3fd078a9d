//! Tasks of the server that outlive a restart.

use sqlx::Row;

use crate::{Result, open::Inner};

/// A task as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptTask {
    /// When it began, milliseconds since the epoch.
    pub start: i64,
    /// When it ended; none while it runs.
    pub end: Option<i64>,
    /// The task in JSON.
    pub record: String,
}

/// The tasks of the database.
#[derive(Clone, Copy, Debug)]
pub struct Tasks<'a>(pub(crate) &'a Inner);

impl Tasks<'_> {
    /// Keeps tasks by their ids in place of what was kept of them, or forgets them; all or none.
    pub async fn write(&self, tasks: &[(String, Option<KeptTask>)]) -> Result<()> {
        let doing = "writing tasks";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        for (id, task) in tasks {
            let query = match task {
                None => sqlx::query("DELETE FROM tasks WHERE id = $1").bind(id),
                Some(task) => sqlx::query(
                    "INSERT INTO tasks (id, start, ended, record) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, record = excluded.record",
                )
                .bind(id)
                .bind(task.start)
                .bind(task.end)
                .bind(&task.record),
            };
            query.execute(&mut *tx).await.map_err(self.0.sql(doing))?;
        }
        tx.commit().await.map_err(self.0.sql(doing))
    }

    /// Returns the tasks that ran and the newest `most` of those that had ended, ids and records, oldest first; the rest
    /// is forgotten.
    pub async fn newest(&self, most: usize) -> Result<Vec<(String, String)>> {
        let doing = "reading the tasks";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let ended = "SELECT id FROM tasks WHERE ended IS NOT NULL ORDER BY start DESC, id DESC LIMIT $1";
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM tasks WHERE ended IS NOT NULL AND id NOT IN ({ended})")))
            .bind(most)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql(doing))?;
        let rows = sqlx::query("SELECT id, record FROM tasks ORDER BY start, id").fetch_all(&self.0.read).await;
        let rows = rows.map_err(self.0.sql(doing))?;
        let read = |row: &sqlx::any::AnyRow| Ok((row.try_get("id")?, row.try_get("record")?));
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(self.0.sql(doing))
    }
}
