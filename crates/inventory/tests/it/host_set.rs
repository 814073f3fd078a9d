use serde_json::{Value, json};
use xapi_sim::{Object, World};

use crate::Lab;

fn host(lab: &Lab) -> Object {
    lab.sim.named("host", "xcp-lab-2").expect("the host")
}

async fn refused(lab: &Lab, method: &str, id: &str, more: Value) -> Value {
    let mut params = more;
    params["id"] = id.into();
    lab.admin.refused(method, params).await
}

#[tokio::test]
async fn names_and_the_initiator_are_changed() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    for (name, value) in [("name_label", "renamed"), ("name_description", ""), ("iscsiIqn", "iqn.2001-01.a:b")] {
        assert_eq!(lab.admin.call("host.set", json!({ "id": id, name: value })).await, true);
        lab.becomes(&id, |host| host[name] == value).await;
    }
    assert_eq!(refused(&lab, "host.set", &id, json!({ "iscsiIqn": "" })).await["code"], 10);
    lab.sim.fail_next("host.set_name_label", "INTERNAL_ERROR", ["must not be called"]);
    lab.admin.call("host.set", json!({ "id": id, "name_label": "renamed" })).await;
}

#[tokio::test]
async fn several_paths_are_switched_with_the_storage_unplugged_meanwhile() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let id = lab.id(host);
    let plugged = |world: &mut World| {
        world.objects(host, "PBDs").into_iter().filter(|pbd| world.flag(*pbd, "currently_attached")).count()
    };
    let before = lab.sim.with(plugged);
    // A VM that runs needs its storage.
    let error = refused(&lab, "host.set", &id, json!({ "multipathing": true })).await;
    assert!(
        error["code"] == 17 || error["data"]["code"] == "VDI_IN_USE" || error["data"]["code"] == "SR_IN_USE",
        "{error}"
    );
    assert_eq!(lab.sim.with(plugged), before);
    assert!(lab.sim.with(|world| world.flag(host, "enabled")));
    lab.admin.call("host.setMaintenanceMode", json!({ "id": id, "maintenance": true })).await;
    assert_eq!(lab.admin.call("host.set", json!({ "id": id, "multipathing": true })).await, true);
    lab.becomes(&id, |host| host["multipathing"] == true && host["enabled"] == false).await;
    assert_eq!(lab.sim.with(plugged), before);
    lab.sim.fail_next("host.set_multipathing", "INTERNAL_ERROR", ["no"]);
    let error = refused(&lab, "host.set", &id, json!({ "multipathing": false })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    assert_eq!(lab.sim.with(plugged), before);
}

#[tokio::test]
async fn logs_are_sent_elsewhere_and_no_more() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    let to = json!({ "id": id, "syslogDestination": "192.0.2.5" });
    assert_eq!(lab.admin.call("host.setRemoteSyslogHost", to).await, true);
    lab.becomes(&id, |host| host["logging"]["syslog_destination"] == "192.0.2.5").await;
    lab.sim.fail_next("host.syslog_reconfigure", "INTERNAL_ERROR", ["no"]);
    let error = refused(&lab, "host.setRemoteSyslogHost", &id, json!({ "syslogDestination": "192.0.2.6" })).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    lab.becomes(&id, |host| host["logging"]["syslog_destination"] == "192.0.2.5").await;
    lab.admin.call("host.setRemoteSyslogHost", json!({ "id": id, "syslogDestination": null })).await;
    lab.becomes(&id, |host| host["logging"].get("syslog_destination").is_none()).await;
    assert_eq!(refused(&lab, "host.setRemoteSyslogHost", &id, json!({ "syslogDestination": 5 })).await["code"], 10);
}

#[tokio::test]
async fn the_scheduler_tells_and_takes_its_granularity() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    assert_eq!(lab.admin.call("host.getSchedulerGranularity", json!({ "id": id })).await, "cpu");
    lab.sim.fail_next("host.set_sched_gran", "OPERATION_NOT_ALLOWED", ["Disabled by xapi.conf"]);
    let error = refused(&lab, "host.setSchedulerGranularity", &id, json!({ "schedulerGranularity": "core" })).await;
    assert_eq!(error["data"]["params"], json!(["Disabled by xapi.conf"]));
    lab.admin.call("host.setSchedulerGranularity", json!({ "id": id, "schedulerGranularity": "core" })).await;
    assert_eq!(lab.admin.call("host.getSchedulerGranularity", json!({ "id": id })).await, "core");
    let error = refused(&lab, "host.setSchedulerGranularity", &id, json!({ "schedulerGranularity": "half" })).await;
    assert_eq!(error["data"]["errors"][0]["keyword"], "enum");
}

