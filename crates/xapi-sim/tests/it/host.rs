//! Hosts and the pool.

use serde_json::json;

use crate::lab::{Lab, failure};

#[tokio::test]
async fn a_disabled_host_gets_no_vm() {
    let lab = Lab::small().await;
    let (vm, one, two) =
        (lab.vm("sandbox"), lab.named_object("host", "xcp-lab-1"), lab.named_object("host", "xcp-lab-2"));
    for host in [&one, &two] {
        lab.ok("host.disable", [json!(host)]).await;
    }
    assert_eq!(
        lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await,
        Err(failure::<&str>("NO_HOSTS_AVAILABLE", []))
    );
    let offered = lab.set("host", "allowed_operations", &two).await;
    assert!(offered.contains(&"reboot".to_owned()) && offered.contains(&"shutdown".to_owned()), "{offered:?}");
    lab.ok("host.enable", [json!(two)]).await;
    let offered = lab.set("host", "allowed_operations", &two).await;
    assert!(!offered.contains(&"reboot".to_owned()), "an enabled host is not rebooted: {offered:?}");
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
    assert_eq!(lab.get("VM", "resident_on", &vm).await, json!(two));
}

#[tokio::test]
async fn what_keeps_a_host_from_being_emptied_is_named() {
    let lab = Lab::small().await;
    let (host, local) = (lab.named_object("host", "xcp-lab-2"), lab.vm("db-2"));
    let stuck = lab.ok("host.get_vms_which_prevent_evacuation", [json!(host)]).await;
    assert_eq!(stuck[&local][0], "VM_REQUIRES_SR");
    let refused = lab.run("host.evacuate", [json!(host)]).await.expect_err("a local disk");
    assert_eq!(refused.code, "CANNOT_EVACUATE_HOST");
    assert!(refused.params[0].contains(&format!("VM_REQUIRES_SR,{local},")), "{:?}", refused.params);
}

#[tokio::test]
async fn a_host_is_emptied_and_rebooted() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-2");
    for name in ["db-2", "ci-runner"] {
        lab.run("VM.hard_shutdown", [json!(lab.vm(name))]).await.expect("stopped");
    }
    assert_eq!(lab.run("host.reboot", [json!(host)]).await, Err(failure::<&str>("HOST_NOT_DISABLED", [])));
    lab.ok("host.disable", [json!(host)]).await;
    assert_eq!(lab.run("host.reboot", [json!(host)]).await.expect_err("VMs on it").code, "HOST_IN_USE");
    lab.run("host.evacuate", [json!(host)]).await.expect("emptied");
    assert_eq!(lab.get("host", "resident_VMs", &host).await.as_array().map(Vec::len), Some(1), "its own domain");
    let metrics = lab.text("host.get_metrics", [json!(host)]).await;
    lab.run("host.reboot", [json!(host)]).await.expect("on its way down");
    assert_eq!(lab.get("host_metrics", "live", &metrics).await, false);
    assert_eq!(lab.set("host", "allowed_operations", &host).await, ["power_on"]);
    lab.step(&host, "host boot");
    assert_eq!(lab.get("host_metrics", "live", &metrics).await, true);
    assert_eq!(lab.get("host", "enabled", &host).await, true);
}

#[tokio::test]
async fn a_live_host_is_neither_started_nor_removed() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-2");
    assert_eq!(lab.run("host.power_on", [json!(host)]).await, Err(failure("HOST_IS_LIVE", [&host])));
    assert_eq!(lab.run("host.destroy", [json!(host)]).await, Err(failure("HOST_IS_LIVE", [&host])));
}

#[tokio::test]
async fn plugins_that_are_not_there_are_named() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    assert_eq!(
        lab.run("host.call_plugin", [json!(host), json!("nope"), json!("f"), json!({})]).await,
        Err(failure("XENAPI_MISSING_PLUGIN", ["nope"]))
    );
}

#[tokio::test]
async fn a_supplemental_pack_is_installed_once_from_a_disk_that_holds_one() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    let sr = lab.named_object("SR", "NFS storage");
    let disk = lab.disk(&sr, 1 << 20).await.expect("room for it");
    let uuid = lab.text("VDI.get_uuid", [json!(disk)]).await;
    let install = async || {
        lab.run("host.call_plugin", [json!(host), json!("install-supp-pack"), json!("install"), json!({ "vdi": uuid })])
            .await
    };
    let plugin = |text: &str| Err(failure("XENAPI_PLUGIN_FAILURE", ["install", "InstallFailure", text]));
    assert_eq!(install().await, plugin("the disk holds no image of a supplemental pack"));
    lab.sim.with(|world| {
        let vdi = world.by_uuid("VDI", &uuid).expect("the disk");
        for (at, bytes) in [(0, &b"\x01CD001"[..]), (40, b"drivers "), (318, b"vendor ")] {
            world.disks.write(vdi, 16 * 2048 + at, bytes);
        }
    });
    assert_eq!(install().await, Ok(json!("OK")));
    let software = lab.get("host", "software_version", &host).await;
    assert!(software["vendor:drivers"].as_str().is_some_and(|told| told.starts_with("vendor:drivers, ")), "{software}");
    assert_eq!(install().await, plugin("UPDATE_ALREADY_APPLIED: vendor:drivers"));
    assert_eq!(lab.get("VDI", "VBDs", &disk).await, json!([]), "the host has let go of it");
    let none = [json!(host), json!("install-supp-pack"), json!("install"), json!({ "vdi": "nope" })];
    assert_eq!(lab.run("host.call_plugin", none).await, Err(failure("UUID_INVALID", ["VDI", "nope"])));
}

#[tokio::test]
async fn another_master_takes_over_some_time_after_the_answer() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-2");
    lab.run("pool.designate_new_master", [json!(host)]).await.expect("agreed");
    lab.step(&host, "new master");
    assert_eq!(lab.sim.with(|world| world.master()).to_string(), host);
}

#[tokio::test]
async fn high_availability_needs_shared_storage() {
    let lab = Lab::small().await;
    assert_eq!(
        lab.run("pool.enable_ha", [json!([]), json!({})]).await,
        Err(failure::<&str>("CANNOT_CREATE_STATE_FILE", []))
    );
    let iso = lab.named_object("SR", "ISO library");
    assert_eq!(
        lab.run("pool.enable_ha", [json!([iso]), json!({})]).await,
        Err(failure("SR_OPERATION_NOT_SUPPORTED", [&iso]))
    );
    assert_eq!(lab.run("pool.disable_ha", []).await, Err(failure::<&str>("HA_NOT_ENABLED", [])));
    lab.run("pool.enable_ha", [json!([lab.named_object("SR", "NFS storage")]), json!({})]).await.expect("enabled");
    lab.run("pool.disable_ha", []).await.expect("disabled");
}
