//! Making storage repositories, and attaching those that are there.

mod any;
mod block;
mod config;
mod file;
mod local;

use app::{Connection, Cx, On, model::Kind};
use futures_util::future::join_all;
use op::{Error, Id, Ops, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};

pub(super) use self::{
    block::{Chap, iscsi},
    config::DeviceConfig,
};
use super::remove::remove;
use crate::kind;

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<any::Create>()
        .add::<block::Hba>()
        .add::<block::Iscsi>()
        .add::<file::Iso>()
        .add::<file::Nfs>()
        .add::<file::Smb>()
        .add::<local::Ext>()
        .add::<local::Lvm>()
        .add::<local::Zfs>();
}

/// What every new repository has.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct New {
    /// Host that makes it.
    host: Id<kind::Host>,
    /// Name.
    name_label: String,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: String,
}

/// Formats of disks that the storage makes, the preferred one first.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
enum ImageFormat {
    #[serde(rename = "vhd")]
    Vhd,
    #[serde(rename = "qcow2")]
    Qcow2,
    #[serde(rename = "vhd, qcow2")]
    VhdQcow2,
    #[serde(rename = "qcow2, vhd")]
    Qcow2Vhd,
}

impl ImageFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Vhd => "vhd",
            Self::Qcow2 => "qcow2",
            Self::VhdQcow2 => "vhd, qcow2",
            Self::Qcow2Vhd => "qcow2, vhd",
        }
    }
}

impl DeviceConfig {
    /// The same with the formats of disks, if somebody has chosen.
    #[must_use]
    fn with_formats(self, formats: Option<ImageFormat>) -> Self {
        self.with_some("preferred-image-formats", formats.map(ImageFormat::name))
    }
}

/// Storage to make a repository on.
struct Storage {
    /// Name of the driver.
    kind: &'static str,
    /// What it holds: disks (`user`), or images of discs (`iso`).
    content: &'static str,
    /// Whether all hosts can reach it.
    shared: bool,
    config: DeviceConfig,
}

impl Storage {
    /// Storage for disks that all hosts can reach.
    fn shared(kind: &'static str, config: DeviceConfig) -> Self {
        Self { kind, content: "user", shared: true, config }
    }

    /// Storage for disks that one host has.
    fn local(kind: &'static str, config: DeviceConfig) -> Self {
        Self { kind, content: "user", shared: false, config }
    }

    /// Makes a repository, or attaches the one with the uuid `existing`, and returns its id.
    async fn create(self, cx: &Cx, new: &New, existing: Option<&str>) -> Result<String> {
        let host = cx.on(&new.host)?;
        let made = match existing {
            Some(uuid) => self.attach(&host.pool, new, uuid).await,
            None => self.make(&host, new).await,
        };
        let sr = made.map_err(|error| self.config.conceal(error))?;
        host.pool.id_of_new(Kind::Sr, &sr).await
    }

    async fn make(&self, host: &On, new: &New) -> Result<String> {
        let mut params = params![host.reference(), self.config.value(), 0_i64];
        params.extend(self.described(new));
        let sr = host.pool.call_async("SR.create", params).await?;
        let sr = sr.as_str().ok_or_else(|| Error::failed("the pool did not say which storage it made"))?.to_owned();
        // What is put there by other means is found by itself.
        if let Err(error) = host.pool.call("SR.add_to_other_config", params![&sr, "auto-scan", "true"]).await {
            warn!("new storage will not be scanned by itself: {error}");
        }
        Ok(sr)
    }

    /// Returns the parameters that are the same for a new repository and one that is attached.
    fn described(&self, new: &New) -> Vec<Value> {
        params![
            new.name_label.as_str(),
            new.name_description.as_str(),
            self.kind,
            self.content,
            self.shared,
            Value::structure::<&str>([]),
        ]
    }

    /// Makes the repository known again and connects all hosts to it; where that fails, it is forgotten again.
    async fn attach(&self, pool: &Connection, new: &New, uuid: &str) -> Result<String> {
        let mut params = params![uuid];
        params.extend(self.described(new));
        let sr: String = pool.call_as("SR.introduce", params).await?;
        if let Err(error) = self.connect(pool, &sr).await {
            if let Err(left) = remove(pool, &sr, "SR.forget").await {
                warn!("cannot forget storage again that could not be attached: {left}");
            }
            return Err(error);
        }
        Ok(sr)
    }

    async fn connect(&self, pool: &Connection, sr: &str) -> Result<()> {
        let hosts: Vec<String> = pool.call_as("host.get_all", params![]).await?;
        let connected = hosts.into_iter().map(|host| async move {
            let record =
                Value::structure([("host", host.into()), ("SR", sr.into()), ("device_config", self.config.value())]);
            let pbd: String = pool.call_as("PBD.create", params![record]).await?;
            match pool.call_async("PBD.plug", params![pbd]).await {
                // A host that is down connects when it comes up.
                Err(Error::HostOffline { .. }) => Ok(()),
                plugged => plugged.map(drop),
            }
        });
        join_all(connected).await.into_iter().collect()
    }
}
