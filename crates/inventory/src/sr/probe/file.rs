//! Shares of file servers, and ZFS pools of hosts.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use xapi::{Value, params};
use xapi_types::code;

use super::{DeviceConfig, Existing, choices, existing};
use crate::{failure, kind};

/// The error of a host whose plugin has no such function.
const UNKNOWN_FUNCTION: &str = "UNKNOWN_XENAPI_PLUGIN_FUNCTION";

/// List the shares of an NFS server.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(super) struct Nfs {
    /// Host that asks.
    host: Id<kind::Host>,
    /// Version of the protocol, such as `4.1`; the host chooses when left out.
    nfs_version: Option<String>,
    /// Name or address of the server.
    server: String,
}

/// A share.
#[derive(Serialize, JsonSchema)]
pub(super) struct Export {
    /// Path on the server.
    path: String,
    /// Who may use it.
    acl: String,
}

impl Op<Cx> for Nfs {
    type Output = Vec<Export>;
    const SPEC: Spec = Spec::objects("sr.probeNfs", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Export>> {
        let host = cx.on(&self.host)?;
        let config = DeviceConfig::new().with_some("nfsversion", self.nfs_version).with("server", self.server);
        let found = choices(&host, "nfs", &config, "SR_BACKEND_FAILURE_101", "Export").await?;
        let export = |found: super::Element| Export {
            path: found.text("Path").to_owned(),
            acl: found.text("Accesslist").to_owned(),
        };
        Ok(found.into_iter().map(export).collect())
    }
}

/// List the storage repositories that are on an NFS share.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NfsExists {
    /// Host that asks.
    host: Id<kind::Host>,
    /// Version of the protocol, such as `4.1`; the host chooses when left out.
    nfs_version: Option<String>,
    /// Name or address of the server.
    server: String,
    /// Path of the share on it.
    server_path: String,
}

impl Op<Cx> for NfsExists {
    type Output = Vec<Existing>;
    const SPEC: Spec = Spec::objects("sr.probeNfsExists", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Existing>> {
        let config = DeviceConfig::new()
            .with_some("nfsversion", self.nfs_version)
            .with("server", self.server)
            .with("serverpath", self.server_path);
        existing(&cx.on(&self.host)?, "nfs", &config).await
    }
}

/// List the ZFS pools of a host by name, each with its properties; none where the host knows no ZFS.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Zfs {
    /// Host that is asked.
    host: Id<kind::Host>,
}

impl Op<Cx> for Zfs {
    type Output = Map<String, Json>;
    const SPEC: Spec = Spec::objects("sr.probeZfs", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Map<String, Json>> {
        let host = cx.on(&self.host)?;
        let params = params![host.reference(), "zfs.py", "list_zfs_pools", Value::structure::<&str>([])];
        let unknown = [code::XENAPI_MISSING_PLUGIN, UNKNOWN_FUNCTION];
        match host.pool.call_as::<String>("host.call_plugin", params).await {
            Ok(pools) => serde_json::from_str(&pools)
                .map_err(|error| Error::failed(format!("the host answers no list of ZFS pools: {error}"))),
            Err(error) if failure::code(&error).is_some_and(|code| unknown.contains(&code)) => Ok(Map::new()),
            Err(error) => Err(error),
        }
    }
}
