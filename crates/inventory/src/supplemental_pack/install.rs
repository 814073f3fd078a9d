//! Installing, once the image comes.

use app::{Cx, On, Received};
use futures_util::future::join_all;
use op::{Error, Result};
use serde_json::{Map, json};
use tracing::{info, warn};
use xapi::{Value, params};

use super::{expect_up, image::Image};
use crate::image_disk::{Disk, Place, places};

/// Name of the disk, as the original calls it, and what it is for.
const DISK: (&str, &str) = ("[XO] Supplemental pack ISO", "image of a supplemental pack while it is installed");

/// Script of hosts that installs a pack from a disk, and its function.
const SCRIPT: (&str, &str) = ("install-supp-pack", "install");

/// What the script answers when all went well.
const INSTALLED: &str = "OK";

/// What came of each host, in the order in which they were asked.
type Outcomes = Vec<(On, Result<()>)>;

/// Installs what is received on `hosts`; disks that were made for that are gone afterwards.
///
/// # Errors
///
/// Why it is not on the host, or on which hosts it is not.
pub(super) async fn install(cx: Cx, hosts: Vec<String>, received: Received) -> Result<()> {
    let hosts: Vec<On> = hosts.iter().map(|host| cx.on(host)).collect::<Result<_>>()?;
    hosts.iter().try_for_each(expect_up)?;
    let image = Image::of(received).await?;
    let length = image.length;
    let places = places(&cx, hosts, length)?;
    let (outcomes, disks) = match make(&places, length).await {
        (disks, Ok(())) => {
            let filled = fill(&places, &disks, image).await;
            let mut outcomes = Vec::new();
            for ((place, disk), filled) in places.into_iter().zip(&disks).zip(filled) {
                outcomes.extend(from_disk(&cx, place, disk, filled).await);
            }
            (Ok(outcomes), disks)
        }
        (disks, Err(error)) => (Err(error), disks),
    };
    let removed = remove(disks).await;
    told(outcomes?)?;
    removed
}

/// Makes the disks; where one cannot be made, those before it are still to be removed.
async fn make(places: &[Place], length: u64) -> (Vec<Disk>, Result<()>) {
    let mut disks = Vec::new();
    for place in places {
        match Disk::make(&place.hosts[0].pool, &place.sr, length, DISK).await {
            Ok(disk) => disks.push(disk),
            Err(error) => return (disks, Err(error)),
        }
    }
    (disks, Ok(()))
}

/// Writes the image to all disks at the same time, and returns what came of each.
async fn fill(places: &[Place], disks: &[Disk], image: Image) -> Vec<Result<()>> {
    let length = image.length;
    let mut all = Vec::new();
    for ((place, disk), pieces) in places.iter().zip(disks).zip(image.shared(disks.len())) {
        all.push(disk.fill(&place.name, length, pieces));
    }
    join_all(all).await
}

/// Lets the hosts of a place install from its disk, one after the other: a pack that breaks one is not yet on all.
async fn from_disk(cx: &Cx, place: Place, disk: &Disk, filled: Result<()>) -> Outcomes {
    let uuid = match filled {
        Ok(()) => disk.uuid().await,
        Err(error) => Err(error),
    };
    let mut outcomes = Vec::new();
    for host in place.hosts {
        let installed = match &uuid {
            Ok(_) if cx.stopped() => Err(Error::refused("the call has been cancelled")),
            Ok(uuid) => on_host(&host, uuid).await,
            Err(error) => Err(error.clone()),
        };
        outcomes.push((host, installed));
    }
    outcomes
}

async fn on_host(host: &On, vdi: &str) -> Result<()> {
    let (script, function) = SCRIPT;
    let arguments = Value::structure([("vdi", Value::from(vdi))]);
    let params = params![host.reference(), script, function, arguments];
    let answer = host.pool.call_async("host.call_plugin", params).await?;
    match answer.as_str() {
        Some(INSTALLED) => {
            info!(host.id = host.object.id(), "installed a supplemental pack on host `{}`", host.object.id());
            Ok(())
        }
        answer => Err(Error::failed(answer.unwrap_or("the script of the host answered no text").to_owned())),
    }
}

/// Removes the disks; the first that stays is told.
async fn remove(disks: Vec<Disk>) -> Result<()> {
    let mut removed = Ok(());
    for disk in disks {
        if let Err(error) = disk.remove().await {
            warn!("the disk of a supplemental pack stays: {error}");
            removed = removed.and(Err(Error::failed(format!("the disk that held the image stays: {error}"))));
        }
    }
    removed
}

/// Makes one result of those of all hosts.
fn told(mut outcomes: Outcomes) -> Result<()> {
    if outcomes.len() == 1 {
        return outcomes.remove(0).1;
    }
    let count = outcomes.len();
    let failed: Vec<_> = outcomes
        .into_iter()
        .filter_map(|(host, outcome)| Some((host.object.id().to_owned(), outcome.err()?)))
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let reasons: Vec<_> = failed.iter().map(|(host, error)| format!("host `{host}`: {error}")).collect();
    let message = format!("the pack is on {} of {count} hosts; {}", count - failed.len(), reasons.join("; "));
    let hosts: Map<_, _> = failed.iter().map(|(host, error)| (host.clone(), error.to_json(true))).collect();
    let data = [("hosts".to_owned(), json!(hosts))].into_iter().collect();
    Err(Error::Failed { message, name: "Error", data })
}
