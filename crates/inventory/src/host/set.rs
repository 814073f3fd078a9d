//! Changing a host.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::multipathing;
use crate::kind;

/// Change a host; what is as wanted already is left alone.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// Host to change.
    id: Id<kind::Host>,
    /// Name of its iSCSI initiator.
    #[serde(rename = "iscsiIqn")]
    iscsi_iqn: Option<String>,
    /// Name.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Whether to reach storage by several paths; its storage is unplugged for a moment, which running VMs prevent.
    multipathing: Option<bool>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.set", &[Need::administrate("id", "update").each()]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let record = super::record(&host).await?;
        let texts = [
            ("iscsi_iqn", self.iscsi_iqn, &record.iscsi_iqn),
            ("name_label", self.name_label, &record.name_label),
            ("name_description", self.name_description, &record.name_description),
        ];
        for (field, wanted, known) in texts {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != known.as_str()) {
                host.pool.call(&format!("host.set_{field}"), params![host.reference(), wanted]).await?;
            }
        }
        match self.multipathing {
            Some(on) if on != record.multipathing => multipathing::switch(&host, &record, on).await,
            _ => Ok(()),
        }
    }
}
