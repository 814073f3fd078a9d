//! Statistics of storage repositories: each host counts what goes through it, we put it together.

use std::{collections::BTreeMap, sync::Arc};

use app::{Cx, Frame, Granularity, On};
use futures_util::future::try_join_all;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xapi_types::class;

use crate::{
    kind,
    stats::{Answer, ByName, Values},
};

/// Return statistics of a storage repository, of all hosts that are connected to it together.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Stats {
    /// How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a
    /// week) or `days` (a year).
    granularity: Option<String>,
    /// Storage repository.
    id: Id<kind::Sr>,
}

impl Op<Cx> for Stats {
    type Output = Answer<SrStats>;
    const SPEC: Spec = Spec::objects("sr.stats", &[Need::view("id", "read")]).read().quiet();
    async fn run(self, cx: Cx) -> Result<Answer<SrStats>> {
        let granularity = Granularity::parse(self.granularity.as_deref())?;
        let hosts = connected(&cx, &self.id)?;
        if hosts.is_empty() {
            let id = &*self.id;
            let text = format!("no host that is up is connected to storage repository `{id}`; connect one of them");
            return Err(Error::refused(text));
        }
        let audience = cx.app.audience(Some(&*cx.user()?));
        let frames = (1..).zip(&hosts).map(async |(number, host)| {
            // Who may see the repository only is not told which hosts use it.
            let is_seen = audience.sees(&host.object);
            let frame = host.stats(granularity, host.object.id()).await;
            let frame = frame.map_err(|error| {
                if is_seen { error } else { Error::failed(format!("host {number} of the storage tells no statistics")) }
            });
            Ok::<_, Error>(Told::new(host, (!is_seen).then_some(number), frame?))
        });
        Ok(together(&try_join_all(frames).await?, granularity, &self.id))
    }
}

/// Returns the hosts that are connected to a repository; one that is down uses no storage.
fn connected(cx: &Cx, id: &str) -> Result<Vec<On>> {
    #[derive(Deserialize)]
    struct Shown {
        power_state: String,
    }
    let sr = cx.object(id)?;
    let objects = cx.app.store().snapshot();
    let pbds = sr.get::<class::Sr>().map_or(&[][..], |sr| &sr.pbds);
    let pbds = pbds.iter().filter_map(|pbd| objects.by_ref(&pbd.erase())?.get::<class::Pbd>());
    let hosts = pbds.filter(|pbd| pbd.currently_attached).filter_map(|pbd| objects.by_ref(&pbd.host.erase()));
    let is_up = |host: &&Arc<app::Object>| host.decode::<Shown>().is_ok_and(|host| host.power_state == "Running");
    hosts.filter(is_up).map(|host| cx.on(host.id())).collect()
}

/// What a host told.
struct Told {
    id: String,
    name: String,
    /// What tells it from others of its name.
    label: String,
    frame: Arc<Frame>,
}

impl Told {
    /// A host that the caller may not see goes by its `number`.
    fn new(host: &On, number: Option<usize>, frame: Arc<Frame>) -> Self {
        let id = host.object.id().to_owned();
        let label = number.map_or_else(|| id.clone(), |number| format!("host {number}"));
        let name = host.object.get::<class::Host>().filter(|_| number.is_none());
        let name = name.map_or_else(|| label.clone(), |host| host.name_label.to_string());
        Self { id, name, label, frame }
    }

    /// Returns a column of what it told of itself.
    fn column(&self, name: &str) -> Option<&[f64]> {
        let column = self.frame.of(&self.id).iter().find(|column| &*column.name == name);
        column.map(|column| column.values.as_slice())
    }
}

/// What is measured of a repository; lists are empty where no host measures it.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SrStats {
    /// Throughput of all hosts, bytes a second.
    io_throughput: ReadWrite,
    /// Operations of all hosts, a second.
    iops: ReadWrite,
    /// Part of the time that each host spent waiting, between 0 and 1, by its name.
    iowait: ByName,
    /// Latency as hosts see it on the average, ms.
    latency: ReadWrite,
}

/// What is read and what is written.
#[derive(Default, Serialize, JsonSchema)]
struct ReadWrite {
    /// Read.
    r: Values,
    /// Written.
    w: Values,
}

/// Rows by which a host may be behind the others so that its next ones are waited for: it measures a moment later, or
/// has been asked a moment before.
const BEHIND: i64 = 2;

