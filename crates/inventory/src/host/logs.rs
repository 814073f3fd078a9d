//! The logs of a host, and its record of who was allowed what.

use std::io;

use app::{Content, Cx, Download, HostFileKind, Offered};
use futures_util::{TryFutureExt, TryStreamExt};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system_status::{Report, file_name};
use crate::kind;

/// Offer the record of who was allowed what on a host as a file to download: lines of text, oldest first.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetAuditLog {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetAuditLog {
    type Output = Offered;
    const SPEC: Spec = Spec::objects("host.getAuditLog", &[Need::administrate("id", "export:logs")])
        .read()
        .rest(&[Rest::get("/hosts/{id}/audit.txt")]);
    async fn run(self, cx: Cx) -> Result<Offered> {
        let name = |host: &str| format!("{host}-audit.txt");
        offer(&cx, &self.id, HostFileKind::Audit, "text/plain; charset=utf-8", name)
    }
}

/// Offer the logs of a host as a file to download: a tar compressed with gzip.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetLogs {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetLogs {
    type Output = Offered;
    const SPEC: Spec = Spec::objects("host.getLogs", &[Need::administrate("id", "export:logs")])
        .read()
        .rest(&[Rest::get("/hosts/{id}/logs.tgz")]);
    async fn run(self, cx: Cx) -> Result<Offered> {
        offer(&cx, &self.id, HostFileKind::Logs, "application/gzip", |host| format!("{host}-logs.tgz"))
    }
}

/// Offers a file, which the host is asked for when it is fetched.
fn offer(
    cx: &Cx,
    host: &str,
    kind: HostFileKind,
    content_type: &'static str,
    name: impl Fn(&str) -> String,
) -> Result<Offered> {
    let report = Report::of(&cx.on(host)?)?;
    report.expect_up()?;
    let file_name = Some(name(&file_name(&report.name)));
    let Report { id, address, pool, .. } = report;
    let ask = async move {
        let file = pool.host_file(&address, kind).await.map_err(|error| error.of_host(&id))?;
        let told = move |error| Error::failed(format!("the file of host `{id}` breaks off: {error}"));
        Ok(file.pieces().map_err(told))
    };
    let log = |error: &Error| tracing::warn!("a host does not send a file: {error}");
    let body = Content::stream(ask.inspect_err(log).try_flatten_stream().map_err(io::Error::other));
    Ok(cx.offer(Download { content_type, file_name, body }))
}
