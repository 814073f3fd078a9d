//! Networks, interfaces of hosts, VLANs.

use serde_json::{Value, json};

use crate::lab::{Lab, failure};

async fn network(lab: &Lab, name: &str) -> Value {
    let args = json!({"name_label": name, "name_description": "", "MTU": 1500, "other_config": {}});
    lab.run("network.create", [args]).await.expect("made")
}

fn pif(lab: &Lab, host: &str, device: &str, tag: i64) -> String {
    lab.sim.with(|world| {
        let host = world.by_name("host", host).expect("the host");
        let pifs = world.objects(host, "PIFs").into_iter();
        let mut found = pifs.filter(|pif| world.text(*pif, "device") == device && world.int(*pif, "VLAN") == tag);
        found.next().expect("the interface").to_string()
    })
}

#[tokio::test]
async fn a_vlan_is_made_on_every_host_and_only_once() {
    let lab = Lab::small().await;
    let (eth1, net) = (pif(&lab, "xcp-lab-1", "eth1", -1), network(&lab, "guests").await);
    let made = lab.ok("pool.create_VLAN_from_PIF", [json!(eth1), net.clone(), json!(77)]).await;
    assert_eq!(made.as_array().map(Vec::len), Some(2));
    let record = lab.ok("PIF.get_record", [made[0].clone()]).await;
    assert_eq!((&record["VLAN"], &record["physical"]), (&json!(77), &json!(false)));
    let other = network(&lab, "other").await;
    assert_eq!(
        lab.call("pool.create_VLAN_from_PIF", [json!(eth1), other.clone(), json!(77)]).await,
        Err(failure("PIF_VLAN_EXISTS", ["eth1"]))
    );
    assert_eq!(
        lab.run("VLAN.create", [json!(eth1), json!(5000), other]).await,
        Err(failure("VLAN_TAG_INVALID", ["5000"]))
    );
    let pifs: Vec<String> = lab.set("network", "PIFs", net.as_str().expect("a reference")).await;
    let refused = lab.run("network.destroy", [net.clone()]).await.expect_err("in use");
    assert_eq!((refused.code.as_str(), refused.params.len()), ("NETWORK_CONTAINS_PIF", 2));
    for pif in pifs {
        assert_eq!(lab.run("PIF.forget", [json!(pif)]).await, Err(failure("PIF_VLAN_STILL_EXISTS", [&pif])));
        let vlan = lab.text("PIF.get_VLAN_master_of", [json!(pif)]).await;
        lab.run("VLAN.destroy", [json!(vlan)]).await.expect("destroyed");
    }
    lab.run("network.destroy", [net]).await.expect("destroyed");
}

#[tokio::test]
async fn a_network_with_running_vms_stays() {
    let lab = Lab::small().await;
    let lan = lab.named_object("network", "LAN");
    assert_eq!(lab.run("network.destroy", [json!(lan)]).await.expect_err("in use").code, "NETWORK_CONTAINS_VIF");
    let access = pif(&lab, "xcp-lab-1", "bond0", 10);
    let refused = lab.run("PIF.unplug", [json!(access)]).await.expect_err("in use");
    assert_eq!((refused.code.as_str(), refused.params[0].as_str()), ("VIF_IN_USE", lan.as_str()));
}

#[tokio::test]
async fn the_management_interface_is_not_pulled() {
    let lab = Lab::small().await;
    let eth0 = pif(&lab, "xcp-lab-1", "eth0", -1);
    assert_eq!(lab.run("PIF.unplug", [json!(eth0)]).await, Err(failure("PIF_IS_MANAGEMENT_INTERFACE", [&eth0])));
    let host = lab.named_object("host", "xcp-lab-1");
    assert_eq!(lab.ok("host.get_management_interface", [json!(host)]).await, json!(eth0));
}

#[tokio::test]
async fn an_interface_that_nobody_uses_is_pulled_and_plugged() {
    let lab = Lab::small().await;
    let eth1 = pif(&lab, "xcp-lab-2", "eth1", -1);
    for (method, attached) in [("PIF.unplug", false), ("PIF.plug", true)] {
        lab.run(method, [json!(eth1)]).await.expect("it may");
        assert_eq!(lab.get("PIF", "currently_attached", &eth1).await, attached, "{method}");
    }
}

#[tokio::test]
async fn an_address_is_checked_and_kept() {
    let lab = Lab::small().await;
    let eth1 = pif(&lab, "xcp-lab-1", "eth1", -1);
    let configure = |ip: &str| {
        let args = [json!(eth1), json!("Static"), json!(ip), json!("255.255.255.0"), json!(""), json!("")];
        lab.run("PIF.reconfigure_ip", args)
    };
    assert_eq!(configure("10.0.0.300").await, Err(failure("INVALID_IP_ADDRESS_SPECIFIED", ["IP"])));
    configure("10.9.9.9").await.expect("configured");
    assert_eq!(lab.get("PIF", "IP", &eth1).await, "10.9.9.9");
    assert_eq!(lab.get("PIF", "ip_configuration_mode", &eth1).await, "Static");
}

#[tokio::test]
async fn a_forgotten_interface_is_found_by_a_scan() {
    let lab = Lab::small().await;
    let (eth1, host) = (pif(&lab, "xcp-lab-2", "eth1", -1), lab.named_object("host", "xcp-lab-2"));
    let mac = lab.get("PIF", "MAC", &eth1).await;
    lab.run("PIF.forget", [json!(eth1)]).await.expect("forgotten");
    lab.run("PIF.scan", [json!(host)]).await.expect("scanned");
    let again = pif(&lab, "xcp-lab-2", "eth1", -1);
    assert_ne!(again, eth1);
    assert_eq!(lab.get("PIF", "MAC", &again).await, mac);
}

#[tokio::test]
async fn the_default_lock_waits_for_interfaces_that_follow_it() {
    let lab = Lab::small().await;
    let lan = lab.named_object("network", "LAN");
    let refused = lab.run("network.set_default_locking_mode", [json!(lan), json!("disabled")]).await;
    assert_eq!(refused.expect_err("in use").code, "VIF_IN_USE");
}
