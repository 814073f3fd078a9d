//! Privileges: what roles allow or deny.

use sqlx::{Any, Row, Transaction, any::AnyRow};

use crate::{RecordKind, Result, open::Inner};

/// A privilege of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privilege {
    /// Random uuid.
    pub id: String,
    /// Id of its role.
    pub role: String,
    /// Kind of resource.
    pub resource: String,
    /// `*`, or an action.
    pub action: String,
    /// Whether it denies.
    pub deny: bool,
    /// A filter on the objects; all where there is none.
    pub selector: Option<String>,
}

/// The privileges of the database.
#[derive(Clone, Copy, Debug)]
pub struct Privileges<'a>(pub(crate) &'a Inner);

impl Privileges<'_> {
    /// Adds a privilege to its role, which the caller has seen to exist, and returns its id.
    pub async fn create(&self, new: &Privilege) -> Result<String> {
        let doing = "adding a privilege";
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let id = insert(&mut tx, &new.role, new).await.map_err(self.0.sql(doing))?;
        tx.commit().await.map_err(self.0.sql(doing))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(id)
    }

    /// Puts what `privilege` says in place of what the one with its id says, but for the role; returns whether there
    /// is one.
    pub async fn update(&self, privilege: &Privilege) -> Result<bool> {
        let change = "UPDATE acl_privileges SET resource = $2, action = $3, deny = $4, selector = $5 WHERE id = $1";
        let done = sqlx::query(change)
            .bind(&privilege.id)
            .bind(&privilege.resource)
            .bind(&privilege.action)
            .bind(i64::from(privilege.deny))
            .bind(&privilege.selector)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("changing a privilege"))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(done.rows_affected() > 0)
    }

    /// Deletes the privilege `id`; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM acl_privileges WHERE id = $1")
            .bind(id)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("deleting a privilege"))?;
        self.0.changes.tell(RecordKind::Role);
        Ok(done.rows_affected() > 0)
    }

    /// Returns the privilege `id`.
    pub async fn get(&self, id: &str) -> Result<Option<Privilege>> {
        Ok(self.all().await?.into_iter().find(|privilege| privilege.id == id))
    }

    /// Returns every privilege, by resource and action.
    pub async fn all(&self) -> Result<Vec<Privilege>> {
        let select = "SELECT id, role_id, resource, action, deny, selector FROM acl_privileges \
                      ORDER BY resource, action, id";
        let doing = "reading the privileges";
        let rows = sqlx::query(select).fetch_all(&self.0.read).await.map_err(self.0.sql(doing))?;
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(self.0.sql(doing))
    }
}

/// Adds a privilege to the role `role` and returns its id.
pub(crate) async fn insert(tx: &mut Transaction<'_, Any>, role: &str, new: &Privilege) -> sqlx::Result<String> {
    let id = uuid::Uuid::new_v4().to_string();
    let insert = "INSERT INTO acl_privileges (id, role_id, resource, action, deny, selector) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    let insert = sqlx::query(insert).bind(&id).bind(role).bind(&new.resource).bind(&new.action);
    insert.bind(i64::from(new.deny)).bind(&new.selector).execute(&mut **tx).await?;
    Ok(id)
}

fn read(row: &AnyRow) -> sqlx::Result<Privilege> {
    Ok(Privilege {
        id: row.try_get("id")?,
        role: row.try_get("role_id")?,
        resource: row.try_get("resource")?,
        action: row.try_get("action")?,
        deny: row.try_get::<i64, _>("deny")? != 0,
        selector: row.try_get("selector")?,
    })
}
