//! Messages and alarms.

use reqwest::{Method, StatusCode};
use serde_json::json;
use xapi_sim::Datum;

use super::lab::Rest;

const BODY: &str = "value: 0.98\nconfig:\n<variable><name value=\"cpu_usage\"/></variable>";

/// Leaves a message about an object at the pool, and returns its id once it is here.
async fn leave(rest: &Rest, about: &str, name: &str, body: &str) -> String {
    let uuid = rest.lab.sim.with(|world| {
        let time = app::xapi_types::DateTime::parse("20260101T00:00:00Z").expect("a time");
        let fields = [
            ("name", Datum::from(name)),
            ("priority", 5.into()),
            ("cls", "VM".into()),
            ("obj_uuid", about.into()),
            ("timestamp", time.into()),
            ("body", body.into()),
        ];
        let message = world.create("message", fields);
        world.uuid(message).to_owned()
    });
    rest.until(&format!("/messages/{uuid}"), |_| true).await;
    uuid
}

#[tokio::test]
async fn alarms_are_messages_that_have_been_read() {
    let rest = Rest::new().await;
    let (vm, other) = (rest.vm("running").await, rest.vm("halted").await);
    let alarm = leave(&rest, &vm, "ALARM", BODY).await;
    let notice = leave(&rest, &vm, "VM_STARTED", "").await;
    let told = rest.json(&format!("/alarms/{alarm}")).await;
    let message = rest.json(&format!("/messages/{alarm}")).await;
    assert_eq!(
        told,
        json!({
            "id": alarm, "type": "message", "name": "ALARM", "time": 1_767_225_600,
            "body": { "name": "cpu_usage", "value": "0.98" },
            "object": { "type": "VM", "uuid": vm, "href": format!("/rest/v0/vms/{vm}") },
            "uuid": alarm, "$pool": message["$pool"], "$poolId": message["$poolId"], "_xapiRef": message["_xapiRef"],
        })
    );
    let href = json!([format!("/rest/v0/alarms/{alarm}")]);
    assert_eq!(rest.json("/alarms").await, href);
    assert_eq!(rest.json(&format!("/vms/{vm}/alarms")).await, href);
    assert_eq!(rest.json(&format!("/vms/{other}/alarms")).await, json!([]));
    assert_eq!(rest.json("/alarms?filter=body:name:memory").await, json!([]));
    assert_eq!(rest.json("/alarms?fields=name&filter=object:type:VM").await[0]["name"], "ALARM");
    let of_vm = rest.json(&format!("/vms/{vm}/messages?fields=id")).await;
    let ids: Vec<_> = of_vm.as_array().expect("a list").iter().filter_map(|message| message["id"].as_str()).collect();
    assert!(ids.contains(&&*alarm) && ids.contains(&&*notice), "{of_vm}");
    let no_alarm = rest.get(&format!("/alarms/{notice}")).await;
    assert_eq!(no_alarm.status, StatusCode::NOT_FOUND);
    assert_eq!(
        no_alarm.json(),
        json!({ "error": format!("no such alarm {notice}"), "data": { "id": notice, "type": "alarm" } })
    );
    let stranger = rest.stranger().await;
    let get = async |path: &str| rest.as_holder(&stranger, Method::GET, path, None).await;
    assert_eq!(get("/alarms").await.json(), json!([]));
    assert_eq!(get(&format!("/alarms/{alarm}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&format!("/vms/{vm}/messages")).await.json(), json!([]));
}

#[tokio::test]
async fn a_vm_and_its_pool_are_seen_at_a_glance_with_their_alarms() {
    let rest = Rest::new().await;
    let vm = rest.vm("running").await;
    let alarm = leave(&rest, &vm, "ALARM", BODY).await;
    let object = rest.json(&format!("/vms/{vm}")).await;
    let glance = rest.json(&format!("/vms/{vm}/dashboard")).await;
    let quick = &glance["quickInfo"];
    for name in ["id", "power_state", "uuid", "name_description", "$pool", "virtualizationMode", "tags", "startTime"] {
        assert_eq!(quick[name], object[name], "{name}");
    }
    assert_eq!(quick["CPUs"], json!({ "number": object["CPUs"]["number"] }));
    assert_eq!(quick["host"], object["$container"]);
    assert_eq!(glance["alarms"], json!([alarm]));
    assert_eq!(glance["backupsInfo"]["vmProtection"], "not-in-active-job");
    let pool = object["$pool"].as_str().expect("an id");
    let glance = rest.json(&format!("/pools/{pool}/dashboard")).await;
    assert_eq!(glance["alarms"], json!([alarm]));
    assert_eq!(glance["hosts"]["status"], json!({ "running": 2, "disabled": 0, "halted": 0, "total": 2 }));
    for (part, least) in [("hosts", 2), ("vms", 5)] {
        let cpu = glance[part]["topFiveUsage"]["cpu"].as_array().expect("a list");
        let percents: Vec<_> = cpu.iter().filter_map(|one| one["percent"].as_f64()).collect();
        assert!(percents.len() == least && percents.is_sorted_by(|one, next| one >= next), "{part}: {cpu:?}");
    }
    let srs = glance["srs"]["topFiveUsage"].as_array().expect("a list");
    assert!(!srs.is_empty() && srs.iter().all(|sr| sr["percent"].as_f64().is_some_and(|p| p <= 100.0)), "{srs:?}");
    let cpus = &glance["cpuProvisioning"];
    assert!(cpus["total"] == 32 && cpus["assigned"].as_u64().is_some_and(|count| count > 0), "{cpus}");
    // A host that tells nothing is not among those that use most, and no failure.
    rest.lab.sim.fail_next("/rrd_updates", "INTERNAL_ERROR", ["no numbers"]);
    assert_eq!(rest.get(&format!("/pools/{pool}/dashboard")).await.status, StatusCode::OK);
    let lines = rest.get(&format!("/vms/{vm}/dashboard?ndjson=true")).await;
    assert_eq!((lines.status, lines.text.lines().count()), (StatusCode::OK, 3));
}
