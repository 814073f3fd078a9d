//! Adding a server.

use app::{Cx, db::NewServer, failure};
use op::{Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Add a server and return its id; the connection is made afterwards.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Add {
    /// Text for people.
    label: Option<String>,
    /// Name or address of any host of the pool, with a port where it is not the usual one.
    host: String,
    /// User at the pool, most often `root`.
    username: String,
    /// Its password.
    password: Secret,
    /// Whether to connect at once; yes when left out.
    auto_connect: Option<bool>,
    /// Whether any certificate will do; no when left out.
    allow_unauthorized: Option<bool>,
    /// HTTP proxy to reach the pool through.
    http_proxy: Option<String>,
}

impl Op<Cx> for Add {
    type Output = String;
    const SPEC: Spec = Spec::admin("server.add");
    async fn run(self, cx: Cx) -> Result<String> {
        cx.app.check_server(&self.host, self.http_proxy.as_deref())?;
        let new = NewServer {
            host: self.host,
            username: self.username,
            password: self.password.expose().into(),
            label: self.label,
            allow_unauthorized: self.allow_unauthorized.unwrap_or(false),
            enabled: true,
            http_proxy: self.http_proxy,
        };
        let server = cx.app.db().servers().add(new).await.map_err(failure)?;
        if self.auto_connect.unwrap_or(true) {
            cx.app.begin_connect(&server).await?;
        }
        Ok(server.id)
    }
}
