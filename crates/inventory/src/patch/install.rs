//! Installing what hosts lack.

use std::collections::BTreeSet;

use app::{Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use xapi_types::class;

use super::{
    plan,
    regime::Regime,
    repository::{self, Listed},
    xcp_ng, xen_server,
};
use crate::{host, kind};

/// Install updates on the hosts of a pool, or on some of them: all that they lack, or those that are named. The agent of the
/// first one, which is the master if it is among them, is restarted afterwards; hosts say by `rebootRequired` whether they
/// are to be restarted, too.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstallPatches {
    /// Pool, for all its hosts; in place of `hosts`.
    pool: Option<Id<kind::Pool>>,
    /// Hosts of one pool; in place of `pool`.
    hosts: Option<Vec<Id<kind::Host>>>,
    /// Updates by their ids, as `pool.listMissingPatches` tells them; all that the hosts lack when left out. XCP-ng and
    /// XenServer 8 update as a whole.
    patches: Option<Vec<String>>,
    /// Of XenServer 8 the state of the updates to install, as it was listed; the newest when left out.
    xs_hash: Option<String>,
}

impl Op<Cx> for InstallPatches {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "pool.installPatches",
        &[Need::administrate("hosts", "update"), Need::administrate("pool", "rolling-update")],
    )
    .on("pool")
    .rest(&[Rest::action("/pools/{id}/actions/install_patches").named(&[("id", "pool")]).giving(&[("hosts", "null")])]);
    async fn run(self, cx: Cx) -> Result<()> {
        let hosts = self.hosts(&cx)?;
        let Some(first) = hosts.first() else { return Err(Error::refused("there are no hosts to install on")) };
        let regime = Regime::of(&first.object)?;
        if regime.is_whole() && self.patches.is_some() {
            return Err(Error::invalid("hosts of XCP-ng and XenServer 8 are updated as a whole: leave `patches` out"));
        }
        if regime != Regime::Repository && self.xs_hash.is_some() {
            return Err(Error::invalid("`xsHash` goes with XenServer 8"));
        }
        let held = cx.begin_upkeep(first.object.pool().as_str(), "installPatches", true)?;
        cx.would(plan::of(&cx, regime, &hosts, self.patches.as_deref())).await?;
        let about =
            json!({ "name": "Install updates", "objectId": first.object.pool().as_str(), "type": "installPatches" });
        let about = about.as_object().cloned().unwrap_or_default();
        // Half of it helps nobody: it goes on without the caller.
        cx.undertake(about, |cx, _| async move {
            let _held = held;
            let hosts = hosts.iter().map(|host| cx.on(host.object.id())).collect::<Result<Vec<_>>>()?;
            self.on(&cx, regime, &hosts).await
        })
        .await
    }
}

impl InstallPatches {
    /// Installs on hosts, of which the first is the master if it is among them.
    async fn on(&self, cx: &Cx, regime: Regime, hosts: &[On]) -> Result<()> {
        if !regime.is_whole() {
            return listed(cx, regime, hosts, self.patches.as_deref()).await;
        }
        for (at, host) in hosts.iter().enumerate() {
            let installed = if cx.stopped() {
                Err(Error::refused("the call has been cancelled"))
            } else {
                whole(cx, host, self.xs_hash.as_deref()).await
            };
            installed.map_err(|error| part(&hosts[..at], host, error))?;
        }
        if regime == Regime::Repository {
            return see_to(cx, hosts).await;
        }
        match hosts.first() {
            Some(first) => host::restart_agent(cx, first).await,
            None => Ok(()),
        }
    }

    /// Returns the hosts, the master first: a member must not run newer software than its master.
    fn hosts(&self, cx: &Cx) -> Result<Vec<On>> {
        let mut hosts = match (&self.pool, &self.hosts) {
            (Some(pool), None) => {
                let pool = cx.object(pool)?;
                let objects = cx.app.store().snapshot();
                let hosts = objects.of_pool(pool.pool().as_str()).filter(|object| object.kind() == Kind::Host);
                hosts.map(|host| cx.on(host.id())).collect::<Result<Vec<_>>>()?
            }
            (None, Some(hosts)) => hosts.iter().map(|host| cx.on(host)).collect::<Result<Vec<_>>>()?,
            _ => return Err(Error::invalid("say either `pool` or `hosts`")),
        };
        let Some(pool) = hosts.first().map(|host| host.object.pool().clone()) else { return Ok(hosts) };
        for host in &hosts {
            if *host.object.pool() != pool {
                let (first, other) = (hosts[0].object.id(), host.object.id());
                return Err(Error::invalid(format!("hosts `{first}` and `{other}` are not of one pool")));
            }
            if host.object.text("power_state").as_deref() != Some("Running") {
                return Err(Error::HostOffline { object: host.object.id().to_owned() });
            }
        }
        let objects = cx.app.store().snapshot();
        let mut of_pool = objects.of_pool(pool.as_str());
        let master = of_pool.find_map(|object| Some(object.get::<class::Pool>()?.master.to_string()));
        hosts.sort_by_key(|host| (Some(host.reference()) != master, host.object.id().to_owned()));
        hosts.dedup_by(|one, other| one.object.id() == other.object.id());
        Ok(hosts)
    }
}

