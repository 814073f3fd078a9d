use std::collections::BTreeMap;

use filter::Filter;
use model::{Kind, PoolId};
use serde_json::{Map, Value, json};

use super::*;
use crate::{Frame, Request, Window, changes};

/// Numbers that look random, the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most).expect("small")
    }
}

fn object(id: &str, mut properties: Value) -> Arc<Object> {
    let mut all = Map::from_iter([("id".to_owned(), id.into())]);
    all.append(properties.as_object_mut().expect("properties"));
    let kind = if id.starts_with("host") { Kind::Host } else { Kind::Vm };
    let json = Value::from(all).to_string();
    let object = Object::from_json(kind, PoolId::new("pool"), xapi_types::AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

/// Of a query that follows no reference nobody is looked for.
fn nobody(_: &str) -> Option<Arc<Object>> {
    None
}

fn query() -> Query {
    let request = Request {
        types: &["VM"],
        filter: "name_label:web",
        sort: &[("power_state", false), ("name_label", true)],
        groups: &["power_state", "tags"],
    };
    Query::new(&request).expect("it is one")
}

fn random(dice: &mut Dice, id: &str) -> Arc<Object> {
    let state = ["Running", "Halted", "Paused"][dice.below(3)];
    let name = ["web", "Web 2", "web 10", "db"][dice.below(4)];
    let tags = &["a", "b", "a"][..dice.below(4)];
    let mut properties = json!({ "power_state": state, "name_label": name, "tags": tags, "startTime": dice.below(5) });
    if dice.below(8) == 0 {
        properties.as_object_mut().expect("properties").shift_remove("power_state");
    }
    object(id, properties)
}

/// What a client makes of what it is told.
#[derive(Default)]
struct Client {
    ids: Vec<String>,
    rows: BTreeMap<String, Value>,
    total: Value,
    counts: Map<String, Value>,
}

impl Client {
    fn opens(frame: &Frame) -> Self {
        let answer: Value = serde_json::from_str(&frame.answer(7)).expect("answers are JSON");
        let mut client = Self { total: answer["total"].clone(), ..Self::default() };
        for row in answer["rows"].as_array().expect("rows") {
            let id = row["id"].as_str().expect("a text").to_owned();
            client.ids.push(id.clone());
            client.rows.insert(id, row.clone());
        }
        client.counts = answer["counts"].as_object().expect("counts").clone();
        client
    }

    fn hears(&mut self, text: &[u8]) {
        let text = format!("{{\"id\":7{}", std::str::from_utf8(text).expect("text"));
        let told: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let none = Value::Null;
        let member = |name: &str| told.get(name).unwrap_or(&none).clone();
        let goes: Vec<String> = member("left").as_array().into_iter().flatten().map(text_of).collect();
        let moved = member("moved").as_object().cloned().unwrap_or_default();
        self.ids.retain(|id| !goes.contains(id) && !moved.contains_key(id));
        for id in &goes {
            self.rows.remove(id).expect("what leaves was there");
        }
        let mut puts: Vec<(usize, String)> = moved.iter().map(|(id, place)| (number_of(place), id.clone())).collect();
        for entered in member("entered").as_array().into_iter().flatten() {
            let id = text_of(&entered[1]["id"]);
            assert!(self.rows.insert(id.clone(), entered[1].clone()).is_none(), "what enters is new");
            puts.push((number_of(&entered[0]), id));
        }
        puts.sort();
        for (place, id) in puts {
            self.ids.insert(place, id);
        }
        for (id, change) in member("changed").as_object().into_iter().flatten() {
            let row = self.rows.get_mut(id).expect("what changes is there").as_object_mut().expect("a row");
            for (column, value) in change.as_object().expect("columns") {
                assert_ne!(row.insert(column.clone(), value.clone()).as_ref(), Some(value), "only what is different");
            }
        }
        if let Some(total) = told.get("total") {
            self.total = total.clone();
        }
        for (property, changed) in member("counts").as_object().into_iter().flatten() {
            let counts = self.counts[property].as_object_mut().expect("counts");
            for (value, count) in changed.as_object().expect("counts") {
                if *count == 0 {
                    counts.shift_remove(value)
                } else {
                    counts.insert(value.clone(), count.clone())
                };
            }
        }
    }

    fn agrees(&self, frame: &Frame) {
        let other = Self::opens(frame);
        assert_eq!(self.ids, other.ids);
        assert_eq!((&self.rows, &self.total), (&other.rows, &other.total));
        let sorted = |counts: &Map<String, Value>| -> Vec<(String, BTreeMap<String, Value>)> {
            let counts = counts.iter();
            counts.map(|(name, counts)| (name.clone(), serde_json::from_value(counts.clone()).unwrap())).collect()
        };
        assert_eq!(sorted(&self.counts), sorted(&other.counts));
    }
}

fn number_of(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a place")).expect("small")
}

fn text_of(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The store, an index that is kept, and clients that hear of every change or of every tenth.
#[test]
fn what_is_kept_is_what_a_new_query_finds() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut store: BTreeMap<String, Arc<Object>> = BTreeMap::new();
    let mut index = Index::new(query());
    let windows: Vec<Window> = [(0, 5), (3, 4), (0, 500), (40, 10), (0, 0)]
        .into_iter()
        .map(|(offset, limit)| {
            let columns = ["name_label", "power_state", "startTime", "tags"];
            Window::new(offset, limit, Some(&columns), index.query()).expect("it is one")
        })
        .collect();
    index.refresh();
    let mut frames: Vec<Arc<Frame>> = windows.iter().map(|window| Arc::new(window.frame(&index, None))).collect();
    let mut seen = frames.clone();
    let mut quick: Vec<Client> = frames.iter().map(|frame| Client::opens(frame)).collect();
    let mut slow: Vec<Client> = frames.iter().map(|frame| Client::opens(frame)).collect();
    for step in 0..2000 {
        for _ in 0..=dice.below(4) {
            let id = format!("{}{}", if dice.below(10) == 0 { "host" } else { "vm" }, dice.below(60));
            if dice.below(3) == 0 {
                store.remove(&id);
            } else {
                store.insert(id.clone(), random(&mut dice, &id));
            }
            index.set(&id, store.get(&id), nobody);
        }
        index.in_order.check();
        index.refresh();
        let fresh = Index::of(query(), store.values().cloned(), nobody);
        assert_eq!((index.len(), index.bytes()), (fresh.len(), fresh.bytes()));
        assert!(index.objects().zip(fresh.objects()).all(|(one, other)| Arc::ptr_eq(one, other)));
        for (at, window) in windows.iter().enumerate() {
            let frame = Arc::new(window.frame(&index, Some(&frames[at])));
            if frame.is_news() {
                quick[at].hears(&frame.since(&frames[at]).expect("there is news"));
                frames[at] = frame;
            }
            quick[at].agrees(&window.frame(&fresh, None));
            if step % 10 == 0 {
                if let Some(text) = frames[at].since(&seen[at]) {
                    slow[at].hears(&text);
                }
                slow[at].agrees(&frames[at]);
                seen[at] = Arc::clone(&frames[at]);
            }
        }
        index.settle();
    }
    assert!(index.len() > 5, "there is something to see");
}

/// VMs in the order of what their hosts are called: hosts are renamed, come and go, and VMs move between them.
#[test]
fn an_order_that_follows_references_is_what_a_new_query_finds() {
    let request =
        Request { types: &["VM"], filter: "", sort: &[("$container>name_label", true), ("id", false)], groups: &[] };
    let query = Query::new(&request).expect("it is one");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut store: BTreeMap<String, Arc<Object>> = BTreeMap::new();
    let mut index = Index::new(query.clone());
    let window = Window::new(2, 6, Some(&["$container"]), index.query()).expect("it is one");
    let mut frame = window.frame(&index, None);
    let mut client = Client::opens(&frame);
    let mut moved_by_others = 0;
    for _ in 0..2000 {
        let host = format!("host{}", dice.below(6));
        let (id, now) = if dice.below(3) == 0 {
            let name = ["a", "b", "c 2", "c 10", ""][dice.below(5)];
            (host.clone(), (dice.below(5) > 0).then(|| object(&host, json!({ "name_label": name }))))
        } else {
            let id = format!("vm{}", dice.below(30));
            let container = [json!(host), json!(null), json!("")][dice.below(12).saturating_sub(9)].clone();
            let now = (dice.below(4) > 0).then(|| object(&id, json!({ "$container": container })));
            (id, now)
        };
        match now {
            Some(object) => store.insert(id.clone(), object),
            None => store.remove(&id),
        };
        let before = index.follows(&id);
        index.set(&id, store.get(&id), |id| store.get(id).cloned());
        moved_by_others += usize::from(before && index.is_changed());
        index.in_order.check();
        let fresh = Index::of(query.clone(), store.values().cloned(), |id| store.get(id).cloned());
        assert_eq!((index.len(), index.bytes()), (fresh.len(), fresh.bytes()));
        assert!(index.objects().zip(fresh.objects()).all(|(one, other)| Arc::ptr_eq(one, other)));
        let next = window.frame(&index, Some(&frame));
        if next.is_news() {
            client.hears(&next.since(&frame).expect("there is news"));
            frame = next;
        }
        client.agrees(&window.frame(&fresh, None));
        index.settle();
    }
    assert!(moved_by_others > 100, "{moved_by_others}");
}

#[test]
fn a_row_whose_host_must_not_be_seen_stands_last_and_tells_nothing_of_it() {
    let request = Request { types: &["VM"], filter: "", sort: &[("$container>name_label", true)], groups: &[] };
    let on = |id: &str, host: &str| object(id, json!({ "$container": host }));
    let vms = [on("vm1", "host9"), on("vm2", "host1"), on("vm3", "host2")];
    let hosts = |id: &str| match id {
        "host1" => Some(object("host1", json!({ "name_label": "zeus" }))),
        "host2" => Some(object("host2", json!({ "name_label": "apollo" }))),
        _ => None,
    };
    let index = Index::of(Query::new(&request).unwrap(), vms, hosts);
    assert_eq!(index.objects().map(|vm| vm.id()).collect::<Vec<_>>(), ["vm3", "vm2", "vm1"]);
}

#[test]
fn a_tree_of_thousands_is_a_few_levels_deep() {
    let mut index = Index::new(Query::new(&Request { types: &[], filter: "", sort: &[], groups: &[] }).unwrap());
    for n in 0..4000 {
        let id = format!("vm{n:04}");
        index.set(&id, Some(&object(&id, json!({}))), nobody);
    }
    assert!(index.in_order.check() <= 24, "{} levels", index.in_order.check());
    for n in 0..3900 {
        index.set(&format!("vm{n:04}"), None, nobody);
    }
    assert!(index.in_order.check() <= 12, "{} levels", index.in_order.check());
    assert_eq!(index.part(98, 10).len(), 2);
}

#[test]
fn a_change_beyond_the_window_is_told_by_the_total_alone() {
    let request = Request { types: &[], filter: "", sort: &[("name_label", true)], groups: &[] };
    let named = |name: &str| object(name, json!({ "name_label": name }));
    let mut index = Index::of(Query::new(&request).unwrap(), ["a", "b", "c"].map(named), nobody);
    let window = Window::new(0, 2, Some(&["name_label"]), index.query()).unwrap();
    let first = window.frame(&index, None);
    index.settle();
    index.set("d", Some(&named("d")), nobody);
    let second = window.frame(&index, Some(&first));
    assert_eq!(second.since(&first).as_deref(), Some(&br#","total":4}"#[..]));
    index.settle();
    index.set("d", Some(&object("d", json!({ "name_label": "e" }))), nobody);
    assert!(!window.frame(&index, Some(&second)).is_news());
}

#[test]
fn a_row_that_enters_at_the_top_pushes_the_last_out() {
    let request = Request { types: &[], filter: "", sort: &[("name_label", true)], groups: &["power_state"] };
    let named = |name: &str| object(name, json!({ "name_label": name, "power_state": "Halted" }));
    let mut index = Index::of(Query::new(&request).unwrap(), ["b", "c", "d"].map(named), nobody);
    let window = Window::new(0, 2, Some(&["id", "name_label"]), index.query()).unwrap();
    let first = window.frame(&index, None);
    assert_eq!(
        first.answer(1),
        r#"{"id":1,"total":3,"rows":[{"id":"b","name_label":"b"},{"id":"c","name_label":"c"}],"counts":{"power_state":{"Halted":3}}}"#
    );
    index.settle();
    index.set("a", Some(&named("a")), nobody);
    index.refresh();
    let second = window.frame(&index, Some(&first));
    let text = second.since(&first).expect("there is news");
    assert_eq!(
        text,
        r#","total":4,"left":["c"],"entered":[[0,{"id":"a","name_label":"a"}]],"counts":{"power_state":{"Halted":4}}}"#
    );
    index.settle();
    index.set("b", Some(&object("b", json!({ "name_label": "b2", "power_state": "Halted" }))), nobody);
    index.refresh();
    let third = window.frame(&index, Some(&second));
    assert_eq!(third.since(&second).expect("there is news"), r#","changed":{"b":{"name_label":"b2"}}}"#);
    assert_eq!(changes(&third, &third), None);
}

#[test]
fn more_values_than_anybody_groups_by_are_not_counted() {
    let request = Request { types: &[], filter: "", sort: &[], groups: &["name_label"] };
    let many = (0..1001).map(|n| object(&format!("vm{n}"), json!({ "name_label": n.to_string() })));
    let mut index = Index::of(Query::new(&request).unwrap(), many, nobody);
    let window = Window::new(0, 0, None, index.query()).unwrap();
    let first = window.frame(&index, None);
    assert_eq!(first.answer(1), r#"{"id":1,"total":1001,"rows":[],"counts":{"name_label":null}}"#);
    index.set("vm0", None, nobody);
    index.refresh();
    let second = window.frame(&index, Some(&first));
    let told = second.since(&first).expect("there is news");
    assert!(told.starts_with(br#","total":1000,"counts":{"name_label":{"1":1,"#), "{told:?}");
}

#[test]
fn an_index_that_swaps_its_rows_tells_what_differs() {
    let request = Request { types: &[], filter: "", sort: &[("name_label", true)], groups: &["power_state"] };
    let named = |name: &str, state: &str| object(name, json!({ "name_label": name, "power_state": state }));
    let (a, b, c) = (named("a", "Halted"), named("b", "Halted"), named("c", "Running"));
    let query = Query::new(&request).unwrap();
    let mut index = Index::of(query.clone(), [a, Arc::clone(&b)], nobody);
    let window = Window::new(0, 2, Some(&["name_label"]), index.query()).unwrap();
    let first = window.frame(&index, None);
    index.settle();
    index.swap(&mut Index::of(query, [b, c], nobody));
    assert!(index.is_changed());
    index.refresh();
    let second = window.frame(&index, Some(&first));
    assert_eq!(
        second.since(&first).expect("there is news"),
        r#","left":["a"],"entered":[[1,{"id":"c","name_label":"c"}]],"counts":{"power_state":{"Halted":1,"Running":1}}}"#
    );
}

#[test]
fn an_object_is_counted_under_the_beginning_of_a_long_text() {
    let request = Request { types: &[], filter: "", sort: &[], groups: &["name_description"] };
    let text = format!("a{}", "é".repeat(500_000));
    let long = object("vm", json!({ "name_description": text }));
    let index = Index::of(Query::new(&request).unwrap(), [long], nobody);
    let frame = Window::new(0, 0, None, index.query()).unwrap().frame(&index, None);
    // Of 256 bytes the last would be half a character.
    let expected = format!("a{}", "é".repeat(127));
    assert_eq!(
        frame.answer(1),
        format!(r#"{{"id":1,"total":1,"rows":[],"counts":{{"name_description":{{"{expected}":1}}}}}}"#)
    );
}

#[test]
fn an_index_counts_the_bytes_of_rows_values_and_filter() {
    let bytes = |filter: &str, name: &str| {
        let request = Request { types: &[], filter, sort: &[("name_label", true)], groups: &["tags"] };
        let vm = object("vm", json!({ "name_label": name, "tags": [name] }));
        Index::of(Query::new(&request).unwrap(), [vm], nobody).bytes()
    };
    let short = bytes("", "a");
    assert!(bytes("", &"a".repeat(200)) >= short + 4 * 199, "in its place, its values and the counts of these");
    assert!(bytes("/a/", "a") >= short + Filter::parse("/a/").expect("it is one").memory());
    let mut index = Index::new(query());
    let empty = index.bytes();
    index.set("vm", Some(&random(&mut Dice(1), "vm")), nobody);
    index.set("vm", None, nobody);
    assert_eq!(index.bytes(), empty);
}

#[test]
fn bad_requests_name_the_parameter() {
    let good = Request { types: &["VM"], filter: "", sort: &[], groups: &[] };
    let refused = |request: Request<'_>| {
        let error = Query::new(&request).expect_err("it is bad");
        (error.parameter(), error.to_string())
    };
    assert_eq!(refused(Request { types: &["vm"], ..good }), ("type", "there is no type `vm` of objects".to_owned()));
    let (parameter, message) = refused(Request { filter: "name_label:web )", ..good });
    assert_eq!(parameter, "filter");
    assert!(message.starts_with("the filter is wrong at position 15: "), "{message}");
    for name in ["nope", "", "name_label.", "length"] {
        assert_eq!(
            refused(Request { sort: &[(name, true)], ..good }),
            ("sort", format!("`{name}` in `sort` is no property of these objects"))
        );
        assert_eq!(refused(Request { groups: &[name], ..good }).0, "groupBy");
    }
    for name in ["nope>name_label", "$container>nope", "$container>", ">name_label", "$container>$pool>name_label"] {
        assert_eq!(
            refused(Request { sort: &[(name, true)], ..good }),
            ("sort", format!("`{name}` in `sort` is no property of these objects"))
        );
    }
    assert_eq!(refused(Request { groups: &["$container>name_label"], ..good }).0, "groupBy");
    assert_eq!(
        refused(Request { sort: &[("$pool>name_label", true), ("$pool>name_label", false)], ..good }).1,
        "`$pool>name_label` stands twice in `sort`"
    );
    let both = [("$container>name_label", true), ("$pool>name_label", true), ("$container", true)];
    assert!(Query::new(&Request { sort: &both, ..good }).is_ok());
    assert_eq!(
        refused(Request { sort: &[("id", true); 9], ..good }),
        ("sort", "`sort` is too large: at most 8".to_owned())
    );
    assert_eq!(
        refused(Request { sort: &[("id", true), ("name_label", true), ("id", false)], ..good }),
        ("sort", "`id` stands twice in `sort`".to_owned())
    );
    assert_eq!(
        refused(Request { groups: &["tags", "tags"], ..good }),
        ("groupBy", "`tags` stands twice in `groupBy`".to_owned())
    );
    assert!(Query::new(&Request { sort: &[("tags", true)], groups: &["tags"], ..good }).is_ok());
    let query = Query::new(&good).unwrap();
    assert_eq!(Window::new(0, 501, None, &query).unwrap_err().parameter(), "limit");
    assert_eq!(Window::new(0, 1, Some(&["nope"]), &query).unwrap_err().parameter(), "columns");
    assert_eq!(Window::new(0, 1, Some(&["CPUs.number"]), &query).map(|_| ()), Ok(()));
}
