//! Settings: named JSON values.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row;

use crate::{Error, Result, open::Inner};

/// The settings of the database.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a>(pub(crate) &'a Inner);

impl Settings<'_> {
    /// Returns the setting `name`.
    pub async fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let doing = "reading a setting";
        let row = sqlx::query("SELECT value FROM settings WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.0.read)
            .await
            .map_err(self.0.sql(doing))?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get("value").map_err(self.0.sql(doing))?;
        let damaged = |source| Error::Damaged { what: format!("setting `{name}`"), source };
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// Sets the setting `name`.
    pub async fn set<T: Serialize + Sync>(&self, name: &str, value: &T) -> Result<()> {
        let damaged = |source| Error::Damaged { what: format!("setting `{name}`"), source };
        let text = serde_json::to_string(value).map_err(damaged)?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
            .bind(name)
            .bind(text)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("writing a setting"))?;
        Ok(())
    }

    /// Removes the setting `name`; returns whether it was there.
    pub async fn remove(&self, name: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM settings WHERE name = $1")
            .bind(name)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("removing a setting"))?;
        Ok(done.rows_affected() > 0)
    }
}
