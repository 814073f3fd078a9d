//! The archives of logs and settings of all hosts of a pool, in one tar.
//!
//! A tar tells the length of a file before the file, and no host tells how long its archive will be. So each goes through
//! a file without a name in the folder for temporary files, one at a time; which also shows in time whether it is whole.

use std::{io, time::Duration};

use app::{Content, Cx, Download, Offered, model::Kind};
use bytes::Bytes;
use futures_util::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
    time::timeout,
};
use tokio_util::io::ReaderStream;

use crate::{
    host::{Report, file_name},
    kind, tar,
};

/// Largest archive of a host, in bytes: these are some hundred megabytes.
const LARGEST: u64 = 4 << 30;

/// Most that a host may take for its archive: it goes into a file here, no client holds it up.
const LONGEST: Duration = Duration::from_mins(30);

/// Offer the logs and settings of all hosts of a pool as a file to download: a tar of what each host makes; for a host
/// that makes none there is a text that says why.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetSystemStatuses {
    /// Pool.
    id: Id<kind::Pool>,
}

impl Op<Cx> for GetSystemStatuses {
    type Output = Offered;
    const SPEC: Spec = Spec::objects("pool.getSystemStatuses", &[Need::administrate("id", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Offered> {
        let pool = cx.object(&self.id)?;
        let objects = cx.app.store().snapshot();
        let hosts = objects.of_pool(pool.pool().as_str()).filter(|object| object.kind() == Kind::Host);
        let reports: Vec<Report> = hosts.map(|host| Report::of(&cx.on(host.id())?)).collect::<Result<_>>()?;
        let name = file_name(&pool.text("name_label").unwrap_or_default());
        // The first file of the tar begins when it is whole here.
        let body = Content::stream(archive(reports)).begins_within(LONGEST + Duration::from_mins(1));
        let file_name = Some(format!("{name}-system-statuses.tar"));
        Ok(cx.offer(Download { content_type: "application/x-tar", file_name, body }))
    }
}

/// Returns a tar of what all hosts tell, one after the other.
fn archive(reports: Vec<Report>) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let entries = stream::iter(reports).then(entry).try_flatten();
    entries.chain(stream::iter([Ok(Bytes::from_static(tar::END))]))
}

/// Returns the part of the tar for one host: its archive, or why there is none.
async fn entry(report: Report) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
    let base = base(&report);
    let mut file = File::from_std(tempfile::tempfile()?);
    let filled = timeout(LONGEST, fill(&mut file, report)).await;
    let filled = filled.unwrap_or_else(|_| Ok(Err(format!("it was not whole after {} s", LONGEST.as_secs()))));
    let (name, length) = match filled? {
        Ok(length) => (format!("{base}-system-status.tar.bz2"), length),
        Err(reason) => {
            let text = format!("{reason}\n");
            file.set_len(0).await?;
            file.rewind().await?;
            file.write_all(text.as_bytes()).await?;
            (format!("{base}-system-status.txt"), text.len() as u64)
        }
    };
    file.flush().await?;
    file.rewind().await?;
    let head = Bytes::copy_from_slice(&tar::header(&name, length, jiff::Timestamp::now().as_second()));
    let end = Bytes::from_static(tar::filling(length));
    let content = ReaderStream::with_capacity(file.take(length), 64 << 10);
    Ok(stream::iter([Ok(head)]).chain(content).chain(stream::iter([Ok(end)])).boxed())
}

/// Writes what the host tells into `file` and returns its length, or why the host tells nothing or not all.
async fn fill(file: &mut File, report: Report) -> io::Result<std::result::Result<u64, String>> {
    if let Err(error) = report.expect_up() {
        return Ok(Err(error.to_string()));
    }
    let mut length = 0;
    let mut pieces = std::pin::pin!(report.read());
    while let Some(piece) = pieces.next().await {
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => return Ok(Err(error.to_string())),
        };
        length += piece.len() as u64;
        if length > LARGEST {
            return Ok(Err(format!("it is longer than {LARGEST} bytes")));
        }
        file.write_all(&piece).await?;
    }
    Ok(Ok(length))
}

/// Returns what the name of a host's file begins with: readable, and no other host's, whatever the host calls itself.
fn base(report: &Report) -> String {
    let is_plain = |char: &char| char.is_ascii_alphanumeric() || "-_.".contains(*char);
    let plain = |text: &str, length| text.chars().filter(is_plain).take(length).collect::<String>();
    format!("{}-{}", plain(&report.name, 30), plain(&report.id, 36))
}

const _: () = assert!(30 + 1 + 36 + "-system-status.tar.bz2".len() <= tar::LONGEST_NAME && LARGEST <= tar::LARGEST);
