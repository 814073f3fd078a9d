//! What readers of the store see, and what deltas tell them.

use model::{Change, Delta, Kind, Mirror, NoPool, PoolId, Store, Writer};
use serde_json::{Value, json};
use xapi_types::{AnyRef, Kind as Class};

use crate::world::{self, LAB, Shown};

/// A pool `id` with storage repositories, given as reference and uuid.
fn pool(id: &str, srs: &[(&str, &str)]) -> Mirror {
    let mut mirror = Mirror::new();
    let reference = AnyRef::parse(&format!("OpaqueRef:{id}"));
    mirror.put(reference, world::record(Class::Pool, &json!({ "uuid": id, "name_label": id })));
    for (reference, uuid) in srs {
        mirror.put(AnyRef::parse(&format!("OpaqueRef:{reference}")), sr(uuid, id));
    }
    mirror
}

fn sr(uuid: &str, name: &str) -> xapi_types::Record {
    world::record(Class::Sr, &json!({ "uuid": uuid, "name_label": name }))
}

fn put(reference: &str, record: xapi_types::Record) -> Change {
    Change::Put(AnyRef::parse(&format!("OpaqueRef:{reference}")), record)
}

fn gone(reference: &str) -> Change {
    Change::Gone(AnyRef::parse(&format!("OpaqueRef:{reference}")))
}

/// What a delta says, as `+id of pool` and `-id`.
fn told(delta: &Delta) -> Vec<String> {
    let entered = delta.entered.iter().map(|object| format!("+{} of {}", object.id(), object.pool()));
    let left = delta.left.iter().map(|object| format!("-{}", object.id()));
    let mut all: Vec<_> = entered.chain(left).collect();
    all.sort_unstable();
    all
}

fn order(store: &Store) -> Vec<String> {
    store.snapshot().iter().map(|object| object.id().to_owned()).collect()
}

fn stores() -> (Store, Writer) {
    Store::new()
}

#[test]
fn an_object_is_found_by_its_id_and_by_its_reference() {
    let shown = Shown::new(world::read(LAB));
    let id = "467f2d94-14b8-f772-6d33-66988ce10df9-714975dd-6db6-6db2-97b7-d3bc88cee590";
    let by_id = shown.store.get(id).unwrap();
    assert_eq!(by_id.kind(), Kind::VmTemplate);
    let by_ref = shown.store.get(&by_id.xapi_ref().to_string()).unwrap();
    assert_eq!(by_ref.id(), id);
    assert!(shown.store.get("OpaqueRef:NULL").is_none());
    assert!(shown.store.get("").is_none());
}

#[test]
fn a_pool_without_its_own_record_is_refused_and_changes_nothing() {
    let (store, mut writer) = stores();
    let mut mirror = Mirror::new();
    mirror.put(AnyRef::parse("OpaqueRef:1"), sr("a", "x"));
    assert_eq!(writer.relist(&mut mirror).err(), Some(NoPool));
    assert!(store.snapshot().is_empty());
}

#[test]
fn a_relist_tells_only_what_differs_and_keeps_the_order() {
    let (store, mut writer) = stores();
    writer.relist(&mut pool("p", &[("1", "a"), ("2", "b"), ("3", "c")])).unwrap();
    let mut again = pool("p", &[("4", "d"), ("3", "c"), ("1", "a")]);
    again.put(AnyRef::parse("OpaqueRef:3"), sr("c", "renamed"));
    let delta = writer.relist(&mut again).unwrap();
    assert_eq!(told(&delta), ["+c of p", "+d of p", "-b"]);
    assert_eq!(order(&store), ["p", "a", "c", "d"]);
}

#[test]
fn an_unchanged_record_is_not_told() {
    let (_, mut writer) = stores();
    let mut mirror = pool("p", &[("1", "a")]);
    writer.relist(&mut mirror).unwrap();
    assert!(writer.apply(&mut mirror, [put("1", sr("a", "p"))]).unwrap().is_empty());
    assert!(writer.apply(&mut mirror, [gone("unknown")]).unwrap().is_empty());
}

#[test]
fn what_comes_and_goes_in_one_batch_is_not_told() {
    let (store, mut writer) = stores();
    let mut mirror = pool("p", &[]);
    writer.relist(&mut mirror).unwrap();
    let delta = writer.apply(&mut mirror, [put("1", sr("a", "x")), gone("1")]).unwrap();
    assert!(delta.is_empty());
    assert_eq!(order(&store), ["p"]);
}

#[test]
fn an_object_that_comes_again_under_another_reference_only_enters() {
    let (store, mut writer) = stores();
    let mut mirror = pool("p", &[("1", "a")]);
    writer.relist(&mut mirror).unwrap();
    let delta = writer.apply(&mut mirror, [put("2", sr("a", "x")), gone("1")]).unwrap();
    assert_eq!(told(&delta), ["+a of p"]);
    assert_eq!(store.get("a").unwrap().xapi_ref().to_string(), "OpaqueRef:2");
    assert!(store.get("OpaqueRef:1").is_none());
}

