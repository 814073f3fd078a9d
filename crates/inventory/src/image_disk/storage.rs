//! Where the image goes: one disk that all hosts see, if there is room for one, or one disk for each host.

use std::{cmp::Reverse, collections::HashSet};

use app::{
    Cx, On,
    model::{Kind, Snapshot},
};
use op::{Error, Result};
use xapi_types::class;

/// What `SR.content_type` is where disks are kept.
const DISKS: &str = "user";

/// Key of `SR.other_config` that says that the storage is in maintenance.
const MAINTENANCE: &str = "xo:maintenanceState";

/// A storage repository, and the hosts that are to read the image there.
pub(crate) struct Place {
    /// Reference of the storage.
    pub(crate) sr: String,
    /// Name of the storage.
    pub(crate) name: String,
    pub(crate) hosts: Vec<On>,
}

/// A storage repository that could take the image.
struct Candidate {
    reference: String,
    name: String,
    shared: bool,
    hosts: HashSet<String>,
    is_default: bool,
    free: i64,
}

/// Finds room for `length` bytes.
///
/// # Errors
///
/// [`Error::Refused`] that names a host without any.
pub(crate) fn places(cx: &Cx, hosts: Vec<On>, length: u64) -> Result<Vec<Place>> {
    let Some(first) = hosts.first() else { return Err(Error::refused("the pool has no hosts")) };
    let objects = cx.app.store().snapshot();
    let candidates = candidates(&objects, first.object.pool().as_str(), length);
    let everywhere = |candidate: &&Candidate| hosts.iter().all(|host| candidate.hosts.contains(&host.reference()));
    if let Some(shared) = candidates.iter().find(everywhere) {
        return Ok(vec![shared.place(hosts)]);
    }
    let mut places: Vec<Place> = Vec::new();
    for host in hosts {
        let found = candidates.iter().find(|candidate| candidate.hosts.contains(&host.reference()));
        let found = found.ok_or_else(|| {
            Error::refused(format!("no storage that host `{}` reaches has {length} bytes free", host.object.id()))
        })?;
        match places.iter_mut().find(|place| place.sr == found.reference) {
            Some(place) => place.hosts.push(host),
            None => places.push(found.place(vec![host])),
        }
    }
    Ok(places)
}

/// Returns what has the room: the default repository first, then those that are shared, then those with most room.
fn candidates(objects: &Snapshot, pool: &str, length: u64) -> Vec<Candidate> {
    let of_pool = |kind| objects.of_pool(pool).filter(move |object| object.kind() == kind);
    let default = of_pool(Kind::Pool).next();
    let default = default.and_then(|pool| Some(pool.get::<class::Pool>()?.default_sr.to_string())).unwrap_or_default();
    let needed = i64::try_from(length).unwrap_or(i64::MAX);
    let mut candidates = Vec::new();
    for object in of_pool(Kind::Sr) {
        let Some(record) = object.get::<class::Sr>() else { continue };
        let free = record.physical_size.saturating_sub(record.physical_utilisation);
        if record.content_type != DISKS || record.other_config.contains_key(MAINTENANCE) || free < needed {
            continue;
        }
        let pbds: Vec<_> = record.pbds.iter().filter_map(|pbd| objects.by_ref(&pbd.erase())).collect();
        let pbds = pbds.iter().filter_map(|pbd| pbd.get::<class::Pbd>()).filter(|pbd| pbd.currently_attached);
        let reference = object.xapi_ref().to_string();
        candidates.push(Candidate {
            is_default: reference == default,
            reference,
            name: record.name_label.to_string(),
            shared: record.shared,
            hosts: pbds.map(|pbd| pbd.host.to_string()).collect(),
            free,
        });
    }
    candidates.sort_by_key(|candidate| Reverse((candidate.is_default, candidate.shared, candidate.free)));
    candidates
}

impl Candidate {
    fn place(&self, hosts: Vec<On>) -> Place {
        Place { sr: self.reference.clone(), name: self.name.clone(), hosts }
    }
}
