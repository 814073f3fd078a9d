//! Filters that somebody keeps for all users.

use sqlx::{Row, any::AnyRow};

use crate::{Error, RecordKind, Result, open::Inner};

/// A filter under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFilter {
    /// Random uuid.
    pub id: String,
    /// Type of the objects that it chooses from, such as `VM`.
    pub kind: String,
    /// For people; no two filters of a type have the same.
    pub name: String,
    /// A text of the filter language; it is not looked into.
    pub filter: String,
    /// Id of the user who made it, who may be gone.
    pub user: String,
}

/// The shared filters of the database.
#[derive(Clone, Copy, Debug)]
pub struct SharedFilters<'a>(pub(crate) &'a Inner);

impl SharedFilters<'_> {
    /// Keeps a filter and returns its id.
    ///
    /// # Errors
    ///
    /// [`Error::FilterExists`] where there is one of that name for the type.
    pub async fn create(&self, kind: &str, name: &str, filter: &str, user: &str) -> Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        let done =
            sqlx::query("INSERT INTO shared_filters (id, type, name, filter, user_id) VALUES ($1, $2, $3, $4, $5)")
                .bind(&id)
                .bind(kind)
                .bind(name)
                .bind(filter)
                .bind(user)
                .execute(&self.0.write)
                .await;
        done.map_err(|error| self.taken(name, "keeping a filter", error))?;
        self.0.changes.tell(RecordKind::SharedFilter);
        Ok(id)
    }

    /// Changes what is given of the filter `id`; returns whether there is one.
    ///
    /// # Errors
    ///
    /// [`Error::FilterExists`] where the name is taken.
    pub async fn update(&self, id: &str, name: Option<&str>, filter: Option<&str>) -> Result<bool> {
        let change = "UPDATE shared_filters SET name = COALESCE($2, name), filter = COALESCE($3, filter) WHERE id = $1";
        let done = sqlx::query(change).bind(id).bind(name).bind(filter).execute(&self.0.write).await;
        let done = done.map_err(|error| self.taken(name.unwrap_or_default(), "changing a filter", error))?;
        self.0.changes.tell(RecordKind::SharedFilter);
        Ok(done.rows_affected() > 0)
    }

    /// Forgets the filter `id`; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM shared_filters WHERE id = $1").bind(id).execute(&self.0.write).await;
        let done = done.map_err(self.0.sql("deleting a filter"))?;
        self.0.changes.tell(RecordKind::SharedFilter);
        Ok(done.rows_affected() > 0)
    }

    /// Returns all filters, by type and name.
    pub async fn all(&self) -> Result<Vec<SharedFilter>> {
        let doing = "reading the shared filters";
        let all = "SELECT id, type, name, filter, user_id FROM shared_filters ORDER BY type, name";
        let rows = sqlx::query(all).fetch_all(&self.0.read).await.map_err(self.0.sql(doing))?;
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(self.0.sql(doing))
    }

    fn taken(self, name: &str, doing: &'static str, source: sqlx::Error) -> Error {
        if Error::is_unique(&source) {
            return Error::FilterExists { name: name.to_owned() };
        }
        Error::sql(&self.0.path, doing, source)
    }
}

fn read(row: &AnyRow) -> sqlx::Result<SharedFilter> {
    let (id, kind, name) = (row.try_get("id")?, row.try_get("type")?, row.try_get("name")?);
    Ok(SharedFilter { id, kind, name, filter: row.try_get("filter")?, user: row.try_get("user_id")? })
}