/// Puts together what hosts told; what they told of the same time stands in the same place.
fn together(told: &[Told], granularity: Granularity, sr: &str) -> Answer<SrStats> {
    let short = sr.get(..8).unwrap_or(sr);
    let step = granularity.step();
    let end = common_end(told, step);
    let lists = |what: &str| -> Vec<Vec<f64>> {
        let lists = told.iter().filter_map(|told| {
            let values = told.column(&format!("{what}_{short}"))?;
            Some(until(values, (end - told.frame.end) / step))
        });
        lists.collect()
    };
    let sums = |what: &str| combine(&lists(what), granularity.rows(), |sum, _| sum);
    let means = |what: &str| combine(&lists(what), granularity.rows(), |sum, count| sum / count);
    let mut iowait = BTreeMap::new();
    for told in told {
        if let Some(values) = told.column(&format!("iowait_{short}")) {
            // Names of hosts need not differ.
            let name = if iowait.contains_key(&told.name) { &told.label } else { &told.name };
            iowait.insert(name.clone(), Values::new(&until(values, (end - told.frame.end) / step)));
        }
    }
    let stats = SrStats {
        io_throughput: ReadWrite {
            r: Values::mib(&sums("io_throughput_read")),
            w: Values::mib(&sums("io_throughput_write")),
        },
        iops: ReadWrite { r: Values::new(&sums("iops_read")), w: Values::new(&sums("iops_write")) },
        iowait,
        latency: ReadWrite {
            r: Values::thousandths(&means("read_latency")),
            w: Values::thousandths(&means("write_latency")),
        },
    };
    Answer { end_timestamp: end, interval: step, stats }
}

/// Returns the last moment of which all hosts have told, but those that are far behind: a sum without one of them would
/// look as if less went on.
fn common_end(told: &[Told], step: i64) -> i64 {
    let latest = told.iter().map(|told| told.frame.end).max().unwrap_or_default();
    let has_told = told.iter().filter(|told| !told.frame.of(&told.id).is_empty());
    has_told.map(|told| told.frame.end).filter(|end| latest - end <= BEHIND * step).min().unwrap_or(latest)
}

/// Returns values with their end `rows` later: gaps for what is not known, or without what is too new.
fn until(values: &[f64], rows: i64) -> Vec<f64> {
    let count = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX).min(values.len());
    if rows < 0 {
        return values[..values.len() - count].to_vec();
    }
    // Whose clock is further off than it keeps values has none of the time in question.
    values[count..].iter().copied().chain(std::iter::repeat_n(f64::NAN, count)).collect()
}

/// Combines lists that end at the same time, each value out of the sum and the number of those that are there.
fn combine(lists: &[Vec<f64>], most: usize, combine: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let rows = lists.iter().map(Vec::len).max().unwrap_or_default().min(most);
    let value = |back: usize| {
        let at = |list: &Vec<f64>| list.len().checked_sub(back).map(|at| list[at]).filter(|value| value.is_finite());
        let (sum, count) =
            lists.iter().filter_map(at).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 { combine(sum, count) } else { f64::NAN }
    };
    (1..=rows).rev().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::{combine, until};

    const NAN: f64 = f64::NAN;

    #[test]
    fn hosts_are_added_where_they_tell_of_the_same_time() {
        let lists = [vec![1.0, 2.0, NAN, 4.0], until(&[10.0, 20.0, NAN, 30.0], -1)];
        let sums = combine(&lists, 120, |sum, _| sum);
        assert_eq!(format!("{sums:?}"), "[1.0, 12.0, 20.0, 4.0]");
        let means = combine(&lists, 120, |sum, count| sum / count);
        assert_eq!(format!("{means:?}"), "[1.0, 6.0, 20.0, 4.0]");
    }

    #[test]
    fn what_a_host_has_not_told_is_a_gap() {
        assert_eq!(format!("{:?}", until(&[1.0, 2.0, 3.0], 1)), "[2.0, 3.0, NaN]");
        assert_eq!(format!("{:?}", until(&[1.0, 2.0], i64::MAX)), "[NaN, NaN]");
        assert_eq!(until(&[1.0, 2.0], i64::MIN), [0.0; 0]);
        assert_eq!(combine(&[], 120, |sum, _| sum), [0.0; 0]);
        assert_eq!(combine(&[vec![1.0; 500]], 120, |sum, _| sum).len(), 120);
    }
}
