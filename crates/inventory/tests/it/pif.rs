use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

/// Returns the interface of the first host that has this name and VLAN, -1 for none.
fn pif(lab: &Lab, device: &str, vlan: i64) -> Object {
    lab.sim.with(|world| {
        let host = world.by_name("host", "xcp-lab-1").expect("the host");
        let mut pifs = world.objects(host, "PIFs").into_iter();
        pifs.find(|pif| world.text(*pif, "device") == device && world.int(*pif, "VLAN") == vlan).expect("the interface")
    })
}

/// Makes a VLAN and returns its network and its interface of the first host.
async fn vlan(lab: &Lab, tag: i64) -> (Object, Object) {
    let pool = lab.id(lab.sim.with(|world| world.pool()));
    let params = json!({ "pool": pool, "name": "guests", "pif": lab.id(pif(lab, "eth1", -1)), "vlan": tag });
    let id = lab.admin.call("network.create", params).await;
    let network = lab.sim.by_uuid("network", id.as_str().unwrap()).unwrap();
    let pif = pif(lab, "eth1", tag);
    let id = lab.sim.with(|world| world.uuid(pif).to_owned());
    lab.becomes(&id, |_| true).await;
    (network, pif)
}

fn tags(lab: &Lab, network: Object) -> Vec<i64> {
    lab.sim.with(|world| world.objects(network, "PIFs").into_iter().map(|pif| world.int(pif, "VLAN")).collect())
}

#[tokio::test]
async fn a_card_is_taken_down_and_brought_up() {
    let lab = Lab::new().await;
    let id = lab.id(pif(&lab, "eth1", -1));
    for (method, attached) in [("pif.disconnect", false), ("pif.connect", true)] {
        assert_eq!(lab.admin.call(method, json!({ "id": id })).await, true);
        lab.becomes(&id, |pif| pif["attached"] == attached).await;
    }
}

#[tokio::test]
async fn what_a_host_is_managed_by_and_what_vms_use_stays_up() {
    let lab = Lab::new().await;
    for (device, tag, code) in [("eth0", -1, "PIF_IS_MANAGEMENT_INTERFACE"), ("bond0", 10, "VIF_IN_USE")] {
        let id = lab.id(pif(&lab, device, tag));
        assert_eq!(lab.admin.refused("pif.disconnect", json!({ "id": id })).await["data"]["code"], code);
    }
    let vm = lab.id(lab.vm("Halted"));
    assert_eq!(lab.admin.refused("pif.connect", json!({ "id": vm })).await["data"]["type"], "PIF");
}

