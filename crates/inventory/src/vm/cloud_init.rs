//! Drives that tell a guest what to do at its first start.
//!
//! A drive that is to go afterwards has a mark in its `other_config`, so that this outlives a restart of the server, and
//! somebody who removes the mark keeps the drive; `first_boot` has the rest.

mod create;
mod default;
mod first_boot;
mod image;

use app::{Connection, DiskFormat, RawVdi};
use bytes::Bytes;
use futures_util::stream;
use op::{Error, Result};
use tracing::warn;
use xapi::{Value, params};

use self::image::{Content, Layout, image};
pub(super) use self::{create::CreateCloudInitConfigDrive, default::GetCloudInitConfig};
use super::device::NewVbd;
pub(crate) use first_boot::start;

/// Name of the drive, by which people and the original know it.
const NAME: &str = "XO CloudConfigDrive";

/// Key of the mark of a drive that goes after the first start: [`WAITING`], and from then on when it goes, in
/// seconds since the epoch.
const MARK: &str = "xo:destroy-after-first-boot";

/// The mark before the first start.
const WAITING: &str = "waiting";

/// Content that is sent at once, in bytes.
const PIECE: usize = 64 << 10;

/// A drive to make for a VM.
pub(super) struct Drive<'a> {
    /// Reference of the VM.
    pub(super) vm: &'a str,
    /// Reference of the storage.
    pub(super) sr: &'a str,
    /// What the guest does.
    pub(super) user: &'a str,
    /// How it sets up its network.
    pub(super) network: Option<&'a str>,
    /// Whether it goes after the first start.
    pub(super) passing: bool,
}

impl Drive<'_> {
    /// Makes the drive and attaches it; when that fails, nothing of it is left.
    pub(super) async fn attach(&self, pool: &Connection) -> Result<()> {
        let vm = super::record_of(pool, self.vm).await?;
        // Windows looks at no disk without partitions, and this is how a VM for it is known.
        let viridian = vm.platform.get("viridian").is_some_and(|viridian| viridian == "true");
        let layout = if viridian { Layout::Partitioned } else { Layout::Bare };
        let content = Content { instance: &vm.uuid, user: self.user, network: self.network };
        let image = image(&content, layout)
            .map_err(|error| Error::invalid(format!("what cloud-init is told does not fit on its drive: {error}")))?;
        let mark = self.passing.then_some((MARK, Value::from(WAITING)));
        let fields = Value::structure([
            ("name_label", Value::from(NAME)),
            ("SR", self.sr.into()),
            ("virtual_size", i64::try_from(layout.size()).unwrap_or(i64::MAX).into()),
            ("type", "user".into()),
            ("sharable", false.into()),
            ("read_only", false.into()),
            ("other_config", Value::structure(mark)),
        ]);
        let vdi: String = pool.call_as("VDI.create", vec![fields]).await?;
        let attached = async {
            self.fill(pool, &vdi, image).await?;
            let vbd =
                NewVbd { vm: self.vm, vdi: &vdi, drive: false, bootable: false, read_only: false, position: None };
            vbd.attach(pool).await
        };
        let attached = attached.await;
        if attached.is_err()
            && let Err(error) = pool.call_async("VDI.destroy", params![&vdi]).await
        {
            warn!("cannot delete the drive `{vdi}` that was made for cloud-init: {error}");
        }
        attached.map(drop)
    }

    async fn fill(&self, pool: &Connection, vdi: &str, image: Vec<u8>) -> Result<()> {
        let sr: String = pool.call_as("SR.get_name_label", params![self.sr]).await?;
        let label = format!("[XO] Importing content into VDI {NAME} on SR {sr}");
        let what = RawVdi { vdi, format: DiskFormat::Raw, label: &label, length: Some(image.len() as u64) };
        let image = Bytes::from(image);
        let pieces = (0..image.len()).step_by(PIECE).map(move |at| {
            let end = image.len().min(at + PIECE);
            Ok(image.slice(at..end))
        });
        pool.import_raw_vdi(what, stream::iter(pieces)).await
    }
}
