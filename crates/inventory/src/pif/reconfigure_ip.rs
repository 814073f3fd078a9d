//! Addresses of network interfaces of hosts.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::Pif;
use crate::kind;

/// How an interface gets its IPv4 address.
const IPV4_MODES: &[&str] = &["None", "DHCP", "Static"];

/// How an interface gets its IPv6 addresses.
const IPV6_MODES: &[&str] = &["None", "DHCP", "Static", "Autoconf"];

/// List what `mode` of `pif.reconfigureIp` may be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetIpv4ConfigurationModes {}

impl Op<Cx> for GetIpv4ConfigurationModes {
    type Output = &'static [&'static str];
    const SPEC: Spec = Spec::signed_in("pif.getIpv4ConfigurationModes");
    async fn run(self, _: Cx) -> Result<&'static [&'static str]> {
        Ok(IPV4_MODES)
    }
}

/// List what `ipv6Mode` of `pif.reconfigureIp` may be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetIpv6ConfigurationModes {}

impl Op<Cx> for GetIpv6ConfigurationModes {
    type Output = &'static [&'static str];
    const SPEC: Spec = Spec::signed_in("pif.getIpv6ConfigurationModes");
    async fn run(self, _: Cx) -> Result<&'static [&'static str]> {
        Ok(IPV6_MODES)
    }
}

/// Change the addresses of a network interface of a host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ReconfigureIp {
    /// Interface to change.
    id: Option<Id<kind::Pif>>,
    /// How it gets its IPv4 address: `None`, `DHCP`, `Static`; as it is when left out.
    mode: Option<String>,
    /// IPv4 address, for `Static`.
    #[schemars(length(min = 0))]
    ip: Option<String>,
    /// IPv4 netmask, for `Static`.
    #[schemars(length(min = 0))]
    netmask: Option<String>,
    /// Gateway.
    #[schemars(length(min = 0))]
    gateway: Option<String>,
    /// Name servers, by commas.
    #[schemars(length(min = 0))]
    dns: Option<String>,
    /// IPv6 address with the length of its prefix, for `Static`.
    #[schemars(length(min = 0))]
    #[serde(default)]
    ipv6: String,
    /// How it gets its IPv6 addresses; as it is when left out.
    #[serde(rename = "ipv6Mode")]
    ipv6_mode: Option<Ipv6Mode>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
enum Ipv6Mode {
    None,
    #[serde(rename = "DHCP")]
    Dhcp,
    Static,
    Autoconf,
}

impl Ipv6Mode {
    fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Dhcp => "DHCP",
            Self::Static => "Static",
            Self::Autoconf => "Autoconf",
        }
    }
}

impl Op<Cx> for ReconfigureIp {
    type Output = ();
    const SPEC: Spec = Spec::objects("pif.reconfigureIp", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let id = self.id.ok_or_else(|| Error::invalid("`id` is needed"))?;
        let on = cx.on(&id)?;
        let (pool, reference) = (&on.pool, on.reference());
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        let (gateway, dns) = (text(&self.gateway), text(&self.dns));
        if let Some(mode) = &self.mode {
            if !IPV4_MODES.contains(&mode.as_str()) {
                return Err(Error::invalid(format!("`mode` must be one of {}, not `{mode}`", IPV4_MODES.join(", "))));
            }
            let (ip, netmask) = (text(&self.ip), text(&self.netmask));
            if mode == "Static" && (ip.is_empty() || netmask.is_empty()) {
                return Err(Error::invalid("`Static` needs `ip` and `netmask`"));
            }
            let management = Pif::read(pool, reference.clone()).await?.record.management;
            let params = params![&reference, mode, ip, netmask, &gateway, &dns];
            pool.call("PIF.reconfigure_ip", params).await?;
            if management {
                // The agent goes on to listen where the host was.
                pool.call("host.management_reconfigure", params![&reference]).await?;
            }
        }
        if let Some(mode) = self.ipv6_mode {
            let params = params![&reference, mode.name(), self.ipv6, gateway, dns];
            pool.call("PIF.reconfigure_ipv6", params).await?;
        }
        Ok(())
    }
}
