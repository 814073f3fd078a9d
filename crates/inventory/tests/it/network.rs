use serde_json::json;
use xapi_sim::{Object, World};

use crate::Lab;

fn pool(lab: &Lab) -> String {
    lab.id(lab.sim.with(|world| world.pool()))
}

fn named(lab: &Lab, name: &str) -> Object {
    lab.sim.named("network", name).expect("the network")
}

/// Returns the cards `device` of all hosts.
fn cards(lab: &Lab, device: &str) -> Vec<Object> {
    let is_it = |world: &World, pif| world.text(pif, "device") == device && world.int(pif, "VLAN") < 0;
    lab.sim.with(|world| world.list("PIF").into_iter().filter(|pif| is_it(world, *pif)).collect())
}

fn exists(lab: &Lab, name: &str) -> bool {
    lab.sim.named("network", name).is_some()
}

#[tokio::test]
async fn a_network_between_vms_is_made_and_deleted() {
    let lab = Lab::new().await;
    let made = json!({ "pool": pool(&lab), "name": "inner", "description": "x", "mtu": 1400 });
    let id = lab.admin.call("network.create", made).await;
    let id = id.as_str().unwrap();
    let shown = lab.becomes(id, |_| true).await;
    assert_eq!(shown["name_label"], "inner");
    assert_eq!(
        (&shown["name_description"], &shown["MTU"], &shown["automatic"]),
        (&json!("x"), &json!(1400), &json!(false))
    );
    assert_eq!(lab.admin.call("network.delete", json!({ "id": id })).await, true);
    lab.vanishes(id).await;
}

#[tokio::test]
async fn a_vlan_is_made_on_all_hosts_and_goes_with_its_network() {
    let lab = Lab::new().await;
    let card = lab.id(cards(&lab, "eth1")[0]);
    let made = json!({ "pool": pool(&lab), "name": "guests", "pif": card, "vlan": 77, "mtu": 9000 });
    let id = lab.admin.call("network.create", made).await;
    let id = id.as_str().unwrap();
    let shown = lab.becomes(id, |network| network["PIFs"].as_array().is_some_and(|pifs| pifs.len() == 2)).await;
    assert_eq!(shown["name_description"], "Created with Xen Orchestra");
    let pif = shown["PIFs"][0].as_str().unwrap();
    lab.becomes(pif, |pif| pif["vlan"] == 77 && pif["device"] == "eth1").await;
    assert_eq!(lab.admin.call("network.delete", json!({ "id": id })).await, true);
    lab.vanishes(id).await;
    lab.vanishes(pif).await;
}

#[tokio::test]
async fn a_vlan_that_is_taken_leaves_no_network_behind() {
    let lab = Lab::new().await;
    let bond = lab.id(cards(&lab, "bond0")[0]);
    let params = json!({ "pool": pool(&lab), "name": "again", "pif": bond, "vlan": 42 });
    let error = lab.admin.refused("network.create", params).await;
    let data = json!({ "objectId": "bond0", "objectType": "PIF" });
    assert_eq!(error, json!({ "message": "PIF already exists", "code": 16, "data": data }));
    assert!(!exists(&lab, "again"));
    // One network offers disks in the open, which excludes the other way.
    let storage = named(&lab, "Storage");
    lab.sim.with(|world| world.set(storage, "purpose", xapi_sim::Datum::set(["insecure_nbd"])));
    let error = lab.admin.refused("network.create", json!({ "pool": pool(&lab), "name": "again", "nbd": true })).await;
    assert_eq!(error["data"]["code"], "NETWORK_INCOMPATIBLE_PURPOSES");
    assert!(!exists(&lab, "again"));
}

#[tokio::test]
async fn bad_parameters_make_no_network() {
    let lab = Lab::new().await;
    let card = lab.id(cards(&lab, "eth1")[0]);
    for (name, value) in [("mtu", json!(67)), ("vlan", json!(4095)), ("vlan", json!(-1)), ("name", json!(""))] {
        let mut params = json!({ "pool": pool(&lab), "name": "bad", "pif": card });
        params[name] = value;
        assert_eq!(lab.admin.refused("network.create", params.clone()).await["code"], 10, "{params}");
    }
    let params = json!({ "pool": pool(&lab), "name": "bad", "vlan": 5 });
    assert_eq!(lab.admin.refused("network.create", params).await["code"], 10);
    assert!(!exists(&lab, "bad"));
}

#[tokio::test]
async fn a_bond_is_made_on_all_hosts_and_taken_apart() {
    let lab = Lab::new().await;
    let pifs = [lab.id(cards(&lab, "eth0")[0]), lab.id(cards(&lab, "eth1")[0])];
    let params = json!({ "pool": pool(&lab), "name": "both", "pifs": pifs, "bondMode": "balance-slb" });
    let made = lab.admin.call("network.createBonded", params).await;
    assert_eq!(made["name_label"], "both");
    let id = made["uuid"].as_str().unwrap();
    let shown = lab.becomes(id, |network| network["PIFs"].as_array().is_some_and(|pifs| pifs.len() == 2)).await;
    let master = shown["PIFs"][0].as_str().unwrap();
    lab.becomes(master, |pif| pif["isBondMaster"] == true && pif["management"] == true).await;
    assert_eq!(lab.admin.call("network.delete", json!({ "id": id })).await, true);
    lab.vanishes(id).await;
    lab.becomes(&pifs[0], |pif| pif["isBondSlave"] == false && pif["management"] == true).await;
    let modes = lab.admin.call("network.getBondModes", json!({})).await;
    assert_eq!(modes, json!(["balance-slb", "active-backup", "lacp"]));
}

