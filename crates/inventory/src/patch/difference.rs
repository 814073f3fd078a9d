//! What one host has and another lacks.

use std::collections::HashSet;

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::class;

use super::{
    missing::{key, missing},
    regime::Regime,
};
use crate::kind;

/// List the names of the updates that a host lacks and another one has.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetPatchesDifference {
    /// Host that may lack some.
    source: Id<kind::Host>,
    /// Host to compare it with.
    target: Id<kind::Host>,
}

impl Op<Cx> for GetPatchesDifference {
    type Output = Vec<String>;
    const SPEC: Spec =
        Spec::objects("pool.getPatchesDifference", &[Need::view("source", "read"), Need::view("target", "read")])
            .read();
    async fn run(self, cx: Cx) -> Result<Vec<String>> {
        let (source, target) = (cx.on(&self.source)?, cx.on(&self.target)?);
        let (of_source, of_target) = (product(&source)?, product(&target)?);
        if of_source != of_target {
            let (source, target) = (source.object.id(), target.object.id());
            let what = format!("host `{source}` runs {of_source} and host `{target}` {of_target}");
            return Err(Error::refused(format!("{what}; only hosts of one version can be compared")));
        }
        if Regime::of(&source.object)? == Regime::Packages {
            return packages(&cx, &source, &target).await;
        }
        let has: HashSet<String> = installed(&source).await?.into_iter().collect();
        let mut lacks = installed(&target).await?;
        lacks.retain(|name| !has.contains(name));
        Ok(lacks)
    }
}

/// Returns the names of the packages that `source` lacks in a version that `target` has.
async fn packages(cx: &Cx, source: &On, target: &On) -> Result<Vec<String>> {
    let (source, target) = (missing(cx, source).await?, missing(cx, target).await?);
    let also: HashSet<String> = target.iter().map(key).collect();
    let differ = source.iter().filter(|package| !also.contains(&key(package)));
    Ok(differ.filter_map(|package| package["name"].as_str().map(ToOwned::to_owned)).collect())
}

fn record(host: &On) -> Result<&class::Host> {
    host.object.get().ok_or_else(|| Error::failed("the host has no record"))
}

fn product(host: &On) -> Result<String> {
    let record = record(host)?;
    let told = |key: &str| record.software_version.get(key).map_or("", |text| text.as_str());
    Ok(format!("{} {}", told("product_brand"), told("product_version")))
}

/// Returns the names of the updates that a host has, be they of the newer or the older kind.
async fn installed(host: &On) -> Result<Vec<String>> {
    let record = record(host)?;
    let mut names = Vec::new();
    for update in &record.updates {
        names.push(host.pool.call_as("pool_update.get_name_label", params![update.to_string()]).await?);
    }
    for patch in &record.patches {
        let patch: String = host.pool.call_as("host_patch.get_pool_patch", params![patch.to_string()]).await?;
        names.push(host.pool.call_as("pool_patch.get_name_label", params![patch]).await?);
    }
    Ok(names)
}
