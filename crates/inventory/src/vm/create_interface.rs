//! Giving a VM another network interface.

use app::{Cx, model::Kind};
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{device::NewVif, permit::same_pool};
use crate::kind;

/// Connect a VM to a network, at once if it runs, and return the id of its new interface.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateInterface {
    /// VM to connect.
    vm: Id<kind::Vm>,
    /// Network to connect it to.
    network: Id<kind::Network>,
    /// Place among its interfaces; a free one when left out.
    position: Option<Position>,
    /// Address of the interface; one of its own when left out.
    mac: Option<String>,
    /// With addresses here or below, the only ones that it may use.
    allowed_ipv4_addresses: Option<Vec<String>>,
    /// The same, for IPv6.
    allowed_ipv6_addresses: Option<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Position {
    Number(u32),
    Text(String),
}

impl Op<Cx> for CreateInterface {
    type Output = String;
    const SPEC: Spec =
        Spec::objects("vm.createInterface", &[Need::view("network", "read"), Need::administrate("vm", "update")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let (vm, network) = (cx.on(&self.vm)?, cx.object(&self.network)?);
        same_pool(&vm, &network)?;
        let interface = NewVif {
            vm: &vm.reference(),
            network: &network.xapi_ref().to_string(),
            mac: self.mac.as_deref(),
            mtu: None,
            position: self.position.map(|position| match position {
                Position::Number(number) => number.to_string(),
                Position::Text(text) => text,
            }),
            ipv4_allowed: &self.allowed_ipv4_addresses.unwrap_or_default(),
            ipv6_allowed: &self.allowed_ipv6_addresses.unwrap_or_default(),
        };
        let vif = interface.attach(&vm.pool).await?;
        vm.pool.id_of_new(Kind::Vif, &vif).await
    }
}
