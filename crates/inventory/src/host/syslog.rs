//! Where the logs of hosts go.

use std::collections::BTreeMap;

use app::Cx;
use op::{Id, Need, Op, Patch, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};

use crate::kind;

/// Entry of `host.logging` with the receiver.
const DESTINATION: &str = "syslog_destination";

/// Send the logs of a host to another machine, or to none.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetRemoteSyslogHost {
    /// Host.
    id: Id<kind::Host>,
    /// Name or address of the receiver; `null` for none.
    #[serde(default)]
    syslog_destination: Patch<String>,
}

impl Op<Cx> for SetRemoteSyslogHost {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.setRemoteSyslogHost", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let logging: BTreeMap<String, String> =
            host.pool.call_as("host.get_logging", params![host.reference()]).await?;
        let mut wanted = logging.clone();
        match self.syslog_destination.into_change() {
            None => return Ok(()),
            Some(None) => wanted.remove(DESTINATION),
            Some(Some(to)) => wanted.insert(DESTINATION.to_owned(), to),
        };
        let set = async |logging: &BTreeMap<String, String>| {
            let logging = Value::structure(logging.iter().map(|(key, value)| (key, value.into())));
            host.pool.call("host.set_logging", params![host.reference(), logging]).await
        };
        set(&wanted).await?;
        let told = host.pool.call("host.syslog_reconfigure", params![host.reference()]).await;
        if told.is_err()
            && let Err(error) = set(&logging).await
        {
            warn!(host.id = host.object.id(), "cannot set the receiver of the logs back: {error}");
        }
        told.map(drop)
    }
}
