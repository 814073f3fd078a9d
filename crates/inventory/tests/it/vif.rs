use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

/// Returns an interface of a VM in that power state.
fn vif(lab: &Lab, power_state: &str) -> Object {
    let vm = lab.vm(power_state);
    lab.sim.with(|world| world.objects(vm, "VIFs")[0])
}

fn field(lab: &Lab, vif: Object, name: &str) -> String {
    lab.sim.with(|world| world.text(vif, name).to_owned())
}

fn network(lab: &Lab, name: &str) -> Object {
    lab.sim.named("network", name).expect("the network")
}

/// Changes an interface that stays the same.
async fn set(lab: &Lab, id: &str, change: Value) {
    let mut params = change;
    params["id"] = id.into();
    assert_eq!(lab.admin.call("vif.set", params.clone()).await, id, "{params}");
}

#[tokio::test]
async fn an_interface_of_a_running_vm_is_unplugged_and_plugged() {
    let lab = Lab::new().await;
    let id = lab.id(vif(&lab, "Running"));
    for (method, attached) in [("vif.disconnect", false), ("vif.connect", true)] {
        assert_eq!(lab.admin.call(method, json!({ "id": id })).await, true);
        lab.becomes(&id, |vif| vif["attached"] == attached).await;
    }
    let error = lab.admin.refused("vif.connect", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "DEVICE_ALREADY_ATTACHED");
}

#[tokio::test]
async fn an_interface_of_a_halted_vm_is_neither_plugged_nor_unplugged() {
    let lab = Lab::new().await;
    let vif = vif(&lab, "Halted");
    let vm = lab.sim.with(|world| world.object(vif, "VM"));
    let data = json!({ "objectId": lab.id(vm), "expected": "running", "actual": "halted" });
    for method in ["vif.connect", "vif.disconnect"] {
        let error = lab.admin.refused(method, json!({ "id": lab.id(vif) })).await;
        assert_eq!((&error["code"], &error["data"]), (&json!(13), &data));
    }
    let error = lab.admin.refused("vif.connect", json!({ "id": lab.id(vm) })).await;
    assert_eq!(error["data"], json!({ "id": lab.id(vm), "type": "VIF" }));
}

#[tokio::test]
async fn an_interface_is_deleted_plugged_or_not() {
    let lab = Lab::new().await;
    for state in ["Running", "Halted"] {
        let id = lab.id(vif(&lab, state));
        assert_eq!(lab.admin.call("vif.delete", json!({ "id": id })).await, true);
        lab.vanishes(&id).await;
    }
}

#[tokio::test]
async fn an_interface_that_cannot_be_unplugged_stays() {
    let lab = Lab::new().await;
    let id = lab.id(vif(&lab, "Running"));
    lab.sim.fail_next("VIF.unplug_force", "INTERNAL_ERROR", ["no"]);
    assert_eq!(lab.admin.refused("vif.delete", json!({ "id": id })).await["data"]["code"], "INTERNAL_ERROR");
    lab.becomes(&id, |vif| vif["attached"] == true).await;
}

#[tokio::test]
async fn what_passes_and_how_fast_is_changed() {
    let lab = Lab::new().await;
    let id = lab.id(vif(&lab, "Halted"));
    for (change, expected) in [
        (json!({ "rateLimit": 1000 }), json!({ "rateLimit": 1000 })),
        (json!({ "lockingMode": "unlocked" }), json!({ "lockingMode": "unlocked" })),
        (json!({ "lockingMode": "network_default" }), json!({ "lockingMode": "network_default" })),
        (
            json!({ "allowedIpv4Addresses": ["192.0.2.8"], "allowedIpv6Addresses": ["2001:db8::8"] }),
            json!({ "allowedIpv4Addresses": ["192.0.2.8"], "lockingMode": "locked" }),
        ),
        (json!({ "allowedIpv4Addresses": [] }), json!({ "allowedIpv4Addresses": [], "lockingMode": "locked" })),
        (json!({ "txChecksumming": false }), json!({ "txChecksumming": false })),
        (json!({ "txChecksumming": true }), json!({ "txChecksumming": true })),
    ] {
        set(&lab, &id, change).await;
        let expected = expected.as_object().unwrap().clone();
        lab.becomes(&id, |vif| expected.iter().all(|(name, value)| vif[name] == *value)).await;
    }
    set(&lab, &id, json!({ "rateLimit": null })).await;
    lab.becomes(&id, |vif| vif.get("rateLimit").is_none()).await;
    let modes = lab.admin.call("vif.getLockingModeValues", json!({})).await;
    assert_eq!(modes, json!(["disabled", "locked", "network_default", "unlocked"]));
}

