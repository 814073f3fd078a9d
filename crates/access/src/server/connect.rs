//! Connecting and disconnecting a server.

use app::{Cx, Phase};
use op::{Error, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Connect a server, now and at each start; fails with why it cannot be connected.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Enable {
    /// Server to connect.
    id: String,
}

impl Op<Cx> for Enable {
    type Output = ();
    const SPEC: Spec = Spec::privilege("server.enable", super::RESOURCE, "connect")
        .rest(&[Rest::action("/servers/{id}/actions/connect")]);
    async fn run(self, cx: Cx) -> Result<()> {
        super::for_action(&cx, &self.id, "connect").await?;
        let server = super::update(&cx, &self.id, |server| server.enabled = true).await?;
        cx.app.connect(&server).await
    }
}

/// Disconnect a server and do not connect it again; its objects leave.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Disable {
    /// Server to disconnect.
    id: String,
}

impl Op<Cx> for Disable {
    type Output = ();
    const SPEC: Spec = Spec::privilege("server.disable", super::RESOURCE, "disconnect")
        .rest(&[Rest::action("/servers/{id}/actions/disconnect")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let server = super::for_action(&cx, &self.id, "disconnect").await?;
        let phase = cx.app.pool_status(&self.id).phase;
        if !server.enabled && phase == Phase::Disconnected {
            let expected = [Phase::Connected.as_str(), Phase::Connecting.as_str()];
            return Err(Error::incorrect_state(self.id, "status", phase.as_str(), &expected[..]));
        }
        super::update(&cx, &self.id, |server| server.enabled = false).await?;
        cx.app.disconnect(&self.id).await;
        Ok(())
    }
}
