use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn who_holds_no_right_on_what_a_call_names_is_refused_and_nothing_happens() {
    let lab = Lab::new().await;
    let user = lab.test.user("somebody").await;
    let first = |class: &str| lab.id(lab.sim.with(|world| world.list(class)[0]));
    let vm = lab.vm("Running");
    let vif = lab.id(lab.sim.with(|world| world.objects(vm, "VIFs")[0]));
    let (pool, host, network, pif, sr) = (first("pool"), first("host"), first("network"), first("PIF"), first("SR"));
    for (method, params) in [
        ("vif.connect", json!({ "id": vif })),
        ("vif.disconnect", json!({ "id": vif })),
        ("vif.delete", json!({ "id": vif })),
        ("vif.set", json!({ "id": vif, "network": network })),
        ("network.create", json!({ "pool": pool, "name": "mine" })),
        ("network.createBonded", json!({ "pool": pool, "name": "mine", "pifs": [pif], "bondMode": "lacp" })),
        ("network.set", json!({ "id": network, "name_label": "mine" })),
        ("network.delete", json!({ "id": network })),
        ("pif.connect", json!({ "id": pif })),
        ("pif.disconnect", json!({ "id": pif })),
        ("pif.delete", json!({ "id": pif })),
        ("pif.editPif", json!({ "id": pif, "vlan": 1 })),
        ("pif.reconfigureIp", json!({ "id": pif, "mode": "DHCP" })),
        ("host.set", json!({ "id": host, "name_label": "mine" })),
        ("host.enable", json!({ "id": host })),
        ("host.disable", json!({ "id": host })),
        ("host.setMaintenanceMode", json!({ "id": host, "maintenance": true })),
        ("host.restart", json!({ "id": host })),
        ("host.stop", json!({ "id": host })),
        ("host.emergencyShutdownHost", json!({ "host": host })),
        ("host.forget", json!({ "id": host })),
        ("host.detach", json!({ "id": host })),
        ("host.managementReconfigure", json!({ "id": host, "pif": pif })),
        ("host.installCertificate", json!({ "id": host, "certificate": "c", "privateKey": "k" })),
        ("host.getSmartctlHealth", json!({ "id": host })),
        ("pool.set", json!({ "id": pool, "name_label": "mine" })),
        ("pool.setDefaultSr", json!({ "sr": sr })),
        ("pool.setPoolMaster", json!({ "host": host })),
        ("pool.enableHa", json!({ "pool": pool, "heartbeatSrs": [sr], "configuration": {} })),
        ("pool.disableHa", json!({ "pool": pool })),
        ("pool.managementReconfigure", json!({ "id": pool, "network": network })),
        ("customField.set", json!({ "id": pool, "name": "n", "value": "v" })),
        ("pusb.scan", json!({ "host": host })),
    ] {
        let error = user.refused(method, params).await;
        assert_eq!(error["code"], 2, "{method}: {error}");
    }
    assert!(lab.sim.named("network", "mine").is_none());
    assert!(lab.sim.with(|world| world.list("host").into_iter().all(|host| world.flag(host, "enabled"))));
}
