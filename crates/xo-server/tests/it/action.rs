//! What only looks takes no selection, and whatever else names an object does.

use app::model::Kind;
use serde_json::json;
use xapi_sim::Sim;

use crate::{lab::Lab, test_app::eventually};

#[test]
fn actions_are_told_from_reads_by_their_declaration() {
    let ops = xo_server::ops();
    let looks = |name: &str| {
        let verb = name.rsplit('.').next().expect("a name");
        let starts = ["export", "get", "has", "is", "list", "probe"];
        verb == "stats"
            || starts
                .iter()
                .any(|start| verb.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_lowercase)))
    };
    for name in ops.names() {
        let takes = ops.principal(name).is_some();
        assert!(!(takes && looks(name)), "{name} takes a selection and sounds like a read; mark it with `Spec::read`");
        let reads = ops.spec(name).is_some_and(|spec| spec.read);
        assert!(!reads || looks(name), "{name} is marked as a read and does not sound like one");
    }
    for name in ["vm.start", "vm.delete", "vdi.migrate", "sr.scan", "host.stop", "network.delete", "tag.add", "vif.set"]
    {
        assert_eq!(ops.principal(name), Some("id"), "{name}");
    }
    for (name, principal) in
        [("vm.copy", "vm"), ("vm.revert", "snapshot"), ("vm.create", "template"), ("pool.setDefaultSr", "sr")]
    {
        assert_eq!(ops.principal(name), Some(principal), "{name}");
    }
    for name in ["sr.getVdiChainsInfo", "user.delete", "network.createBonded", "session.signIn"] {
        assert!(ops.principal(name).is_none_or(|param| param == "pool"), "{name}");
    }
}

#[tokio::test]
async fn a_call_on_many_objects_is_seen_and_cancelled_by_who_made_it() {
    let lab = Lab::on(Sim::builder().world("small").explicit()).await;
    let (bob, eve) = (lab.test.user("bob").await, lab.test.user("eve").await);
    let vms = lab.test.app.store().snapshot().of_kind(Kind::Vm);
    let running = vms.filter(|vm| vm.text("power_state").as_deref() == Some("Running"));
    let ids: Vec<_> = running.map(|vm| vm.id().to_owned()).take(3).collect();
    for id in &ids {
        lab.grant(&bob.id(), id, "operator").await;
    }
    let stop = bob.call("vm.stop", json!({ "selection": { "filter": "" }, "force": true, "concurrency": 1 }));
    let watch = async {
        let begun = async || {
            let call = bob.call("api.getCalls", json!({})).await[0].clone();
            (call["objects"][0]["status"] == "pending" && !lab.sim.pending().is_empty()).then_some(call)
        };
        let call = eventually(begun).await;
        assert_eq!((&call["method"], &call["progress"]["done"]), (&json!("vm.stop"), &json!(0)));
        let cancel = json!({ "id": call["id"] });
        assert_eq!(eve.call("api.getCalls", json!({})).await, json!([]));
        assert_eq!(eve.refused("api.cancelCall", cancel.clone()).await["code"], 1);
        assert_eq!(lab.admin.call("api.getCalls", json!({})).await[0]["user_id"], json!(bob.id()));
        assert_eq!(bob.call("api.cancelCall", cancel).await, true);
        assert!(bob.call("api.getCalls", json!({})).await[0]["cancelled"].is_i64());
        lab.sim.finish_all();
    };
    let (report, ()) = tokio::join!(stop, watch);
    let words: Vec<_> = report["objects"].as_array().expect("a list").iter().map(|object| &object["outcome"]).collect();
    assert!(words.len() >= 3 && words[1..].iter().all(|word| word.as_str() == Some("skipped")), "{report}");
    assert_eq!(bob.call("api.getCalls", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_call_on_one_object_is_seen_and_its_host_is_asked_to_cancel_it() {
    let lab = Lab::on(Sim::builder().world("small").explicit()).await;
    let vms = lab.test.app.store().snapshot().of_kind(Kind::Vm);
    let vm = vms.into_iter().find(|vm| vm.text("power_state").as_deref() == Some("Running")).expect("one runs");
    let stop = lab.admin.call("vm.stop", json!({ "id": vm.id(), "force": true }));
    let watch = async {
        let begun = async || {
            let call = lab.admin.call("api.getCalls", json!({})).await[0].clone();
            (call.is_object() && !lab.sim.pending().is_empty()).then_some(call)
        };
        let call = eventually(begun).await;
        assert_eq!((call.get("progress"), &call["params"]["id"]), (None, &json!(vm.id())));
        assert_eq!(lab.admin.call("api.cancelCall", json!({ "id": call["id"] })).await, true);
        assert!(lab.admin.call("api.getCalls", json!({})).await[0]["cancelled"].is_i64());
        // This host ends what it has begun.
        let asked = async || lab.sim.calls().contains_key("task.cancel").then_some(());
        eventually(asked).await;
        lab.sim.finish_all();
    };
    tokio::join!(stop, watch);
}
