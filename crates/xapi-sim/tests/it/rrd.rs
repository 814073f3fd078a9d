//! Statistics as hosts answer them.

use std::net::SocketAddr;

use serde_json::Value;
use xapi_sim::{Object, Sim, clock::Clock, fault::Spoilt, profile::XENSERVER_7_1};

use crate::{
    client::{Raw, Reply, SOON, exchange},
    lab::Lab,
};

/// A pool whose time stands where a test puts it: what is asked for is far from any edge.
async fn at_noon() -> (Lab, Clock) {
    let clock = Clock::default();
    let now = clock.now().unix();
    clock.advance(43_200 + 1800 - now.rem_euclid(86_400));
    (Lab::of(Sim::builder().world("small").clock(clock.clone())).await, clock)
}

async fn get(address: SocketAddr, target: &str) -> Reply {
    exchange(address, format!("GET {target} HTTP/1.1\r\nHost: sim\r\n\r\n").as_bytes()).await
}

impl Lab {
    /// Asks the host that is so called for statistics.
    async fn rrd(&self, host: &str, target: &str) -> Reply {
        let at = self.sim.named("host", host).expect("the host");
        let hosts = self.sim.with(|world| {
            let master = world.master();
            let others: Vec<_> = world.list("host").into_iter().filter(|host| *host != master).collect();
            [vec![master], others].concat()
        });
        let at = hosts.iter().position(|host| *host == at).expect("it is in the pool");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        get(self.sim.addresses(0)[at].http, &format!("{path}?session_id={}&{query}", self.session())).await
    }

    /// Asks for the newest values of a host in JSON.
    async fn updates(&self, host: &str, query: &str) -> Updates {
        let reply = self.rrd(host, &format!("/rrd_updates?json=true&cf=AVERAGE&{query}")).await;
        assert_eq!(reply.status, "HTTP/1.1 200 OK");
        Updates(serde_json::from_slice(&reply.body).expect("JSON"))
    }

    fn uuid(&self, object: Object) -> String {
        self.sim.with(|world| world.uuid(object).to_owned())
    }

    /// Returns a VM that runs on the host that is so called.
    fn guest(&self, host: &str) -> Object {
        let host = self.sim.named("host", host).expect("the host");
        self.sim.with(|world| {
            let guests = world.objects(host, "resident_VMs").into_iter();
            let is_guest = |vm: &Object| {
                !world.flag(*vm, "is_control_domain")
                    && world.text(*vm, "power_state") == "Running"
                    && !world.objects(*vm, "VIFs").is_empty()
            };
            let mut guests: Vec<_> = guests.filter(is_guest).collect();
            guests.sort_by_key(ToString::to_string);
            guests[0]
        })
    }
}

struct Updates(Value);

impl Updates {
    fn legend(&self) -> Vec<&str> {
        self.0["meta"]["legend"].as_array().unwrap().iter().map(|entry| entry.as_str().unwrap()).collect()
    }

    /// Returns the values of one column, newest first; nothing for one that is not there.
    fn column(&self, owner: &str, name: &str) -> Option<Vec<&str>> {
        let at =
            self.legend().iter().position(|entry| entry.contains(owner) && entry.ends_with(&format!(":{name}")))?;
        let rows = self.0["data"].as_array().unwrap().iter();
        Some(rows.map(|row| row["values"][at].as_str().unwrap()).collect())
    }
}

const HOST: &str = "xcp-lab-1";

#[tokio::test]
async fn each_coarseness_has_its_rows_newest_first() {
    let (lab, clock) = at_noon().await;
    for (step, points) in [(5, 120), (60, 120), (3600, 168), (86_400, 366)] {
        let now = clock.now().unix();
        let start = now - step * points + step;
        let updates = lab.updates(HOST, &format!("host=true&interval={step}&start={start}")).await;
        let meta = &updates.0["meta"];
        assert_eq!(meta["step"], step);
        let rows = updates.0["data"].as_array().unwrap();
        assert!([points - 1, points].contains(&i64::try_from(rows.len()).unwrap()), "{step}: {} rows", rows.len());
        let times: Vec<i64> = rows.iter().map(|row| row["t"].as_i64().unwrap()).collect();
        assert!(times.windows(2).all(|pair| pair[0] == pair[1] + step) && times[0] % step == 0);
        assert_eq!(
            (meta["end"].as_i64().unwrap(), meta["start"].as_i64().unwrap()),
            (times[0], *times.last().unwrap())
        );
        assert_eq!(meta["columns"], updates.legend().len());
        assert_eq!(rows[0]["values"].as_array().unwrap().len(), updates.legend().len());
    }
}

