//! A list of 10 000 VMs: how fast it is filtered, put in order, and kept so.
//!
//! Prints ms a query and µs a change. Run with `cargo bench -p view`, a smaller pool with `-- 1000`.

#[path = "../../model/benches/large/estate.rs"]
#[allow(dead_code, reason = "the other bench uses more of it")]
mod estate;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use estate::{Estate, Raw};
use filter::Filter;
use model::{Change, Kind, Mirror, Object, Store};
use view::{Index, Query, Request, Window};
use xapi_types::{Record, class};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs of each measurement, of which the best and the middle are told: other work on the machine makes some slower.
const RUNS: usize = 21;

fn main() {
    let vms = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let (store, mut writer) = Store::new();
    let mut mirror = Mirror::new();
    for Raw { kind, reference, json } in (Estate { vms, hosts: 64 }).records() {
        let raw = Raw { kind, reference, json };
        let mut record = raw.decode();
        if let Record::Vm(vm) = &mut record {
            rename(Arc::make_mut(vm));
        }
        mirror.put(raw.reference, record);
    }
    writer.relist(&mut mirror).expect("there is a pool");
    let all: Vec<Arc<Object>> = store.snapshot().of_kind(Kind::Vm).collect();

    for text in ["name_label:web power_state:Running", "web", "tags:team-7", "CPUs:number:>2"] {
        let filter = Filter::parse(text).expect("it is one");
        let mut found = 0;
        let times = times(|| {
            let snapshot = store.snapshot();
            found = black_box(snapshot.of_kind(Kind::Vm).filter(|object| filter.matches(&object.document())).count());
        });
        println!("filter `{text}`: {times}, {found} of {}", all.len());
    }

    let snapshot = store.snapshot();
    let look = |id: &str| snapshot.by_id(id).cloned();
    let request = Request {
        types: &["VM"],
        filter: "name_label:web power_state:Running",
        sort: &[("power_state", false), ("name_label", true)],
        groups: &["power_state", "$container", "tags"],
    };
    let query = Query::new(&request).expect("it is one");
    println!("list made of these: {}", times(|| drop(black_box(Index::of(query.clone(), all.iter().cloned(), look)))));
    let query = Query::new(&Request { filter: "", ..request }).expect("it is one");
    println!("list made of all: {}", times(|| drop(black_box(Index::of(query.clone(), all.iter().cloned(), look)))));

    let hosts: &[(&str, bool)] = &[("$container>name_label", true), ("name_label", true)];
    let by_host = Query::new(&Request { filter: "", sort: hosts, ..request }).expect("it is one");
    println!(
        "list made of all by host: {}",
        times(|| drop(black_box(Index::of(by_host.clone(), all.iter().cloned(), look))))
    );

    let mut index = Index::of(query, all.iter().cloned(), look);
    let columns = ["name_label", "power_state", "mainIpAddress", "$container", "tags", "CPUs.number", "memory.size"];
    let window = Window::new(0, 50, Some(&columns), index.query()).expect("it is one");
    let mut frame = window.frame(&index, None);
    println!("window of 50 rows: {}", times(|| drop(black_box(window.frame(&index, None).answer(1)))));
    let mut changes = Vec::new();
    for vm in all.iter().step_by(all.len() / 500) {
        let record = vm.get::<class::Vm>().expect("it is a VM");
        let mut record = record.clone();
        record.name_label = format!("0 {}", record.name_label).as_str().into();
        let change = Change::Put(vm.xapi_ref().clone(), record.into());
        changes.extend(writer.apply(&mut mirror, [change]).expect("there is a pool").entered);
    }
    let start = Instant::now();
    let mut told = 0;
    for object in &changes {
        index.set(object.id(), Some(object), look);
        index.refresh();
        let next = window.frame(&index, Some(&frame));
        told += usize::from(next.is_news());
        frame = next;
        index.settle();
    }
    let each = start.elapsed() / u32::try_from(changes.len()).expect("hundreds");
    println!("{} VMs renamed, told of {told} times: {each:?} each", changes.len());
}

/// Gives machines names as people do, and every tenth that of a web server.
fn rename(vm: &mut class::Vm) {
    let number: usize = vm.name_label.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let role = ["web", "db", "mail", "cache", "build", "proxy", "ldap", "files", "backup", "test"][number / 7 % 10];
    vm.name_label = format!("{role}-{number:05}.example.org").as_str().into();
}

/// Runs something many times; tells the best and the middle time.
fn times(mut run: impl FnMut()) -> String {
    let mut all: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    all.sort();
    format!("best {:.2} ms, middle {:.2} ms", all[0].as_secs_f64() * 1e3, all[RUNS / 2].as_secs_f64() * 1e3)
}
