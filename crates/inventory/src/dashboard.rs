//! What there is at a glance: of all pools, of one, of a VM.
//!
//! The shapes are those of the original. Backups come later: until then there are none to tell of, which is what the sections
//! about them say. What hosts lack takes them seconds to tell: it is good for minutes, and who looks waits for seconds.

mod patches;
mod pool;
mod site;
mod top;
mod vm;

use app::{Cx, model::Object};
use op::Ops;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<pool::GetDashboard>().add::<site::GetDashboard>().add::<vm::GetDashboard>();
}

/// A section about something of which there is nothing.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Empty {
    /// `true`.
    is_empty: bool,
}

impl Empty {
    fn new() -> Self {
        Self { is_empty: true }
    }
}

/// What the pages read of a host.
#[derive(Deserialize)]
struct Host {
    id: String,
    name_label: String,
    enabled: bool,
    power_state: String,
    memory: Memory,
    cpus: Cpus,
}

/// Memory of a host, bytes.
#[derive(Clone, Copy, Deserialize)]
struct Memory {
    size: f64,
    usage: f64,
}

#[derive(Clone, Copy, Deserialize)]
struct Cpus {
    cores: Option<u32>,
}

/// What the pages read of a VM.
#[derive(Deserialize)]
struct Vm {
    power_state: String,
    #[serde(rename = "CPUs")]
    cpus: Processors,
}

#[derive(Clone, Copy, Deserialize)]
struct Processors {
    number: u32,
}

/// What the pages read of a storage repository.
#[derive(Deserialize)]
struct Sr {
    id: String,
    name_label: String,
    content_type: String,
    size: f64,
    physical_usage: f64,
}

/// Reads the objects that the caller may see.
fn read<T: serde::de::DeserializeOwned>(objects: impl Iterator<Item = std::sync::Arc<Object>>) -> Vec<T> {
    objects.filter_map(|object| object.decode().ok()).collect()
}

/// How many hosts are in which state.
#[derive(Default, Serialize, JsonSchema)]
struct Hosts {
    /// Up, and no VM starts there.
    disabled: usize,
    /// Up.
    running: usize,
    /// Off.
    halted: usize,
    /// All.
    total: usize,
}

impl Hosts {
    /// Counts; the second is how many are in another state.
    fn count(hosts: &[Host]) -> (Self, usize) {
        let mut counts = Self { total: hosts.len(), ..Self::default() };
        let mut unknown = 0;
        for host in hosts {
            match host.power_state.as_str() {
                "Running" if host.enabled => counts.running += 1,
                "Running" => counts.disabled += 1,
                "Halted" => counts.halted += 1,
                _ => unknown += 1,
            }
        }
        (counts, unknown)
    }
}

/// How many VMs are in which state.
#[derive(Default, Serialize, JsonSchema)]
struct Vms {
    /// Running.
    running: usize,
    /// Off.
    halted: usize,
    /// Paused.
    paused: usize,
    /// Suspended.
    suspended: usize,
    /// All.
    total: usize,
}

impl Vms {
    /// Counts; the second is how many are in another state.
    fn count(vms: &[Vm]) -> (Self, usize) {
        let mut counts = Self { total: vms.len(), ..Self::default() };
        let mut unknown = 0;
        for vm in vms {
            match vm.power_state.as_str() {
                "Running" => counts.running += 1,
                "Halted" => counts.halted += 1,
                "Paused" => counts.paused += 1,
                "Suspended" => counts.suspended += 1,
                _ => unknown += 1,
            }
        }
        (counts, unknown)
    }
}
