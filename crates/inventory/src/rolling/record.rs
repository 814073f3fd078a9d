//! How far it has come, as it is kept and shown.

use std::collections::BTreeMap;

use app::{Course, Cx};
use op::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is done to each host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    /// It restarts.
    Reboot,
    /// It gets its updates and restarts.
    Update,
}

impl Kind {
    /// Returns the name that errors have for it.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Reboot => "rollingPoolReboot",
            Self::Update => "rollingPoolUpdate",
        }
    }

    /// Returns the name of its task.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Reboot => "Rolling pool reboot",
            Self::Update => "Rolling pool update",
        }
    }
}

/// The hosts of a pool, one after the other.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Roll {
    /// What is done to each host.
    pub(super) kind: Kind,
    /// Id of the pool.
    pub(super) pool: String,
    /// Id of the user who began it.
    pub(super) user: String,
    /// When it began, milliseconds since the epoch.
    pub(super) start: i64,
    /// Hosts, in the order in which they restart.
    pub(super) hosts: Vec<Host>,
    /// Whether VMs are restarted, or their device models, where updates ask for it.
    #[serde(default)]
    pub(super) restart_vms: bool,
    /// Where VMs ran when it began, by their ids.
    pub(super) homes: BTreeMap<String, String>,
    /// VMs that cannot move and are shut down while their host restarts, by their ids.
    pub(super) pinned: BTreeMap<String, String>,
    /// What is switched off meanwhile.
    pub(super) settings: Settings,
}

/// A host on its way.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Host {
    /// Id.
    pub(super) id: String,
    /// Name.
    pub(super) name: String,
    /// Whether VMs could start on it when it began.
    pub(super) was_enabled: bool,
    /// How far it has come.
    pub(super) phase: Phase,
    /// When it started, as it was before its restart; seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) started: Option<f64>,
    /// Storage that was connected before its restart, by the ids of the connections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) storage: Vec<String>,
}

/// How far a host has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Phase {
    /// Its turn is to come.
    Waiting,
    /// There is nothing to do to it.
    Skipped,
    /// Its VMs leave it.
    Emptying,
    /// It gets its updates.
    Installing,
    /// It restarts.
    Restarting,
    /// All has been done.
    Done,
    /// Something has not worked.
    Failed,
}

/// What is switched off meanwhile, as it was.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    /// High availability, where it was on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high_availability: Option<HighAvailability>,
    /// Whether VMs that want it started with their hosts.
    pub(super) auto_poweron: bool,
    /// Whether the pool balanced its load.
    pub(super) balancing: bool,
}

/// High availability as it was.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(super) struct HighAvailability {
    /// Ids of the storage by which hosts know of each other.
    pub(super) srs: Vec<String>,
    /// Its settings.
    pub(super) configuration: BTreeMap<String, String>,
}

impl Roll {
    /// Returns what is kept of a pool.
    pub(super) async fn of(cx: &Cx, pool: &str) -> Result<Option<Self>> {
        cx.app.db().rolls().get(pool).await.map_err(app::failure)
    }

    /// Writes down how far it has come.
    pub(super) async fn keep(&self, cx: &Cx) -> Result<()> {
        cx.app.db().rolls().set(&self.pool, self).await.map_err(app::failure)
    }

    /// Forgets it: it has ended.
    pub(super) async fn forget(&self, cx: &Cx) -> Result<()> {
        cx.app.db().rolls().remove(&self.pool).await.map(drop).map_err(app::failure)
    }

    /// Takes a host a step further: that is written down and shown before it is done.
    ///
    /// # Errors
    ///
    /// Where it cannot be written, or the server stops: nothing further is to be done.
    pub(super) async fn step(&mut self, cx: &Cx, course: &Course, at: usize, phase: Phase) -> Result<()> {
        if cx.app.stops() {
            return Err(stopping());
        }
        self.hosts[at].phase = phase;
        self.keep(cx).await?;
        course.show(self.plan());
        Ok(())
    }

    /// Returns what has been done and what comes next, as the task shows it.
    pub(super) fn plan(&self) -> Value {
        let host = |host: &Host| json!({ "host": host.id, "name": host.name, "phase": host.phase });
        self.hosts.iter().map(host).collect()
    }

    /// Returns the ids of the VMs that cannot leave a host.
    pub(super) fn pinned_to(&self, host: &str) -> Vec<String> {
        at(&self.pinned, host)
    }

    /// Returns the ids of the VMs that ran on a host when it began.
    pub(super) fn at_home_on(&self, host: &str) -> Vec<String> {
        at(&self.homes, host)
    }

    /// Returns how many hosts need nothing more.
    pub(super) fn done(&self) -> usize {
        self.hosts.iter().filter(|host| host.is_over()).count()
    }

    /// Returns the names of the hosts in one of these phases.
    pub(super) fn named(&self, phases: &[Phase]) -> String {
        let names = self.hosts.iter().filter(|host| phases.contains(&host.phase));
        names.map(|host| format!("`{}`", host.name)).collect::<Vec<_>>().join(", ")
    }
}

impl Host {
    /// Returns whether nothing more is to be done to it.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Skipped | Phase::Done)
    }
}

/// Returns the VMs of a host, by what tells the host of each.
fn at(all: &BTreeMap<String, String>, host: &str) -> Vec<String> {
    all.iter().filter(|(_, of)| **of == host).map(|(vm, _)| vm.clone()).collect()
}

/// Why it does not go on when the server stops.
pub(super) fn stopping() -> Error {
    Error::refused("the server stops; go on with `pool.resumeRolling` when it has started again")
}
