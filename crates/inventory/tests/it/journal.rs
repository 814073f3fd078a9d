use app::db::{NewEntry, Operation};
use serde_json::{Value, json, value::RawValue};

use crate::{Lab, test_app::Caller, test_app::eventually};

/// Asks until the first page is as wanted.
async fn page(caller: &Caller, params: Value, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let look = async || {
        let page = caller.call("journal.query", params.clone()).await;
        let entries = page["entries"].as_array().expect("a list").clone();
        wanted(&entries).then_some(entries)
    };
    eventually(look).await
}

fn is_call(entry: &Value, method: &str) -> bool {
    entry["type"] == "call" && entry["method"] == method
}

fn is_change(entry: &Value, field: &str) -> bool {
    entry["type"] == "event" && entry["changes"].get(field).is_some()
}

#[tokio::test]
async fn what_a_user_called_and_what_became_of_the_object_stand_together() {
    let lab = Lab::new().await;
    let vm = lab.id(lab.vm("Halted"));
    lab.admin.call("vm.set", json!({ "id": vm, "name_label": "renamed" })).await;
    let both = |entries: &[Value]| {
        let has = |wanted: &dyn Fn(&Value) -> bool| entries.iter().any(wanted);
        has(&|entry| is_call(entry, "vm.set")) && has(&|entry| is_change(entry, "name_label"))
    };
    let entries = page(&lab.admin, json!({ "object": vm }), both).await;
    let call = entries.iter().find(|entry| is_call(entry, "vm.set")).expect("it is there");
    assert_eq!(
        (&call["user"], &call["outcome"], &call["objects"], &call["params"]["name_label"]),
        (&json!(lab.admin.id()), &json!("success"), &json!([vm]), &json!("renamed"))
    );
    assert!(call["start"].as_i64() <= call["time"].as_i64() && call.get("error").is_none(), "{call}");
    let change = entries.iter().find(|entry| is_change(entry, "name_label")).expect("it is there");
    assert_eq!((&change["object"], &change["class"], &change["operation"]), (&json!(vm), &json!("VM"), &json!("mod")));
    assert_eq!(change["changes"]["name_label"][1], "renamed");
    let times: Vec<_> = entries.iter().map(|entry| entry["time"].as_i64().expect("a time")).collect();
    assert!(times.iter().rev().is_sorted(), "newest first: {times:?}");

    let by_user =
        page(&lab.admin, json!({ "user": lab.admin.id(), "kind": "vm" }), |entries| !entries.is_empty()).await;
    assert!(by_user.iter().all(|entry| is_call(entry, "vm.set")), "{by_user:?}");
    let time = call["time"].as_i64().expect("a time");
    for (params, found) in [
        (json!({ "user": lab.admin.id(), "from": time, "to": time + 1 }), 1),
        (json!({ "user": lab.admin.id(), "to": time }), 0),
        (json!({ "user": lab.admin.id(), "from": time + 1 }), 0),
        (json!({ "user": lab.admin.id(), "kind": "SR" }), 0),
        (json!({ "user": "nobody" }), 0),
        (json!({ "only": "calls", "from": time, "to": time + 1 }), 1),
        (json!({ "only": "events", "user": lab.admin.id() }), 0),
    ] {
        let page = lab.admin.call("journal.query", params.clone()).await;
        assert_eq!(page["entries"].as_array().map(Vec::len), Some(found), "{params}: {page}");
    }
}

#[tokio::test]
async fn a_call_that_fails_is_kept_with_its_reason_and_without_secrets() {
    let lab = Lab::new().await;
    let host = lab.id(lab.sim.with(|world| world.list("host")[0]));
    lab.sim.fail_next("host.install_server_certificate", "INTERNAL_ERROR", ["no"]);
    let params = json!({ "id": host, "certificate": "c", "privateKey": "hunter2" });
    lab.admin.refused("host.installCertificate", params).await;
    let failed = |entries: &[Value]| entries.iter().any(|entry| is_call(entry, "host.installCertificate"));
    let entries = page(&lab.admin, json!({ "object": host, "user": lab.admin.id() }), failed).await;
    assert_eq!((&entries[0]["outcome"], &entries[0]["error"]["code"]), (&json!("failure"), &json!(-32000)));
    assert!(!entries[0].to_string().contains("hunter2"), "{}", entries[0]);

    let vm = lab.id(lab.vm("Halted"));
    for data in [json!({ "admin_pass": "hunter2" }), json!({ "anything": "hunter2" })] {
        lab.admin.call("vm.set", json!({ "id": vm, "xenStoreData": data })).await;
    }
    lab.admin.refused("vm.setAndRestart", json!({ "id": vm, "xenStoreData": { "k": "hunter2" }, "share": true })).await;
    let entries = page(&lab.admin, json!({ "object": vm }), |entries| {
        entries.iter().any(|entry| is_change(entry, "xenstore_data"))
            && entries.iter().any(|entry| is_call(entry, "vm.setAndRestart"))
            && entries.iter().filter(|entry| is_call(entry, "vm.set")).count() == 2
    });
    let text = json!(entries.await).to_string();
    assert!(text.contains("vm-data/admin_pass") && !text.contains("hunter2"), "{text}");

    let told = "#cloud-config\npassword: hunter2";
    let params = json!({ "template": host, "name_label": "new", "cloudConfig": told, "networkConfig": told });
    lab.admin.refused("vm.create", params).await;
    lab.admin.refused("vm.createCloudInitConfigDrive", json!({ "vm": host, "sr": host, "config": told })).await;
    lab.admin.refused("vm.start", json!({ "id": host, "pasword": "hunter2" })).await;
    let three = |entries: &[Value]| {
        let calls = ["vm.create", "vm.createCloudInitConfigDrive", "vm.start"];
        calls.iter().all(|method| entries.iter().any(|entry| is_call(entry, method)))
    };
    let entries = page(&lab.admin, json!({}), three).await;
    assert!(!json!(entries).to_string().contains("hunter2"), "{entries:?}");
    let tasks = json!(lab.test.app.tasks().all().into_iter().map(|task| task.properties).collect::<Vec<_>>());
    assert!(tasks.to_string().contains("vm.create") && !tasks.to_string().contains("hunter2"), "{tasks}");
}

