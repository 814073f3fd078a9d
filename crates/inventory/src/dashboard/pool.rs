//! A pool at a glance.

use std::sync::Arc;

use app::{
    Cx, Frame, Granularity,
    model::{Kind, Number, Object},
};
use futures_util::future::join_all;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xapi_types::class;

use super::{Host, Hosts, Sr, Vm, Vms, patches, read, top};
use crate::{alarm, kind, patch};

/// Tell the state of a pool: its hosts and VMs, who uses most, alarms.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetDashboard {
    /// Pool.
    id: Id<kind::Pool>,
}

/// A pool at a glance.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    /// Hosts.
    hosts: OfHosts,
    /// VMs.
    vms: OfVms,
    /// Storage.
    srs: OfSrs,
    /// Ids of alarms.
    alarms: Vec<String>,
    /// Processors that VMs have, and that there are.
    cpu_provisioning: Provisioning,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OfHosts {
    /// By state.
    status: Hosts,
    /// Those that use most.
    top_five_usage: TopHosts,
    /// Patches that they miss.
    missing_patches: patches::Listed,
}

#[derive(Serialize, JsonSchema)]
struct TopHosts {
    /// Of processors.
    cpu: Vec<top::Cpu>,
    /// Of memory.
    ram: Vec<Ram>,
}

/// Use of memory of a host.
#[derive(Serialize, JsonSchema)]
struct Ram {
    /// Name.
    name_label: String,
    /// Id.
    id: String,
    /// Use, percent.
    #[schemars(with = "f64")]
    percent: Number,
    /// Taken, bytes.
    #[schemars(with = "f64")]
    usage: Number,
    /// All there is, bytes.
    #[schemars(with = "f64")]
    size: Number,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OfVms {
    /// By state.
    status: Vms,
    /// Those that use most.
    top_five_usage: TopVms,
}

#[derive(Serialize, JsonSchema)]
struct TopVms {
    /// Of processors.
    cpu: Vec<top::Cpu>,
    /// Of memory.
    ram: Vec<top::Ram>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OfSrs {
    /// Those that are fullest.
    top_five_usage: Vec<Filled>,
}

/// Use of storage.
#[derive(Serialize, JsonSchema)]
struct Filled {
    /// Name.
    name_label: String,
    /// Id.
    id: String,
    /// Use, percent.
    #[schemars(with = "f64")]
    percent: Number,
    /// Taken, bytes.
    #[schemars(with = "f64")]
    physical_usage: Number,
    /// All there is, bytes.
    #[schemars(with = "f64")]
    size: Number,
}

#[derive(Serialize, JsonSchema)]
struct Provisioning {
    /// Processors that there are.
    total: u32,
    /// Virtual processors of VMs that run.
    assigned: u32,
    /// The second of the first, percent.
    #[schemars(with = "f64")]
    percent: Number,
}

impl Op<Cx> for GetDashboard {
    type Output = Dashboard;
    const SPEC: Spec = Spec::objects("pool.getDashboard", &[Need::view("id", "read")])
        .read()
        .quiet()
        .rest(&[Rest::sections("/pools/{id}/dashboard")]);
    async fn run(self, cx: Cx) -> Result<Dashboard> {
        let pool = cx.object(&self.id)?;
        let audience = cx.app.audience(Some(&*cx.user()?));
        let objects: Vec<_> = {
            let objects = cx.app.store().snapshot();
            objects.of_pool(pool.pool().as_str()).filter(|object| audience.sees(object)).collect()
        };
        let of = |kind: Kind| objects.iter().filter(move |object| object.kind() == kind).cloned();
        let measured = join_all(of(Kind::Host).map(|host| measured(&cx, host)));
        let (frames, told) = tokio::join!(measured, patch::survey(&cx, of(Kind::Host)));
        let frames: Vec<_> = frames.into_iter().flatten().collect();
        let (hosts, vms): (Vec<Host>, Vec<Vm>) = (read(of(Kind::Host)), read(of(Kind::Vm)));
        let cpu = frames.iter().filter_map(|(host, frame)| top::Cpu::of(frame, host)).collect();
        Ok(Dashboard {
            hosts: OfHosts {
                status: Hosts::count(&hosts).0,
                top_five_usage: TopHosts {
                    cpu: top::first(cpu, top::Cpu::percent),
                    ram: top::first(hosts.iter().filter_map(Ram::of).collect(), |ram| ram.percent),
                },
                missing_patches: patches::Listed::of(&cx, &told),
            },
            vms: OfVms { status: Vms::count(&vms).0, top_five_usage: of_vms(&frames, of(Kind::Vm)) },
            srs: OfSrs {
                top_five_usage: top::first(read(of(Kind::Sr)).into_iter().filter_map(Filled::of).collect(), |usage| {
                    usage.percent
                }),
            },
            alarms: alarm::ids_in(&cx, &pool)?,
            cpu_provisioning: Provisioning::of(&hosts, &vms),
        })
    }
}

/// Returns what a host measures; one that does not tell is left out.
async fn measured(cx: &Cx, host: Arc<Object>) -> Option<(Arc<Object>, Arc<Frame>)> {
    let frame = cx.on(host.id()).ok()?.stats(Granularity::Seconds, host.id()).await;
    match frame {
        Ok(frame) => Some((host, frame)),
        Err(error) => {
            tracing::debug!(host.id = host.id(), "a host is not among those that use most: {error}");
            None
        }
    }
}

fn of_vms(frames: &[(Arc<Object>, Arc<Frame>)], vms: impl Iterator<Item = Arc<Object>>) -> TopVms {
    let (mut cpu, mut ram) = (Vec::new(), Vec::new());
    for vm in vms {
        let host = vm.get::<class::Vm>().map(|record| record.resident_on.to_string());
        let on = |(known, _): &&(Arc<Object>, Arc<Frame>)| Some(known.xapi_ref().to_string()) == host;
        let Some((_, frame)) = frames.iter().find(on) else { continue };
        cpu.extend(top::Cpu::of(frame, &vm));
        ram.extend(top::Ram::of(frame, &vm));
    }
    TopVms { cpu: top::first(cpu, top::Cpu::percent), ram: top::first(ram, top::Ram::percent) }
}

impl Ram {
    fn of(host: &Host) -> Option<Self> {
        let super::Memory { size, usage } = host.memory;
        (size > 0.0).then(|| Self {
            name_label: host.name_label.clone(),
            id: host.id.clone(),
            percent: Number::from(usage / size * 100.0),
            usage: Number::from(usage),
            size: Number::from(size),
        })
    }
}

impl Filled {
    fn of(sr: Sr) -> Option<Self> {
        (sr.size > 0.0 && sr.physical_usage >= 0.0).then(|| Self {
            percent: Number::from(sr.physical_usage / sr.size * 100.0),
            physical_usage: Number::from(sr.physical_usage),
            size: Number::from(sr.size),
            name_label: sr.name_label,
            id: sr.id,
        })
    }
}

impl Provisioning {
    fn of(hosts: &[Host], vms: &[Vm]) -> Self {
        let total = hosts.iter().filter_map(|host| host.cpus.cores).sum();
        let running = vms.iter().filter(|vm| vm.power_state == "Running");
        let assigned = running.map(|vm| vm.cpus.number).sum();
        let percent = if total == 0 { 0.0 } else { f64::from(assigned) / f64::from(total) * 100.0 };
        Self { total, assigned, percent: Number::from(percent) }
    }
}
