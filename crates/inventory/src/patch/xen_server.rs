//! Updates of XenServer up to 8.2: published in a list, got from where that says, unpacked and sent to the pool while they
//! arrive, and installed one after the other in the order of what they need.
//!
//! Nothing of an archive is kept here. What has been sent to a pool and is on none of its hosts is taken back.

mod image;
mod program;

use std::collections::{BTreeMap, BTreeSet};

use app::{
    Cx, On,
    hotfix::{self, Credentials, Feed, Hotfix, Kind, Member},
};
use op::{Error, Result};
use serde_json::Value;
use tracing::info;
use xapi::params;
use xapi_types::class;

use super::regime::Regime;

/// Where a user keeps who they are to the vendor.
const CREDENTIALS: &str = "xsCredentials";

/// What a host has and is.
struct Standing {
    installed: BTreeSet<String>,
    version: String,
    version_text: String,
    is_free: bool,
}

async fn standing(host: &On) -> Result<Standing> {
    let record: class::Host = host.pool.call_as("host.get_record", params![host.reference()]).await?;
    let told = |key: &str| record.software_version.get(key).map_or("", |text| text.as_str()).to_owned();
    let mut installed = BTreeSet::new();
    for update in &record.updates {
        installed.insert(host.pool.call_as("pool_update.get_uuid", params![update.to_string()]).await?);
    }
    for patch in &record.patches {
        let patch: String = host.pool.call_as("host_patch.get_pool_patch", params![patch.to_string()]).await?;
        installed.insert(host.pool.call_as("pool_patch.get_uuid", params![patch]).await?);
    }
    Ok(Standing {
        installed,
        version: told("product_version"),
        version_text: told("product_version_text"),
        is_free: record.license_params.get("sku_type").is_some_and(|sku| sku.as_str() == "free"),
    })
}

fn refused(error: hotfix::Error) -> Error {
    Error::refused(error.to_string())
}

/// Returns the updates that a host lacks, in the order in which they can be installed.
pub(super) async fn missing(cx: &Cx, host: &On) -> Result<Vec<Value>> {
    let feed = cx.app.updates().feed().await?;
    let has = standing(host).await?;
    let lacking = hotfix::lacking(&feed, (&has.version, &has.version_text), &has.installed, has.is_free);
    let values = lacking.into_iter().map(serde_json::to_value).collect::<serde_json::Result<_>>();
    values.map_err(|error| Error::failed(format!("the list of updates has no JSON form: {error}")))
}

/// An update that is due, and the hosts that lack it.
pub(super) struct Due<'a> {
    pub(super) hotfix: &'a Hotfix,
    pub(super) hosts: Vec<&'a On>,
}

/// Returns what is to be installed on hosts of a pool, in order: `wanted` updates with what they need, or all that are
/// missing.
pub(super) async fn due<'a>(feed: &'a Feed, hosts: &'a [On], wanted: Option<&[String]>) -> Result<Vec<Due<'a>>> {
    let (mut order, mut lacks) = (Vec::<&Hotfix>::new(), BTreeMap::<&str, Vec<&On>>::new());
    for host in hosts {
        let has = standing(host).await?;
        let of_host = match wanted {
            Some(wanted) => hotfix::order(feed, wanted, &has.installed, has.is_free).map_err(refused)?,
            None => hotfix::lacking(feed, (&has.version, &has.version_text), &has.installed, has.is_free),
        };
        for hotfix in of_host {
            lacks.entry(&hotfix.uuid).or_default().push(host);
            order.push(hotfix);
        }
    }
    // What one host needs first, the others need first, too: the list has one order.
    let ids: Vec<String> = order.iter().map(|hotfix| hotfix.uuid.clone()).collect();
    let order = hotfix::order(feed, &ids, &BTreeSet::new(), false).unwrap_or(order);
    // Each once, in whichever place it comes first.
    let due = order.into_iter().filter_map(|hotfix| Some(Due { hotfix, hosts: lacks.remove(hotfix.uuid.as_str())? }));
    Ok(due.collect())
}

/// Installs updates on hosts of a pool, `wanted` ones with what they need or all that are missing; returns what is to be
/// done afterwards, by host.
///
/// # Errors
///
/// Which update is not on which host, and which are on all by then.
pub(super) async fn install(
    cx: &Cx,
    regime: Regime,
    hosts: &[On],
    wanted: Option<&[String]>,
) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let feed = cx.app.updates().feed().await?;
    let mut guidance = BTreeMap::<String, BTreeSet<String>>::new();
    let mut done = Vec::new();
    for Due { hotfix, hosts: on } in due(&feed, hosts, wanted).await? {
        let installed = if cx.stopped() {
            Err(Error::refused("the call has been cancelled"))
        } else {
            one(cx, regime, hotfix, &on).await
        };
        installed.map_err(|error| part(&done, hotfix, error))?;
        done.push(hotfix.name.clone());
        for host in on {
            let words = hotfix.guidance.split([',', ' ']).filter(|word| !word.is_empty());
            guidance.entry(host.object.id().to_owned()).or_default().extend(words.map(ToOwned::to_owned));
        }
    }
    Ok(guidance)
}

/// Says how far it has come.
fn part(done: &[String], hotfix: &Hotfix, error: Error) -> Error {
    let before = match done {
        [] => String::new(),
        done => format!("; installed before: {}", done.join(", ")),
    };
    let message = format!("update `{}`: {error}{before}", hotfix.name);
    match error {
        Error::Failed { name, data, .. } => Error::Failed { message, name, data },
        _ => Error::refused(message),
    }
}

/// Installs one update on hosts that lack it.
async fn one(cx: &Cx, regime: Regime, hotfix: &Hotfix, hosts: &[&On]) -> Result<()> {
    let Some(first) = hosts.first() else { return Ok(()) };
    first.pool.inform(&format!("update `{}` is got and installed", hotfix.name));
    let installed = match regime {
        Regime::Images => image::install(cx, hotfix, hosts).await,
        _ => program::install(cx, hotfix, hosts).await,
    };
    if installed.is_ok() {
        info!(update = hotfix.uuid, "installed update `{}` on {} hosts", hotfix.name, hosts.len());
    }
    installed
}

/// Begins to get the archive of an update, as the user who calls.
async fn archive(cx: &Cx, hotfix: &Hotfix, kind: Kind) -> Result<Member> {
    let user = cx.user()?;
    let given = |key: &str| user.preferences.get(CREDENTIALS)?.get(key)?.as_str();
    let who = given("username").zip(given("apikey"));
    let who = who.map(|(user, key)| Credentials { user: user.to_owned(), key: key.into() });
    cx.app.updates().source()?.archive(hotfix, kind, who.as_ref()).await.map_err(refused)
}
