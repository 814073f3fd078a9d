//! Statistics of VMs.

use app::{Cx, Granularity};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xapi_types::class;

use crate::{
    kind,
    stats::{Answer, ByName, ReadWrite, ReceiveSend, Values, is_number, numbered, put},
};

/// Return statistics of a running VM.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Stats {
    /// How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a
    /// week) or `days` (a year).
    granularity: Option<String>,
    /// VM.
    id: Id<kind::VmOrSnapshot>,
}

impl Op<Cx> for Stats {
    type Output = Answer<VmStats>;
    const SPEC: Spec = Spec::objects("vm.stats", &[Need::view("id", "read")]).read().quiet();
    async fn run(self, cx: Cx) -> Result<Answer<VmStats>> {
        let granularity = Granularity::parse(self.granularity.as_deref())?;
        let vm = cx.object(&self.id)?;
        // The host on which it runs keeps them, and takes them along when it goes to another one.
        let host = vm.get::<class::Vm>().and_then(|vm| cx.app.store().get(&vm.resident_on.to_string()));
        let host = host.ok_or_else(|| Error::incorrect_state(vm.id(), "resident_on", Value::Null, "<host-uuid>"))?;
        let frame = cx.on(host.id())?.stats(granularity, vm.id()).await?;
        Ok(Answer::of(&frame, granularity, vm.id(), VmStats::take))
    }
}

/// What is measured of a VM; what its host does not measure is left out.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VmStats {
    /// Use of all its processors, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_usage: Option<Values>,
    /// Use of each processor, percent, by its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpus: Option<ByName>,
    /// Operations of disks a second, by the last letter of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    iops: Option<Operations>,
    /// Memory that it has, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Values>,
    /// Memory that is free in it, bytes; its agent tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_free: Option<Values>,
    /// Memory that it is to have, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_target: Option<Values>,
    /// Part of the time in which all its processors were idle, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    runstate_blocked: Option<Values>,
    /// Part of the time in which some ran and some waited for a processor, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    runstate_concurrency_hazard: Option<Values>,
    /// Part of the time in which all waited for a processor, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    runstate_full_contention: Option<Values>,
    /// Part of the time in which all ran, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    runstate_fullrun: Option<Values>,
    /// Part of the time in which some waited for a processor and some were idle, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    runstate_partial_contention: Option<Values>,
    /// Part of the time in which some ran and some were idle, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    runstate_partial_run: Option<Values>,
    /// Requests that wait in the queue of a disk, by the last letter of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    vbd_avgqu_sz: Option<ByName>,
    /// Requests of a disk under way, by the last letter of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    vbd_inflight: Option<ByName>,
    /// Part of the time spent waiting for a disk, between 0 and 1, by the last letter of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    vbd_iowait: Option<ByName>,
    /// Latency of disks, ms, by the last letter of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    vbd_latency: Option<ReadWrite>,
    /// Errors of interfaces a second, by the number of the interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    vif_errors: Option<ReceiveSend>,
    /// Traffic of interfaces, bytes a second, by the number of the interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    vifs: Option<ReceiveSend>,
    /// Throughput of disks, bytes a second, by the last letter of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    xvds: Option<ReadWrite>,
}

/// Operations of disks.
#[derive(Default, Serialize, JsonSchema)]
struct Operations {
    /// Read.
    r: ByName,
    /// Both.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<ByName>,
    /// Written.
    w: ByName,
}

impl VmStats {
    fn take(&mut self, name: &str, values: &[f64]) {
        let place = match name {
            "cpu_usage" => &mut self.cpu_usage,
            "runstate_blocked" => &mut self.runstate_blocked,
            "runstate_concurrency_hazard" => &mut self.runstate_concurrency_hazard,
            "runstate_full_contention" => &mut self.runstate_full_contention,
            "runstate_fullrun" => &mut self.runstate_fullrun,
            "runstate_partial_contention" => &mut self.runstate_partial_contention,
            "runstate_partial_run" => &mut self.runstate_partial_run,
            "memory" => return self.memory = Some(Values::new(values)),
            "memory_target" => return self.memory_target = Some(Values::new(values)),
            "memory_internal_free" => return self.memory_free = Some(Values::kib(values)),
            _ => return self.device(name, values),
        };
        *place = Some(Values::percents(values));
    }