#[tokio::test]
async fn an_interface_is_plugged_by_its_property_too() {
    let lab = Lab::new().await;
    let id = lab.id(vif(&lab, "Running"));
    for attached in [false, true] {
        set(&lab, &id, json!({ "attached": attached })).await;
        lab.becomes(&id, |vif| vif["attached"] == attached).await;
    }
}

#[tokio::test]
async fn an_interface_moves_to_another_network_and_follows_its_mode() {
    let lab = Lab::new().await;
    let vif = vif(&lab, "Running");
    let (id, isolated) = (lab.id(vif), network(&lab, "Isolated"));
    set(&lab, &id, json!({ "lockingMode": "unlocked" })).await;
    set(&lab, &id, json!({ "network": lab.id(isolated) })).await;
    lab.becomes(&id, |vif| vif["$network"] == lab.id(isolated).as_str() && vif["lockingMode"] == "network_default")
        .await;
    lab.becomes(&id, |vif| vif["attached"] == true).await;
}

#[tokio::test]
async fn another_mac_address_makes_another_interface_with_all_that_the_old_one_had() {
    let lab = Lab::new().await;
    for state in ["Running", "Halted"] {
        let vif = vif(&lab, state);
        let id = lab.id(vif);
        let change = json!({ "rateLimit": 10, "allowedIpv4Addresses": ["192.0.2.8"], "txChecksumming": false });
        set(&lab, &id, change).await;
        let old = lab.becomes(&id, |vif| vif["rateLimit"] == 10 && vif["txChecksumming"] == false).await;
        let mac = format!("02:00:5e:aa:00:{:02x}", state.len());
        let new = lab.admin.call("vif.set", json!({ "id": id, "mac": mac })).await;
        let new = new.as_str().unwrap();
        assert_ne!(new, id);
        lab.vanishes(&id).await;
        let made = lab.becomes(new, |vif| vif["attached"] == old["attached"]).await;
        assert_eq!(made["MAC"], mac);
        let same =
            ["device", "lockingMode", "rateLimit", "allowedIpv4Addresses", "txChecksumming", "$network", "$VM", "MTU"];
        for property in same {
            assert_eq!(made[property], old[property], "{property}");
        }
    }
}

#[tokio::test]
async fn an_interface_that_cannot_be_replaced_is_there_as_before() {
    let lab = Lab::new().await;
    let vif = vif(&lab, "Running");
    let (id, mac) = (lab.id(vif), field(&lab, vif, "MAC"));
    lab.sim.fail_next("VIF.create", "INTERNAL_ERROR", ["no"]);
    let error = lab.admin.refused("vif.set", json!({ "id": id, "mac": "02:00:5e:aa:00:10" })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    let again = lab.sim.with(|world| world.list("VIF").into_iter().find(|vif| world.text(*vif, "MAC") == mac));
    assert!(lab.sim.with(|world| world.flag(again.expect("one with the old address"), "currently_attached")));
    let id = lab.sim.with(|world| world.uuid(again.unwrap()).to_owned());
    lab.becomes(&id, |vif| vif["attached"] == true).await;
    // Nor is it lost when the old one does not go.
    lab.sim.fail_next("VIF.destroy", "INTERNAL_ERROR", ["no"]);
    lab.admin.refused("vif.set", json!({ "id": id, "mac": "02:00:5e:aa:00:10" })).await;
    assert!(lab.sim.with(|world| world.flag(again.unwrap(), "currently_attached")));
}

#[tokio::test]
async fn bad_values_of_interfaces_are_refused_before_anything_is_done() {
    let lab = Lab::new().await;
    let vif = vif(&lab, "Running");
    for change in [
        json!({ "lockingMode": "open" }),
        json!({ "mac": "01:00:5e:aa:00:10" }),
        json!({ "mac": "nothing" }),
        json!({ "rateLimit": -1 }),
        json!({ "allowedIpv4Addresses": ["2001:db8::8"] }),
        json!({ "allowedIpv6Addresses": ["192.0.2.8"] }),
        json!({ "attached": "yes" }),
    ] {
        let mut params = change;
        params["id"] = lab.id(vif).into();
        params["txChecksumming"] = false.into();
        assert_eq!(lab.admin.refused("vif.set", params.clone()).await["code"], 10, "{params}");
    }
    for (name, kind) in [("network", "network"), ("resourceSet", "resourceSet")] {
        let error = lab.admin.refused("vif.set", json!({ "id": lab.id(vif), name: "nope" })).await;
        assert_eq!(error["data"], json!({ "id": "nope", "type": kind }));
    }
    assert!(lab.sim.with(|world| world.flag(vif, "currently_attached")));
    assert!(lab.sim.with(|world| world.entry(vif, "other_config", "ethtool-tx") != "false"));
}
