//! Groups of users.

use std::collections::BTreeMap;

use sqlx::{Any, Row, Transaction};

use crate::{Error, RecordKind, Result, open::Inner, rule};

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Random uuid.
    pub id: String,
    /// For people; no two groups have the same.
    pub name: String,
    /// Ids of its users, sorted.
    pub users: Vec<String>,
}

/// The groups of the database.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a>(pub(crate) &'a Inner);

impl Groups<'_> {
    /// Creates a group without users and returns its id.
    ///
    /// # Errors
    ///
    /// [`Error::GroupExists`] where the name is taken.
    pub async fn create(&self, name: &str) -> Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        let done = sqlx::query("INSERT INTO user_groups (id, name) VALUES ($1, $2)")
            .bind(&id)
            .bind(name)
            .execute(&self.0.write)
            .await;
        match done {
            Ok(_) => {
                self.0.changes.tell(RecordKind::Group);
                Ok(id)
            }
            Err(error) => Err(self.taken(name, "creating a group", error).await),
        }
    }

    /// Renames the group `id`; returns whether there is one.
    ///
    /// # Errors
    ///
    /// [`Error::GroupExists`] where the name is taken.
    pub async fn rename(&self, id: &str, name: &str) -> Result<bool> {
        let done = sqlx::query("UPDATE user_groups SET name = $2 WHERE id = $1")
            .bind(id)
            .bind(name)
            .execute(&self.0.write)
            .await;
        match done {
            Ok(done) => {
                self.0.changes.tell(RecordKind::Group);
                Ok(done.rows_affected() > 0)
            }
            Err(error) => Err(self.taken(name, "renaming a group", error).await),
        }
    }

    /// Deletes the group `id` and its rules; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let found =
            rule::delete_subject(self.0, "DELETE FROM user_groups WHERE id = $1", id, "deleting a group").await?;
        for kind in [RecordKind::Group, RecordKind::Rule, RecordKind::Role] {
            self.0.changes.tell(kind);
        }
        Ok(found)
    }

    /// Puts a user into a group; one that is in it stays.
    ///
    /// The caller has seen that both exist.
    pub async fn add_user(&self, id: &str, user: &str) -> Result<()> {
        sqlx::query("INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(user)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("putting a user into a group"))?;
        self.0.changes.tell(RecordKind::Group);
        Ok(())
    }

    /// Takes a user out of a group.
    pub async fn remove_user(&self, id: &str, user: &str) -> Result<()> {
        sqlx::query("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2")
            .bind(id)
            .bind(user)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("taking a user out of a group"))?;
        self.0.changes.tell(RecordKind::Group);
        Ok(())
    }

    /// Replaces the users of a group.
    pub async fn set_users(&self, id: &str, users: &[String]) -> Result<()> {
        let doing = "setting the users of a group";
        let mut tx: Transaction<'_, Any> = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        sqlx::query("DELETE FROM group_members WHERE group_id = $1")
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        for user in users {
            sqlx::query("INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(id)
                .bind(user)
                .execute(&mut *tx)
                .await
                .map_err(self.0.sql(doing))?;
        }
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell(RecordKind::Group);
        Ok(())
    }

    /// Returns the group `id`.
    pub async fn get(&self, id: &str) -> Result<Option<Group>> {
        Ok(self.all().await?.into_iter().find(|group| group.id == id))
    }

    /// Returns every group, by name.
    pub async fn all(&self) -> Result<Vec<Group>> {
        let doing = "reading the groups";
        let failed = || self.0.sql(doing);
        let rows = sqlx::query("SELECT group_id, user_id FROM group_members ORDER BY user_id")
            .fetch_all(&self.0.read)
            .await
            .map_err(failed())?;
        let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            let group = row.try_get("group_id").map_err(failed())?;
            users.entry(group).or_default().push(row.try_get("user_id").map_err(failed())?);
        }
        let rows = sqlx::query("SELECT id, name FROM user_groups ORDER BY name")
            .fetch_all(&self.0.read)
            .await
            .map_err(failed())?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get("id").map_err(failed())?;
                let users = users.remove(&id).unwrap_or_default();
                Ok(Group { name: row.try_get("name").map_err(failed())?, users, id })
            })
            .collect()
    }

    async fn taken(&self, name: &str, doing: &'static str, source: sqlx::Error) -> Error {
        if !Error::is_unique(&source) {
            return Error::sql(&self.0.path, doing, source);
        }
        let other = sqlx::query("SELECT id FROM user_groups WHERE name = $1").bind(name).fetch_optional(&self.0.read);
        let id = other.await.ok().flatten().and_then(|row| row.try_get("id").ok()).unwrap_or_default();
        Error::GroupExists { id }
    }
}
