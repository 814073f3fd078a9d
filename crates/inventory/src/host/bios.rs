//! The firmware of hosts.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xapi::params;
use xapi_types::Map;

use crate::kind;

/// Return which firmware a host has; `true` where it does not say.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetBiosInfo {
    /// Host.
    id: Id<kind::Host>,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Bios {
    #[serde(rename_all = "camelCase")]
    Known {
        /// Version, as the vendor writes it.
        current_bios_version: String,
    },
    /// The host does not say.
    Unknown(bool),
}

impl Op<Cx> for GetBiosInfo {
    type Output = Bios;
    const SPEC: Spec = Spec::objects("host.getBiosInfo", &[Need::administrate("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Bios> {
        let host = cx.on(&self.id)?;
        let told: Map<String, String> = host.pool.call_as("host.get_bios_strings", params![host.reference()]).await?;
        let version = told.get("bios-version").filter(|version| !version.is_empty());
        Ok(version.map_or(Bios::Unknown(true), |version| Bios::Known { current_bios_version: version.clone() }))
    }
}
