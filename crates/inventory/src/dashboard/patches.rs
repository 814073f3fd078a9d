//! Patches that hosts miss.

use std::collections::{BTreeMap, HashSet};

use app::{Cx, model::Snapshot};
use op::{Context, Error};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Empty;
use crate::patch::{Told, key};

/// Patches that hosts miss, counted.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counted {
    /// Whether hosts are asked: `true`.
    has_authorization: bool,
    /// Hosts.
    n_hosts: usize,
    /// Hosts that could not be asked, or have not told in time.
    n_hosts_failed: usize,
    /// Hosts that miss patches.
    n_hosts_with_missing_patches: usize,
    /// Hosts whose version gets no more patches; none tells that.
    n_hosts_eol: Empty,
    /// Pools.
    n_pools: usize,
    /// Pools with hosts that miss patches.
    n_pools_with_missing_patches: usize,
    /// Pools with hosts that could not be asked, where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pools_failed: Vec<PoolFailed>,
}

/// A pool that cannot tell, or not all.
#[derive(Serialize, JsonSchema)]
struct PoolFailed {
    /// Id.
    id: String,
    /// Name.
    name_label: String,
    /// Its hosts that do not tell.
    hosts: Vec<HostFailed>,
}

/// A host that does not tell.
#[derive(Serialize, JsonSchema)]
struct HostFailed {
    /// Id.
    id: String,
    /// Name.
    name_label: String,
    /// Why.
    message: String,
}

/// Patches that the hosts of a pool miss.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    /// Whether hosts are asked: `true`.
    has_authorization: bool,
    /// Each of them once, as its product describes it.
    missing_patches: Vec<Value>,
    /// Hosts that could not be asked, or have not told in time, where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hosts_failed: Vec<HostFailed>,
}

impl Counted {
    pub(super) fn of(cx: &Cx, objects: &Snapshot, n_pools: usize, told: &[Told]) -> Self {
        let mut lacking = HashSet::new();
        let mut failed: BTreeMap<&str, Vec<HostFailed>> = BTreeMap::new();
        let (mut n_hosts_failed, mut n_hosts_with_missing_patches) = (0, 0);
        for one in told {
            let pool = one.host.pool().as_str();
            match &one.lacks {
                Ok(patches) if patches.is_empty() => {}
                Ok(_) => {
                    n_hosts_with_missing_patches += 1;
                    lacking.insert(pool);
                }
                Err(error) => {
                    n_hosts_failed += 1;
                    failed.entry(pool).or_default().push(HostFailed::of(cx, one, error));
                }
            }
        }
        let named = |id: &str| objects.get(id).and_then(|pool| pool.text("name_label")).unwrap_or_default();
        Self {
            has_authorization: true,
            n_hosts: told.len(),
            n_hosts_failed,
            n_hosts_with_missing_patches,
            n_hosts_eol: Empty::new(),
            n_pools,
            n_pools_with_missing_patches: lacking.len(),
            pools_failed: failed
                .into_iter()
                .map(|(id, hosts)| PoolFailed { id: id.to_owned(), name_label: named(id), hosts })
                .collect(),
        }
    }
}

impl Listed {
    pub(super) fn of(cx: &Cx, told: &[Told]) -> Self {
        let (mut seen, mut missing_patches, mut hosts_failed) = (HashSet::new(), Vec::new(), Vec::new());
        for one in told {
            match &one.lacks {
                Ok(patches) => {
                    missing_patches.extend(patches.iter().filter(|patch| seen.insert(key(patch))).cloned());
                }
                Err(error) => hosts_failed.push(HostFailed::of(cx, one, error)),
            }
        }
        Self { has_authorization: true, missing_patches, hosts_failed }
    }
}

impl HostFailed {
    fn of(cx: &Cx, told: &Told, error: &Error) -> Self {
        // What a pool says is for administrators.
        let message = error.to_json(cx.admin())["message"].as_str().unwrap_or_default().to_owned();
        Self { id: told.host.id().to_owned(), name_label: told.host.text("name_label").unwrap_or_default(), message }
    }
}
