//! Views: what they show, and what is told of how it changes.

use app::{Cx, News, acl::Rule, selected};
use serde_json::{Value, json};
use xapi_sim::{Datum, Sim};

use crate::{Lab, test_app::Caller, test_app::eventually};

/// Returns the next notification of a connection.
async fn told(caller: &Caller) -> Value {
    let notifications = caller.session.notifications();
    let next = async {
        loop {
            if let Some(next) = notifications.take() {
                assert_eq!(next.method, "view");
                return serde_json::from_slice(&next.params.concat()).expect("notifications are JSON");
            }
            notifications.ready().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), next).await.expect("something is told")
}

/// Waits until what is told of a view, together, is as wanted.
async fn told_until(caller: &Caller, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let told = told(caller).await;
        if wanted(&told) {
            return told;
        }
    }
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().expect("rows").iter().map(|row| row["id"].as_str().expect("a text")).collect()
}

fn names(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().expect("rows").iter().map(|row| row["name_label"].as_str().expect("a text")).collect()
}

fn rule(user: &Caller, object: &str) -> Rule {
    Rule::new(user.id(), object, "viewer")
}

#[tokio::test]
async fn a_view_shows_a_part_in_order_with_counts() {
    let lab = Lab::new().await;
    let wish = json!({
        "type": "VM", "sort": ["-power_state", "name_label"], "columns": ["name_label", "power_state", "CPUs.number"],
        "groupBy": ["power_state"], "limit": 500,
    });
    let all = lab.admin.call("view.subscribe", wish).await;
    let rows = all["rows"].as_array().expect("rows");
    assert_eq!(all["id"], 1);
    assert_eq!(all["total"], lab.test.app.store().snapshot().count(app::model::Kind::Vm));
    assert_eq!(all["total"], rows.len());
    assert!(rows[0]["CPUs.number"].is_u64() && rows[0].as_object().expect("a row").len() == 4, "{}", rows[0]);
    let states: Vec<_> = rows.iter().map(|row| row["power_state"].as_str().expect("a text")).collect();
    assert!(states.is_sorted_by(|one, other| one >= other), "{states:?}");
    let running = states.iter().filter(|state| **state == "Running").count();
    assert!(running > 1);
    assert_eq!(all["counts"]["power_state"]["Running"], running);
    let part = lab.admin.call(
        "view.subscribe",
        json!({
            "type": ["VM"], "sort": ["-power_state", "name_label"], "offset": 1, "limit": 2, "columns": ["name_label"], "filter": "",
        }),
    );
    let part = part.await;
    assert_eq!((part["id"].as_u64(), ids(&part)), (Some(2), ids(&all)[1..3].to_vec()));
    let whole = lab.admin.call("view.subscribe", json!({ "type": "VM", "limit": 1 })).await;
    let id = ids(&whole)[0];
    assert_eq!(whole["rows"][0], lab.becomes(id, |_| true).await);
}

#[tokio::test]
async fn changes_are_told_while_a_view_is_open_and_not_after() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    let wish = json!({
        "type": "VM", "filter": "name_label:changing", "sort": ["name_label"], "columns": ["name_label"], "limit": 1,
    });
    let view = lab.admin.call("view.subscribe", wish).await;
    assert_eq!((view["total"].as_u64(), ids(&view)), (Some(0), vec![]));
    lab.sim.with(|world| world.set(vm, "name_label", "changing b"));
    let row = json!({ "id": id, "name_label": "changing b" });
    assert_eq!(told(&lab.admin).await, json!({ "id": 1, "total": 1, "entered": [[0, row]] }));
    lab.sim.with(|world| world.set(vm, "name_label", "changing c"));
    assert_eq!(told(&lab.admin).await, json!({ "id": 1, "changed": { &id: { "name_label": "changing c" } } }));
    // Another that enters at the top pushes it out of the window.
    let other = lab.vm("Running");
    lab.sim.with(|world| world.set(other, "name_label", "changing a"));
    let row = json!({ "id": lab.id(other), "name_label": "changing a" });
    assert_eq!(told(&lab.admin).await, json!({ "id": 1, "total": 2, "left": [&id], "entered": [[0, row]] }));
    lab.sim.with(|world| world.set(other, "name_label", "something else"));
    let row = json!({ "id": id, "name_label": "changing c" });
    assert_eq!(told(&lab.admin).await, json!({ "id": 1, "total": 1, "left": [lab.id(other)], "entered": [[0, row]] }));
    lab.admin.call("view.unsubscribe", json!({ "id": 1 })).await;
    let second =
        lab.admin.call("view.subscribe", json!({ "type": "VM", "filter": "name_label:changing", "limit": 0 })).await;
    assert_eq!(second["id"], 2);
    lab.sim.with(|world| world.set(vm, "name_label", "gone"));
    assert_eq!(told(&lab.admin).await, json!({ "id": 2, "total": 0 }), "nothing is told of the view that ended");
}

