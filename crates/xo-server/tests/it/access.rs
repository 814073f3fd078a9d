//! Who may do what, on the whole table of operations and a simulated pool.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    sync::Arc,
    time::Duration,
};

use app::{
    Cx, News, Subscription,
    model::{Kind, Object},
};
use serde_json::{Map, Value, json};

use crate::{
    generated::check,
    lab::Lab,
    test_app::{Caller, eventually},
};

async fn seen(caller: &Caller) -> Map<String, Value> {
    let objects = caller.call("xo.getAllObjects", json!({})).await;
    objects.as_object().expect("objects come by id").clone()
}

/// What the table of the original says when a right is missing.
fn refusal(right: &str, id: &str) -> Value {
    json!({
        "message": "not enough permissions",
        "code": 2,
        "data": { "permission": right, "object": { "id": id } },
    })
}

#[tokio::test]
async fn an_operator_of_one_vm_sees_just_that_and_starts_it() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let halted = |vm: &Object| {
        let vm = vm.decode::<Value>().expect("objects are JSON");
        vm["power_state"] == "Halted" && vm["blockedOperations"] == json!({})
    };
    let (vm, other) = (lab.id(Kind::Vm, halted), lab.id(Kind::Vm, |vm| !halted(vm)));
    assert!(seen(&bob).await.is_empty());
    assert_eq!(bob.refused("vm.start", json!({ "id": vm })).await, refusal("operate", &vm));

    lab.grant(&bob.id(), &vm, "viewer").await;
    assert_eq!(seen(&bob).await[&vm]["type"], "VM");
    assert_eq!(bob.refused("vm.start", json!({ "id": vm })).await, refusal("operate", &vm));

    lab.grant(&bob.id(), &vm, "operator").await;
    bob.call("vm.start", json!({ "id": vm })).await;
    let runs = async || {
        let vm = lab.test.app.store().get(&vm)?;
        (vm.text("power_state")? == "Running").then_some(())
    };
    eventually(runs).await;
    assert_eq!(bob.refused("vm.start", json!({ "id": other })).await, refusal("operate", &other));
    assert_eq!(bob.refused("vm.delete", json!({ "id": vm })).await, refusal("administrate", &vm));
    let kinds: Vec<_> = seen(&bob).await.values().map(|object| object["type"].clone()).collect();
    assert!(
        kinds.iter().all(|kind| ["VM", "VDI", "VBD", "VIF", "VTPM", "VM-snapshot", "message"]
            .contains(&kind.as_str().expect("kinds are text"))),
        "{kinds:?}"
    );
    assert_eq!(kinds.iter().filter(|kind| *kind == "VM").count(), 1);

    for role in ["viewer", "operator"] {
        lab.admin.call("acl.remove", json!({ "subject": bob.id(), "object": vm, "action": role })).await;
    }
    assert!(seen(&bob).await.is_empty());
    assert_eq!(bob.refused("vm.stop", json!({ "id": vm })).await, refusal("operate", &vm));
}

/// Waits for the news that users see other objects than before: what entered and what left, for the one user.
async fn moved(feed: &mut Subscription, user: &str) -> (Vec<String>, Vec<String>) {
    let ids = |objects: &[Arc<Object>]| objects.iter().map(|object| object.id().to_owned()).collect();
    loop {
        let news = tokio::time::timeout(Duration::from_secs(1), feed.next()).await.expect("it comes within a second");
        let News::Moved(moved) = news else { continue };
        if let Some(moved) = moved.iter().find(|moved| moved.user == user) {
            return (ids(&moved.entered), ids(&moved.left));
        }
    }
}

