//! Bonds.

use serde_json::json;

use crate::lab::{Lab, failure};

fn pif(lab: &Lab, host: &str, device: &str) -> String {
    lab.sim.with(|world| {
        let host = world.by_name("host", host).expect("the host");
        let mut pifs = world.objects(host, "PIFs").into_iter();
        let found = pifs.find(|pif| world.text(*pif, "device") == device && world.int(*pif, "VLAN") < 0);
        found.expect("the interface").to_string()
    })
}

#[tokio::test]
async fn a_bond_takes_over_the_management_address_and_gives_it_back() {
    let lab = Lab::small().await;
    let members = [pif(&lab, "xcp-lab-1", "eth0"), pif(&lab, "xcp-lab-1", "eth1")];
    let args = json!({"name_label": "bonded", "name_description": "", "MTU": 1500, "other_config": {}});
    let network = lab.run("network.create", [args]).await.expect("made");
    let ip = lab.get("PIF", "IP", &members[0]).await;
    let create = [network, json!(members), json!(""), json!("active-backup"), json!({})];
    let bond = lab.run("Bond.create", create).await.expect("bonded");
    let master = lab.text("Bond.get_master", [bond.clone()]).await;
    let record = lab.ok("PIF.get_record", [json!(master)]).await;
    assert_eq!((&record["management"], &record["IP"], &record["device"]), (&json!(true), &ip, &json!("bond1")));
    assert_eq!(lab.get("PIF", "bond_slave_of", &members[1]).await, bond);
    assert_eq!(lab.run("PIF.plug", [json!(members[1])]).await, Err(failure("CANNOT_PLUG_BOND_SLAVE", [&members[1]])));
    lab.run("Bond.destroy", [bond]).await.expect("split");
    assert_eq!(lab.get("PIF", "management", &members[0]).await, true);
    assert_eq!(lab.get("PIF", "IP", &members[0]).await, ip);
}

#[tokio::test]
async fn one_interface_or_two_hosts_make_no_bond() {
    let lab = Lab::small().await;
    let (one, two) = (pif(&lab, "xcp-lab-1", "eth1"), pif(&lab, "xcp-lab-2", "eth1"));
    let network = lab.named_object("network", "Isolated");
    let create = |members: Vec<String>| {
        lab.run("Bond.create", [json!(network), json!(members), json!(""), json!("balance-slb"), json!({})])
    };
    assert_eq!(create(vec![one.clone()]).await, Err(failure::<&str>("PIF_BOND_NEEDS_MORE_MEMBERS", [])));
    assert_eq!(create(vec![one.clone(), two]).await, Err(failure::<&str>("PIF_CANNOT_BOND_CROSS_HOST", [])));
    let bonded = pif(&lab, "xcp-lab-1", "eth2");
    assert_eq!(create(vec![bonded.clone(), one]).await, Err(failure("PIF_ALREADY_BONDED", [&bonded])));
}