#[tokio::test]
async fn each_object_of_a_bulk_call_is_kept_also_one_that_was_refused() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let (own, other) = (lab.id(lab.vm("Halted")), lab.id(lab.vm("Running")));
    let rule = app::acl::Rule { subject: bob.id(), object: own.clone(), action: "admin".to_owned() };
    lab.test.app.add_rule(rule).await.expect("the rule is new");
    let all = json!({ "selection": { "ids": [own, other] }, "name_description": "in bulk" });
    let mut dry = all.clone();
    dry["dryRun"] = true.into();
    bob.call("vm.set", dry).await;
    bob.call("vm.set", all).await;
    let of = async |id: &str| {
        let called = |entries: &[Value]| entries.iter().any(|entry| is_call(entry, "vm.set"));
        let entries = page(&lab.admin, json!({ "object": id, "user": bob.id() }), called).await;
        entries.iter().map(|entry| entry["outcome"].as_str().expect("a call").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((of(&own).await, of(&other).await), (vec!["success".to_owned()], vec!["failure".to_owned()]));
}

#[tokio::test]
async fn who_may_view_an_object_is_told_of_it_and_of_nothing_else() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let (vm, other) = (lab.vm("Halted"), lab.vm("Running"));
    let (vm, other) = (lab.id(vm), lab.id(other));
    for id in [&vm, &other] {
        lab.admin.call("vm.set", json!({ "id": id, "name_description": "described" })).await;
    }
    // Both are written before bob looks.
    let two = |entries: &[Value]| {
        let count = |is: &dyn Fn(&Value) -> bool| entries.iter().filter(|entry| is(entry)).count();
        count(&|entry| is_call(entry, "vm.set")) == 2 && count(&|entry| is_change(entry, "name_description")) == 2
    };
    page(&lab.admin, json!({}), two).await;

    assert_eq!(bob.call("journal.query", json!({})).await["entries"], json!([]));
    let error = bob.refused("journal.query", json!({ "object": vm })).await;
    assert_eq!((&error["code"], &error["data"]["permission"]), (&json!(2), &json!("view")));

    let rule = app::acl::Rule { subject: bob.id(), object: vm.clone(), action: "viewer".to_owned() };
    lab.test.app.add_rule(rule.clone()).await.expect("the rule is new");
    let told = |entry: &Value| entry["object"] == vm.as_str() || entry["objects"] == json!([vm]);
    let entries = bob.call("journal.query", json!({})).await["entries"].as_array().expect("a list").clone();
    assert!(entries.iter().any(|entry| is_call(entry, "vm.set")), "{entries:?}");
    assert!(entries.iter().all(told), "{entries:?}");
    assert!(entries.iter().all(|entry| entry.get("params").is_none()), "what others write is theirs: {entries:?}");
    assert!(
        !bob.call("journal.query", json!({ "object": vm })).await["entries"].as_array().expect("a list").is_empty()
    );
    assert_eq!(bob.refused("journal.query", json!({ "object": other })).await["code"], 2);

    lab.test.app.remove_rule(rule).await.expect("the rule is gone");
    assert_eq!(bob.call("journal.query", json!({})).await["entries"], json!([]));
}