#[tokio::test]
async fn a_view_that_is_changed_keeps_its_id_and_goes_on() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    lab.admin.call("view.subscribe", json!({ "type": "host", "columns": ["name_label"] })).await;
    let change = json!({ "id": 1, "type": "VM", "filter": format!("id:{id}"), "columns": ["name_description"] });
    let shown = lab.admin.call("view.update", change).await;
    assert_eq!((shown["id"].as_u64(), ids(&shown)), (Some(1), vec![&*id]));
    lab.sim.with(|world| world.set(vm, "name_description", "seen"));
    assert_eq!(told(&lab.admin).await, json!({ "id": 1, "changed": { &id: { "name_description": "seen" } } }));
}

#[tokio::test]
async fn a_view_shows_and_counts_what_its_user_may_see() {
    let lab = Lab::new().await;
    let user = lab.test.user("user@example.org").await;
    let (one, other) = (lab.id(lab.vm("Halted")), lab.id(lab.vm("Running")));
    let wish = json!({ "type": "VM", "columns": ["power_state"], "groupBy": ["power_state"], "limit": 500 });
    let shown = user.call("view.subscribe", wish.clone()).await;
    assert_eq!((shown["total"].as_u64(), &shown["counts"]), (Some(0), &json!({ "power_state": {} })));
    // The first rule of a user makes another audience of it; the second is one more right of the same.
    lab.test.app.add_rule(rule(&user, &one)).await.expect("the database takes it");
    let row = json!({ "id": one, "power_state": "Halted" });
    let counts = json!({ "power_state": { "Halted": 1 } });
    assert_eq!(told(&user).await, json!({ "id": 1, "total": 1, "entered": [[0, row]], "counts": counts }));
    lab.test.app.add_rule(rule(&user, &other)).await.expect("the database takes it");
    let given = told(&user).await;
    assert_eq!((given["total"].as_u64(), &given["entered"][0][1]["id"]), (Some(2), &json!(other)));
    assert_eq!(given["counts"], json!({ "power_state": { "Running": 1 } }));
    lab.test.app.remove_rule(rule(&user, &one)).await.expect("the database takes it");
    let taken = told(&user).await;
    assert_eq!((taken["total"].as_u64(), &taken["left"]), (Some(1), &json!([one])));
    assert_eq!(taken["counts"], json!({ "power_state": { "Halted": 0 } }));
    // Who becomes an administrator sees all of them.
    let db = lab.test.app.db();
    let stored = db.users().update(&user.id(), |user| user.permission = "admin".to_owned()).await;
    lab.test.app.user_changed(stored.expect("the database takes it").expect("the user is there")).await;
    let all = told(&user).await;
    assert_eq!(all["total"], lab.test.app.store().snapshot().count(app::model::Kind::Vm));
    let admin = lab.admin.call("view.subscribe", wish).await;
    assert_eq!(all["entered"].as_array().expect("rows").len() + 1, ids(&admin).len());
}

#[tokio::test]
async fn what_a_group_may_see_moves_with_its_members() {
    let lab = Lab::new().await;
    let user = lab.test.user("user@example.org").await;
    let vm = lab.id(lab.vm("Halted"));
    let group = lab.test.app.db().groups().create("ops").await.expect("the name is free");
    lab.test.app.add_rule(Rule::new(&group, &vm, "viewer")).await.expect("the database takes it");
    user.call("view.subscribe", json!({ "type": "VM", "columns": [] })).await;
    lab.test.app.set_group_users(&group, &[user.id()]).await.expect("the database takes it");
    assert_eq!(told(&user).await, json!({ "id": 1, "total": 1, "entered": [[0, { "id": vm }]] }));
    lab.test.app.set_group_users(&group, &[]).await.expect("the database takes it");
    assert_eq!(told(&user).await, json!({ "id": 1, "total": 0, "left": [vm] }));
}

