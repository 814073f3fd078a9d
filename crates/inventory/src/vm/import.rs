//! A VM out of a file.

use std::io;

use app::{
    Content, Cx, NewVm, On, Received, SendTo,
    model::{Kind, Object},
};
use archive::sniff::Format;
use bytes::{Bytes, BytesMut};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use op::{Error, Id, Level, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};
use xapi_types::class;

use super::{
    ova_in::{self, Data},
    permit,
};
use crate::{
    incoming::{Blame, SendToOrId},
    kind,
};

/// What hosts call an import of ours.
const LABEL: &str = "[XO] VM import";

/// Bytes from which it is told what was sent, compressed or not.
const LOOK: usize = archive::sniff::START;

/// Make a VM of a file and return its id: an XVA, compressed or not, or an OVA. The answer says where to send the file,
/// unless it is to be fetched from a URL.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Import {
    /// What is to be different from what an OVA says of its machine; other names in it are passed over.
    data: Option<Data>,
    /// `xva` or `ova`; what the file says when left out.
    r#type: Option<Type>,
    /// Storage repository for the disks.
    sr: Id<kind::Sr>,
    /// Where to fetch the file, by HTTP or HTTPS.
    url: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Type {
    Xva,
    Ova,
}

impl Op<Cx> for Import {
    type Output = SendToOrId;
    const SPEC: Spec = Spec::objects("vm.import", &[Need::administrate("sr", "import:vm")]).secret(&["data", "url"]);
    async fn run(self, cx: Cx) -> Result<SendToOrId> {
        let sr = cx.object(&self.sr)?;
        expect_disks(&sr)?;
        let (id, wanted, data) = (self.sr.to_string(), self.r#type, self.data.unwrap_or_default());
        data.check(&cx, &cx.on(&id)?)?;
        match self.url {
            Some(url) => {
                let received = cx.fetch(&url).await?;
                import(cx, id, wanted, data, received).await.map(SendToOrId::Id)
            }
            None => Ok(SendToOrId::SendTo(cx.accept(move |received, cx| import(cx, id, wanted, data, received)).await)),
        }
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("a VM would be made on it, once its file is sent".to_owned())
    }
}

/// Make a VM of a file, in a pool, and return its id: the answer says where to send the file.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ImportInPool {
    /// Pool.
    id: Id<kind::Pool>,
    /// Storage repository for the disks; the pool's default when left out.
    sr: Option<Id<kind::Sr>>,
}

impl Op<Cx> for ImportInPool {
    type Output = SendTo;
    const SPEC: Spec = Spec::objects(
        "vm.importInPool",
        &[Need::unchecked("id", "the right is asked of the storage"), Need::administrate("sr", "import:vm")],
    )
    .rest(&[op::Rest::create("/pools/{id}/vms", "vms").receiving()]);
    async fn run(self, cx: Cx) -> Result<SendTo> {
        let pool = cx.object(&self.id)?;
        let sr = if let Some(sr) = &self.sr {
            cx.object(sr)?
        } else {
            let none =
                || Error::refused(format!("the pool `{}` has no default storage repository; name one", pool.id()));
            let default = pool.text("default_SR").ok_or_else(none)?;
            permit::named(&cx, Kind::Sr, &default, Level::Administrate, "import:vm")?
        };
        if sr.pool() != pool.pool() {
            return Err(Error::invalid(format!(
                "the storage repository `{}` is in another pool than `{}`",
                sr.id(),
                pool.id()
            )));
        }
        expect_disks(&sr)?;
        let sr = sr.id().to_owned();
        Ok(cx.accept(move |received, cx| import(cx, sr, None, Data::default(), received)).await)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("a VM would be made in it, once its file is sent".to_owned())
    }
}

/// Refuses storage that holds images alone.
pub(super) fn expect_disks(sr: &Object) -> Result<()> {
    if sr.text("content_type").as_deref() == Some("iso") {
        let id = sr.id();
        return Err(Error::refused(format!(
            "the storage repository `{id}` is a library of images, which holds no disks of VMs"
        )));
    }
    Ok(())
}