#[tokio::test]
async fn only_administrators_are_told_of_what_is_gone() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let vm = lab.id(lab.vm("Halted"));
    lab.admin.call("vm.delete", json!({ "id": vm })).await;
    lab.vanishes(&vm).await;
    let gone = |entries: &[Value]| {
        entries.iter().any(|entry| is_call(entry, "vm.delete"))
            && entries.iter().any(|entry| entry["operation"] == "del")
    };
    page(&lab.admin, json!({ "object": vm }), gone).await;
    assert_eq!(bob.refused("journal.query", json!({ "object": vm })).await["code"], 1);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let lab = Lab::new().await;
    let vm = lab.id(lab.vm("Halted"));
    for n in 0..7 {
        lab.admin.call("vm.set", json!({ "id": vm, "name_description": format!("{n}") })).await;
    }
    let params = json!({ "user": lab.admin.id() });
    let all = page(&lab.admin, params, |entries| entries.len() == 7).await;
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut params = json!({ "user": lab.admin.id(), "limit": 3 });
        if !cursor.is_null() {
            params["cursor"] = cursor;
        }
        let page = lab.admin.call("journal.query", params).await;
        let entries = page["entries"].as_array().expect("a list");
        assert!(entries.len() <= 3);
        seen.extend(entries.clone());
        match page.get("next") {
            Some(next) => cursor = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn one_call_looks_at_so_many_entries_and_the_next_goes_on_there() {
    let lab = Lab::new().await;
    let event = |at| NewEntry {
        at,
        pool: "pool".to_owned(),
        class: "VM".to_owned(),
        reference: "OpaqueRef:gone".to_owned(),
        uuid: Some("gone".to_owned()),
        user: None,
        objects: Vec::new(),
        operation: Operation::Mod,
        changes: RawValue::from_string("{}".to_owned()).expect("it is JSON"),
    };
    let call = |at| NewEntry {
        reference: String::new(),
        uuid: None,
        user: Some("bob".to_owned()),
        objects: vec!["made often".to_owned()],
        ..event(at)
    };
    let events: Vec<_> = (0..10_500).map(event).chain((0..10_500).map(call)).collect();
    lab.test.app.db().journal().append(&events).await.expect("the database takes it");
    for question in [
        json!({ "object": "gone", "kind": "SR" }),
        json!({ "object": "made often", "user": "ann" }),
        json!({ "object": "made often", "kind": "SR" }),
        json!({ "user": "bob", "kind": "SR" }),
    ] {
        let first = lab.admin.call("journal.query", question.clone()).await;
        assert_eq!(first["entries"], json!([]), "{question}");
        assert!(first["next"].is_string(), "{question}: {first}");
        let mut rest = question.clone();
        rest["cursor"] = first["next"].clone();
        assert_eq!(lab.admin.call("journal.query", rest).await, json!({ "entries": [] }), "{question}");
    }
}

#[tokio::test]
async fn bad_questions_to_the_journal_are_refused_by_name() {
    let lab = Lab::new().await;
    for (params, part) in
        [(json!({ "kind": "VMs" }), "`kind` `VMs` is none of "), (json!({ "cursor": "yesterday" }), "`cursor` is none")]
    {
        let error = lab.admin.refused("journal.query", params).await;
        assert_eq!(error["code"], 10);
        assert!(error["message"].as_str().expect("a text").starts_with(part), "{error}");
    }
    for (params, path) in
        [(json!({ "limit": 0 }), "/limit"), (json!({ "limit": 1001 }), "/limit"), (json!({ "from": "today" }), "/from")]
    {
        let error = lab.admin.refused("journal.query", params).await;
        assert_eq!(error["data"]["errors"][0]["instancePath"], path, "{error}");
    }
    assert_eq!(lab.test.stranger().refused("journal.query", json!({})).await["code"], 2);
}

#[tokio::test]
async fn what_only_looks_leaves_no_entry_and_what_takes_content_out_does() {
    let lab = Lab::new().await;
    let (vm, pool) = (lab.id(lab.vm("Halted")), lab.id(lab.sim.with(|world| world.pool())));
    lab.admin.call("pool.getLicenseState", json!({ "pool": pool })).await;
    lab.admin.call("host.getSchedulerGranularity", json!({ "id": lab.id(lab.named("host", "xcp-lab-1")) })).await;
    lab.admin.call("tag.getAllConfigured", json!({})).await;
    lab.admin.refused("pool.getLicenseState", json!({ "pool": "nope" })).await;
    lab.admin.call("vm.export", json!({ "vm": vm })).await;
    let by_admin = json!({ "user": lab.admin.id() });
    let entries = page(&lab.admin, by_admin, |entries| entries.iter().any(|entry| is_call(entry, "vm.export"))).await;
    let calls: Vec<_> = entries.iter().filter(|entry| entry["type"] == "call").map(|entry| &entry["method"]).collect();
    assert_eq!(calls, ["vm.export"]);
    // That a look failed is told where failures are.
    let failed = async || {
        let logs = lab.test.app.db().logs().of("api").await.expect("the database answers");
        (!logs.is_empty()).then_some(())
    };
    eventually(failed).await;
}