/// Says how far it has come where that is not told by the error alone.
fn part(done: &[On], host: &On, error: Error) -> Error {
    if done.is_empty() {
        return error;
    }
    let list: Vec<_> = done.iter().map(|host| format!("`{}`", host.object.id())).collect();
    let (done, host) = (list.join(", "), host.object.id());
    Error::failed(format!("the updates are on hosts {done}, but not on host `{host}` and those after it: {error}"))
}

/// Installs updates of a public list, and does what they ask for that disturbs nobody: agents restart. Whether hosts are to
/// restart is told.
async fn listed(cx: &Cx, regime: Regime, hosts: &[On], wanted: Option<&[String]>) -> Result<()> {
    let installed = xen_server::install(cx, regime, hosts, wanted).await;
    for host in hosts {
        cx.app.updates().forget_missing(host.object.id());
    }
    let guidance = installed?;
    for host in hosts {
        let Some(words) = guidance.get(host.object.id()) else { continue };
        let name = host.object.text("name_label").unwrap_or_default();
        if words.contains("restartXAPI") {
            host::restart_agent(cx, host).await?;
        }
        let rest: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "restartXAPI").collect();
        if !rest.is_empty() {
            host.pool.inform(&format!("host `{name}` is to be seen to: {}", rest.join(", ")));
        }
    }
    Ok(())
}

/// Installs on all hosts of a pool, before the first one restarts, what they lack of a public list; nothing where hosts get
/// their updates another way.
pub(crate) async fn install_ahead(cx: &Cx, hosts: &[On]) -> Result<()> {
    let Some(first) = hosts.first() else { return Ok(()) };
    let regime = Regime::of(&first.object)?;
    if regime.is_whole() {
        return Ok(());
    }
    let installed = xen_server::install(cx, regime, hosts, None).await;
    for host in hosts {
        cx.app.updates().forget_missing(host.object.id());
    }
    installed.map(drop)
}

/// Does what hosts of XenServer 8 wait for that disturbs nobody: agents restart. The rest is told.
async fn see_to(cx: &Cx, hosts: &[On]) -> Result<()> {
    for host in hosts {
        let mut waits = repository::waits(host).await?;
        if waits.iter().any(|word| word == "restart_toolstack") && !waits.iter().any(|word| word == "reboot_host") {
            host::restart_agent(cx, host).await?;
            waits.retain(|word| word != "restart_toolstack");
        }
        if !waits.is_empty() {
            let name = host.object.text("name_label").unwrap_or_default();
            host.pool.inform(&format!("host `{name}` is to be seen to: {}", waits.join(", ")));
        }
    }
    Ok(())
}

/// Returns what is to be done to VMs after hosts of XenServer 8 have what they lack: `RestartVM`, `RestartDeviceModel`.
pub(crate) async fn of_vms(cx: &Cx, host: &On) -> Result<BTreeSet<String>> {
    if Regime::of(&host.object)? != Regime::Repository {
        return Ok(BTreeSet::new());
    }
    Ok(Listed::of(cx, host).await?.of_vms(host))
}

/// Installs on a host that has been emptied all that it lacks; nothing where that has been done before.
pub(crate) async fn install_on(cx: &Cx, host: &On) -> Result<()> {
    if Regime::of(&host.object)?.is_whole() { whole(cx, host, None).await } else { Ok(()) }
}

/// Installs on a host all that it lacks, of XenServer 8 up to the state `hash`.
async fn whole(cx: &Cx, host: &On, hash: Option<&str>) -> Result<()> {
    cx.app.updates().forget_missing(host.object.id());
    let installed = match Regime::of(&host.object)? {
        Regime::Repository => repository::install(cx, host, hash).await,
        _ => xcp_ng::install(cx, host).await,
    };
    // Whoever asked meanwhile was told of what has just been installed.
    cx.app.updates().forget_missing(host.object.id());
    installed
}