#[tokio::test]
async fn a_card_is_forgotten_and_found_again_and_a_vlan_goes() {
    let lab = Lab::new().await;
    let (_, tagged) = vlan(&lab, 77).await;
    let (card, tagged) = (pif(&lab, "eth1", -1), lab.id(tagged));
    let error = lab.admin.refused("pif.delete", json!({ "id": lab.id(card) })).await;
    assert_eq!(error["data"]["code"], "PIF_VLAN_STILL_EXISTS");
    assert_eq!(lab.admin.call("pif.delete", json!({ "id": tagged })).await, true);
    lab.vanishes(&tagged).await;
    let id = lab.id(card);
    assert_eq!(lab.admin.call("pif.delete", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    let host = lab.id(lab.sim.named("host", "xcp-lab-1").unwrap());
    assert_eq!(lab.admin.call("host.scanPifs", json!({ "id": host })).await, true);
    pif(&lab, "eth1", -1);
}

#[tokio::test]
async fn the_vlan_of_a_network_changes_on_all_hosts() {
    let lab = Lab::new().await;
    let (network, tagged) = vlan(&lab, 77).await;
    assert_eq!(lab.admin.call("pif.editPif", json!({ "id": lab.id(tagged), "vlan": 78 })).await, true);
    assert_eq!(tags(&lab, network), [78, 78]);
    let tagged = pif(&lab, "eth1", 78);
    let id = lab.sim.with(|world| world.uuid(tagged).to_owned());
    lab.becomes(&id, |_| true).await;
    assert_eq!(lab.admin.call("pif.editPif", json!({ "id": id, "vlan": "79" })).await, true);
    assert_eq!(tags(&lab, network), [79, 79]);
}

#[tokio::test]
async fn a_vlan_that_cannot_change_is_as_before() {
    let lab = Lab::new().await;
    let (network, tagged) = vlan(&lab, 77).await;
    let id = lab.id(tagged);
    for (vlan, code) in [(json!(4095), 10), (json!("ten"), 10), (json!(-1), 10), (json!(true), 10)] {
        let error = lab.admin.refused("pif.editPif", json!({ "id": id, "vlan": vlan })).await;
        assert_eq!(error["code"], code, "{error}");
    }
    lab.sim.fail_next("pool.create_VLAN_from_PIF", "INTERNAL_ERROR", ["no"]);
    let error = lab.admin.refused("pif.editPif", json!({ "id": id, "vlan": 78 })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(tags(&lab, network), [77, 77]);
    let card = lab.id(pif(&lab, "eth1", -1));
    let error = lab.admin.refused("pif.editPif", json!({ "id": card, "vlan": 78 })).await;
    assert_eq!(error["message"], format!("PIF `{card}` is no VLAN"));
}

#[tokio::test]
async fn addresses_are_set_and_taken_away() {
    let lab = Lab::new().await;
    let id = lab.id(pif(&lab, "eth1", -1));
    let call = async |change: Value| {
        let mut params = change;
        params["id"] = id.as_str().into();
        assert_eq!(lab.admin.call("pif.reconfigureIp", params).await, true);
    };
    let fixed = json!({
        "mode": "Static", "ip": "198.51.100.2", "netmask": "255.255.255.0", "gateway": "198.51.100.1", "dns": "198.51.100.53",
    });
    call(fixed).await;
    lab.becomes(&id, |pif| pif["ip"] == "198.51.100.2" && pif["dns"] == "198.51.100.53").await;
    call(json!({ "mode": "None" })).await;
    lab.becomes(&id, |pif| pif["ip"] == "" && pif["mode"] == "None").await;
    call(json!({ "mode": "DHCP" })).await;
    lab.becomes(&id, |pif| pif["mode"] == "DHCP" && pif["ip"] != "").await;
    call(json!({ "ipv6Mode": "Static", "ipv6": "2001:db8::9/64" })).await;
    lab.becomes(&id, |pif| pif["ipv6Mode"] == "Static" && pif["ipv6"][0] == "2001:db8::9/64").await;
    call(json!({ "ipv6Mode": "None" })).await;
    lab.becomes(&id, |pif| pif["ipv6Mode"] == "None").await;
    let modes = lab.admin.call("pif.getIpv4ConfigurationModes", json!({})).await;
    assert_eq!(modes, json!(["None", "DHCP", "Static"]));
    let modes = lab.admin.call("pif.getIpv6ConfigurationModes", json!({})).await;
    assert_eq!(modes, json!(["None", "DHCP", "Static", "Autoconf"]));
}

#[tokio::test]
async fn addresses_that_cannot_be_are_refused() {
    let lab = Lab::new().await;
    let id = lab.id(pif(&lab, "eth1", -1));
    for change in [
        json!({ "mode": "Random" }),
        json!({ "mode": "Static" }),
        json!({ "mode": "Static", "ip": "198.51.100.2" }),
        json!({ "ipv6Mode": "Random" }),
    ] {
        let mut params = change;
        params["id"] = id.as_str().into();
        assert_eq!(lab.admin.refused("pif.reconfigureIp", params.clone()).await["code"], 10, "{params}");
    }
    let params = json!({ "id": id, "mode": "Static", "ip": "nowhere", "netmask": "255.255.255.0" });
    let error = lab.admin.refused("pif.reconfigureIp", params).await;
    assert_eq!(error["data"]["code"], "INVALID_IP_ADDRESS_SPECIFIED");
    let management = lab.id(pif(&lab, "eth0", -1));
    let error = lab.admin.refused("pif.reconfigureIp", json!({ "id": management, "mode": "None" })).await;
    assert_eq!(error["data"]["code"], "PIF_IS_MANAGEMENT_INTERFACE");
}

#[tokio::test]
async fn a_host_is_managed_by_another_interface_of_its_own() {
    let lab = Lab::new().await;
    let card = pif(&lab, "eth1", -1);
    let host = lab.id(lab.sim.with(|world| world.object(card, "host")));
    let params = json!({ "id": host, "pif": lab.id(card) });
    let error = lab.admin.refused("host.managementReconfigure", params.clone()).await;
    assert_eq!(error["data"]["code"], "PIF_HAS_NO_NETWORK_CONFIGURATION");
    lab.admin.call("pif.reconfigureIp", json!({ "id": lab.id(card), "mode": "DHCP" })).await;
    assert_eq!(lab.admin.call("host.managementReconfigure", params).await, true);
    lab.becomes(&lab.id(card), |pif| pif["management"] == true).await;
    let other = lab.id(lab.sim.named("host", "xcp-lab-2").unwrap());
    let params = json!({ "id": other, "pif": lab.id(card) });
    assert_eq!(lab.admin.refused("host.managementReconfigure", params).await["code"], 10);
}