    fn device(&mut self, name: &str, values: &[f64]) {
        if let Some(cpu) = numbered(name, "cpu") {
            put(&mut self.cpus, cpu, Values::percents(values));
        } else if let Some((vif, what)) = name.strip_prefix("vif_").and_then(|rest| rest.split_once('_')) {
            self.interface(vif, what, values);
        } else if let Some((disk, what)) = name.strip_prefix("vbd_xvd").and_then(|rest| rest.split_once('_')) {
            self.disk(disk, what, values);
        }
    }

    fn interface(&mut self, vif: &str, what: &str, values: &[f64]) {
        if !is_number(vif) {
            return;
        }
        let list = match what {
            "rx" => &mut self.vifs.get_or_insert_default().rx,
            "tx" => &mut self.vifs.get_or_insert_default().tx,
            "rx_errors" => &mut self.vif_errors.get_or_insert_default().rx,
            "tx_errors" => &mut self.vif_errors.get_or_insert_default().tx,
            _ => return,
        };
        list.insert(vif.to_owned(), Values::new(values));
    }

    fn disk(&mut self, disk: &str, what: &str, values: &[f64]) {
        let (list, values) = match what {
            "read" => (&mut self.xvds.get_or_insert_default().r, Values::new(values)),
            "write" => (&mut self.xvds.get_or_insert_default().w, Values::new(values)),
            "iops_read" => (&mut self.iops.get_or_insert_default().r, Values::new(values)),
            "iops_write" => (&mut self.iops.get_or_insert_default().w, Values::new(values)),
            "iops_total" => {
                return put(&mut self.iops.get_or_insert_default().total, disk, Values::new(values));
            }
            "read_latency" => (&mut self.vbd_latency.get_or_insert_default().r, Values::thousandths(values)),
            "write_latency" => (&mut self.vbd_latency.get_or_insert_default().w, Values::thousandths(values)),
            "iowait" => return put(&mut self.vbd_iowait, disk, Values::new(values)),
            "inflight" => return put(&mut self.vbd_inflight, disk, Values::new(values)),
            "avgqu_sz" => return put(&mut self.vbd_avgqu_sz, disk, Values::new(values)),
            _ => return,
        };
        list.insert(disk.to_owned(), values);
    }
}

#[cfg(test)]
mod tests {
    use super::VmStats;

    #[test]
    fn each_name_of_a_vm_has_its_place_and_unit() {
        let mut stats = VmStats::default();
        for (name, value) in [
            ("cpu0", 0.5),
            ("cpu_usage", 0.25),
            ("memory", 1024.0),
            ("memory_target", 1024.0),
            ("memory_internal_free", 0.5),
            ("runstate_fullrun", 0.125),
            ("runstate_blocked", f64::NAN),
            ("vif_0_rx", 1.5),
            ("vif_0_tx_errors", 0.0),
            ("vif_x_rx", 1.0),
            ("vbd_xvda_read", 3.0),
            ("vbd_xvdb_write", 4.0),
            ("vbd_xvda_iops_read", 5.0),
            ("vbd_xvda_iops_total", 6.0),
            ("vbd_xvda_write_latency", 1500.0),
            ("vbd_xvda_iowait", 0.5),
            ("vbd_xvda_inflight", 2.0),
            ("vbd_xvda_avgqu_sz", 1.0),
            ("vbd_hda_read", 1.0),
        ] {
            stats.take(name, &[value]);
        }
        let expected = concat!(
            r#"{"cpuUsage":[25],"cpus":{"0":[50]},"iops":{"r":{"a":[5]},"total":{"a":[6]},"w":{}},"memory":[1024],"#,
            r#""memoryFree":[512],"memoryTarget":[1024],"runstateBlocked":[null],"runstateFullrun":[12.5],"#,
            r#""vbdAvgquSz":{"a":[1]},"vbdInflight":{"a":[2]},"vbdIowait":{"a":[0.5]},"#,
            r#""vbdLatency":{"r":{},"w":{"a":[1.5]}},"vifErrors":{"rx":{},"tx":{"0":[0]}},"#,
            r#""vifs":{"rx":{"0":[1.5]},"tx":{}},"xvds":{"r":{"a":[3]},"w":{"b":[4]}}}"#,
        );
        assert_eq!(serde_json::to_string(&stats).unwrap(), expected);
    }
}
