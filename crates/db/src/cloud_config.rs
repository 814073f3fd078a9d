//! Texts that people keep for cloud-init.

use sqlx::{Row, any::AnyRow};

use crate::{RecordKind, Result, open::Inner};

/// What a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudConfigKind {
    /// What the guest does.
    User,
    /// How the guest sets up its network.
    Network,
}

/// A text for cloud-init, with places that whoever makes a VM fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudConfig {
    /// Random uuid.
    pub id: String,
    /// For people.
    pub name: String,
    /// The text; it is not looked into.
    pub template: String,
    /// What it is about.
    pub kind: CloudConfigKind,
}

/// The texts of the database.
#[derive(Clone, Copy, Debug)]
pub struct CloudConfigs<'a>(pub(crate) &'a Inner);

impl CloudConfigKind {
    fn stored(self) -> &'static str {
        match self {
            Self::User => "",
            Self::Network => "network",
        }
    }
}

impl CloudConfigs<'_> {
    /// Keeps a text and returns it with its id.
    pub async fn create(&self, name: &str, template: &str, kind: CloudConfigKind) -> Result<CloudConfig> {
        let id = uuid::Uuid::new_v4().to_string();
        sqlx::query("INSERT INTO cloud_configs (id, name, template, kind) VALUES ($1, $2, $3, $4)")
            .bind(&id)
            .bind(name)
            .bind(template)
            .bind(kind.stored())
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("keeping a cloud config"))?;
        self.0.changes.tell(RecordKind::CloudConfig);
        Ok(CloudConfig { id, name: name.to_owned(), template: template.to_owned(), kind })
    }

    /// Changes what is given of the text `id`; returns whether there is one.
    pub async fn update(&self, id: &str, name: Option<&str>, template: Option<&str>) -> Result<bool> {
        let change =
            "UPDATE cloud_configs SET name = COALESCE($2, name), template = COALESCE($3, template) WHERE id = $1";
        let done = sqlx::query(change)
            .bind(id)
            .bind(name)
            .bind(template)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("changing a cloud config"))?;
        self.0.changes.tell(RecordKind::CloudConfig);
        Ok(done.rows_affected() > 0)
    }

    /// Forgets the text `id`; returns whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM cloud_configs WHERE id = $1")
            .bind(id)
            .execute(&self.0.write)
            .await
            .map_err(self.0.sql("deleting a cloud config"))?;
        self.0.changes.tell(RecordKind::CloudConfig);
        Ok(done.rows_affected() > 0)
    }

    /// Returns the texts of a kind, by name.
    pub async fn all(&self, kind: CloudConfigKind) -> Result<Vec<CloudConfig>> {
        let doing = "reading the cloud configs";
        let rows = sqlx::query("SELECT id, name, template FROM cloud_configs WHERE kind = $1 ORDER BY name, id")
            .bind(kind.stored())
            .fetch_all(&self.0.read)
            .await
            .map_err(self.0.sql(doing))?;
        let read = |row: &AnyRow| {
            let (id, name, template) = (row.try_get("id")?, row.try_get("name")?, row.try_get("template")?);
            Ok(CloudConfig { id, name, template, kind })
        };
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(self.0.sql(doing))
    }
}
