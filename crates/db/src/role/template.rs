//! Roles that come with the server, kept as it has them.

use std::collections::HashSet;

use sqlx::Row;

use super::Roles;
use crate::{Privilege, Result, privilege};

/// A role that comes with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Names it for good.
    pub number: i64,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Resources and actions that it allows.
    pub allows: Vec<(String, String)>,
}

impl Roles<'_> {
    /// Makes the roles that come with the server what `templates` say; ids of what stays stay.
    pub async fn synchronise(&self, templates: &[Template]) -> Result<()> {
        let doing = "bringing the roles that come with the server up to date";
        let failed = || self.0.sql(doing);
        let there = self.all().await?;
        let mut tx = self.0.write.begin().await.map_err(failed())?;
        for template in templates {
            let former = there.iter().find(|role| role.template == Some(template.number));
            let id = former.map_or_else(|| uuid::Uuid::new_v4().to_string(), |role| role.id.clone());
            let put = "INSERT INTO acl_roles (id, name, description, template) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (id) DO UPDATE SET name = $2, description = $3";
            let put = sqlx::query(put).bind(&id).bind(&template.name).bind(&template.description);
            put.bind(template.number).execute(&mut *tx).await.map_err(failed())?;
            let mut missing: HashSet<(&str, &str)> =
                template.allows.iter().map(|(resource, action)| (resource.as_str(), action.as_str())).collect();
            for privilege in former.into_iter().flat_map(|role| &role.privileges) {
                let is_plain = !privilege.deny && privilege.selector.is_none();
                if !(is_plain && missing.remove(&(&privilege.resource, &privilege.action))) {
                    let delete = sqlx::query("DELETE FROM acl_privileges WHERE id = $1").bind(&privilege.id);
                    delete.execute(&mut *tx).await.map_err(failed())?;
                }
            }
            for (resource, action) in missing {
                let new = Privilege { resource: resource.into(), action: action.into(), ..Privilege::default() };
                privilege::insert(&mut tx, &id, &new).await.map_err(failed())?;
            }
        }
        let rows = sqlx::query("SELECT id, template FROM acl_roles WHERE template IS NOT NULL");
        for row in rows.fetch_all(&mut *tx).await.map_err(failed())? {
            let number: i64 = row.try_get("template").map_err(failed())?;
            if !templates.iter().any(|template| template.number == number) {
                let id: String = row.try_get("id").map_err(failed())?;
                let delete = sqlx::query("DELETE FROM acl_roles WHERE id = $1").bind(id);
                delete.execute(&mut *tx).await.map_err(failed())?;
            }
        }
        tx.commit().await.map_err(failed())
    }
}
