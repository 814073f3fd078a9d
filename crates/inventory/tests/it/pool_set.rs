use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

fn pool(lab: &Lab) -> String {
    lab.id(lab.sim.with(|world| world.pool()))
}

fn sr(lab: &Lab, name: &str) -> Object {
    lab.sim.named("SR", name).expect("the storage")
}

#[tokio::test]
async fn a_pool_is_changed() {
    let lab = Lab::new().await;
    let id = pool(&lab);
    let (nfs, network) = (lab.id(sr(&lab, "Local storage")), lab.id(lab.sim.named("network", "Storage").unwrap()));
    for (name, value, property) in [
        ("name_label", json!("renamed"), "/name_label"),
        ("name_description", json!(""), "/name_description"),
        ("auto_poweron", json!(false), "/auto_poweron"),
        ("auto_poweron", json!(true), "/auto_poweron"),
        ("migrationCompression", json!(true), "/migrationCompression"),
        ("backupNetwork", json!(network), "/otherConfig/xo:backupNetwork"),
        ("migrationNetwork", json!(network), "/otherConfig/xo:migrationNetwork"),
        ("suspendSr", json!(nfs), "/suspendSr"),
        ("crashDumpSr", json!(nfs), "/crashDumpSr"),
        ("backupNetwork", Value::Null, "/otherConfig/xo:backupNetwork"),
        ("migrationNetwork", Value::Null, "/otherConfig/xo:migrationNetwork"),
        ("suspendSr", Value::Null, "/suspendSr"),
        ("crashDumpSr", Value::Null, "/crashDumpSr"),
    ] {
        assert_eq!(lab.admin.call("pool.set", json!({ "id": id, name: value })).await, true);
        lab.becomes(&id, |pool| *pool.pointer(property).unwrap_or(&Value::Null) == value).await;
    }
}

