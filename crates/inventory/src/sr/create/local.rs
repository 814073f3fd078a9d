//! Repositories on disks of a host.

use app::Cx;
use op::{Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::{DeviceConfig, ImageFormat, New, Storage};

/// Make a storage repository with an ext4 file system on a disk of a host and return its id; what is on the disk is
/// lost.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ext {
    #[serde(flatten)]
    new: New,
    /// Disk of the host, such as `/dev/sdb`.
    device: String,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Ext {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createExt", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = DeviceConfig::new().with("device", self.device).with_formats(self.preferred_image_format);
        Storage::local("ext", config).create(&cx, &self.new, None).await
    }
}

/// Make a storage repository of LVM volumes on a disk of a host and return its id; what is on the disk is lost.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lvm {
    #[serde(flatten)]
    new: New,
    /// Disk of the host, such as `/dev/sdb`.
    device: String,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Lvm {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createLvm", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = DeviceConfig::new().with("device", self.device).with_formats(self.preferred_image_format);
        Storage::local("lvm", config).create(&cx, &self.new, None).await
    }
}

/// Make a storage repository on a ZFS pool of a host and return its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Zfs {
    #[serde(flatten)]
    new: New,
    /// Where the ZFS pool is mounted.
    location: String,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Zfs {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createZfs", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let host = cx.on(&self.new.host)?;
        let known: Vec<String> = host.pool.call_as("SR.get_supported_types", params![]).await?;
        // XCP-ng 8.1 and older have no driver for it, and put files there as into any folder.
        let kind = if known.iter().any(|kind| kind == "zfs") { "zfs" } else { "file" };
        let config = DeviceConfig::new().with("location", self.location).with_formats(self.preferred_image_format);
        Storage::local(kind, config).create(&cx, &self.new, None).await
    }
}
