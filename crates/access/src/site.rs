//! What anybody may know of this server: that it answers, where its pages are, whether assistants may call.

use app::Cx;
use op::{Error, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the web interface is.
const PAGES: &str = "/";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetGuiRoutes>().add::<GetMcpStatus>().add::<Ping>();
}

/// That the server answers.
#[derive(Serialize, JsonSchema)]
struct Pong {
    /// `pong`.
    result: &'static str,
    /// The time of the server, milliseconds since the epoch.
    timestamp: i64,
}

/// Tell that the server answers, and its time.
#[derive(Deserialize, JsonSchema)]
struct Ping {}

impl Op<Cx> for Ping {
    type Output = Pong;
    const SPEC: Spec = Spec::public("system.ping").quiet().rest(&[Rest::get("/ping")]);
    async fn run(self, _: Cx) -> Result<Pong> {
        Ok(Pong { result: "pong", timestamp: jiff::Timestamp::now().as_millisecond() })
    }
}

/// Where the web interfaces are that clients know by the number of the original's.
#[derive(Serialize, JsonSchema)]
struct GuiRoutes {
    /// Path in place of the older one.
    xo5: &'static str,
    /// Path in place of the newer one.
    xo6: &'static str,
}

/// Tell where the web interface is; there is one in place of both of the original's.
#[derive(Deserialize, JsonSchema)]
struct GetGuiRoutes {}

impl Op<Cx> for GetGuiRoutes {
    type Output = GuiRoutes;
    const SPEC: Spec = Spec::public("system.getGuiRoutes").quiet().rest(&[Rest::get("/gui-routes")]);
    async fn run(self, _: Cx) -> Result<GuiRoutes> {
        Ok(GuiRoutes { xo5: PAGES, xo6: PAGES })
    }
}

/// That assistants may call.
#[derive(Serialize, JsonSchema)]
struct McpStatus {
    /// `true`.
    enabled: bool,
}

/// Tell whether assistants may call by MCP; an error where the configuration forbids it.
#[derive(Deserialize, JsonSchema)]
struct GetMcpStatus {}

impl Op<Cx> for GetMcpStatus {
    type Output = McpStatus;
    const SPEC: Spec = Spec::public("mcp.getStatus").quiet().rest(&[Rest::get("/mcp/status")]);
    async fn run(self, cx: Cx) -> Result<McpStatus> {
        if cx.app.config().mcp.enabled {
            return Ok(McpStatus { enabled: true });
        }
        Err(Error::ServiceUnavailable { service: "mcp".to_owned() })
    }
}