#[tokio::test]
async fn a_bad_certificate_is_refused_by_the_host() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    let error = refused(&lab, "host.installCertificate", &id, json!({ "certificate": "x", "privateKey": "y" })).await;
    assert_eq!(error["data"]["code"], "SERVER_CERTIFICATE_KEY_INVALID");
    assert_eq!(refused(&lab, "host.installCertificate", &id, json!({ "certificate": "x" })).await["code"], 10);
}

#[tokio::test]
async fn the_key_of_a_host_is_measured() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    assert_eq!(lab.admin.call("host.isPubKeyTooShort", json!({ "id": id })).await, false);
    lab.sim.fail_next("host.get_server_certificate", "HOST_OFFLINE", ["x"]);
    assert_eq!(refused(&lab, "host.isPubKeyTooShort", &id, json!({})).await["code"], 18);
}

#[tokio::test]
async fn disks_and_processors_are_told_by_the_scripts_of_the_host() {
    let lab = Lab::new().await;
    let host = host(&lab);
    let id = lab.id(host);
    let call = async |method: &str| lab.admin.call(method, json!({ "id": id })).await;
    assert_eq!(call("host.getBlockdevices").await["blockdevices"][0]["name"], "sda");
    assert_eq!(call("host.getMdadmHealth").await["raid"]["State"], "clean");
    assert_eq!(call("host.getSmartctlHealth").await["/dev/sdb:sat"], "FAILED!");
    assert_eq!(call("host.getSmartctlInformation").await["/dev/sda:sat"]["smart_status"]["passed"], true);
    let chosen = json!({ "id": id, "deviceNames": ["/dev/sdb:sat"] });
    let chosen = lab.admin.call("host.getSmartctlInformation", chosen).await;
    assert_eq!(chosen.as_object().unwrap().keys().collect::<Vec<_>>(), ["/dev/sdb:sat"]);
    assert_eq!(call("host.isHyperThreadingEnabled").await, true);
}

#[tokio::test]
async fn a_host_without_scripts_tells_nothing_and_a_script_that_fails_is_an_error() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    for code in ["XENAPI_MISSING_PLUGIN", "UNKNOWN_XENAPI_PLUGIN_FUNCTION"] {
        for method in ["getMdadmHealth", "getSmartctlHealth", "getSmartctlInformation", "isHyperThreadingEnabled"]
            .map(|name| format!("host.{name}"))
        {
            lab.sim.fail_next("host.call_plugin", code, ["x"]);
            assert_eq!(lab.admin.call(&method, json!({ "id": id })).await, Value::Null, "{method}");
        }
        lab.sim.fail_next("host.call_plugin", code, ["lsblk.py"]);
        assert_eq!(refused(&lab, "host.getBlockdevices", &id, json!({})).await["data"]["code"], code);
    }
    lab.sim.fail_next("host.call_plugin", "-1", ["broken", "", ""]);
    assert_eq!(refused(&lab, "host.getSmartctlHealth", &id, json!({})).await["data"]["code"], "-1");
    let host = host(&lab);
    lab.sim.with(|world| world.put(host, "other_config", "sim:plugin:smartctl.py.health", "no JSON"));
    let error = refused(&lab, "host.getSmartctlHealth", &id, json!({})).await;
    assert!(error["message"].as_str().unwrap().contains("no JSON object"), "{error}");
}

#[tokio::test]
async fn the_clock_of_a_host_is_compared() {
    let lab = Lab::new().await;
    let id = lab.id(host(&lab));
    assert_eq!(lab.admin.call("host.isHostServerTimeConsistent", json!({ "host": id })).await, true);
    let clock = xapi_sim::clock::Clock::default();
    clock.advance(-60);
    let lab = Lab::on(xapi_sim::Sim::builder().world("small").clock(clock)).await;
    let id = lab.id(host(&lab));
    assert_eq!(lab.admin.call("host.isHostServerTimeConsistent", json!({ "host": id })).await, false);
}
