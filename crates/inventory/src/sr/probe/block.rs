//! Volumes of storage arrays: iSCSI and HBA.

use std::net::IpAddr;

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DeviceConfig, Element, Existing, choices, existing};
use crate::{
    failure, kind,
    sr::create::{Chap, iscsi},
};

/// Error of the driver that nobody answers at the address.
const NO_ANSWER: &str = "SR_BACKEND_FAILURE_141";
/// Error of the drivers that carries the targets.
const TARGETS: &str = "SR_BACKEND_FAILURE_96";
/// Error of the drivers that carries the LUNs.
const LUNS: &str = "SR_BACKEND_FAILURE_107";

/// List the iSCSI targets at an address; none where nobody answers.
#[derive(Deserialize, JsonSchema)]
pub(super) struct IscsiIqns {
    /// Host that asks.
    host: Id<kind::Host>,
    /// Name or address of the storage.
    target: String,
    #[serde(flatten)]
    chap: Chap,
}

/// An iSCSI target.
#[derive(Serialize, JsonSchema)]
pub(super) struct Target {
    /// Its IQN.
    iqn: String,
    /// Its address.
    ip: String,
}

impl Op<Cx> for IscsiIqns {
    type Output = Vec<Target>;
    const SPEC: Spec = Spec::objects("sr.probeIscsiIqns", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Target>> {
        let host = cx.on(&self.host)?;
        let config = iscsi(self.target.clone(), None, None, self.chap);
        let found = match choices(&host, "lvmoiscsi", &config, TARGETS, "TGT").await {
            Err(error) if failure::code(&error) == Some(NO_ANSWER) => return Ok(Vec::new()),
            found => found?,
        };
        let target =
            |found: Element| Target { iqn: found.text("TargetIQN").to_owned(), ip: found.text("IPAddress").to_owned() };
        let found = found.into_iter().map(target);
        // Arrays tell their other addresses too. Of a name the address is not known here.
        let asked = self.target.parse::<IpAddr>().ok();
        Ok(found.filter(|target| asked.is_none() || target.ip.parse().ok() == asked).collect())
    }
}

/// List the LUNs of an iSCSI target.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IscsiLuns {
    /// Host that asks.
    host: Id<kind::Host>,
    /// Name or address of the target.
    target: String,
    #[serde(flatten)]
    chap: Chap,
    /// IQN of the target.
    target_iqn: String,
}

/// A LUN of an iSCSI target.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lun {
    /// Its number.
    id: String,
    /// Who made the storage.
    vendor: String,
    /// Its serial number.
    serial: String,
    /// Its size, in bytes, if the target tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    /// Its SCSI id.
    scsi_id: String,
}

impl Op<Cx> for IscsiLuns {
    type Output = Vec<Lun>;
    const SPEC: Spec = Spec::objects("sr.probeIscsiLuns", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Lun>> {
        let host = cx.on(&self.host)?;
        let config = iscsi(self.target, Some(self.target_iqn), None, self.chap);
        let found = choices(&host, "lvmoiscsi", &config, LUNS, "LUN").await?;
        let lun = |found: Element| Lun {
            id: found.text("LUNid").to_owned(),
            vendor: found.text("vendor").to_owned(),
            serial: found.text("serial").to_owned(),
            size: found.get("size").map(ToOwned::to_owned),
            scsi_id: found.text("SCSIid").to_owned(),
        };
        Ok(found.into_iter().map(lun).collect())
    }
}

/// List the storage repositories that are on an iSCSI LUN.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IscsiExists {
    /// Host that asks.
    host: Id<kind::Host>,
    /// Name or address of the target.
    target: String,
    #[serde(flatten)]
    chap: Chap,
    /// IQN of the target.
    target_iqn: String,
    /// SCSI id of the LUN.
    scsi_id: String,
}

impl Op<Cx> for IscsiExists {
    type Output = Vec<Existing>;
    const SPEC: Spec = Spec::objects("sr.probeIscsiExists", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Existing>> {
        let config = iscsi(self.target, Some(self.target_iqn), Some(self.scsi_id), self.chap);
        existing(&cx.on(&self.host)?, "lvmoiscsi", &config).await
    }
}

/// List the LUNs that a host reaches by HBA.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Hba {
    /// Host that is asked.
    host: Id<kind::Host>,
}

/// A LUN that a host reaches by HBA.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Device {
    /// The adapter.
    hba: String,
    /// Number of the target.
    id: String,
    /// Path of the device on the host.
    path: String,
    /// Its SCSI id.
    scsi_id: String,
    /// Its serial number.
    serial: String,
    /// Its size, in bytes.
    size: u64,
    /// Who made the storage.
    vendor: String,
}

impl Op<Cx> for Hba {
    type Output = Vec<Device>;
    const SPEC: Spec = Spec::objects("sr.probeHba", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Device>> {
        let host = cx.on(&self.host)?;
        let found = choices(&host, "lvmohba", &DeviceConfig::new(), LUNS, "BlockDevice").await?;
        let device = |found: Element| Device {
            hba: found.text("hba").to_owned(),
            id: found.text("id").to_owned(),
            path: found.text("path").to_owned(),
            scsi_id: found.text("SCSIid").to_owned(),
            serial: found.text("serial").to_owned(),
            size: found.text("size").parse().unwrap_or_default(),
            vendor: found.text("vendor").to_owned(),
        };
        Ok(found.into_iter().map(device).collect())
    }
}

/// List the storage repositories that are on a LUN that hosts reach by HBA.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HbaExists {
    /// Host that asks.
    host: Id<kind::Host>,
    /// SCSI id of the LUN.
    scsi_id: String,
}

impl Op<Cx> for HbaExists {
    type Output = Vec<Existing>;
    const SPEC: Spec = Spec::objects("sr.probeHbaExists", &[Need::administrate("host", "*")]).read();
    async fn run(self, cx: Cx) -> Result<Vec<Existing>> {
        let config = DeviceConfig::new().with("SCSIid", self.scsi_id);
        existing(&cx.on(&self.host)?, "lvmohba", &config).await
    }
}