async fn import(cx: Cx, sr: String, wanted: Option<Type>, data: Data, received: Received) -> Result<String> {
    let sr = cx.on(&sr)?;
    let Received { length, body, .. } = received;
    let (start, body) = look(body).await?;
    let (_, format) = archive::sniff::sniff(&start).await;
    match (format, wanted) {
        (Format::Xva, None | Some(Type::Xva)) if !data.is_empty() => {
            Err(Error::invalid("what was sent is an XVA, which says itself what `data` says of an OVA; leave that out"))
        }
        (Format::Xva, None | Some(Type::Xva)) => xva(&sr, length, body).await,
        (Format::Ova, None | Some(Type::Ova)) => ova_in::import(&cx, &sr, &data, body).await,
        (Format::Xva, Some(Type::Ova)) => Err(Error::invalid("what was sent is an XVA, and `type` says `ova`")),
        (Format::Ova, Some(Type::Xva)) => Err(Error::invalid("what was sent is an OVA, and `type` says `xva`")),
        (other, _) => {
            Err(Error::invalid(format!("what was sent is neither an XVA nor an OVA, but looks like {}", called(other))))
        }
    }
}

/// Returns how content begins, and all of it.
async fn look(body: Content) -> Result<(Bytes, BoxStream<'static, io::Result<Bytes>>)> {
    let mut pieces = body.into_stream();
    let mut start = BytesMut::new();
    while start.len() < LOOK
        && let Some(piece) = pieces.next().await
    {
        start.extend_from_slice(&piece.map_err(|error| Error::refused(format!("what is sent breaks off: {error}")))?);
    }
    let start = start.freeze();
    let first = stream::iter((!start.is_empty()).then(|| Ok(start.clone())));
    Ok((start, first.chain(pieces).boxed()))
}

/// Returns what people call a format that is no archive of VMs.
fn called(format: Format) -> &'static str {
    match format {
        Format::Xva => "an XVA",
        Format::Ova => "an OVA",
        Format::Ovf => "the description of an OVF package without its disks, which are to be sent as one `.ova`",
        Format::Tar => "a tar of something else",
        Format::Vhd | Format::Vhdx | Format::Vmdk | Format::VmdkDescriptor | Format::Qcow2 => {
            "a disk, of which `disk.import` makes one"
        }
        Format::Iso => "an image of a CD, of which `disk.import` makes a disk",
        Format::Raw => "something else",
    }
}

/// Lets the host make a VM of an archive, and returns its id.
async fn xva(sr: &On, length: Option<u64>, body: BoxStream<'static, io::Result<Bytes>>) -> Result<String> {
    let (reference, blame) = (sr.reference(), Blame::default());
    let what = NewVm { sr: &reference, label: LABEL, length };
    let made = sr.pool.import_vm(what, blame.of_stream(body), |_| {}).await;
    let made = made.map_err(|error| blame.take().unwrap_or(error))?;
    let vm = one_of(sr, &made).await?;
    let id: String = sr.pool.call_as("VM.get_uuid", params![vm]).await?;
    sr.pool.seen(&[Kind::Vm, Kind::VmTemplate, Kind::VmSnapshot], &id).await;
    Ok(id)
}

/// Returns the VM among what a host has made; an archive may have snapshots, too.
pub(super) async fn one_of(sr: &On, made: &Value) -> Result<String> {
    let made: Vec<String> =
        made.as_array().unwrap_or_default().iter().filter_map(|vm| vm.as_str().map(ToOwned::to_owned)).collect();
    for vm in &made {
        let record: class::Vm = sr.pool.call_as("VM.get_record", params![vm]).await?;
        if !record.is_a_snapshot {
            return Ok(vm.clone());
        }
    }
    made.into_iter().next().ok_or_else(|| Error::failed("the host did not say which VM it has made"))
}
