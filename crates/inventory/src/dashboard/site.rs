//! All pools at a glance.

use app::{
    Cx, Phase, failure,
    model::{Kind, Number, Object, Snapshot},
};
use op::{Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Empty, Host, Hosts, Sr, Vm, Vms, patches, read};
use crate::patch;

/// Tell how many pools, hosts and VMs there are, in which state, and what they have.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetDashboard {}

/// All pools at a glance.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    /// Pools.
    n_pools: usize,
    /// Hosts.
    n_hosts: usize,
    /// Hosts by state.
    hosts_status: HostsStatus,
    /// What the hosts have.
    resources_overview: Overview,
    /// VMs by state.
    vms_status: VmsStatus,
    /// Room on storage.
    storage_repositories: Storage,
    /// Where backups are; there are none yet.
    backup_repositories: Empty,
    /// What is backed up; nothing is yet.
    backups: Empty,
    /// Patches that hosts miss.
    missing_patches: patches::Counted,
    /// Connections to pools by state.
    pools_status: PoolsStatus,
}

#[derive(Serialize, JsonSchema)]
struct HostsStatus {
    #[serde(flatten)]
    counts: Hosts,
    /// In another state.
    unknown: usize,
}

#[derive(Serialize, JsonSchema)]
struct VmsStatus {
    /// Running or paused.
    active: usize,
    /// Off or suspended.
    inactive: usize,
    #[serde(flatten)]
    counts: Vms,
    /// In another state.
    unknown: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Overview {
    None(Empty),
    #[serde(rename_all = "camelCase")]
    Some {
        /// Processors of all pools.
        n_cpus: u32,
        /// Memory of all hosts, bytes.
        #[schemars(with = "f64")]
        memory_size: Number,
        /// Room on all storage, bytes.
        #[schemars(with = "f64")]
        sr_size: Number,
    },
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Storage {
    None(Empty),
    Some {
        /// Room, bytes.
        size: Room,
    },
}

/// Room on storage for disks, bytes.
#[derive(Serialize, JsonSchema)]
struct Room {
    /// Free.
    #[schemars(with = "f64")]
    available: Number,
    /// Taken by what is no copy of a VM of elsewhere.
    #[schemars(with = "f64")]
    other: Number,
    /// Taken by copies of VMs of elsewhere, which only backups make.
    #[schemars(with = "f64")]
    replicated: Number,
    /// All.
    #[schemars(with = "f64")]
    total: Number,
    /// Taken.
    #[schemars(with = "f64")]
    used: Number,
}

#[derive(Default, Serialize, JsonSchema)]
struct PoolsStatus {
    /// Connected.
    connected: usize,
    /// Not connected, as wanted.
    disconnected: usize,
    /// Not connected, in spite of attempts.
    unreachable: usize,
    /// Being connected.
    unknown: usize,
    /// All.
    total: usize,
}

impl Op<Cx> for GetDashboard {
    type Output = Dashboard;
    const SPEC: Spec = Spec::admin("system.getDashboard").quiet().rest(&[Rest::sections("/dashboard")]);
    async fn run(self, cx: Cx) -> Result<Dashboard> {
        let objects = cx.app.store().snapshot();
        let hosts: Vec<Host> = read(objects.of_kind(Kind::Host));
        let vms: Vec<Vm> = read(objects.of_kind(Kind::Vm));
        let srs: Vec<Sr> = read(objects.of_kind(Kind::Sr));
        let n_pools = objects.count(Kind::Pool);
        let told = patch::survey(&cx, objects.of_kind(Kind::Host)).await;
        let (of_hosts, unknown_hosts) = Hosts::count(&hosts);
        let (of_vms, unknown_vms) = Vms::count(&vms);
        Ok(Dashboard {
            n_pools,
            n_hosts: hosts.len(),
            hosts_status: HostsStatus { counts: of_hosts, unknown: unknown_hosts },
            resources_overview: overview(&objects, &hosts, &srs),
            vms_status: VmsStatus {
                active: of_vms.running + of_vms.paused,
                inactive: of_vms.halted + of_vms.suspended,
                counts: of_vms,
                unknown: unknown_vms,
            },
            storage_repositories: storage(&srs),
            backup_repositories: Empty::new(),
            backups: Empty::new(),
            missing_patches: patches::Counted::of(&cx, &objects, n_pools, &told),
            pools_status: pools(&cx).await?,
        })
    }
}

fn overview(objects: &Snapshot, hosts: &[Host], srs: &[Sr]) -> Overview {
    #[derive(Deserialize)]
    struct Pool {
        cpus: super::Cpus,
    }
    if objects.count(Kind::Pool) == 0 {
        return Overview::None(Empty::new());
    }
    let cores = |pool: std::sync::Arc<Object>| pool.decode::<Pool>().ok()?.cpus.cores;
    Overview::Some {
        n_cpus: objects.of_kind(Kind::Pool).filter_map(cores).sum(),
        memory_size: Number::from(hosts.iter().map(|host| host.memory.size).sum::<f64>()),
        sr_size: Number::from(srs.iter().map(|sr| sr.size.max(0.0)).sum::<f64>()),
    }
}

fn storage(srs: &[Sr]) -> Storage {
    let for_disks = || srs.iter().filter(|sr| sr.content_type != "iso" && sr.size > 0.0);
    if for_disks().next().is_none() {
        return Storage::None(Empty::new());
    }
    let total: f64 = for_disks().map(|sr| sr.size).sum();
    let used: f64 = for_disks().map(|sr| sr.physical_usage.max(0.0)).sum();
    let size = Room {
        available: Number::from(total - used),
        other: Number::from(used),
        replicated: Number::from(0.0),
        total: Number::from(total),
        used: Number::from(used),
    };
    Storage::Some { size }
}

async fn pools(cx: &Cx) -> Result<PoolsStatus> {
    let servers = cx.app.db().servers().all().await.map_err(failure)?;
    let mut counts = PoolsStatus { total: servers.len(), ..PoolsStatus::default() };
    for server in servers {
        let status = cx.app.pool_status(&server.id);
        let failed = status.error.or(server.error).is_some();
        match status.phase {
            Phase::Connected => counts.connected += 1,
            _ if failed => counts.unreachable += 1,
            Phase::Disconnected => counts.disconnected += 1,
            Phase::Connecting => counts.unknown += 1,
        }
    }
    Ok(counts)
}