#[tokio::test]
async fn who_does_not_read_is_told_of_everything_at_once() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    let wish = json!({ "type": "VM", "filter": format!("id:{id}"), "columns": ["name_label"] });
    lab.admin.call("view.subscribe", wish.clone()).await;
    let quick = lab.test.signed_in(&lab.admin.session.user().expect("signed in")).await;
    quick.call("view.subscribe", wish).await;
    for n in 0..20 {
        let name = format!("name {n}");
        lab.sim.with(|world| world.set(vm, "name_label", &*name));
        // Each is shown before the next comes, so the slow one could have been told of each.
        assert_eq!(told(&quick).await["changed"][&id]["name_label"], name);
    }
    assert_eq!(told(&lab.admin).await, json!({ "id": 1, "changed": { &id: { "name_label": "name 19" } } }));
    assert!(lab.admin.session.notifications().take().is_none());
}

#[tokio::test]
async fn a_pool_that_is_listed_again_or_leaves_shows_at_once() {
    let lab = Lab::on(Sim::builder().world("small").pace(0.005)).await;
    let wish = json!({ "type": "VM", "columns": ["name_label"], "groupBy": ["$pool"], "limit": 500 });
    let shown = lab.admin.call("view.subscribe", wish).await;
    let total = shown["total"].as_u64().expect("a number");
    let vm = lab.vm("Halted");
    lab.sim.with(|world| {
        world.set(vm, "name_label", "before the list");
        world.destroy(vm);
    });
    lab.sim.overflow_events();
    let left = told_until(&lab.admin, |told| told["total"] == total - 1).await;
    assert_eq!(left["left"].as_array().expect("one").len(), 1, "the others stay as they are: {left}");
    let servers = lab.test.app.db().servers().all().await.expect("the database answers");
    lab.test.app.disconnect(&servers[0].id).await;
    let gone = told_until(&lab.admin, |told| told["total"] == 0).await;
    assert_eq!(gone["left"].as_array().expect("all").len() as u64, total - 1);
    assert_eq!(gone["counts"]["$pool"].as_object().expect("counts").values().next(), Some(&json!(0)));
}

#[tokio::test]
async fn bad_wishes_name_the_parameter_and_the_place() {
    let lab = Lab::new().await;
    let refused = async |wish: Value| {
        let error = lab.admin.refused("view.subscribe", wish).await;
        assert_eq!(error["code"], 10, "{error}");
        error["data"]["errors"][0].clone()
    };
    let filter = refused(json!({ "filter": "name_label:web )" })).await;
    assert_eq!((&filter["instancePath"], &filter["params"]), (&json!("/filter"), &json!({ "position": 15 })));
    for (wish, path, name) in [
        (json!({ "type": "vm" }), "/type", "vm"),
        (json!({ "type": ["VM", "nope"] }), "/type", "nope"),
        (json!({ "type": "VM", "sort": ["-nope"] }), "/sort", "nope"),
        (json!({ "type": "VM", "columns": ["name_label", "size"] }), "/columns", "size"),
        (json!({ "type": "VM", "groupBy": ["power_state."] }), "/groupBy", "power_state."),
        (json!({ "type": "VM", "groupBy": ["tags", "tags"] }), "/groupBy", "tags"),
        (json!({ "type": "VM", "sort": ["name_label", "-name_label"] }), "/sort", "name_label"),
    ] {
        let error = refused(wish).await;
        assert_eq!((&error["instancePath"], &error["params"]["name"]), (&json!(path), &json!(name)));
    }
    // Few bytes of text that would be a gigabyte of machines to find it.
    let many = r"/\w{900}/ ".repeat(1000);
    let filter = refused(json!({ "filter": many })).await;
    assert_eq!(filter["instancePath"], "/filter");
    let message = filter["message"].as_str().expect("a text");
    assert!(message.ends_with("the regular expressions of the filter are too large together"), "{message}");
    assert_eq!(refused(json!({ "limit": 501 })).await["params"], json!({ "limit": 500 }));
    assert_eq!(refused(json!({ "offset": -1 })).await["instancePath"], "/offset");
    assert_eq!(refused(json!({ "sort": "name_label" })).await["instancePath"], "/sort");
    let shown = lab.admin.call("view.subscribe", json!({ "type": "VM" })).await;
    assert_eq!(shown["id"], 1, "none of them has opened a view");
}