#[tokio::test]
async fn columns_are_those_of_what_exists_on_the_host() {
    let (lab, _) = at_noon().await;
    let (host, vm) = (lab.sim.named("host", HOST).unwrap(), lab.guest(HOST));
    let updates = lab.updates(HOST, "host=true&start=-60").await;
    let (vif, sr) = lab.sim.with(|world| {
        let vif = world.objects(vm, "VIFs")[0];
        let sr = world.list("SR").into_iter().find(|sr| {
            world.text(*sr, "content_type") != "iso"
                && world.objects(*sr, "PBDs").iter().any(|pbd| world.object(*pbd, "host") == host)
        });
        (world.text(vif, "device").to_owned(), world.uuid(sr.expect("storage")).to_owned())
    });
    let (host_uuid, vm_uuid) = (lab.uuid(host), lab.uuid(vm));
    for (owner, name) in [
        (&host_uuid, "cpu0".to_owned()),
        (&host_uuid, "memory_total_kib".to_owned()),
        (&host_uuid, "pif_eth0_rx".to_owned()),
        (&host_uuid, format!("iops_read_{}", &sr[..8])),
        (&vm_uuid, "cpu0".to_owned()),
        (&vm_uuid, "memory".to_owned()),
        (&vm_uuid, format!("vif_{vif}_tx")),
        (&vm_uuid, "vbd_xvda_write".to_owned()),
    ] {
        let column = updates.column(owner, &name).unwrap_or_else(|| panic!("there is {name}"));
        assert!(column.iter().all(|value| value.parse::<f64>().is_ok_and(f64::is_finite)), "{name}: {column:?}");
    }
    let memory = updates.column(&vm_uuid, "memory").unwrap()[0].parse::<f64>().unwrap();
    let granted = lab.sim.with(|world| world.int(world.object(vm, "metrics"), "memory_actual"));
    assert!((memory - granted as f64).abs() < 1.0);
    // Those that run elsewhere, and those that do not run, are not among them.
    let elsewhere = lab.uuid(lab.guest("xcp-lab-2"));
    assert!(updates.column(&elsewhere, "memory").is_none());

    let few = lab.updates(HOST, &format!("vm_uuid={vm_uuid}&start=-60")).await;
    assert!(few.legend().iter().all(|entry| entry.starts_with(&format!("AVERAGE:vm:{vm_uuid}:"))));
    assert!(!few.legend().is_empty());
}

#[tokio::test]
async fn values_move_and_are_the_same_for_whoever_asks() {
    let (lab, clock) = at_noon().await;
    let host = lab.uuid(lab.sim.named("host", HOST).unwrap());
    let start = clock.now().unix() - 300;
    let ask = || async {
        let updates = lab.updates(HOST, &format!("host=true&interval=5&start={start}")).await;
        let load = updates.column(&host, "loadavg").unwrap().into_iter().map(str::to_owned).collect::<Vec<_>>();
        (load, updates.0["meta"]["end"].as_i64().unwrap())
    };
    let ((one, end), (other, later)) = (ask().await, ask().await);
    let newer = usize::try_from((later - end) / 5).unwrap();
    assert_eq!(one, other[newer..]);
    assert!(one.windows(2).any(|pair| pair[0] != pair[1]));
}

#[tokio::test]
async fn there_is_a_gap_where_a_machine_was_off() {
    let (lab, clock) = at_noon().await;
    let vm = lab.guest(HOST);
    let (uuid, reference, host) = (lab.uuid(vm), vm.to_string(), lab.sim.named("host", HOST).unwrap());
    let off = clock.now().unix();
    let start = off - 100;
    lab.run("VM.hard_shutdown", [reference.clone().into()]).await.unwrap();
    let updates = lab.updates(HOST, &format!("interval=5&start={start}")).await;
    assert!(updates.column(&uuid, "memory").is_none(), "it does not run");
    clock.advance(60);
    lab.run("VM.start_on", [reference.into(), host.to_string().into(), false.into(), false.into()]).await.unwrap();
    let most = usize::try_from((clock.now().unix() - off) / 5).unwrap() + 1;
    clock.advance(30);
    let updates = lab.updates(HOST, &format!("interval=5&start={start}")).await;
    let column = updates.column(&uuid, "memory").unwrap();
    let gaps = column.iter().filter(|value| **value == "NaN").count();
    assert!((12..=most).contains(&gaps), "{column:?}");
    assert!(column[0] != "NaN" && *column.last().unwrap() != "NaN", "{column:?}");
}

