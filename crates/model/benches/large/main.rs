//! A pool of 10 000 VMs and 64 hosts: how fast its objects are made, changed and chosen, and what they weigh.
//!
//! Prints objects/s of processor time, µs a change and MiB. Run with `cargo bench -p model`, a smaller pool with `-- 1000`.

mod estate;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use estate::{Estate, Raw};
use filter::Filter;
use model::{Change, Choice, Kind, Mirror, Store};
use xapi_types::{AnyRef, Record};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let vms = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let estate = Estate { vms, hosts: 64 };
    let raw = estate.records();
    let bytes: usize = raw.iter().map(|raw| raw.json.len()).sum();
    println!("{} records, {} MB of JSON; {} MiB before", raw.len(), bytes / 1_000_000, resident("VmRSS"));
    let before = resident("VmRSS");

    let (decode, records) = timed(|| raw.iter().map(Raw::decode).collect::<Vec<_>>());
    println!("decode: {decode:?}, {:.0} MB/s", bytes as f64 / 1e6 / decode.as_secs_f64());
    drop(records);

    let (store, mut writer) = Store::new();
    let (fill, mut mirror) = timed(|| fill(&raw));
    println!("decode and fill the mirror: {fill:?}; {} MiB", resident("VmRSS") - before);
    let (relist, delta) = timed(|| writer.relist(&mut mirror).expect("there is a pool"));
    let count = delta.entered.len();
    println!("first list: {count} objects in {relist:?}, {:.0} objects/s", count as f64 / relist.as_secs_f64());
    drop(delta);
    let json: usize = store.snapshot().iter().map(|object| object.json().len()).sum();
    println!("weight: {} MiB, of which {} MiB of JSON", resident("VmRSS") - before, json >> 20);

    let mut again = self::fill(&raw);
    let (relist, delta) = timed(|| writer.relist(&mut again).expect("there is a pool"));
    println!("same list again: {relist:?}, {} changed", delta.entered.len());
    drop(std::mem::replace(&mut mirror, again));
    println!("weight: {} MiB, peak {} MiB", resident("VmRSS") - before, resident("VmHWM").saturating_sub(before));

    changes(&raw, &mut mirror, &mut writer);
    choices(&store);
}

fn fill(raw: &[Raw]) -> Mirror {
    let mut mirror = Mirror::new();
    for raw in raw {
        mirror.put(raw.reference.clone(), raw.decode());
    }
    mirror
}

/// Renames machines, and lets guest metrics and storage change.
fn changes(raw: &[Raw], mirror: &mut Mirror, writer: &mut model::Writer) {
    for (name, kind) in
        [("a VM", Kind::Vm), ("an SR of thousands of disks", Kind::Sr), ("a host of hundreds of VMs", Kind::Host)]
    {
        let wanted = |raw: &&Raw| match (&kind, raw.kind) {
            (Kind::Vm, xapi_types::Kind::Vm) | (Kind::Host, xapi_types::Kind::Host) => true,
            (Kind::Sr, xapi_types::Kind::Sr) => raw.json.contains("nfs"),
            _ => false,
        };
        let records: Vec<(AnyRef, Record)> =
            raw.iter().filter(wanted).take(1000).map(|raw| (raw.reference.clone(), changed(raw.decode()))).collect();
        let count = u32::try_from(records.len()).expect("a thousand at most");
        let mut entered = 0;
        let (took, ()) = timed(|| {
            for (reference, record) in records {
                let delta = writer.apply(mirror, [Change::Put(reference, record)]).expect("there is a pool");
                entered += delta.entered.len();
            }
        });
        println!("change of {name}: {:?} each, {entered} objects changed by {count}", took / count);
    }
    let machines = raw.iter().filter(|raw| raw.kind == xapi_types::Kind::Vm).take(1000);
    let batch: Vec<_> = machines.map(|raw| Change::Gone(raw.reference.clone())).collect();
    let count = u32::try_from(batch.len()).expect("a thousand at most");
    let (took, delta) = timed(|| writer.apply(mirror, batch).expect("there is a pool"));
    println!(
        "removal of 1000 VMs at once: {:?} each, {} changed, {} left",
        took / count,
        delta.entered.len(),
        delta.left.len()
    );
}

fn changed(record: Record) -> Record {
    match record {
        Record::Vm(mut vm) => {
            Arc::make_mut(&mut vm).name_label.push('!');
            Record::Vm(vm)
        }
        Record::Sr(mut sr) => {
            Arc::make_mut(&mut sr).physical_utilisation += 1;
            Record::Sr(sr)
        }
        Record::Host(mut host) => {
            Arc::make_mut(&mut host).resident_vms.pop();
            Record::Host(host)
        }
        other => other,
    }
}

fn choices(store: &Store) {
    for text in ["type:VM power_state:Running", "tags:team-7", "vm-00042", "CPUs:number:>2 type:VM"] {
        let choice = Choice::from(Filter::parse(text).expect("the filter is one"));
        let snapshot = store.snapshot();
        let (took, count) = timed(|| black_box(snapshot.choose(choice, None).count()));
        println!("filter `{text}`: {took:?}, {count} of {}", snapshot.len());
    }
    let snapshot = store.snapshot();
    let (took, bytes) = timed(|| snapshot.iter().map(|object| object.json().len()).sum::<usize>());
    println!("walk over all: {took:?}, {} MB", bytes / 1_000_000);
    let ids: Vec<String> = snapshot.iter().map(|object| object.id().to_owned()).collect();
    let (took, found) = timed(|| ids.iter().filter(|id| snapshot.by_id(id).is_some()).count());
    println!("lookup by id: {:?} each, {found} found", took / u32::try_from(ids.len()).unwrap_or(1));
}

/// Runs something and tells the processor time that all threads took for it, which other work on the machine does
/// not stretch.
fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let (start, wall) = (processor_time(), Instant::now());
    let result = run();
    let took = processor_time().saturating_sub(start);
    // The clock of the processor ticks in units of 10 ms.
    (if took < Duration::from_millis(100) { wall.elapsed() } else { took }, result)
}

fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}

/// MiB of memory, by its name in `/proc/self/status`.
fn resident(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}
