//! What is measured of a host, a VM and a storage repository.

use crate::{Object, World};

use super::{
    past::Times,
    wave::{self, Wave},
};

/// Of what something is measured.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// `host`, `vm` or `sr`.
    pub(crate) kind: &'static str,
    pub(crate) uuid: String,
    /// When there was something to measure.
    pub(crate) times: Times,
}

/// Something that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    wave: Wave,
    seed: u64,
}

impl Source {
    /// Returns the average of the `step` seconds that end at `time`, which is no number where `owner`
    /// was off.
    pub(crate) fn value(&self, owner: &Owner, time: i64, step: i64) -> f64 {
        if owner.times.cover(time - step, time) { self.wave.at(self.seed, time, step) } else { f64::NAN }
    }
}

/// The sources of one owner while they are listed.
struct List {
    owner: Owner,
    sources: Vec<Source>,
}

impl List {
    fn new(world: &World, kind: &'static str, object: Object, times: Times) -> Self {
        let owner = Owner { kind, uuid: world.uuid(object).to_owned(), times };
        Self { owner, sources: Vec::new() }
    }

    fn add(&mut self, name: impl Into<String>, wave: Wave) {
        let name = name.into();
        let seed = wave::seed([&self.owner.uuid, &name]);
        self.sources.push(Source { name, wave, seed });
    }

    fn still(&mut self, name: &str, value: impl Into<Number>) {
        self.add(name, Wave::Still(value.into().0));
    }

    /// Adds a wave about a part of `most`, which part hangs on the owner and the name.
    fn part(&mut self, name: impl Into<String>, least: f64, most: f64) {
        let name = name.into();
        let base = least + (most - least) * wave::unit(wave::mix(wave::seed([&self.owner.uuid, &name])));
        self.add(name, Wave::about(base));
    }

    /// Adds a wave that stays between 0 and 1.
    fn fraction(&mut self, name: impl Into<String>, most: f64) {
        let name = name.into();
        let base = most * wave::unit(wave::mix(wave::seed([&self.owner.uuid, &name])));
        self.add(name, Wave::Moving { base, most: 1.0 });
    }
}

/// A number of either sort.
struct Number(f64);

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value as f64)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(value as f64)
    }
}

/// Lists what a host measures of itself.
pub(crate) fn of_host(world: &World, host: Object) -> (Owner, Vec<Source>) {
    let mut list = List::new(world, "host", host, world.times_of_host(host));
    let cpus: i64 = world.entry(host, "cpu_info", "cpu_count").parse().unwrap_or(0);
    for cpu in 0..cpus {
        list.fraction(format!("cpu{cpu}"), 0.5);
    }
    list.fraction("cpu_avg", 0.4);
    list.part("loadavg", 0.1, 0.9);
    list.part("hostload", 0.1, 0.9);
    let residents = world.objects(host, "resident_VMs");
    let vcpus: i64 = residents.iter().map(|vm| world.int(world.object(*vm, "metrics"), "VCPUs_number")).sum();
    list.still("running_vcpus", vcpus);
    list.still("running_domains", residents.len());
    let metrics = world.object(host, "metrics");
    list.still("memory_total_kib", world.int(metrics, "memory_total") / 1024);
    let free = world.int(metrics, "memory_free") as f64 / 1024.0;
    list.still("memory_reclaimed", 0_i64);
    list.still("memory_reclaimed_max", 0_i64);
    list.add("memory_free_kib", Wave::Still(free.floor()));
    for name in ["xapi_memory_usage_kib", "xapi_live_memory_kib", "xapi_allocation_kib"] {
        list.part(name, 40_000.0, 90_000.0);
    }
    for pif in world.objects(host, "PIFs") {
        if world.flag(pif, "physical") && world.flag(pif, "currently_attached") {
            let device = world.text(pif, "device");
            for way in ["rx", "tx"] {
                list.part(format!("pif_{device}_{way}"), 10e3, 20e6);
                list.still(&format!("pif_{device}_{way}_errors"), 0_i64);
            }
        }
    }
    list.part("pif_aggr_rx", 10e3, 40e6);
    list.part("pif_aggr_tx", 10e3, 40e6);
    for pbd in world.objects(host, "PBDs") {
        if world.flag(pbd, "currently_attached") {
            storage(world, world.object(pbd, "SR"), &mut list);
        }
    }
    (list.owner, list.sources)
}

