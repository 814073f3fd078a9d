use serde_json::{Value, json};
use xapi_sim::{Datum, Object};

use crate::{Lab, test_app::Caller, test_app::eventually};

const CPU: &str = "value: 0.98\nconfig:\n<variable><name value=\"cpu_usage\"/><alarm_trigger_level value=\"0.8\"/>\
    <alarm_trigger_period value=\"60\"/></variable>";

/// Leaves a message about an object at the pool, and returns its id once it is here.
async fn leave(lab: &Lab, about: Object, name: &str, priority: i64, body: &str, time: &str) -> String {
    let message = lab.sim.with(|world| {
        let uuid = world.uuid(about).to_owned();
        let time = app::xapi_types::DateTime::parse(time).expect("a time");
        let fields = [
            ("name", Datum::from(name)),
            ("priority", priority.into()),
            ("cls", "VM".into()),
            ("obj_uuid", uuid.into()),
            ("timestamp", time.into()),
            ("body", body.into()),
        ];
        world.create("message", fields)
    });
    lab.id_soon(message).await
}

async fn ids(caller: &Caller, params: Value) -> Vec<String> {
    let alarms = caller.call("alarm.list", params).await;
    let id = |alarm: &Value| alarm["id"].as_str().expect("an id").to_owned();
    alarms.as_array().expect("a list").iter().map(id).collect()
}

