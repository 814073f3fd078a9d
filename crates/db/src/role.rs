//! The newer roles, and who has them.

mod template;

use std::collections::BTreeMap;

use sqlx::{Row, any::AnyRow};

use crate::{Privilege, RecordKind, Result, open::Inner, privilege};

pub use template::Template;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Random uuid.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Number of a role that comes with the server.
    pub template: Option<i64>,
    /// What it gives, by resource and action.
    pub privileges: Vec<Privilege>,
    /// Ids of the users who have it, sorted.
    pub users: Vec<String>,
    /// Ids of the groups that have it, sorted.
    pub groups: Vec<String>,
}

/// Who has a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder<'a> {
    /// The user with this id.
    User(&'a str),
    /// The group with this id.
    Group(&'a str),
}

impl Holder<'_> {
    /// Returns its id, and the statements that give it a role and take it away.
    fn statements(&self) -> (&str, &'static str, &'static str) {
        match self {
            Self::User(id) => (
                id,
                "INSERT INTO acl_user_roles (role_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                "DELETE FROM acl_user_roles WHERE role_id = $1 AND user_id = $2",
            ),
            Self::Group(id) => (
                id,
                "INSERT INTO acl_group_roles (role_id, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                "DELETE FROM acl_group_roles WHERE role_id = $1 AND group_id = $2",
            ),
        }
    }
}

/// The newer roles of the database.
#[derive(Clone, Copy, Debug)]
pub struct Roles<'a>(pub(crate) &'a Inner);

impl Roles<'_> {
    /// Creates a role that gives what these privileges give, and returns its id.
    pub async fn create(&self, name: &str, description: Option<&str>, gives: &[Privilege]) -> Result<String> {
        let doing = "creating a role";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let id = uuid::Uuid::new_v4().to_string();
        sqlx::query("INSERT INTO acl_roles (id, name, description) VALUES ($1, $2, $3)")
            .bind(&id)
            .bind(name)
            .bind(description)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        for given in gives {
            privilege::insert(&mut tx, &id, given).await.map_err(self.0.sql(doing))?;
        }
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(id)
    }

    /// Changes what is given of the role `id`; returns whether there is one.
    pub async fn update(&self, id: &str, name: Option<&str>, description: Option<&str>) -> Result<bool> {
        let change =
            "UPDATE acl_roles SET name = COALESCE($2, name), description = COALESCE($3, description) WHERE id = $1";
        let done = sqlx::query(change)
            .bind(id)
            .bind(name)
            .bind(description)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("changing a role"))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(done.rows_affected() > 0)
    }

    /// Deletes the role `id` with its privileges, and takes it from all who have it; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM acl_roles WHERE id = $1")
            .bind(id)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("deleting a role"))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(done.rows_affected() > 0)
    }

    /// Gives the role `id` to somebody; who has it keeps it. The caller has seen that both exist.
    pub async fn give(&self, id: &str, holder: Holder<'_>) -> Result<()> {
        let (to, give, _) = holder.statements();
        let done = sqlx::query(give).bind(id).bind(to).execute(&self.0.write).await;
        done.map_err(self.0.sql("giving a role"))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(())
    }

    /// Takes the role `id` from somebody; returns whether they had it.
    pub async fn take(&self, id: &str, holder: Holder<'_>) -> Result<bool> {
        let (from, _, take) = holder.statements();
        let done = sqlx::query(take).bind(id).bind(from).execute(&self.0.write).await;
        let found = done.map_err(self.0.sql("taking a role"))?.rows_affected() > 0;
        self.0.changes.tell(RecordKind::Role);
        Ok(found)
    }

    /// Returns the role `id`.
    pub async fn get(&self, id: &str) -> Result<Option<Role>> {
        Ok(self.all().await?.into_iter().find(|role| role.id == id))
    }

    /// Returns every role: those that come with the server by number, then the others by name.
    pub async fn all(&self) -> Result<Vec<Role>> {
        let doing = "reading the roles";
        let failed = || self.0.sql(doing);
        let mut privileges: BTreeMap<String, Vec<Privilege>> = BTreeMap::new();
        for privilege in self.0.privileges().all().await? {
            privileges.entry(privilege.role.clone()).or_default().push(privilege);
        }
        let mut users = self.holders("SELECT role_id, user_id AS holder FROM acl_user_roles ORDER BY user_id").await?;
        let mut groups =
            self.holders("SELECT role_id, group_id AS holder FROM acl_group_roles ORDER BY group_id").await?;
        let select = "SELECT id, name, description, template FROM acl_roles \
                      ORDER BY template IS NULL, template, name, id";
        let rows = sqlx::query(select).fetch_all(&self.0.read).await.map_err(failed())?;
        let mut read = |row: &AnyRow| {
            let id: String = row.try_get("id")?;
            Ok(Role {
                name: row.try_get("name")?,
                description: row.try_get("description")?,
                template: row.try_get("template")?,
                privileges: privileges.remove(&id).unwrap_or_default(),
                users: users.remove(&id).unwrap_or_default(),
                groups: groups.remove(&id).unwrap_or_default(),
                id,
            })
        };
        rows.iter().map(&mut read).collect::<sqlx::Result<_>>().map_err(failed())
    }

    async fn holders(&self, select: &'static str) -> Result<BTreeMap<String, Vec<String>>> {
        let doing = "reading who has which role";
        let rows = sqlx::query(select).fetch_all(&self.0.read).await.map_err(self.0.sql(doing))?;
        let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            let role = row.try_get("role_id").map_err(self.0.sql(doing))?;
            holders.entry(role).or_default().push(row.try_get("holder").map_err(self.0.sql(doing))?);
        }
        Ok(holders)
    }
}
