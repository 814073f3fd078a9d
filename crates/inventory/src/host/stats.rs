//! Statistics of hosts.

use app::{Cx, Granularity};
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    kind,
    stats::{Answer, ByName, ReadWrite, ReceiveSend, Values, is_number, numbered, put},
};

/// Return statistics of a host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Stats {
    /// How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a
    /// week) or `days` (a year).
    granularity: Option<String>,
    /// Host.
    host: Id<kind::Host>,
}

impl Op<Cx> for Stats {
    type Output = Answer<HostStats>;
    const SPEC: Spec = Spec::objects("host.stats", &[Need::view("host", "read")])
        .read()
        .quiet()
        .rest(&[Rest::get("/hosts/{id}/stats").named(&[("id", "host")])]);
    async fn run(self, cx: Cx) -> Result<Answer<HostStats>> {
        let granularity = Granularity::parse(self.granularity.as_deref())?;
        stats(&cx, &self.host, granularity).await
    }
}

/// Returns statistics of the host `id`.
pub(crate) async fn stats(cx: &Cx, id: &str, granularity: Granularity) -> Result<Answer<HostStats>> {
    let frame = cx.on(id)?.stats(granularity, id).await?;
    Ok(Answer::of(&frame, granularity, id, HostStats::take))
}

/// What is measured of a host; what it does not measure is left out.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostStats {
    /// Use of each processor, percent, by its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpus: Option<ByName>,
    /// Throughput of storage, bytes a second, by the first eight digits of its uuid.
    #[serde(skip_serializing_if = "Option::is_none")]
    io_throughput: Option<ReadWrite>,
    /// Operations of storage a second, by the first eight digits of its uuid.
    #[serde(skip_serializing_if = "Option::is_none")]
    iops: Option<ReadWrite>,
    /// Part of the time spent waiting for storage, between 0 and 1, by the first eight digits of its uuid.
    #[serde(skip_serializing_if = "Option::is_none")]
    iowait: Option<ByName>,
    /// Latency of storage, ms, by the first eight digits of its uuid.
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<ReadWrite>,
    /// Load of the control domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<Values>,
    /// Memory, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Values>,
    /// Memory that is free, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_free: Option<Values>,
    /// Traffic of network cards, bytes a second, by the number of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pifs: Option<ReceiveSend>,
}

impl HostStats {
    fn take(&mut self, name: &str, values: &[f64]) {
        match name {
            "loadavg" => self.load = Some(Values::new(values)),
            "memory_total_kib" => self.memory = Some(Values::kib(values)),
            "memory_free_kib" => self.memory_free = Some(Values::kib(values)),
            _ => {
                if let Some(cpu) = numbered(name, "cpu") {
                    put(&mut self.cpus, cpu, Values::percents(values));
                } else if let Some(card) = name.strip_prefix("pif_eth") {
                    self.card(card, values);
                } else {
                    self.storage(name, values);
                }
            }
        }
    }

    /// Takes what is measured of a network card: `0_rx`.
    fn card(&mut self, name: &str, values: &[f64]) {
        let Some((card, way)) = name.split_once('_').filter(|(card, _)| is_number(card)) else { return };
        if !["rx", "tx"].contains(&way) {
            return;
        }
        let pifs = self.pifs.get_or_insert_default();
        let list = if way == "rx" { &mut pifs.rx } else { &mut pifs.tx };
        list.insert(card.to_owned(), Values::new(values));
    }

    /// Takes what is measured of storage: `iops_read_12345678`.
    fn storage(&mut self, name: &str, values: &[f64]) {
        let Some((what, sr)) = name.rsplit_once('_') else { return };
        let (list, values) = match what {
            "iowait" => return put(&mut self.iowait, sr, Values::new(values)),
            "iops_read" => (&mut self.iops.get_or_insert_default().r, Values::new(values)),
            "iops_write" => (&mut self.iops.get_or_insert_default().w, Values::new(values)),
            "io_throughput_read" => (&mut self.io_throughput.get_or_insert_default().r, Values::mib(values)),
            "io_throughput_write" => (&mut self.io_throughput.get_or_insert_default().w, Values::mib(values)),
            "read_latency" => (&mut self.latency.get_or_insert_default().r, Values::thousandths(values)),
            "write_latency" => (&mut self.latency.get_or_insert_default().w, Values::thousandths(values)),
            _ => return,
        };
        list.insert(sr.to_owned(), values);
    }
}

#[cfg(test)]
mod tests {
    use super::HostStats;

    #[test]
    fn each_name_of_a_host_has_its_place_and_unit() {
        let mut stats = HostStats::default();
        for (name, value) in [
            ("cpu0", 0.0123),
            ("cpu10", f64::NAN),
            ("cpu_avg", 0.5),
            ("loadavg", 0.25),
            ("memory_total_kib", 2048.0),
            ("memory_free_kib", 1.0),
            ("pif_eth0_rx", 5.0),
            ("pif_eth0_tx", f64::INFINITY),
            ("pif_eth0_rx_errors", 1.0),
            ("pif_aggr_rx", 1.0),
            ("iops_read_12345678", 7.0),
            ("iops_total_12345678", 1.0),
            ("io_throughput_write_12345678", 0.5),
            ("read_latency_12345678", 1500.0),
            ("iowait_12345678", 0.125),
        ] {
            stats.take(name, &[value]);
        }
        let expected = concat!(
            r#"{"cpus":{"0":[1.23],"10":[null]},"ioThroughput":{"r":{},"w":{"12345678":[524288]}},"#,
            r#""iops":{"r":{"12345678":[7]},"w":{}},"iowait":{"12345678":[0.125]},"#,
            r#""latency":{"r":{"12345678":[1.5]},"w":{}},"load":[0.25],"memory":[2097152],"memoryFree":[1024],"#,
            r#""pifs":{"rx":{"0":[5]},"tx":{"0":[null]}}}"#,
        );
        assert_eq!(serde_json::to_string(&stats).unwrap(), expected);
    }
}
