//! Rules: what a user or group may do to an object.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use sqlx::Row;

use crate::{RecordKind, Result, open::Inner};

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AclRule {
    /// Id of a user or group.
    pub subject: String,
    /// Id of an object.
    pub object: String,
    /// What the subject may: a role, or the name of a right.
    pub action: String,
}

impl AclRule {
    /// Returns what names it: the beginning of a hash of what it says, six characters as clients know it.
    pub fn id(&self) -> String {
        let Self { subject, object, action } = self;
        let said = format!("{subject}\0{object}\0{action}");
        let hash = digest::digest(&digest::SHA256, said.as_bytes());
        let mut id = BASE64URL.encode(hash);
        id.truncate(6);
        id
    }
}

/// The rules of the database.
#[derive(Clone, Copy, Debug)]
pub struct AclRules<'a>(pub(crate) &'a Inner);

impl AclRules<'_> {
    /// Adds a rule; one that is there already stays as it is.
    pub async fn add(&self, rule: &AclRule) -> Result<()> {
        sqlx::query("INSERT INTO acl_rules (subject, object, action) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&rule.subject)
            .bind(&rule.object)
            .bind(&rule.action)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("adding a rule"))?;
        self.0.changes.tell(RecordKind::Rule);
        Ok(())
    }

    /// Removes a rule; returns whether it was there.
    pub async fn remove(&self, rule: &AclRule) -> Result<bool> {
        let done = sqlx::query("DELETE FROM acl_rules WHERE subject = $1 AND object = $2 AND action = $3")
            .bind(&rule.subject)
            .bind(&rule.object)
            .bind(&rule.action)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("removing a rule"))?;
        let found = done.rows_affected() > 0;
        if found {
            self.0.changes.tell(RecordKind::Rule);
        }
        Ok(found)
    }

    /// Returns every rule, by subject, object and action.
    pub async fn all(&self) -> Result<Vec<AclRule>> {
        let doing = "reading the rules";
        let rows = sqlx::query("SELECT subject, object, action FROM acl_rules ORDER BY subject, object, action")
            .fetch_all(&self.0.read)
            .await
            .map_err(self.0.sql(doing))?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(AclRule {
                subject: row.try_get("subject")?,
                object: row.try_get("object")?,
                action: row.try_get("action")?,
            })
        };
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(self.0.sql(doing))
    }
}

/// Deletes a user or group by `statement`, and its rules; returns whether there was one.
pub(crate) async fn delete_subject(
    inner: &Inner,
    statement: &'static str,
    id: &str,
    doing: &'static str,
) -> Result<bool> {
    let mut tx = inner.write.begin().await.map_err(inner.sql(doing))?;
    let done = sqlx::query(statement).bind(id).execute(&mut *tx).await.map_err(inner.sql(doing))?;
    let rules = sqlx::query("DELETE FROM acl_rules WHERE subject = $1").bind(id);
    rules.execute(&mut *tx).await.map_err(inner.sql(doing))?;
    tx.commit().await.map_err(inner.sql(doing))?;
    Ok(done.rows_affected() > 0)
}
