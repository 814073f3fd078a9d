//! Whether a host runs the same as a pool: product, licence, updates.
//!
//! Hosts of a pool have to agree in these, and say no more than that they do not. Whoever asks for processors to be
//! passed over (`force`) does not ask for this.

use std::collections::BTreeSet;

use app::On;
use op::{Error, Result};
use xapi::params;
use xapi_types::class;

/// Parts of `software_version` that updates change, each with a name for people. XCP-ng is updated by packages, of
/// which hosts list no more than these.
const PARTS: &[(&str, &str)] =
    &[("xapi_build", "XAPI"), ("xen", "Xen"), ("linux", "Linux"), ("db_schema", "the database schema")];

/// Names of updates that an error lists; of more it gives the number.
const LISTED: usize = 10;

/// A host and its pool.
pub(in crate::pool) struct Member<'a> {
    pub(in crate::pool) on: &'a On,
    pub(in crate::pool) host: &'a class::Host,
}

/// Refuses a host that runs something else than the master of the pool.
///
/// # Errors
///
/// That says what differs, and as the pools answer.
pub(in crate::pool) async fn check(joins: &Member<'_>, master: &Member<'_>) -> Result<()> {
    let refuse = |differs: String| Err(Error::refused(format!("host `{}` {differs}", joins.host.name_label)));
    let product = |host| format!("{} {}", part(host, "product_brand"), part(host, "product_version"));
    let (joining, of_pool) = (product(joins.host), product(master.host));
    if joining != of_pool {
        return refuse(format!("runs {joining} and the pool {of_pool}; update it first"));
    }
    let (joining, of_pool) = (&joins.host.edition, &master.host.edition);
    if joining != of_pool {
        return refuse(format!("has the licence `{joining}` and the pool `{of_pool}`; license them alike first"));
    }
    let (joining, of_pool) = (updates(joins).await?, updates(master).await?);
    if let Some(missing) = listed(of_pool.difference(&joining)) {
        return refuse(format!("lacks updates that the pool has: {missing}; install them on it first"));
    }
    if let Some(missing) = listed(joining.difference(&of_pool)) {
        return refuse(format!("has updates that the pool lacks: {missing}; install them in the pool first"));
    }
    // XenServer 8 has a name for all updates up to a point.
    let (joining, of_pool) = (&joins.host.last_update_hash, &master.host.last_update_hash);
    if joining != of_pool && !joining.is_empty() && !of_pool.is_empty() {
        return refuse(format!("has the updates up to `{joining}` and the pool up to `{of_pool}`; update both alike"));
    }
    for (key, name) in PARTS {
        let (joining, of_pool) = (part(joins.host, key), part(master.host, key));
        if joining != of_pool && !joining.is_empty() && !of_pool.is_empty() {
            let way = "install the same updates on both, and restart them";
            return refuse(format!("runs {name} {joining} and the pool {of_pool}; {way}"));
        }
    }
    Ok(())
}

fn part<'h>(host: &'h class::Host, key: &str) -> &'h str {
    host.software_version.get(key).map_or("", |part| part.as_str())
}

/// Returns the names of updates that a host has: those of XenServer 7.1 to 8.2, and the patches of older ones.
async fn updates(member: &Member<'_>) -> Result<BTreeSet<String>> {
    let pool = &member.on.pool;
    let mut names = BTreeSet::new();
    for update in &member.host.updates {
        names.insert(pool.call_as("pool_update.get_name_label", params![update.to_string()]).await?);
    }
    for patch in &member.host.patches {
        let patch: String = pool.call_as("host_patch.get_pool_patch", params![patch.to_string()]).await?;
        names.insert(pool.call_as("pool_patch.get_name_label", params![patch]).await?);
    }
    Ok(names)
}

/// Lists names, if there are any.
fn listed<'n>(names: impl Iterator<Item = &'n String>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(LISTED);
    let text = names[..names.len() - more].join(", ");
    match (names.len(), more) {
        (0, _) => None,
        (_, 0) => Some(text),
        _ => Some(format!("{text} and {more} more")),
    }
}
