//! Repositories of any driver that hosts have, as REST clients make them.

use std::collections::BTreeMap;

use app::{Cx, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};

use super::DeviceConfig;
use crate::kind;

/// Entries of the configuration that are passwords, as the drivers call them.
const PASSWORDS: [&str; 3] = ["password", "cifspassword", "chappassword"];

/// Drivers of storage that one host has.
const OF_ONE_HOST: [&str; 9] = ["dummy", "ext", "file", "largeblock", "lvm", "shm", "udev", "xfs", "zfs"];

/// Make a storage repository by any driver that hosts have, and return its id; what is on the storage may be lost.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// Host that makes it.
    #[serde(rename = "hostId")]
    host: Id<kind::Host>,
    /// Driver.
    #[serde(rename = "SR_type")]
    kind: Driver,
    /// Name.
    name_label: String,
    /// Text for people; none when left out.
    #[serde(default)]
    #[schemars(length(min = 0))]
    name_description: String,
    /// What it holds: disks (`user`), images of discs (`iso`), or removable disks (`disk`). By the driver when left out.
    content_type: Option<Content>,
    /// How hosts reach the storage, in the words of the driver, such as `server` and `serverpath` of NFS.
    device_config: BTreeMap<String, Secret>,
    /// What the driver keeps of it.
    #[serde(default)]
    sm_config: BTreeMap<String, String>,
    /// Size for drivers that ask for one, in bytes; 0 when left out.
    #[serde(default)]
    #[schemars(range(min = 0))]
    size: i64,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Driver {
    Cephfs,
    Dummy,
    Ext,
    File,
    Glusterfs,
    Hba,
    Iso,
    Largeblock,
    Linstor,
    Lvm,
    Lvmofcoe,
    Lvmohba,
    Lvmoiscsi,
    Moosefs,
    Nfs,
    Shm,
    Smb,
    Udev,
    Xfs,
    Zfs,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Content {
    User,
    Iso,
    Disk,
}

impl Driver {
    fn name(self) -> &'static str {
        match self {
            Self::Cephfs => "cephfs",
            Self::Dummy => "dummy",
            Self::Ext => "ext",
            Self::File => "file",
            Self::Glusterfs => "glusterfs",
            Self::Hba => "hba",
            Self::Iso => "iso",
            Self::Largeblock => "largeblock",
            Self::Linstor => "linstor",
            Self::Lvm => "lvm",
            Self::Lvmofcoe => "lvmofcoe",
            Self::Lvmohba => "lvmohba",
            Self::Lvmoiscsi => "lvmoiscsi",
            Self::Moosefs => "moosefs",
            Self::Nfs => "nfs",
            Self::Shm => "shm",
            Self::Smb => "smb",
            Self::Udev => "udev",
            Self::Xfs => "xfs",
            Self::Zfs => "zfs",
        }
    }

    /// Returns whether all hosts reach the storage; images of discs may be in a folder of one host.
    fn is_shared(self, config: &BTreeMap<String, Secret>) -> bool {
        match self {
            Self::Iso => config.get("legacy_mode").is_none_or(|legacy| legacy.expose() != "true"),
            _ => !OF_ONE_HOST.contains(&self.name()),
        }
    }

    fn content(self) -> Content {
        match self {
            Self::Iso => Content::Iso,
            Self::Udev => Content::Disk,
            _ => Content::User,
        }
    }
}

impl Content {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Iso => "iso",
            Self::Disk => "disk",
        }
    }
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.create", &[Need::administrate("hostId", "*")])
        .secret(&["device_config", "sm_config"])
        .rest(&[Rest::create("/srs", "srs")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let host = cx.on(&self.host)?;
        let shared = self.kind.is_shared(&self.device_config);
        let content = self.content_type.unwrap_or_else(|| self.kind.content());
        let mut config = DeviceConfig::new();
        for (key, value) in self.device_config {
            config = if PASSWORDS.contains(&key.as_str()) {
                config.with_secret(key, Some(value))
            } else {
                config.with(key, value.expose())
            };
        }
        let own = Value::structure(self.sm_config.iter().map(|(key, value)| (key.as_str(), value.as_str().into())));
        let params = params![
            host.reference(),
            config.value(),
            self.size,
            self.name_label,
            self.name_description,
            self.kind.name(),
            content.name(),
            shared,
            own,
        ];
        let sr = host.pool.call_async("SR.create", params).await.map_err(|error| config.conceal(error))?;
        let sr = sr.as_str().ok_or_else(|| Error::failed("the pool did not say which storage it made"))?;
        // What is put there by other means is found by itself.
        if let Err(error) = host.pool.call("SR.add_to_other_config", params![sr, "auto-scan", "true"]).await {
            warn!("new storage will not be scanned by itself: {error}");
        }
        host.pool.id_of_new(Kind::Sr, sr).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some(format!("a storage repository `{}` would be made by it", self.name_label))
    }
}