#[tokio::test]
async fn a_bond_that_one_host_refuses_leaves_nothing_behind() {
    let lab = Lab::new().await;
    let bonds = lab.sim.with(|world| world.list("Bond").len());
    let pifs = [lab.id(cards(&lab, "eth0")[0]), lab.id(cards(&lab, "eth1")[0])];
    let params = json!({ "pool": pool(&lab), "name": "both", "pifs": pifs, "bondMode": "lacp" });
    // That of the second host has an address, which is found when that of the first is bonded already.
    let second = cards(&lab, "eth1")[1];
    lab.sim.with(|world| world.set(second, "ip_configuration_mode", "DHCP"));
    let error = lab.admin.refused("network.createBonded", params).await;
    assert_eq!(error["data"]["code"], "PIF_BOND_MORE_THAN_ONE_IP");
    assert!(!exists(&lab, "both"));
    assert_eq!(lab.sim.with(|world| world.list("Bond").len()), bonds);
}

#[tokio::test]
async fn a_bond_needs_two_cards_of_each_host() {
    let lab = Lab::new().await;
    let (eth0, eth1) = (cards(&lab, "eth0"), cards(&lab, "eth1"));
    let one = json!([lab.id(eth1[0]), lab.id(eth1[1])]);
    let params = json!({ "pool": pool(&lab), "name": "one", "pifs": one, "bondMode": "lacp" });
    assert_eq!(lab.admin.refused("network.createBonded", params).await["code"], 10);
    let both = json!([lab.id(eth0[0]), lab.id(eth1[0])]);
    let params = json!({ "pool": pool(&lab), "name": "one", "pifs": both, "bondMode": "any" });
    assert_eq!(lab.admin.refused("network.createBonded", params).await["code"], 10);
    let gone = lab.id(eth1[1]);
    assert_eq!(lab.admin.call("pif.delete", json!({ "id": gone })).await, true);
    let params = json!({ "pool": pool(&lab), "name": "one", "pifs": both, "bondMode": "lacp" });
    let error = lab.admin.refused("network.createBonded", params).await;
    assert!(error["message"].as_str().unwrap().contains("has not all of the interfaces"), "{error}");
    assert!(!exists(&lab, "one"));
}

#[tokio::test]
async fn a_network_with_running_vms_is_not_taken_apart() {
    let lab = Lab::new().await;
    let lan = named(&lab, "LAN");
    let vlans = lab.sim.with(|world| world.objects(lan, "PIFs").len());
    let error = lab.admin.refused("network.delete", json!({ "id": lab.id(lan) })).await;
    assert_eq!(error["data"]["code"], "NETWORK_CONTAINS_VIF");
    assert_eq!(lab.sim.with(|world| world.objects(lan, "PIFs").len()), vlans);
}

#[tokio::test]
async fn a_network_is_changed() {
    let lab = Lab::new().await;
    let id = lab.id(named(&lab, "Isolated"));
    for (change, property, expected) in [
        (json!({ "name_label": "renamed" }), "name_label", json!("renamed")),
        (json!({ "name_description": "" }), "name_description", json!("")),
        (json!({ "automatic": true }), "automatic", json!(true)),
        (json!({ "automatic": false }), "automatic", json!(false)),
        (json!({ "defaultIsLocked": true }), "defaultIsLocked", json!(true)),
        (json!({ "defaultIsLocked": false }), "defaultIsLocked", json!(false)),
        (json!({ "nbd": true }), "nbd", json!(true)),
        (json!({ "nbd": false }), "nbd", json!(false)),
        (json!({ "mtu": 1400 }), "MTU", json!(1400)),
    ] {
        let mut params = change;
        params["id"] = id.as_str().into();
        assert_eq!(lab.admin.call("network.set", params).await, true);
        lab.becomes(&id, |network| network[property] == expected).await;
    }
    let error = lab.admin.refused("network.set", json!({ "id": id, "mtu": 67 })).await;
    assert_eq!(error["data"]["errors"][0]["keyword"], "minimum");
}

#[tokio::test]
async fn another_mtu_reaches_the_interfaces_or_nothing_changes() {
    let lab = Lab::new().await;
    let card = lab.id(cards(&lab, "eth1")[0]);
    let params = json!({ "pool": pool(&lab), "name": "guests", "pif": card, "vlan": 77 });
    let id = lab.admin.call("network.create", params).await;
    let id = id.as_str().unwrap();
    lab.becomes(id, |_| true).await;
    assert_eq!(lab.admin.call("network.set", json!({ "id": id, "mtu": 9000 })).await, true);
    let guests = named(&lab, "guests");
    let plugged = |lab: &Lab| {
        lab.sim.with(|world| {
            let pifs = world.objects(guests, "PIFs");
            (world.int(guests, "MTU"), pifs.iter().filter(|pif| world.flag(**pif, "currently_attached")).count())
        })
    };
    assert_eq!(plugged(&lab), (9000, 2));
    lab.sim.fail_next("PIF.plug", "INTERNAL_ERROR", ["no"]);
    let error = lab.admin.refused("network.set", json!({ "id": id, "mtu": 1500 })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(plugged(&lab), (9000, 2));
}