#[tokio::test]
async fn a_user_sees_what_the_group_sees_from_entering_to_leaving_it() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let mut feed = lab.test.app.feed().subscribe();
    let host = lab.id(Kind::Host, |_| true);
    let group = lab.admin.call("group.create", json!({ "name": "ops" })).await;
    let group = group.as_str().expect("ids are text");
    lab.grant(group, &host, "viewer").await;
    assert!(seen(&bob).await.is_empty());

    lab.admin.call("group.addUser", json!({ "id": group, "userId": bob.id() })).await;
    let (mut entered, left) = moved(&mut feed, &bob.id()).await;
    let mut all: Vec<_> = seen(&bob).await.into_iter().map(|(id, _)| id).collect();
    entered.sort();
    all.sort();
    assert!(entered.len() > 10 && entered.contains(&host), "{} objects", entered.len());
    assert_eq!((&entered, left), (&all, Vec::new()));
    assert_eq!(bob.call("session.getUser", json!({})).await["groups"], json!([group]));

    lab.admin.call("group.setUsers", json!({ "id": group, "userIds": [] })).await;
    let (entered, mut left) = moved(&mut feed, &bob.id()).await;
    left.sort();
    assert_eq!((entered, left), (Vec::new(), all));
    assert!(seen(&bob).await.is_empty());
}

#[tokio::test]
async fn a_role_shows_what_it_lets_see_from_being_given_to_being_taken_whoever_has_it() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let mut feed = lab.test.app.feed().subscribe();
    let group = lab.admin.call("group.create", json!({ "name": "ops" })).await;
    lab.admin.call("group.addUser", json!({ "id": group, "userId": bob.id() })).await;
    let role = lab.give(&bob.id(), "VMs read only").await;
    let (entered, left) = moved(&mut feed, &bob.id()).await;
    let objects = lab.test.app.store().snapshot();
    let mut vms: Vec<_> = objects.of_kind(Kind::Vm).map(|vm| vm.id().to_owned()).collect();
    vms.sort();
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    assert_eq!((sorted(entered), left), (vms.clone(), Vec::new()));
    assert_eq!(seen(&bob).await.len(), vms.len());

    // By the group as well: taking either away changes nothing.
    lab.admin.call("aclRole.addGroup", json!({ "id": role, "groupId": group })).await;
    lab.admin.call("aclRole.removeUser", json!({ "id": role, "userId": bob.id() })).await;
    assert_eq!(seen(&bob).await.len(), vms.len());
    lab.admin.call("group.removeUser", json!({ "id": group, "userId": bob.id() })).await;
    let (entered, left) = moved(&mut feed, &bob.id()).await;
    assert_eq!((entered, sorted(left)), (Vec::new(), vms.clone()));
    lab.admin.call("group.addUser", json!({ "id": group, "userId": bob.id() })).await;
    assert_eq!(sorted(moved(&mut feed, &bob.id()).await.0), vms.clone());
    lab.admin.call("aclRole.delete", json!({ "id": role })).await;
    assert_eq!(sorted(moved(&mut feed, &bob.id()).await.1), vms);
    assert!(seen(&bob).await.is_empty());
}

#[tokio::test]
async fn who_stops_being_an_administrator_keeps_only_what_rules_give() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let vm = lab.id(Kind::Vm, |_| true);
    lab.grant(&bob.id(), &vm, "viewer").await;
    let few = seen(&bob).await.len();
    let mut feed = lab.test.app.feed().subscribe();
    lab.admin.call("user.set", json!({ "id": bob.id(), "permission": "admin" })).await;
    let all = seen(&bob).await.len();
    assert_eq!(moved(&mut feed, &bob.id()).await.0.len(), all - few);
    lab.admin.call("user.set", json!({ "id": bob.id(), "permission": "none" })).await;
    assert_eq!(moved(&mut feed, &bob.id()).await.1.len(), all - few);
    assert_eq!(seen(&bob).await.len(), few);
}

/// Tells in a word what comes of a call.
fn outcome(lab: &Lab, caller: &Caller, name: &str, params: &Value) -> String {
    let cx = Cx::new(caller.app.clone(), caller.session.clone());
    match lab.test.app.ops().check_access(name, params.clone(), &cx) {
        Ok(()) => "yes".to_owned(),
        Err(error) => {
            let error = error.to_json(true);
            let permission = error["data"]["permission"].as_str().unwrap_or("sign-in").to_owned();
            assert_eq!(error["code"], 2, "{name}: {error}");
            format!("no ({permission})")
        }
    }
}

