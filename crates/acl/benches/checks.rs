//! Rights over 10 000 VMs with their disks and interfaces, 1 000 users, 5 000 rules: what a check, a change and a look
//! at everything cost.
//!
//! Prints ns a check and µs a change. Run with `cargo bench -p acl`.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use acl::{Acl, Effect, Giver, Grants, Privilege, Right, RoleTemplate, Rule, Subjects};
use model::{Delta, Kind, Object, PoolId};
use xapi_types::AnyRef;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USERS: usize = 1000;
const GROUPS: usize = 100;
const VMS: usize = 10_000;
const HOSTS: usize = 64;
const RULES: usize = 5000;
const CHECKS: usize = 2_000_000;
const CHANGES: usize = 2000;

fn main() {
    let objects = objects();
    let mut numbers = numbers();
    let mut next = |limit: usize| numbers.next().expect("it never ends") % limit;
    let mut acl = Acl::default();
    for group in 0..GROUPS {
        acl.set_group(&format!("group{group}"), (0..30).map(|n| user(group * 7 + n * 33)));
    }
    let delta = |entered| Delta { pool: PoolId::new("pool"), entered, left: Vec::new() };
    let whole = delta(objects.clone());
    let (took, _) = timed(|| acl.apply(&whole));
    println!("{} objects followed in {took:?}", objects.len());
    let rules: Vec<_> = (0..RULES)
        .map(|n| {
            let subject = if n % 5 == 0 { format!("group{}", next(GROUPS)) } else { user(next(USERS)) };
            // Most rules name a machine; some a host or the storage, and a few the whole pool.
            let object = match n % 100 {
                0 => "pool".to_owned(),
                1..=4 => format!("host{}", next(HOSTS)),
                5 => "sr".to_owned(),
                _ => vm(next(VMS)),
            };
            Rule::new(subject, object, ["viewer", "operator", "admin"][next(3)])
        })
        .collect();
    let (took, ()) = timed(|| rules.iter().for_each(|rule| drop(acl.add(rule))));
    println!("{RULES} rules compiled in {took:?}");

    let subjects: Vec<Subjects> = (0..USERS).map(|n| acl.subjects_of(&user(n))).collect();
    let ids: Vec<_> = (0..100_000).map(|_| objects[next(objects.len())].id().to_owned()).collect();
    let (took, allowed) = timed(|| {
        let allows = |n: &usize| acl.allows(&subjects[n % USERS], &ids[n % ids.len()], Right::Operate);
        (0..CHECKS).filter(allows).count()
    });
    println!("check: {} ns ({allowed} of {CHECKS} allowed)", each(took, CHECKS).as_nanos());
    let (took, _) = timed(|| {
        let allows = |n: &usize| acl.allows(&acl.subjects_of(&user(*n)), &ids[n % ids.len()], Right::Operate);
        (0..CHECKS / 10).filter(allows).count()
    });
    println!("check, with the groups of the user looked up: {} ns", each(took, CHECKS / 10).as_nanos());
    let (took, seen) =
        timed(|| objects.iter().filter(|object| acl.allows(black_box(&subjects[1]), object.id(), Right::View)).count());
    println!("everything that a user sees: {seen} of {} in {took:?}", objects.len());

    roles(&mut acl, &objects);
    let changed: Vec<_> = (0..CHANGES).map(|n| vec![machine(next(VMS), n % HOSTS)]).map(delta).collect();
    let (took, moved) = timed(|| changed.iter().map(|delta| acl.apply(delta).len()).sum::<usize>());
    println!("a VM moves to another host: {:?} ({} rights changed)", each(took, CHANGES), moved);
    let (took, moved) = timed(|| changed.iter().map(|delta| acl.apply(delta).len()).sum::<usize>());
    println!("a VM changes otherwise, or moves again: {:?} ({} rights changed)", each(took, CHANGES), moved);
    for object in ["vm-0000000000000042", "host7", "pool"] {
        let rule = Rule::new("somebody", object, "viewer");
        let (added, changed) = timed(|| acl.add(&rule).len());
        let (removed, _) = timed(|| acl.remove(&rule));
        println!("a rule on {object}: added in {added:?}, removed in {removed:?} ({changed} objects)");
    }
    let (took, ()) = timed(|| acl.set_group("group1", (0..30).map(user)));
    println!("30 users of a group replaced: {took:?}");
}

