//! Listing the servers.

use app::{
    Cx, Phase,
    db::Server,
    failure,
    model::{Kind, Snapshot},
};
use op::{Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RESOURCE;
use crate::list::readable;

/// A server and how it stands with it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerInfo {
    /// Its id.
    id: String,
    /// Name or address of a host of the pool.
    host: String,
    /// User at the pool.
    username: String,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Whether any certificate will do.
    allow_unauthorized: bool,
    /// Whether it is connected at each start.
    enabled: bool,
    /// Whether calls that change the pool are refused.
    read_only: bool,
    /// HTTP proxy to reach the pool through.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_proxy: Option<String>,
    /// `connected`, `connecting` or `disconnected`.
    status: &'static str,
    /// Why it is not connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    /// Since when what is shown of the pool is not up to date, milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_since: Option<i64>,
    /// Id of the pool, once it has been listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pool_id: Option<String>,
    /// Name of the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pool_name_label: Option<String>,
    /// Addresses of the hosts of the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pool_members_addresses: Option<Vec<String>>,
    /// Id of the host that coordinates the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<String>,
}

/// List the servers, without their passwords.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::privilege("server.getAll", RESOURCE, "read").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        all(&cx).await
    }
}

/// List the servers that the caller may read, without their passwords.
#[derive(Deserialize, JsonSchema)]
pub(super) struct List {}

impl Op<Cx> for List {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::signed_in("server.list").quiet().rest(&[Rest::list("/servers", "servers")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        all(&cx).await
    }
}

/// Tell of a server, without its password.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Get {
    /// The server.
    id: String,
}

impl Op<Cx> for Get {
    type Output = ServerInfo;
    const SPEC: Spec = Spec::signed_in("server.get").quiet().rest(&[Rest::get("/servers/{id}")]);
    async fn run(self, cx: Cx) -> Result<ServerInfo> {
        let server = super::for_action(&cx, &self.id, "read").await?;
        Ok(info(&cx, &cx.app.store().snapshot(), server))
    }
}

async fn all(cx: &Cx) -> Result<Vec<Value>> {
    let servers = cx.app.db().servers().all().await.map_err(failure)?;
    let objects = cx.app.store().snapshot();
    readable(cx, RESOURCE, servers.into_iter().map(|server| info(cx, &objects, server)))
}

/// Returns what is told of a server.
pub(super) fn info(cx: &Cx, objects: &Snapshot, server: Server) -> ServerInfo {
    let status = cx.app.pool_status(&server.id);
    let pool = status.pool.as_deref().and_then(|pool| objects.by_id(pool));
    let addresses = pool.map(|pool| {
        let hosts = objects.of_kind(Kind::Host).filter(|host| host.pool() == pool.pool());
        hosts.filter_map(|host| host.text("address")).collect()
    });
    let error = status.error.or(server.error).filter(|_| status.phase != Phase::Connected);
    ServerInfo {
        host: server.host,
        username: server.username,
        label: server.label,
        allow_unauthorized: server.allow_unauthorized,
        enabled: server.enabled,
        read_only: server.read_only,
        http_proxy: server.http_proxy,
        status: status.phase.as_str(),
        error,
        stale_since: status.stale_since,
        pool_name_label: pool.and_then(|pool| pool.text("name_label")),
        pool_members_addresses: addresses,
        master: pool.and_then(|pool| pool.text("master")),
        pool_id: status.pool.map(|pool| pool.to_string()),
        id: server.id,
    }
}
