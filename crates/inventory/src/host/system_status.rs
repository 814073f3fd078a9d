//! The archive of logs and settings that a host makes of itself for those who look for a fault.

use std::{io, time::Duration};

use app::{Connection, Content, Cx, Download, Offered, On};
use bytes::Bytes;
use futures_util::{Stream, TryFutureExt, TryStreamExt};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind;

/// Most that a host and the client together may take for an archive: some hundred megabytes over a slow line.
const LONGEST: Duration = Duration::from_hours(1);

/// Offer the logs and settings of a host as a file to download: a tar compressed with bzip2.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetSystemStatus {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetSystemStatus {
    type Output = Offered;
    const SPEC: Spec = Spec::objects("host.getSystemStatus", &[Need::administrate("id", "export:logs")]).read();
    async fn run(self, cx: Cx) -> Result<Offered> {
        let report = Report::of(&cx.on(&self.id)?)?;
        report.expect_up()?;
        let file_name = Some(format!("{}-system-status.tar.bz2", file_name(&report.name)));
        let body = Content::stream(report.read().map_err(io::Error::other)).within(LONGEST);
        Ok(cx.offer(Download { content_type: "application/x-bzip2", file_name, body }))
    }
}

/// What a host tells of itself once it is asked.
pub(crate) struct Report {
    /// Name of the host, as people see it.
    pub(crate) name: String,
    /// Id of the host.
    pub(crate) id: String,
    pub(super) address: String,
    is_up: bool,
    pub(super) pool: Connection,
}

impl Report {
    pub(crate) fn of(host: &On) -> Result<Self> {
        #[derive(Deserialize)]
        struct Shown {
            address: String,
            name_label: String,
            power_state: String,
        }
        let id = host.object.id().to_owned();
        let shown = host.object.decode();
        let shown: Shown = shown.map_err(|error| Error::failed(format!("host `{id}` cannot be read: {error}")))?;
        let is_up = shown.power_state == "Running";
        Ok(Self { name: shown.name_label, id, address: shown.address, is_up, pool: host.pool.clone() })
    }

    /// Refuses a host that is down.
    pub(crate) fn expect_up(&self) -> Result<()> {
        if self.is_up { Ok(()) } else { Err(Error::HostOffline { object: self.id.clone() }) }
    }

    /// Asks the host, and returns the pieces of its archive as they arrive; it ends with the first error.
    pub(crate) fn read(self) -> impl Stream<Item = Result<Bytes>> + Send {
        let ask = async move {
            let Self { id, address, pool, .. } = self;
            let status = pool.system_status(&address).await.map_err(|error| error.of_host(&id))?;
            let told =
                move |error: xapi::Error| Error::failed(format!("the status of host `{id}` breaks off: {error}"));
            Ok(status.map_err(told))
        };
        ask.inspect_err(|error: &Error| tracing::warn!("a host does not tell its status: {error}")).try_flatten_stream()
    }
}

/// Returns a name without what separates folders.
pub(crate) fn file_name(name: &str) -> String {
    name.chars().map(|char| if matches!(char, '/' | '\\') || char.is_control() { '_' } else { char }).collect()
}
