//! Updates of XenServer 8: the pool synchronises with the vendor's repository by itself, its master tells what each host
//! lacks, and hosts install up to a state that has a name.

use std::collections::BTreeSet;

use app::{Cx, HostFileKind, On};
use futures_util::StreamExt;
use op::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::info;
use xapi::params;
use xapi_types::class;

/// Longest list that is read, in bytes; of a pool of 64 hosts it is a megabyte.
const LONGEST: usize = 32 << 20;

/// What a master tells.
#[derive(Deserialize)]
pub(super) struct Listed {
    #[serde(default)]
    hosts: Vec<OfHost>,
    #[serde(default)]
    updates: Vec<Update>,
    /// Name of the state that the repository is in.
    #[serde(default)]
    hash: String,
}

/// What a host lacks.
#[derive(Deserialize)]
struct OfHost {
    #[serde(rename = "ref")]
    reference: String,
    /// Ids of updates.
    #[serde(default)]
    updates: Vec<String>,
}

/// An update.
#[derive(Deserialize)]
struct Update {
    id: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    description: String,
    #[serde(default, rename = "URL")]
    url: String,
    #[serde(default)]
    issued: String,
    #[serde(default)]
    guidance: Guidance,
}

/// What is to be done after an update, by how much that matters.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Guidance {
    mandatory: Vec<String>,
    recommended: Vec<String>,
    full: Vec<String>,
}

impl Guidance {
    fn words(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.mandatory.iter().chain(&self.recommended).chain(&self.full).map(String::as_str);
        all.filter(|word| seen.insert(*word)).collect()
    }
}

impl Listed {
    /// Asks the master of the pool of `host`.
    pub(super) async fn of(cx: &Cx, host: &On) -> Result<Self> {
        let objects = cx.app.store().snapshot();
        let mut of_pool = objects.of_pool(host.object.pool().as_str());
        let master = of_pool.find_map(|object| Some(object.get::<class::Pool>()?.master.to_string()));
        let master = master.and_then(|master| cx.app.store().get(&master));
        let master = master.ok_or_else(|| Error::failed("the pool has no master"))?;
        let address = master.get::<class::Host>().map(|host| host.address.to_string()).unwrap_or_default();
        let broken = |why: String| Error::failed(format!("the pool told no list of updates: {why}"));
        let file = host.pool.host_file(&address, HostFileKind::Updates).await?;
        let (mut text, mut pieces) = (Vec::new(), Box::pin(file.pieces()));
        while let Some(piece) = pieces.next().await {
            text.extend_from_slice(&piece.map_err(|error| broken(error.to_string()))?);
            if text.len() > LONGEST {
                return Err(broken(format!("it is longer than {LONGEST} bytes")));
            }
        }
        serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))
    }

    fn lacking(&self, host: &On) -> impl Iterator<Item = &Update> {
        let reference = host.reference();
        let of_host = self.hosts.iter().find(|of| of.reference == reference);
        let ids = of_host.map_or(&[][..], |of| &of.updates);
        ids.iter().filter_map(|id| self.updates.iter().find(|update| update.id == *id))
    }

    /// Returns what is to be done to VMs after a host has what it lacks: `RestartVM`, `RestartDeviceModel`.
    pub(super) fn of_vms(&self, host: &On) -> BTreeSet<String> {
        let words = self.lacking(host).flat_map(|update| update.guidance.words());
        words.filter(|word| OF_VMS.contains(word)).map(ToOwned::to_owned).collect()
    }
}

/// What is to be done to VMs.
const OF_VMS: &[&str] = &["RestartVM", "RestartDeviceModel"];

/// Returns the updates that a host lacks.
pub(super) async fn missing(cx: &Cx, host: &On) -> Result<Vec<Value>> {
    let listed = Listed::of(cx, host).await?;
    let shown = |update: &Update| {
        let guidance = update.guidance.words().join(", ");
        let description = if update.description.is_empty() { &update.summary } else { &update.description };
        json!({
            "name": update.id, "id": update.id, "description": description, "documentationUrl": update.url,
            "date": update.issued, "guidance": guidance, "guidances": guidance,
        })
    };
    Ok(listed.lacking(host).map(shown).collect())
}

/// Installs on a host all up to the state `hash`, or up to the newest.
pub(super) async fn install(cx: &Cx, host: &On, hash: Option<&str>) -> Result<()> {
    let listed = Listed::of(cx, host).await?;
    if listed.lacking(host).next().is_none() {
        return Ok(());
    }
    let hash = hash.unwrap_or(&listed.hash);
    let warnings = host.pool.call_async("host.apply_updates", params![host.reference(), hash]).await?;
    let warnings: Vec<Vec<String>> = warnings.decode().unwrap_or_default();
    for warning in warnings {
        host.pool.inform(&format!("host `{}` warns: {}", host.object.id(), warning.join(" ")));
    }
    info!(host.id = host.object.id(), "installed the updates of host `{}`", host.object.id());
    Ok(())
}

/// Returns what waits to be done on a host.
pub(super) async fn waits(host: &On) -> Result<Vec<String>> {
    host.pool.call_as("host.get_pending_guidances", params![host.reference()]).await
}
