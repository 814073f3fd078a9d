//! Changing a network.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::mtu;
use crate::{entry, kind};

/// Change a network.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// Whether new VMs get an interface on it.
    automatic: Option<bool>,
    /// Whether interfaces that follow its mode let nothing pass.
    #[serde(rename = "defaultIsLocked")]
    default_is_locked: Option<bool>,
    /// Network to change.
    id: Id<kind::Network>,
    /// Largest frame, in bytes; its interfaces of hosts are unplugged and plugged again.
    #[schemars(range(min = 68))]
    mtu: Option<i64>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Name.
    name_label: Option<String>,
    /// Whether disks may be read over it by NBD.
    nbd: Option<bool>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects("network.set", &[Need::administrate("id", "update").each()]);
    async fn run(self, cx: Cx) -> Result<()> {
        let network = cx.on(&self.id)?;
        let (pool, reference) = (&network.pool, network.reference());
        if let Some(mtu) = self.mtu {
            mtu::change(pool, &reference, mtu).await?;
        }
        if let Some(automatic) = self.automatic {
            let value = automatic.then_some("true");
            entry::set(pool, "network", &reference, "other_config", "automatic", value).await?;
        }
        if let Some(locked) = self.default_is_locked {
            let mode = if locked { "disabled" } else { "unlocked" };
            pool.call("network.set_default_locking_mode", params![&reference, mode]).await?;
        }
        if let Some(text) = self.name_description {
            pool.call("network.set_name_description", params![&reference, text]).await?;
        }
        if let Some(name) = self.name_label {
            pool.call("network.set_name_label", params![&reference, name]).await?;
        }
        if let Some(nbd) = self.nbd {
            pool.call("network.remove_purpose", params![&reference, "insecure_nbd"]).await?;
            let method = if nbd { "network.add_purpose" } else { "network.remove_purpose" };
            pool.call(method, params![&reference, "nbd"]).await?;
        }
        Ok(())
    }
}
