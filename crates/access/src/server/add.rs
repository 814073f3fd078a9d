//! Adding a server.

use app::{Cx, db::NewServer, failure};
use op::{Op, Rest, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

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
    /// Whether calls that change the pool are refused; no when left out.
    read_only: Option<bool>,
}

impl Op<Cx> for Add {
    type Output = String;
    const SPEC: Spec = Spec::privilege("server.add", super::RESOURCE, "create")
        .rest(&[Rest::create("/servers", "servers").giving(&[("autoConnect", "false")])]);
    async fn run(self, cx: Cx) -> Result<String> {
        let described = json!({ "host": self.host, "label": self.label, "username": self.username });
        cx.demand(super::RESOURCE, "create", None, &described)?;
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
        if self.read_only == Some(true) {
            super::update(&cx, &server.id, |server| server.read_only = true).await?;
            cx.app.set_read_only(&server.id, true);
        }
        if self.auto_connect.unwrap_or(true) {
            cx.app.begin_connect(&server).await?;
        }
        Ok(server.id)
    }
}