/// What checks of privileges cost: those of a role that comes with the server, and one that a selector narrows.
fn roles(acl: &mut Acl, objects: &[Arc<Object>]) {
    let allow = |resource: &str, action: &str, selector: Option<&str>| {
        let selector = selector.map(|text| filter::Filter::parse(text).expect("a good filter"));
        Arc::new(Privilege { resource: resource.into(), action: action.into(), effect: Effect::Allow, selector })
    };
    let whole = RoleTemplate::ALL[0].allows().into_iter().map(|(resource, action)| allow(resource, action, None));
    let some = allow("vm", "read", Some("$container:/^host7$/"));
    acl.set_roles(vec![
        Giver { privileges: whole.collect(), subjects: (0..USERS / 2).map(user).collect() },
        Giver { privileges: vec![some], subjects: vec!["somebody".to_owned()] },
    ]);
    for (who, what) in [(user(1), "all of a kind"), ("somebody".to_owned(), "some of a kind")] {
        let standing = acl.standing_of(&who);
        let sees = |object: &&Arc<Object>| standing.sees(black_box(object), &Grants::default());
        let (took, seen) = timed(|| objects.iter().filter(sees).count());
        println!(
            "privileges on {what}: {} ns a check ({seen} of {})",
            each(took, objects.len()).as_nanos(),
            objects.len()
        );
    }
    let (took, _) = timed(|| (0..CHECKS / 10).filter(|n| !acl.standing_of(&user(*n)).is_empty()).count());
    println!("what a user brings to a check: {} ns", each(took, CHECKS / 10).as_nanos());
}

fn each(took: Duration, count: usize) -> Duration {
    took / u32::try_from(count).expect("few")
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed(), result)
}

fn user(n: usize) -> String {
    format!("user-{:031}", n % USERS)
}

fn vm(n: usize) -> String {
    format!("vm-{n:016}")
}

fn machine(n: usize, host: usize) -> Arc<Object> {
    // As long as that of a real one.
    let rest = "x".repeat(2000);
    object(Kind::Vm, &vm(n), &format!(r#","name_description":"{rest}","$container":"host{host}""#))
}

/// A pool: hosts, a storage, a network, and machines with two disks and an interface each.
fn objects() -> Vec<Arc<Object>> {
    let mut objects = vec![
        object(Kind::Pool, "pool", ""),
        object(Kind::Sr, "sr", r#","$container":"pool""#),
        object(Kind::Network, "network", ""),
    ];
    objects.extend((0..HOSTS).map(|n| object(Kind::Host, &format!("host{n}"), "")));
    for n in 0..VMS {
        objects.push(machine(n, n % HOSTS));
        for d in 0..2 {
            objects.push(object(Kind::Vdi, &format!("vdi{n}-{d}"), &format!(r#","$SR":"sr","$VBDs":["vbd{n}-{d}"]"#)));
            let links = format!(r#","VDI":"vdi{n}-{d}","VM":"{}""#, vm(n));
            objects.push(object(Kind::Vbd, &format!("vbd{n}-{d}"), &links));
        }
        let links = format!(r#","$network":"network","$VM":"{}""#, vm(n));
        objects.push(object(Kind::Vif, &format!("vif{n}"), &links));
    }
    objects
}

fn object(kind: Kind, id: &str, rest: &str) -> Arc<Object> {
    let json = format!(r#"{{"id":"{id}","$pool":"pool"{rest}}}"#);
    let object = Object::from_json(kind, PoolId::new("pool"), AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

/// A fixed sequence that looks random.
fn numbers() -> impl Iterator<Item = usize> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits")
    })
}