#[tokio::test]
async fn xml_is_answered_unless_json_is_asked_for() {
    let (lab, _) = at_noon().await;
    let reply = lab.rrd(HOST, "/rrd_updates?start=-20&host=true").await;
    assert_eq!((reply.status.as_str(), reply.header("content-type")), ("HTTP/1.1 200 OK", Some("text/xml")));
    let text = reply.text();
    assert!(text.contains("<xport><meta><start>") && text.contains("<legend><entry>AVERAGE:host:"), "{text}");
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut values = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Start(tag) if tag.name().as_ref() == b"v" => values += 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert!(values > 0);
    let mut raw = Raw::connect(lab.sim.http_addr()).await;
    let accepts =
        format!("GET /rrd_updates?start=-20&session_id={} HTTP/1.1\r\nAccept: application/json\r\n\r\n", lab.session());
    raw.send(accepts.as_bytes()).await;
    assert_eq!(raw.reply(SOON).await.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn older_products_write_numbers_that_are_no_json() {
    let lab = Lab::of(Sim::builder().world("small").profile(&XENSERVER_7_1)).await;
    let reply = lab.rrd(HOST, "/rrd_updates?start=0&interval=86400&json=true").await.text();
    assert!(reply.contains("[NaN,") || reply.contains(",NaN,"), "{}", &reply[..300]);
    assert!(!reply.contains("\"NaN\""));
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let (lab, _) = at_noon().await;
    for (target, status) in [
        ("/rrd_updates?json=true", "400 Bad Request"),
        ("/rrd_updates?start=yesterday", "400 Bad Request"),
        ("/vm_rrd?json", "400 Bad Request"),
        ("/sr_rrd?json", "400 Bad Request"),
        ("/vm_rrd?uuid=none", "404 Not Found"),
        ("/sr_rrd?uuid=none", "404 Not Found"),
    ] {
        assert!(lab.rrd(HOST, target).await.status.ends_with(status), "{target}");
    }
    for path in ["/rrd_updates?start=0", "/host_rrd", "/vm_rrd", "/sr_rrd"] {
        let reply = get(lab.sim.http_addr(), path).await;
        assert_eq!(reply.status, "HTTP/1.1 401 Unauthorised", "{path}");
    }
}

#[tokio::test]
async fn all_that_is_kept_of_an_object_is_answered_where_it_is() {
    let (lab, clock) = at_noon().await;
    let vm = lab.uuid(lab.guest("xcp-lab-2"));
    let elsewhere = lab.rrd(HOST, &format!("/vm_rrd?uuid={vm}&json")).await;
    assert_eq!(elsewhere.status, "HTTP/1.1 302 Found");
    let location = elsewhere.header("location").unwrap();
    let there = lab.sim.addresses(0)[1].https;
    assert!(location.starts_with(&format!("https://{there}/vm_rrd?")) && location.contains(&vm), "{location}");
    let asked = clock.now().unix();
    let whole = lab.rrd("xcp-lab-2", &format!("/vm_rrd?uuid={vm}&json")).await;
    assert_eq!(whole.status, "HTTP/1.0 200 OK");
    let whole: Value = serde_json::from_slice(&whole.body).unwrap();
    let updated = whole["lastupdate"].as_i64().unwrap();
    assert!((asked - 5..=clock.now().unix()).contains(&updated) && updated % 5 == 0, "{asked} {updated}");
    let rows: Vec<usize> =
        whole["rra"].as_array().unwrap().iter().map(|rra| rra["database"].as_array().unwrap().len()).collect();
    assert_eq!(rows, [120, 120, 168, 366]);
    let xml = lab.rrd(HOST, "/host_rrd").await.text();
    assert!(xml.contains("<rrd><version>0003</version><step>5</step>") && xml.contains("<ds><name>cpu0</name>"));
}

#[tokio::test]
async fn answers_are_spoilt_delayed_and_counted_by_path() {
    let (lab, _) = at_noon().await;
    let host = lab.sim.named("host", HOST).unwrap();
    assert_eq!(lab.sim.requests(host, "/rrd_updates"), 0);
    lab.sim.spoil_at("/rrd_updates", Spoilt::Cut);
    lab.sim.spoil_at("/rrd_updates", Spoilt::Truncated);
    let cut = lab.rrd(HOST, "/rrd_updates?start=-60&json").await;
    let length: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert!(cut.body.len() < length);
    let truncated = lab.rrd(HOST, "/rrd_updates?start=-60&json").await;
    assert!(serde_json::from_slice::<Value>(&truncated.body).is_err());
    lab.sim.fail_next("/rrd_updates", "INTERNAL_ERROR", ["no daemon"]);
    assert_eq!(lab.rrd(HOST, "/rrd_updates?start=-60").await.status, "HTTP/1.1 500 Internal Error");
    assert_eq!(lab.rrd(HOST, "/rrd_updates?start=-60").await.status, "HTTP/1.1 200 OK");
    assert_eq!(lab.sim.requests(host, "/rrd_updates"), 4);
}
