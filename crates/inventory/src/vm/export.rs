//! A VM as a file.

use std::{io, time::Duration};

use app::{Content, Cx, Offered, Pieces, VmContent};
use bytes::Bytes;
use futures_util::{
    TryFutureExt, TryStreamExt,
    stream::{self, BoxStream, StreamExt},
};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{compression::Compress, frozen::Frozen, ova_out};
use crate::{file, kind};

/// How long it may take before anything is sent: it waits for its turn, the host makes a snapshot, and attaches the disks.
const BEGIN: Duration = Duration::from_mins(30);

/// What hosts call an export of ours.
const LABEL: &str = "[XO] VM export";

/// Offer a VM with its disks as a file to download; of one that runs, as it is at that moment.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Export {
    /// VM, snapshot or template.
    vm: Id<kind::AnyVm>,
    /// Whether and how an XVA is compressed: `gzip` (also `true`) or `zstd`; not at all when left out.
    compress: Option<Compress>,
    /// `xva`, which hosts read, when left out; `ova` for other programs.
    format: Option<Format>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Xva,
    Ova,
}

impl Op<Cx> for Export {
    type Output = Offered;
    const SPEC: Spec = Spec::objects("vm.export", &[Need::administrate("vm", "export")]).read().kept().rest(&[
        Rest::get("/vms/{id}.{format}").named(&[("id", "vm")]),
        Rest::get("/vm-snapshots/{id}.{format}").named(&[("id", "vm")]),
        Rest::get("/vm-templates/{id}.{format}").named(&[("id", "vm")]),
    ]);
    async fn run(self, cx: Cx) -> Result<Offered> {
        let compression = Compress::of(self.compress.as_ref())?;
        let vm = cx.object(&self.vm)?;
        let name = vm.text("name_label").unwrap_or_default();
        let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
        let id = self.vm.to_string();
        match self.format.unwrap_or_default() {
            Format::Xva => {
                let name = file::named(&format!("{now} - {name}"), "xva");
                Ok(cx.offer_later("application/octet-stream", name, move |cx| {
                    let ask = async move { xva(&cx, &id, compression).await };
                    Content::stream(ask.map_err(io::Error::other).try_flatten_stream()).begins_within(BEGIN)
                }))
            }
            Format::Ova => {
                if compression != app::Compression::None {
                    return Err(Error::invalid(
                        "`compress` is for an XVA; the disks in an OVA are compressed as they are",
                    ));
                }
                let name = file::named(&format!("{now} - {name}"), "ova");
                Ok(cx.offer_later("application/octet-stream", name, move |cx| {
                    ova_out::content(cx, id).begins_within(BEGIN)
                }))
            }
        }
    }
}

/// Begins to read a VM.
async fn xva(cx: &Cx, id: &str, compression: app::Compression) -> Result<BoxStream<'static, io::Result<Bytes>>> {
    let vm = cx.on(id)?;
    let record = super::record(&vm).await?;
    let frozen = Frozen::of(cx, &vm, &record, "Export").await?;
    let label = (LABEL, record.name_label.as_str());
    let pieces = vm.pool.export_vm(VmContent { vm: &frozen.reference, compression, label }).await;
    match pieces {
        Ok(pieces) => Ok(held(pieces, frozen)),
        Err(error) => {
            frozen.let_go().await;
            Err(error)
        }
    }
}

/// Returns the pieces of what is read; it is let go before the end is told.
pub(super) fn held(pieces: Pieces, frozen: Frozen) -> BoxStream<'static, io::Result<Bytes>> {
    let state = Some((pieces, frozen));
    let held = stream::unfold(state, |state| async move {
        let (mut pieces, frozen) = state?;
        match pieces.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some((pieces, frozen)))),
            Ok(None) => {
                frozen.let_go().await;
                None
            }
            Err(error) => {
                drop(pieces);
                frozen.let_go().await;
                Some((Err(error), None))
            }
        }
    });
    held.map_err(io::Error::other).boxed()
}