#[tokio::test]
async fn a_pool_with_a_bad_parameter_is_not_changed_at_all() {
    let lab = Lab::new().await;
    let id = pool(&lab);
    for (name, kind) in
        [("backupNetwork", "network"), ("migrationNetwork", "network"), ("suspendSr", "SR"), ("crashDumpSr", "SR")]
    {
        let error = lab.admin.refused("pool.set", json!({ "id": id, "name_label": "bad", name: "nope" })).await;
        assert_eq!(error["data"], json!({ "id": "nope", "type": kind }));
    }
    assert_eq!(lab.admin.refused("pool.set", json!({ "id": id, "auto_poweron": "yes" })).await["code"], 10);
    assert_ne!(lab.object(lab.sim.with(|world| world.pool())).text("name_label").unwrap(), "bad");
    lab.sim.fail_next("pool.set_name_label", "INTERNAL_ERROR", ["no"]);
    let error = lab.admin.refused("pool.set", json!({ "id": id, "name_label": "bad" })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
}

#[tokio::test]
async fn somebody_who_writes_the_same_entry_at_the_same_time_does_not_make_it_fail() {
    let lab = Lab::new().await;
    let id = pool(&lab);
    lab.sim.fail_next("pool.add_to_other_config", "MAP_DUPLICATE_KEY", ["pool", "other_config", "x", "auto_poweron"]);
    assert_eq!(lab.admin.call("pool.set", json!({ "id": id, "auto_poweron": false })).await, true);
    lab.becomes(&id, |pool| pool["auto_poweron"] == false).await;
}

#[tokio::test]
async fn new_disks_go_elsewhere() {
    let lab = Lab::new().await;
    let local = lab.id(sr(&lab, "Local storage"));
    assert_eq!(lab.admin.call("pool.setDefaultSr", json!({ "sr": local })).await, true);
    lab.becomes(&pool(&lab), |pool| pool["default_SR"] == local.as_str()).await;
    assert_eq!(lab.admin.refused("pool.setDefaultSr", json!({ "sr": pool(&lab) })).await["code"], 1);
    lab.sim.fail_next("pool.set_default_SR", "INTERNAL_ERROR", ["no"]);
    assert_eq!(lab.admin.refused("pool.setDefaultSr", json!({ "sr": local })).await["code"], -32000);
}

#[tokio::test]
async fn another_host_becomes_the_master() {
    let lab = Lab::new().await;
    let hosts = lab.sim.with(|world| world.list("host"));
    let master = lab.sim.with(|world| world.master());
    let other = hosts.into_iter().find(|host| *host != master).unwrap();
    assert_eq!(lab.admin.call("pool.setPoolMaster", json!({ "host": lab.id(master) })).await, true);
    lab.sim.fail_next("pool.designate_new_master", "HOST_OFFLINE", [other.to_string()]);
    let error = lab.admin.refused("pool.setPoolMaster", json!({ "host": lab.id(other) })).await;
    assert_eq!(error["data"], json!({ "objectId": lab.id(other) }));
    let (pool, other) = (pool(&lab), lab.id(other));
    assert_eq!(lab.admin.call("pool.setPoolMaster", json!({ "host": other })).await, true);
    lab.becomes(&pool, |pool| pool["master"] == other.as_str()).await;
}

#[tokio::test]
async fn high_availability_is_switched_on_and_off() {
    let lab = Lab::new().await;
    let id = pool(&lab);
    assert_eq!(lab.admin.refused("pool.disableHa", json!({ "pool": id })).await["data"]["code"], "HA_NOT_ENABLED");
    let local = lab.id(sr(&lab, "Local storage"));
    let params = json!({ "pool": id, "heartbeatSrs": [local], "configuration": {} });
    let error = lab.admin.refused("pool.enableHa", params).await;
    assert_eq!(error["data"]["code"], "SR_OPERATION_NOT_SUPPORTED");
    let params = json!({ "pool": id, "heartbeatSrs": ["nope"], "configuration": {} });
    assert_eq!(lab.admin.refused("pool.enableHa", params).await["code"], 1);
    assert_eq!(lab.admin.refused("pool.enableHa", json!({ "pool": id, "heartbeatSrs": [] })).await["code"], 10);
    let shared = lab.id(sr(&lab, "NFS storage"));
    let params = json!({ "pool": id, "heartbeatSrs": [shared], "configuration": { "timeout": "60" } });
    assert_eq!(lab.admin.call("pool.enableHa", params.clone()).await, true);
    lab.becomes(&id, |pool| pool["HA_enabled"] == true && pool["haSrs"] == json!([shared])).await;
    assert_eq!(lab.admin.refused("pool.enableHa", params).await["data"]["code"], "HA_IS_ENABLED");
    assert_eq!(lab.admin.call("pool.disableHa", json!({ "pool": id })).await, true);
    lab.becomes(&id, |pool| pool["HA_enabled"] == false).await;
}

#[tokio::test]
async fn hosts_are_managed_by_another_network_once_all_have_an_address_there() {
    let lab = Lab::new().await;
    let id = pool(&lab);
    let isolated = lab.id(lab.sim.named("network", "Isolated").unwrap());
    let error = lab.admin.refused("pool.managementReconfigure", json!({ "id": id, "network": isolated })).await;
    assert_eq!(error["data"]["code"], "PIF_NOT_PRESENT");
    let network = lab.sim.named("network", "Pool-wide network associated with eth1").unwrap();
    let params = json!({ "id": id, "network": lab.id(network) });
    let error = lab.admin.refused("pool.managementReconfigure", params.clone()).await;
    assert_eq!(error["data"]["code"], "PIF_HAS_NO_NETWORK_CONFIGURATION");
    let pifs = lab.sim.with(|world| world.objects(network, "PIFs"));
    for pif in &pifs {
        lab.admin.call("pif.reconfigureIp", json!({ "id": lab.id(*pif), "mode": "DHCP" })).await;
    }
    assert_eq!(lab.admin.call("pool.managementReconfigure", params).await, true);
    for pif in pifs {
        lab.becomes(&lab.id(pif), |pif| pif["management"] == true).await;
    }
}

#[tokio::test]
async fn a_pool_tells_its_licence_and_what_it_can_boot() {
    let lab = Lab::new().await;
    let id = pool(&lab);
    assert_eq!(lab.admin.call("pool.getLicenseState", json!({ "pool": id })).await["expiry"], "never");
    assert_eq!(lab.admin.call("pool.getGuestSecureBootReadiness", json!({ "id": id })).await, "ready");
    let params = json!({ "id": id, "forceRefresh": true });
    assert_eq!(lab.admin.call("pool.getGuestSecureBootReadiness", params).await, "ready");
    let host = lab.id(lab.sim.with(|world| world.master()));
    assert_eq!(lab.admin.refused("pool.getLicenseState", json!({ "pool": host })).await["data"]["type"], "pool");
}