#[tokio::test]
async fn messages_that_need_a_look_are_listed_in_words_newest_first() {
    let lab = Lab::new().await;
    let vm = lab.vm("Running");
    let old = leave(&lab, vm, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    let new = leave(&lab, vm, "HA_PROTECTED_VM_RESTART_FAILED", 1, "", "20260102T00:00:00Z").await;
    leave(&lab, vm, "VM_STARTED", 5, "", "20260103T00:00:00Z").await;
    let alarms = lab.admin.call("alarm.list", json!({})).await;
    let expected = json!({
        "id": old,
        "type": "alarm",
        "$pool": lab.id(lab.sim.with(|world| world.pool())),
        "$object": lab.id(vm),
        "objectType": "VM",
        "objectName": lab.field(vm, "name_label"),
        "name": "ALARM",
        "topic": "threshold",
        "severity": "warning",
        "text": "cpu usage is 0.98, above 0.8 for 60 s",
        "reading": { "name": "cpu_usage", "value": 0.98, "level": 0.8, "period": 60.0 },
        "time": 1_767_225_600,
    });
    assert_eq!((alarms[1].clone(), alarms.as_array().map(Vec::len)), (expected, Some(2)));
    assert_eq!((&alarms[0]["id"], &alarms[0]["topic"]), (&json!(new), &json!("highAvailability")));
    for (filter, found) in [
        (json!("severity:critical"), vec![&new]),
        (json!("reading:name:cpu_usage"), vec![&old]),
        (json!({ "topic": "threshold" }), vec![&old]),
        (json!("topic:bond"), vec![]),
    ] {
        let found: Vec<_> = found.into_iter().cloned().collect();
        assert_eq!(ids(&lab.admin, json!({ "filter": filter })).await, found, "{filter}");
    }
    assert_eq!(ids(&lab.admin, json!({ "limit": 1 })).await, [new]);
    for params in [json!({ "filter": "(" }), json!({ "limit": 0 })] {
        assert_eq!(lab.admin.refused("alarm.list", params).await["code"], 10);
    }
}

#[tokio::test]
async fn an_acknowledged_alarm_is_hidden_until_that_is_taken_back() {
    let lab = Lab::new().await;
    let vm = lab.vm("Running");
    let id = leave(&lab, vm, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    assert_eq!(lab.admin.refused("alarm.unacknowledge", json!({ "id": id })).await["code"], 25);
    let params = json!({ "id": id, "note": "being looked at" });
    assert_eq!(lab.admin.call("alarm.acknowledge", params.clone()).await, true);
    assert!(ids(&lab.admin, json!({})).await.is_empty());
    let hidden = lab.admin.call("alarm.list", json!({ "acknowledged": true })).await;
    let acknowledged = &hidden[0]["acknowledged"];
    assert_eq!((&acknowledged["user"], &acknowledged["note"]), (&json!(lab.admin.id()), &json!("being looked at")));
    assert!(acknowledged["time"].as_i64() > Some(1_700_000_000_000), "{acknowledged}");
    let error = lab.admin.refused("alarm.acknowledge", params).await;
    assert_eq!((&error["code"], &error["data"]["property"]), (&json!(25), &json!("acknowledged")));
    assert!(lab.sim.with(|world| world.by_uuid("message", &id).is_some()), "the message stays");

    lab.admin.call("alarm.unacknowledge", json!({ "id": id })).await;
    assert_eq!(ids(&lab.admin, json!({})).await, [id]);
    let told = leave(&lab, vm, "VM_STARTED", 5, "", "20260103T00:00:00Z").await;
    let error = lab.admin.refused("alarm.acknowledge", json!({ "id": told })).await;
    assert_eq!(error["message"], format!("message `{told}` is no alarm"));
    assert_eq!(lab.admin.refused("alarm.acknowledge", json!({ "id": "nothing" })).await["code"], 1);
}

#[tokio::test]
async fn a_message_that_goes_takes_its_acknowledgement_along() {
    let lab = Lab::new().await;
    let (vm, other) = (lab.vm("Running"), lab.vm("Halted"));
    let id = leave(&lab, vm, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    let away = leave(&lab, other, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    let stays = leave(&lab, other, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    for id in [&id, &away, &stays] {
        lab.admin.call("alarm.acknowledge", json!({ "id": id })).await;
    }
    lab.admin.call("message.delete", json!({ "id": id })).await;
    let known = async || {
        let known = lab.test.app.db().acknowledgements().all().await.expect("the database answers");
        known.into_iter().map(|known| known.message).collect::<Vec<_>>()
    };
    eventually(async || (!known().await.contains(&id)).then_some(())).await;
    assert_eq!(known().await.len(), 2);

    // The other goes while nobody looks.
    let server = lab.test.app.db().servers().all().await.expect("the database answers").remove(0);
    lab.test.app.disconnect(&server.id).await;
    assert_eq!(known().await.len(), 2, "a pool that is away takes nothing along");
    lab.sim.with(|world| {
        let message = world.by_uuid("message", &away).expect("it is there");
        world.destroy(message);
    });
    lab.test.app.connect(&server).await.expect("the pool is connected again");
    eventually(async || (known().await == [stays.clone()]).then_some(())).await;
}

#[tokio::test]
async fn who_may_use_an_object_acknowledges_its_alarms_and_no_others() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let (vm, other) = (lab.vm("Running"), lab.vm("Halted"));
    let id = leave(&lab, vm, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    let foreign = leave(&lab, other, "ALARM", 3, CPU, "20260101T00:00:00Z").await;
    assert!(ids(&bob, json!({})).await.is_empty());
    let grant = async |role: &str| {
        let rule = app::acl::Rule { subject: bob.id(), object: lab.id(vm), action: role.to_owned() };
        lab.test.app.add_rule(rule).await.expect("the rule is new");
    };
    grant("viewer").await;
    assert_eq!(ids(&bob, json!({})).await, std::slice::from_ref(&id));
    assert_eq!(bob.refused("alarm.acknowledge", json!({ "id": id })).await["data"]["permission"], "operate");
    grant("operator").await;
    bob.call("alarm.acknowledge", json!({ "id": id })).await;
    assert_eq!(ids(&lab.admin, json!({})).await, std::slice::from_ref(&foreign));
    for method in ["alarm.acknowledge", "alarm.unacknowledge"] {
        assert_eq!(bob.refused(method, json!({ "id": foreign })).await["code"], 2);
    }
    bob.call("alarm.unacknowledge", json!({ "id": id })).await;
    assert_eq!(ids(&bob, json!({})).await, [id]);
}
