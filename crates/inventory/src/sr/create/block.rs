//! Repositories on volumes of storage arrays: iSCSI and HBA.

use app::Cx;
use op::{Need, Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{DeviceConfig, ImageFormat, New, Storage};

/// How to sign in at an iSCSI target; without both parts, nobody signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(in crate::sr) struct Chap {
    /// TCP port; 3260 when left out.
    port: Option<u16>,
    /// Name to sign in with.
    chap_user: Option<String>,
    /// Password to sign in with.
    chap_password: Option<Secret>,
}

/// Returns how to reach an iSCSI target, and there what is named.
pub(in crate::sr) fn iscsi(target: String, iqn: Option<String>, scsi_id: Option<String>, chap: Chap) -> DeviceConfig {
    let config = DeviceConfig::new().with("target", target).with_some("targetIQN", iqn).with_some("SCSIid", scsi_id);
    let config = match (chap.chap_user, chap.chap_password) {
        (Some(user), Some(password)) => config.with("chapuser", user).with_secret("chappassword", Some(password)),
        _ => config,
    };
    config.with_some("port", chap.port.map(|port| port.to_string()))
}

/// Make a storage repository on an iSCSI LUN, or attach the one that is there, and return its id; otherwise what is
/// on the LUN is lost.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Iscsi {
    #[serde(flatten)]
    new: New,
    /// Name or address of the target.
    target: String,
    #[serde(flatten)]
    chap: Chap,
    /// IQN of the target.
    target_iqn: String,
    /// SCSI id of the LUN.
    scsi_id: String,
    /// Uuid of the repository on the LUN that is to be attached.
    sr_uuid: Option<String>,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Iscsi {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createIscsi", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = iscsi(self.target, Some(self.target_iqn), Some(self.scsi_id), self.chap)
            .with_formats(self.preferred_image_format);
        Storage::shared("lvmoiscsi", config).create(&cx, &self.new, self.sr_uuid.as_deref()).await
    }
}

/// Make a storage repository on a LUN that hosts reach by HBA, or attach the one that is there, and return its id;
/// otherwise what is on the LUN is lost.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hba {
    #[serde(flatten)]
    new: New,
    /// SCSI id of the LUN.
    scsi_id: String,
    /// Uuid of the repository on the LUN that is to be attached.
    sr_uuid: Option<String>,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Hba {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createHba", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = DeviceConfig::new().with("SCSIid", self.scsi_id).with_formats(self.preferred_image_format);
        Storage::shared("lvmohba", config).create(&cx, &self.new, self.sr_uuid.as_deref()).await
    }
}