/// Adds what a host measures of storage that its machines write to; nothing of discs.
fn storage(world: &World, sr: Object, list: &mut List) {
    let uuid = world.uuid(sr);
    if world.text(sr, "content_type") == "iso" || uuid.len() < 8 {
        return;
    }
    let short = &uuid[..8];
    for way in ["read", "write"] {
        list.part(format!("{way}_{short}"), 10e3, 30e6);
        list.part(format!("{way}_latency_{short}"), 200.0, 9000.0);
        list.part(format!("io_throughput_{way}_{short}"), 0.01, 30.0);
        list.part(format!("iops_{way}_{short}"), 1.0, 900.0);
    }
    list.part(format!("io_throughput_total_{short}"), 0.02, 60.0);
    list.part(format!("iops_total_{short}"), 2.0, 1800.0);
    list.part(format!("latency_{short}"), 200.0, 9000.0);
    list.fraction(format!("iowait_{short}"), 0.2);
    list.part(format!("inflight_{short}"), 0.0, 4.0);
    list.part(format!("avgqu_sz_{short}"), 0.0, 2.0);
}

/// Lists what a host measures of a VM that runs on it.
pub(crate) fn of_vm(world: &World, vm: Object) -> (Owner, Vec<Source>) {
    let mut list = List::new(world, "vm", vm, world.times_of_vm(vm));
    let paused = world.text(vm, "power_state") == "Paused";
    let metrics = world.object(vm, "metrics");
    for cpu in 0..world.int(metrics, "VCPUs_number") {
        let name = format!("cpu{cpu}");
        if paused { list.still(&name, 0_i64) } else { list.fraction(name, 0.7) }
    }
    if paused {
        list.still("cpu_usage", 0_i64);
    } else {
        list.fraction("cpu_usage", 0.5);
    }
    let memory = world.int(metrics, "memory_actual");
    list.still("memory", memory);
    list.still("memory_target", world.int(vm, "memory_target"));
    if world.flag(world.object(vm, "guest_metrics"), "PV_drivers_detected") {
        let kib = memory as f64 / 1024.0;
        list.part("memory_internal_free", kib * 0.1, kib * 0.5);
    }
    for name in ["fullrun", "full_contention", "concurrency_hazard", "partial_run", "partial_contention"] {
        list.fraction(format!("runstate_{name}"), 0.1);
    }
    list.fraction("runstate_blocked", 1.0);
    for vif in world.objects(vm, "VIFs") {
        if world.flag(vif, "currently_attached") {
            let device = world.text(vif, "device");
            for way in ["rx", "tx"] {
                list.part(format!("vif_{device}_{way}"), 1e3, 5e6);
                list.still(&format!("vif_{device}_{way}_errors"), 0_i64);
            }
        }
    }
    for vbd in world.objects(vm, "VBDs") {
        let device = world.text(vbd, "device");
        if world.flag(vbd, "currently_attached") && !device.is_empty() && !world.flag(vbd, "empty") {
            disk(device, &mut list);
        }
    }
    (list.owner, list.sources)
}

fn disk(device: &str, list: &mut List) {
    for way in ["read", "write"] {
        list.part(format!("vbd_{device}_{way}"), 1e3, 8e6);
        list.part(format!("vbd_{device}_{way}_latency"), 200.0, 5000.0);
        list.part(format!("vbd_{device}_iops_{way}"), 0.5, 200.0);
        list.part(format!("vbd_{device}_io_throughput_{way}"), 0.001, 8.0);
    }
    list.part(format!("vbd_{device}_latency"), 200.0, 5000.0);
    list.part(format!("vbd_{device}_iops_total"), 1.0, 400.0);
    list.part(format!("vbd_{device}_io_throughput_total"), 0.002, 16.0);
    list.fraction(format!("vbd_{device}_iowait"), 0.1);
    list.part(format!("vbd_{device}_inflight"), 0.0, 3.0);
    list.part(format!("vbd_{device}_avgqu_sz"), 0.0, 1.0);
}

/// Lists what the plugin of a storage repository measures; nothing for the types that have none.
pub(crate) fn of_sr(world: &World, sr: Object, host: Object) -> Option<(Owner, Vec<Source>)> {
    // Types whose plugins are known to report: those that take more room than their disks show.
    if !["linstor", "zfs", "gfs2"].contains(&world.text(sr, "type")) {
        return None;
    }
    let attached = |pbd: &Object| world.object(*pbd, "host") == host && world.flag(*pbd, "currently_attached");
    world.objects(sr, "PBDs").iter().find(|pbd| attached(pbd))?;
    let mut list = List::new(world, "sr", sr, world.times_of_host(host));
    list.still("physical_utilisation", world.int(sr, "physical_utilisation"));
    list.still("size", world.int(sr, "physical_size"));
    Some((list.owner, list.sources))
}
