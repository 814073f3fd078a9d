//! Connecting a VM to a network, with every property.

use std::collections::BTreeMap;

use app::{Cx, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};
use xapi_types::enums::VmPowerState;

use super::{
    connect,
    locking::MODES,
    set::{check_addresses, is_mac},
};
use crate::{disk::same_pool, kind, vdi::texts};

/// Connect a VM to a network, at once if it runs, and return the id of its new interface.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// VM to connect.
    #[serde(rename = "vmId")]
    vm: Id<kind::VmOrTemplate>,
    /// Network to connect it to.
    #[serde(rename = "networkId")]
    network: Id<kind::Network>,
    /// Place among its interfaces, such as `0`; a free one when left out.
    device: Option<String>,
    /// Address, as `00:16:3e:…`; one of its own when left out.
    #[serde(rename = "MAC")]
    mac: Option<String>,
    /// Largest frame, in bytes; that of the network when left out.
    #[serde(rename = "MTU")]
    #[schemars(range(min = 68))]
    mtu: Option<i64>,
    /// Whether to plug it into the VM if that runs; yes when left out.
    currently_attached: Option<bool>,
    /// IPv4 addresses that it may use when locked.
    #[serde(default)]
    ipv4_allowed: Vec<String>,
    /// IPv6 addresses that it may use when locked.
    #[serde(default)]
    ipv6_allowed: Vec<String>,
    /// What traffic may pass: `network_default`, `locked`, `unlocked`, `disabled`; `locked` with addresses, else the
    /// first, when left out.
    locking_mode: Option<String>,
    /// What anybody keeps of it.
    #[serde(default)]
    other_config: BTreeMap<String, String>,
    /// How the quality of service is set, such as `ratelimit`; not at all when left out.
    #[serde(default)]
    #[schemars(length(min = 0))]
    qos_algorithm_type: String,
    /// Parameters of that, such as `kbps`.
    #[serde(default)]
    qos_algorithm_params: BTreeMap<String, String>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec =
        Spec::objects("vif.create", &[Need::view("networkId", "read"), Need::administrate("vmId", "update")])
            .secret(&["other_config", "qos_algorithm_params"])
            .rest(&[Rest::create("/vifs", "vifs")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let (vm, network) = (cx.on(&self.vm)?, cx.object(&self.network)?);
        same_pool(&vm.object, &network)?;
        self.check()?;
        let pool = &vm.pool;
        let network = network.xapi_ref().to_string();
        let place = if let Some(place) = self.device {
            place
        } else {
            let free: Vec<String> = pool.call_as("VM.get_allowed_VIF_devices", params![vm.reference()]).await?;
            let first = free.into_iter().next();
            first.ok_or_else(|| Error::refused("the VM has no place left for another network interface"))?
        };
        let mtu = match self.mtu {
            Some(mtu) => mtu,
            None => pool.call_as("network.get_MTU", params![&network]).await?,
        };
        let limited = !self.ipv4_allowed.is_empty() || !self.ipv6_allowed.is_empty();
        let usual = if limited { "locked" } else { "network_default" };
        let record = Value::structure([
            ("VM", Value::from(vm.reference())),
            ("network", network.into()),
            ("device", place.into()),
            ("MAC", self.mac.unwrap_or_default().into()),
            ("MTU", mtu.into()),
            ("locking_mode", self.locking_mode.as_deref().unwrap_or(usual).into()),
            ("ipv4_allowed", self.ipv4_allowed.into()),
            ("ipv6_allowed", self.ipv6_allowed.into()),
            ("other_config", texts(&self.other_config)),
            ("qos_algorithm_type", self.qos_algorithm_type.into()),
            ("qos_algorithm_params", texts(&self.qos_algorithm_params)),
        ]);
        let vif: String = pool.call_as("VIF.create", params![record]).await?;
        let state: VmPowerState = pool.call_as("VM.get_power_state", params![vm.reference()]).await?;
        if state == VmPowerState::Running
            && self.currently_attached != Some(false)
            && let Err(error) = connect::plug(pool, &vif).await
        {
            if let Err(left) = pool.call_async("VIF.destroy", params![&vif]).await {
                warn!("cannot delete an interface again that could not be plugged in: {left}");
            }
            return Err(error);
        }
        pool.id_of_new(Kind::Vif, &vif).await
    }
}

impl Create {
    fn check(&self) -> Result<()> {
        if let Some(mode) = self.locking_mode.as_deref().filter(|mode| !MODES.contains(mode)) {
            return Err(Error::invalid(format!("`locking_mode` must be one of {}, not `{mode}`", MODES.join(", "))));
        }
        if let Some(mac) = self.mac.as_deref().filter(|mac| !mac.is_empty() && !is_mac(mac)) {
            return Err(Error::invalid(format!("`{mac}` is no MAC address of one interface")));
        }
        check_addresses::<std::net::Ipv4Addr>(Some(&self.ipv4_allowed))?;
        check_addresses::<std::net::Ipv6Addr>(Some(&self.ipv6_allowed))
    }
}
