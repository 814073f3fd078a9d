//! What hosts lack.

use std::{collections::HashSet, sync::Arc};

use app::{Cx, On, model::Kind};
use futures_util::future::try_join_all;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{regime::Regime, repository, xcp_ng, xen_server};
use crate::kind;

/// List the updates that a host lacks, as its product describes them; it is asked once a minute at most.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ListMissingPatches {
    /// Host.
    host: Id<kind::Host>,
}

impl Op<Cx> for ListMissingPatches {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::objects("pool.listMissingPatches", &[Need::view("host", "read")])
        .read()
        .rest(&[Rest::get("/hosts/{id}/missing_patches").named(&[("id", "host")])]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        Ok(missing(&cx, &cx.on(&self.host)?).await?.to_vec())
    }
}

/// List the updates that hosts of a pool lack, each once.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ListMissingPatchesOfPool {
    /// Pool.
    id: Id<kind::Pool>,
}

impl Op<Cx> for ListMissingPatchesOfPool {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::objects("pool.listMissingPatchesOfPool", &[Need::view("id", "read")])
        .read()
        .rest(&[Rest::get("/pools/{id}/missing_patches")]);
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let pool = cx.object(&self.id)?;
        let objects = cx.app.store().snapshot();
        let mut hosts: Vec<_> =
            objects.of_pool(pool.pool().as_str()).filter(|object| object.kind() == Kind::Host).collect();
        hosts.sort_unstable_by(|one, other| one.id().cmp(other.id()));
        // Each takes seconds to tell; a pool has 64 at most.
        let hosts = hosts.iter().map(|host| cx.on(host.id())).collect::<Result<Vec<_>>>()?;
        let lists = try_join_all(hosts.iter().map(|host| missing(&cx, host))).await?;
        let (mut seen, mut all) = (HashSet::new(), Vec::new());
        for list in lists {
            all.extend(list.iter().filter(|patch| seen.insert(key(patch))).cloned());
        }
        Ok(all)
    }
}

/// Returns what an update is known by: its id, or name, version and release of a package.
pub(crate) fn key(patch: &Value) -> String {
    let text = |name: &str| patch[name].as_str().unwrap_or_default();
    match text("id") {
        "" => format!("{}-{}-{}", text("name"), text("version"), text("release")),
        id => id.to_owned(),
    }
}

/// Returns the updates that a host lacks, as its product describes them.
pub(crate) async fn missing(cx: &Cx, host: &On) -> Result<Arc<Vec<Value>>> {
    let updates = cx.app.updates();
    if let Some(known) = updates.missing(host.object.id()) {
        return Ok(known);
    }
    let list = match Regime::of(&host.object)? {
        Regime::Packages => xcp_ng::missing(host).await?,
        Regime::Repository => repository::missing(cx, host).await?,
        Regime::Images | Regime::Programs => xen_server::missing(cx, host).await?,
    };
    Ok(updates.keep_missing(host.object.id(), list))
}
