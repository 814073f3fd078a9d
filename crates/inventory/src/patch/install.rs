//! Installing what hosts lack.

use app::{Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi_types::class;

use super::{regime::Regime, xcp_ng};
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
    .rest(&[Rest::action("/pools/{id}/actions/install_patches").named(&[("id", "pool")]).giving(&[("hosts", "null")])]);
    async fn run(self, cx: Cx) -> Result<()> {
        let hosts = self.hosts(&cx)?;
        let Some(first) = hosts.first() else { return Err(Error::refused("there are no hosts to install on")) };
        let regime = Regime::of(&first.object)?;
        if regime == Regime::Packages && (self.patches.is_some() || self.xs_hash.is_some()) {
            return Err(Error::invalid("hosts of XCP-ng are updated as a whole: leave `patches` and `xsHash` out"));
        }
        let _upkeep = cx.app.upkeep().begin(first.object.pool().as_str(), "installPatches", true)?;
        for (at, host) in hosts.iter().enumerate() {
            let installed = if cx.stopped() {
                Err(Error::refused("the call has been cancelled"))
            } else {
                install_on(&cx, host).await
            };
            installed.map_err(|error| part(&hosts[..at], host, error))?;
        }
        host::restart_agent(&cx, first).await
    }
}

impl InstallPatches {
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

/// Installs on a host all that it lacks.
pub(crate) async fn install_on(cx: &Cx, host: &On) -> Result<()> {
    cx.app.updates().forget_missing(host.object.id());
    let installed = match Regime::of(&host.object)? {
        Regime::Packages => xcp_ng::install(host).await,
    };
    // Whoever asked meanwhile was told of what has just been installed.
    cx.app.updates().forget_missing(host.object.id());
    installed
}