#[tokio::test]
async fn generated_table_of_access_is_current() {
    let lab = Lab::new().await;
    // What a quiet pool does not have.
    let vm = lab.id(Kind::Vm, |_| true);
    let (message, task) = lab.sim.with(|world| {
        let message = [("name", "VM_STARTED".into()), ("cls", "VM".into()), ("obj_uuid", vm.into())];
        let host = world.list("host")[0];
        let task = [("name_label", "t".into()), ("status", "pending".into()), ("resident_on", host.into())];
        let (message, task) = (world.create("message", message), world.create("task", task));
        (world.uuid(message).to_owned(), world.uuid(task).to_owned())
    });
    for id in [message, task] {
        eventually(async || lab.test.app.store().get(&id)).await;
    }
    let objects = lab.test.app.store().snapshot();
    // The first object of each kind, in the one pool that all of them inherit from where they inherit.
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    for object in &objects {
        first.entry(object.kind().name()).or_insert_with(|| object.id().to_owned());
    }
    let mut callers = vec![("nobody", lab.test.stranger()), ("user", lab.test.user("user").await)];
    for role in ["viewer", "operator", "admin"] {
        let caller = lab.test.user(role).await;
        for kind in Kind::ALL {
            if let Some(object) = first.get(kind.name()) {
                lab.grant(&caller.id(), object, role).await;
            }
        }
        callers.push((role, caller));
    }
    // Those who hold what roles that come with the server give, and nothing by rules.
    for role in ["Read only", "Administrator"] {
        let caller = lab.test.user(&role.to_lowercase()).await;
        lab.give(&caller.id(), role).await;
        callers.push((role, caller));
    }
    let ops = lab.test.app.ops();
    let who: Vec<_> = callers.iter().map(|(who, _)| *who).collect();
    let mut table = format!(
        "# What is asked before a call: of {}; the last two by privileges, the three before by rules on each object.\n",
        who.join(", ")
    );
    let mut allowed: HashMap<&str, usize> = HashMap::new();
    let mut told = 0;
    for name in ops.names() {
        let mut params = Map::new();
        let mut on = Vec::new();
        for (param, kinds) in ops.ids(name) {
            let kind = kinds.iter().map(String::as_str).find(|kind| first.contains_key(kind));
            let kind = if kinds.is_empty() { Some("VM") } else { kind };
            let Some(kind) = kind else {
                on.push(format!("{param}: no {}", kinds.join(" or ")));
                continue;
            };
            params.insert(param.to_owned(), first[kind].as_str().into());
            on.push(format!("{param}: {kind}"));
        }
        let params = Value::Object(params);
        let mut row = Vec::new();
        for (who, caller) in &callers {
            let outcome = outcome(&lab, caller, name, &params);
            // Nobody is told beforehand that they may not do what they may, nor that they may what rules forbid.
            if let Some(id) = ops.principal(name).and_then(|principal| params[principal].as_str()) {
                let cx = Cx::new(caller.app.clone(), caller.session.clone());
                let id = [id.to_owned()];
                let forbidden = ops.forbidden(name, &id, &cx).expect("there is such an operation");
                assert!(forbidden.is_empty() || outcome != "yes", "{name} as {who} is forbidden");
                let is_only = params.as_object().is_some_and(|params| params.len() == 1);
                assert!(!forbidden.is_empty() || outcome == "yes" || !is_only, "{name} as {who}: {outcome}");
                told += usize::from(!forbidden.is_empty());
            }
            if outcome == "yes" {
                *allowed.entry(who).or_default() += 1;
            } else {
                // Who lacks a right learns that, or that other parameters are missing; never does the call go through.
                let code = caller.refused(name, params.clone()).await["code"].clone();
                assert!(code == 2 || code == 10, "{name} as {who}: {code}");
            }
            row.push(outcome);
        }
        writeln!(table, "{name}({}): {}", on.join(", "), row.join(" | ")).expect("a text takes it");
    }
    let each: Vec<_> = who[..5].iter().map(|who| allowed[who]).collect();
    assert!(each.is_sorted(), "who has more rights may do more: {each:?}");
    assert!(told > 300, "rights that are missing are told beforehand: {told}");
    check("crates/xo-server/tests/golden/access.txt", &table);
}
