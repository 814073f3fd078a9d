//! A demo: the server beside simulated pools, in one process.

use anyhow::{Context, Result};
use app::db::{Db, NewServer};
use xapi_sim::Sim;

/// Name and password of a simulated host, as of a new XCP-ng in a laboratory.
const USER: &str = "root";
const PASSWORD: &str = "password";
/// What the records of simulated pools are called; those of an earlier demo had other ports.
const LABEL: &str = "simulated pool";
/// VMs of `large` when no number is given.
const LARGE: usize = 10_000;
/// Hosts run so many VMs each in `large`, and there are this many at most, as many as XAPI supports.
const VMS_A_HOST: usize = 150;
const MOST_HOSTS: usize = 64;

/// A world to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum World {
    Small,
    TwoPools,
    Large(usize),
}

impl World {
    fn named(name: &str) -> Option<Self> {
        Some(match name.split_once(':') {
            None if name == "small" => Self::Small,
            None if name == "two-pools" => Self::TwoPools,
            None if name == "large" => Self::Large(LARGE),
            Some(("large", vms)) => Self::Large(vms.parse().ok().filter(|vms| (1..=100_000).contains(vms))?),
            _ => return None,
        })
    }
}

/// Starts the simulated pools of `world` and notes them in the database, in place of those of an earlier demo.
///
/// # Errors
///
/// If there is no such world, or it does not start.
pub(crate) async fn start(world: &str, db: &Db) -> Result<Sim> {
    let found = World::named(world)
        .with_context(|| format!("there is no demo `{world}`; write `small`, `two-pools` or `large:N` with N VMs"))?;
    let builder = match found {
        World::Small => Sim::builder().world("small"),
        World::TwoPools => Sim::builder().world("two-pools"),
        World::Large(vms) => Sim::builder().world("large").size(vms, (vms / VMS_A_HOST).clamp(2, MOST_HOSTS)),
    };
    let sim = builder.password(PASSWORD).start().await.context("cannot start the simulated pool")?;
    let servers = db.servers();
    for old in servers.all().await?.iter().filter(|server| is_simulated(server.label.as_deref())) {
        servers.remove(&old.id).await?;
    }
    for pool in 0..sim.pools() {
        let master = sim.addresses(pool)[0].http;
        let new = NewServer {
            host: format!("http://{master}"),
            username: USER.to_owned(),
            password: PASSWORD.to_owned().into(),
            label: Some(format!("{LABEL} {}", pool + 1)),
            allow_unauthorized: false,
            enabled: true,
            http_proxy: None,
        };
        servers.add(new).await.context("cannot note the simulated pool")?;
    }
    Ok(sim)
}

fn is_simulated(label: Option<&str>) -> bool {
    label.is_some_and(|label| label.starts_with(LABEL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_are_named() {
        for (name, world) in [
            ("small", Some(World::Small)),
            ("two-pools", Some(World::TwoPools)),
            ("large", Some(World::Large(10_000))),
            ("large:2000", Some(World::Large(2000))),
            ("large:", None),
            ("large:0", None),
            ("medium", None),
        ] {
            assert_eq!(World::named(name), world, "{name}");
        }
    }
}