#[tokio::test]
async fn a_connection_has_its_own_views_and_not_too_many() {
    let lab = Lab::new().await;
    for id in 1..=32 {
        assert_eq!(lab.admin.call("view.subscribe", json!({ "limit": 1 })).await["id"], id);
    }
    let error = lab.admin.refused("view.subscribe", json!({ "limit": 1 })).await;
    assert_eq!(error["message"], "this connection has 32 views already; end one with view.unsubscribe");
    lab.admin.call("view.unsubscribe", json!({ "id": 7 })).await;
    assert_eq!(lab.admin.call("view.subscribe", json!({ "limit": 1 })).await["id"], 33);
    let other = lab.test.signed_in(&lab.admin.session.user().expect("signed in")).await;
    for method in ["view.update", "view.unsubscribe", "view.select"] {
        let error = other.refused(method, json!({ "id": 1 })).await;
        assert_eq!(error["code"], 1, "{method}: {error}");
    }
    let stranger = lab.test.stranger();
    for method in ["view.subscribe", "view.update", "view.unsubscribe", "view.select"] {
        assert_eq!(stranger.refused(method, json!({ "id": 1 })).await["code"], 2, "{method}");
    }
}

#[tokio::test]
async fn views_end_when_somebody_signs_out() {
    let lab = Lab::new().await;
    lab.admin.call("view.subscribe", json!({ "type": "VM" })).await;
    lab.test.app.sign_out(&lab.admin.session);
    let vm = lab.vm("Halted");
    let mut feed = lab.test.app.feed().subscribe();
    lab.sim.with(|world| world.set(vm, "name_label", "unseen"));
    assert!(matches!(feed.next().await, News::Delta(_)));
    let watcher = lab.test.signed_in(&lab.test.create("second", None, "admin").await).await;
    let wish = json!({ "type": "VM", "filter": "name_label:unseen" });
    eventually(async || (watcher.call("view.subscribe", wish.clone()).await["total"] == 1).then_some(())).await;
    assert!(lab.admin.session.notifications().take().is_none());
}

#[tokio::test]
async fn a_selection_stands_for_what_matches_when_it_is_used() {
    let lab = Lab::new().await;
    let user = lab.test.user("user@example.org").await;
    let (one, other) = (lab.vm("Halted"), lab.vm("Running"));
    lab.test.app.add_rule(rule(&user, &lab.id(one))).await.expect("the database takes it");
    let wish = json!({ "type": "VM", "filter": "name_label:selected", "limit": 0 });
    let select = async |caller: &Caller| {
        let view = caller.call("view.subscribe", wish.clone()).await;
        caller.call("view.select", json!({ "id": view["id"] })).await["token"].as_str().expect("a text").to_owned()
    };
    let (of_admin, of_user) = (select(&lab.admin).await, select(&user).await);
    let found = async |caller: &Caller, token: &str| {
        let cx = Cx::new(caller.app.clone(), caller.session.clone());
        selected(&cx, token).await.map(|found| found.into_iter().map(|object| object.id).collect::<Vec<_>>())
    };
    assert_eq!(found(&lab.admin, &of_admin).await.expect("it is good"), Vec::<String>::new());
    for vm in [one, other] {
        lab.sim.with(|world| world.set(vm, "name_label", Datum::from("selected")));
        lab.becomes(&lab.id(vm), |vm| vm["name_label"] == "selected").await;
    }
    let mut both = vec![lab.id(one), lab.id(other)];
    both.sort();
    assert_eq!(found(&lab.admin, &of_admin).await.expect("it is good"), both);
    assert_eq!(found(&user, &of_user).await.expect("it is good"), [lab.id(one)]);
    let described = json!({ "selection": { "view": of_user }, "name_description": "by a view" });
    let told = user.call("vm.set", described.clone()).await;
    assert_eq!(told["objects"][0]["outcome"], "refused", "a viewer only looks: {told}");
    lab.test.app.add_rule(Rule::new(user.id(), lab.id(one), "admin")).await.expect("the database takes it");
    let told = user.call("vm.set", described).await;
    assert_eq!((&told["counts"]["done"], told["objects"].as_array().map(Vec::len)), (&json!(1), Some(1)), "{told}");
    lab.becomes(&lab.id(one), |vm| vm["name_description"] == "by a view").await;
    lab.becomes(&lab.id(other), |vm| vm["name_description"] != "by a view").await;
    let error = found(&user, &of_admin).await.expect_err("it is somebody else's");
    assert_eq!(error.to_json(true)["code"], 1);
    assert!(
        names(&lab.admin.call("view.subscribe", json!({ "type": "VM", "filter": "name_label:selected" })).await).len()
            == 2
    );
}