#[test]
fn of_two_pools_with_the_same_id_the_first_shows_until_it_goes() {
    let (store, mut writer) = stores();
    let (mut first, mut second) = (pool("p1", &[("1", "iso")]), pool("p2", &[("2", "iso")]));
    writer.relist(&mut first).unwrap();
    assert_eq!(told(&writer.relist(&mut second).unwrap()), ["+p2 of p2"]);
    assert_eq!(store.get("iso").unwrap().text("name_label").as_deref(), Some("p1"));
    assert!(store.get("OpaqueRef:2").is_none());

    // Changes of what is kept aside are not told, and not lost.
    let delta = writer.apply(&mut second, [put("2", sr("iso", "changed"))]).unwrap();
    assert!(delta.is_empty());
    let delta = writer.apply(&mut first, [gone("1")]).unwrap();
    assert_eq!(told(&delta), ["+iso of p2"]);
    assert_eq!(store.get("iso").unwrap().text("name_label").as_deref(), Some("changed"));

    // And the other way round.
    let delta = writer.apply(&mut first, [put("1", sr("iso", "p1"))]).unwrap();
    assert!(delta.is_empty());
    let delta = writer.remove(&PoolId::new("p2"));
    assert_eq!(told(&delta), ["+iso of p1", "-p2"]);
    let delta = writer.remove(&PoolId::new("p1"));
    assert_eq!(told(&delta), ["-iso", "-p1"]);
    assert!(store.snapshot().is_empty());
}

#[test]
fn what_is_kept_aside_can_go_without_a_word() {
    let (store, mut writer) = stores();
    let (mut first, mut second) = (pool("p1", &[("1", "iso")]), pool("p2", &[("2", "iso")]));
    writer.relist(&mut first).unwrap();
    writer.relist(&mut second).unwrap();
    assert!(writer.apply(&mut second, [gone("2")]).unwrap().is_empty());
    assert_eq!(told(&writer.apply(&mut first, [gone("1")]).unwrap()), ["-iso"]);
    assert!(store.get("iso").is_none());
}

#[test]
fn a_host_that_joins_another_pool_takes_its_old_objects_away() {
    let (store, mut writer) = stores();
    let mut mirror = pool("p1", &[("1", "a")]);
    writer.relist(&mut mirror).unwrap();
    let new = world::record(Class::Pool, &json!({ "uuid": "p2", "name_label": "p2" }));
    let delta = writer.apply(&mut mirror, [put("p1", new)]).unwrap();
    assert_eq!(told(&delta), ["+a of p2", "+p2 of p2", "-p1"]);
    assert_eq!(
        store.snapshot().pools().map(|(pool, count)| (pool.to_string(), count)).collect::<Vec<_>>(),
        [("p2".to_owned(), 2)]
    );
}

#[test]
fn a_template_that_is_no_default_any_more_changes_its_id() {
    let mut shown = Shown::new(world::read(LAB));
    let template = |fields: Value| world::record(Class::Vm, &fields);
    let put = |default: bool| {
        let fields = json!({ "uuid": "t", "is_a_template": true, "is_default_template": default });
        Change::Put(AnyRef::parse("OpaqueRef:t"), template(fields))
    };
    let pool = "467f2d94-14b8-f772-6d33-66988ce10df9";
    let delta = shown.writer.apply(&mut shown.mirror, [put(true)]).unwrap();
    assert_eq!(told(&delta), [format!("+{pool}-t of {pool}")]);
    let delta = shown.writer.apply(&mut shown.mirror, [put(false)]).unwrap();
    assert_eq!(told(&delta), [format!("+t of {pool}"), format!("-{pool}-t")]);
    assert_eq!(shown.json("t")["uuid"], "t");
}

#[test]
fn a_kind_lists_an_object_that_became_of_it() {
    let mut shown = Shown::new(world::read(LAB));
    let put = |template: bool| {
        let fields = json!({ "uuid": "v", "is_a_template": template });
        Change::Put(AnyRef::parse("OpaqueRef:v"), world::record(Class::Vm, &fields))
    };
    let kinds = |shown: &Shown| {
        let snapshot = shown.store.snapshot();
        let listed = |kind| snapshot.of_kind(kind).any(|object| object.id() == "v");
        (listed(Kind::Vm), listed(Kind::VmTemplate), snapshot.count(Kind::Vm))
    };
    shown.writer.apply(&mut shown.mirror, [put(false)]).unwrap();
    assert_eq!(kinds(&shown), (true, false, 3));
    shown.writer.apply(&mut shown.mirror, [put(true)]).unwrap();
    assert_eq!(kinds(&shown), (false, true, 2));
}

#[test]
fn a_snapshot_stays_as_it_is() {
    let (store, mut writer) = stores();
    let mut mirror = pool("p", &[("1", "a")]);
    writer.relist(&mut mirror).unwrap();
    let before = store.snapshot();
    let mut walk = before.iter();
    writer.remove(&PoolId::new("p"));
    assert_eq!((before.len(), before.by_id("a").is_some(), walk.by_ref().count()), (2, true, 2));
    assert!(store.snapshot().is_empty());
}

#[test]
fn readers_see_whole_lists_while_the_writer_works() {
    let (store, mut writer) = stores();
    let small = || pool("p", &[("1", "a")]);
    let srs: Vec<_> = (0..3000).map(|n| (n.to_string(), format!("sr{n}"))).collect();
    let many: Vec<_> = srs.iter().map(|(reference, uuid)| (reference.as_str(), uuid.as_str())).collect();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let snapshot = store.snapshot();
                assert_eq!(snapshot.len(), snapshot.iter().count());
                seen.insert(snapshot.len());
            }
            seen
        });
        for _ in 0..20 {
            writer.relist(&mut small()).unwrap();
            writer.relist(&mut pool("p", &many)).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        let seen = reader.join().unwrap();
        assert!(seen.iter().all(|len| [0, 2, 3001].contains(len)), "{seen:?}");
    });
}
