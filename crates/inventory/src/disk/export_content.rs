//! A disk as a file.

use std::{io, time::Duration};

use app::{Content, Cx, Length, Offered, On};
use bytes::Bytes;
use disk::Encoded;
use futures_util::{
    StreamExt, TryFutureExt,
    stream::{self, BoxStream},
};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};
use xapi_types::{class, enums::VbdMode};

use super::{content, image::Format};
use crate::{
    file,
    incoming::refused,
    kind,
    transit::{Temporary, What},
};

/// How long a host may take before it sends anything: it attaches the disk.
const BEGIN: Duration = Duration::from_mins(30);

/// Offer the content of a disk as a file to download.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExportContent {
    /// Disk, or snapshot of one.
    id: Id<kind::AnyVdi>,
    /// Form of the file; `vhd` when left out.
    format: Option<Format>,
    /// Whether the disk is read by NBD, if a network of the pool has that for its purpose and it works; over HTTP
    /// otherwise, and the task tells so. What the file holds is the same. No when left out.
    prefer_nbd: Option<bool>,
    /// Connections by NBD, 8 at most; 2 when left out.
    #[schemars(range(min = 1))]
    nbd_concurrency: Option<u32>,
}

impl Op<Cx> for ExportContent {
    type Output = Offered;
    const SPEC: Spec = Spec::objects("disk.exportContent", &[Need::view("id", "export-content")])
        .read()
        .kept()
        .rest(&[Rest::get("/vdis/{id}.{format}"), Rest::get("/vdi-snapshots/{id}.{format}")]);
    async fn run(self, cx: Cx) -> Result<Offered> {
        let (id, format) = (self.id.to_string(), self.format.unwrap_or(Format::Vhd));
        let disk = cx.object(&id)?;
        let name = file::named(&disk.text("name_label").unwrap_or_default(), format.name());
        let kind = match format {
            Format::Vhd => "application/vhd",
            Format::Qcow2 => "application/x-qemu-disk",
            Format::Raw | Format::Iso | Format::Vmdk => "application/octet-stream",
        };
        let reading = Reading {
            id,
            format,
            name: name.clone(),
            by_nbd: self.prefer_nbd.unwrap_or(false),
            connections: self.nbd_concurrency,
        };
        Ok(cx.offer_later(kind, name, move |cx| {
            let length = Length::default();
            let told = length.clone();
            let ask = async move { reading.begin(&cx, &told).await };
            let body = Content::stream(ask.map_err(io::Error::other).try_flatten_stream());
            body.begins_within(BEGIN).of_length(length)
        }))
    }
}

/// What is to be read, and how.
struct Reading {
    id: String,
    format: Format,
    /// Name of the file.
    name: String,
    by_nbd: bool,
    connections: Option<u32>,
}

impl Reading {
    /// Begins to read the disk; of one that a VM writes to, a snapshot that is there for this alone.
    async fn begin(&self, cx: &Cx, length: &Length) -> Result<BoxStream<'static, io::Result<Bytes>>> {
        let disk = cx.on(&self.id)?;
        let frozen = frozen(cx, &disk).await?;
        let reference = frozen.as_ref().map_or_else(|| disk.reference(), |frozen| frozen.reference().to_owned());
        let begun = async {
            let image = content::encode(self.content(&disk, &reference).await?, self.format, &self.name)?;
            if let Some(known) = image.length() {
                length.tell(known);
            }
            Ok(image)
        };
        match begun.await {
            Ok(image) => Ok(held(image, frozen)),
            Err(error) => {
                let_go(frozen).await;
                Err(error)
            }
        }
    }

    async fn content(&self, disk: &On, reference: &str) -> Result<disk::Content> {
        if !self.by_nbd {
            return content::read(&disk.pool, reference).await;
        }
        let name = disk.object.text("name_label").unwrap_or_default();
        content::read_by_nbd(&disk.pool, reference, &name, self.connections).await
    }
}

/// Makes a snapshot of a disk that a VM has attached and may write to.
async fn frozen(cx: &Cx, disk: &On) -> Result<Option<Temporary>> {
    let vbds: Vec<String> = disk.pool.call_as("VDI.get_VBDs", params![disk.reference()]).await?;
    for vbd in vbds {
        let vbd: class::Vbd = disk.pool.call_as("VBD.get_record", params![vbd]).await?;
        if vbd.currently_attached && vbd.mode == VbdMode::Rw {
            let made =
                disk.pool.call_async("VDI.snapshot", params![disk.reference(), Value::structure::<&str>([])]).await?;
            let made = made.as_str().ok_or_else(|| Error::failed("the pool did not say which snapshot it made"))?;
            let snapshot = Temporary::new(&cx.app, &disk.pool, What::Vdi, made);
            snapshot.mark().await?;
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

async fn let_go(frozen: Option<Temporary>) {
    if let Some(frozen) = frozen {
        frozen.remove().await;
    }
}

/// Returns the bytes of an image; what it is read from is let go before the end is told.
fn held(image: Encoded, frozen: Option<Temporary>) -> BoxStream<'static, io::Result<Bytes>> {
    let held = stream::unfold(Some((image, frozen)), |state| async move {
        let (mut image, frozen) = state?;
        match image.next().await {
            Some(Ok(piece)) => Some((Ok(piece), Some((image, frozen)))),
            None => {
                drop(image);
                let_go(frozen).await;
                None
            }
            Some(Err(error)) => {
                drop(image);
                let_go(frozen).await;
                Some((Err(io::Error::other(refused(&error))), None))
            }
        }
    });
    held.boxed()
}
