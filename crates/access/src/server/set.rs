//! Changing a server.

use app::{Cx, db::Server, failure};
use op::{Error, Op, Patch, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Change a server; where that matters to the connection, it is made anew.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Set {
    /// Server to change.
    id: String,
    /// Text for people; `null` removes it.
    #[serde(default)]
    label: Patch<String>,
    /// Name or address of any host of the pool.
    host: Option<String>,
    /// User at the pool.
    username: Option<String>,
    /// Its password.
    password: Option<Secret>,
    /// Whether any certificate will do.
    allow_unauthorized: Option<bool>,
    /// Whether calls that change the pool are refused.
    read_only: Option<bool>,
    /// HTTP proxy to reach the pool through; `null` removes it.
    #[serde(default)]
    http_proxy: Patch<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::admin("server.set");
    async fn run(self, cx: Cx) -> Result<()> {
        let Self { id, label, host, username, password, allow_unauthorized, read_only, http_proxy } = self;
        let before = super::get(&cx, &id).await?;
        let (label, http_proxy) = (label.into_change(), http_proxy.into_change());
        let proxy = http_proxy.clone().unwrap_or_else(|| before.http_proxy.clone());
        cx.app.check_server(host.as_deref().unwrap_or(&before.host), proxy.as_deref())?;
        let password = password.map(|password| password.expose().into());
        let change = |server: &mut Server| {
            server.label = label.unwrap_or_else(|| server.label.clone());
            server.host = host.unwrap_or_else(|| server.host.clone());
            server.username = username.unwrap_or_else(|| server.username.clone());
            server.allow_unauthorized = allow_unauthorized.unwrap_or(server.allow_unauthorized);
            server.read_only = read_only.unwrap_or(server.read_only);
            server.http_proxy = http_proxy.unwrap_or_else(|| server.http_proxy.clone());
        };
        let changed = cx.app.db().servers().update(&id, password.as_ref(), change).await.map_err(failure)?;
        let after = changed.ok_or_else(|| Error::no_such(super::KIND, &id))?;
        cx.app.set_read_only(&id, after.read_only);
        if (password.is_some() || way(&before) != way(&after)) && cx.app.disconnect(&id).await {
            cx.app.begin_connect(&after).await?;
        }
        Ok(())
    }
}

/// What a connection depends on, besides the password.
fn way(server: &Server) -> (&str, &str, bool, Option<&str>) {
    (&server.host, &server.username, server.allow_unauthorized, server.http_proxy.as_deref())
}
