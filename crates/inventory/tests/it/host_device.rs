//! What hosts tell of their boards, and devices that they give away.

use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn firmware_and_sensors_are_told() {
    let lab = Lab::new().await;
    let host = lab.named("host", "xcp-lab-1");
    let params = json!({ "id": lab.id(host) });
    let bios = lab.admin.call("host.getBiosInfo", params.clone()).await;
    assert_eq!(bios, json!({ "currentBiosVersion": "2.19.1" }));
    let sensors = lab.admin.call("host.getIpmiSensors", params.clone()).await;
    assert_eq!(sensors["fanSpeed"], json!([{ "name": "Fan1A", "value": "10920 RPM", "event": "ok" }]));
    assert_eq!(sensors["power"][0]["value"], "210 Watts");
    let tell = |function: &str, text: &str| {
        lab.sim.with(|world| world.put(host, "other_config", &format!("sim:plugin:ipmitool.py.{function}"), text));
    };
    tell("get_all_sensors", "no JSON");
    let error = lab.admin.refused("host.getIpmiSensors", params.clone()).await;
    assert!(error["message"].as_str().unwrap().starts_with("the host printed no list of sensors"), "{error}");
    tell("is_ipmi_device_available", "false");
    assert_eq!(lab.admin.call("host.getIpmiSensors", params.clone()).await, json!({}));
    let strings = lab.sim.with(|world| world.get(host, "bios_strings").with_entry("bios-version", ""));
    lab.sim.with(|world| world.set(host, "bios_strings", strings));
    assert_eq!(lab.admin.call("host.getBiosInfo", params.clone()).await, true);
    lab.sim.fail_next("host.get_bios_strings", "INTERNAL_ERROR", ["asked"]);
    assert_eq!(lab.admin.refused("host.getBiosInfo", params.clone()).await["data"]["params"], json!(["asked"]));
    let user = lab.test.user("somebody").await;
    for method in ["host.getBiosInfo", "host.getIpmiSensors"] {
        assert_eq!(user.refused(method, params.clone()).await["code"], 2);
    }
}

#[tokio::test]
async fn a_device_is_taken_from_its_host_when_that_restarts() {
    let lab = Lab::new().await;
    let (host, _) = lab.movable().await;
    let device = lab.sim.with(|world| world.create("PCI", [("host", host.into()), ("pci_id", "0000:3b:00.0".into())]));
    let id = lab.id_soon(device).await;
    let take = json!({ "pcis": [id], "disable": true });
    lab.sim.fail_next("host.reboot", "INTERNAL_ERROR", ["asked"]);
    assert_eq!(lab.admin.refused("pci.disableDom0Access", take.clone()).await["data"]["params"], json!(["asked"]));
    let access = async || lab.admin.call("pci.getDom0AccessStatus", json!({ "id": id })).await;
    assert_eq!(access().await, "enabled");
    lab.admin.call("pci.disableDom0Access", take).await;
    crate::test_app::eventually(async || (access().await == "disabled").then_some(())).await;
    let none = lab.admin.refused("pci.disableDom0Access", json!({ "pcis": [], "disable": true })).await;
    assert_eq!(none["message"], "`pcis` names no device");
    let user = lab.test.user("somebody").await;
    let error = user.refused("pci.disableDom0Access", json!({ "pcis": [id], "disable": true })).await;
    assert_eq!(error["code"], 2);
}

#[tokio::test]
async fn a_usb_device_goes_to_a_vm_and_back() {
    let lab = Lab::new().await;
    let host = lab.named("host", "xcp-lab-1");
    let device = lab.sim.with(|world| world.create("PUSB", [("host", host.into()), ("path", "1-1".into())]));
    let id = lab.id_soon(device).await;
    assert_eq!(lab.admin.call("pusb.scan", json!({ "host": lab.id(host) })).await, true);
    lab.admin.call("pusb.set", json!({ "id": id, "enabled": true })).await;
    let group = lab.sim.with(|world| world.object(device, "USB_group"));
    let group = lab.id_soon(group).await;
    let vm = lab.vm("Halted");
    let params = json!({ "vm": lab.id(vm), "usbGroup": group });
    let vusb = lab.admin.call("vusb.create", params.clone()).await;
    assert_eq!(lab.admin.refused("vusb.create", params).await["data"]["code"], "USB_GROUP_CONFLICT");
    lab.becomes(vusb.as_str().unwrap(), |_| true).await;
    let error = lab.admin.refused("vusb.unplug", json!({ "id": vusb })).await;
    assert_eq!(error["data"]["code"], "DEVICE_ALREADY_DETACHED");
    let offer = json!({ "id": id, "enabled": false });
    assert_eq!(lab.admin.refused("pusb.set", offer).await["data"]["code"], "USB_GROUP_CONTAINS_VUSB");
    lab.admin.call("vusb.destroy", json!({ "id": vusb })).await;
    lab.vanishes(vusb.as_str().unwrap()).await;
}

#[tokio::test]
async fn the_scripts_of_storage_do_their_work() {
    let lab = Lab::new().await;
    let host = lab.id(lab.named("host", "xcp-lab-1"));
    let pools = lab.admin.call("sr.probeZfs", json!({ "host": host })).await;
    assert_eq!(pools["tank"]["mountpoint"], "/tank");
    let (thick, nfs) = lab.sim.with(|world| {
        let of = |prefix: &str| world.all("SR").find(|sr| world.text(*sr, "type").starts_with(prefix));
        (of("lvm"), of("nfs").expect("an NFS storage"))
    });
    if let Some(thick) = thick {
        assert_eq!(lab.admin.call("sr.reclaimSpace", json!({ "id": lab.id(thick) })).await, true);
    }
    let error = lab.admin.refused("sr.reclaimSpace", json!({ "id": lab.id(nfs) })).await;
    assert!(error.to_string().contains("Trim is not supported"), "{error}");
    let vm = lab.id(lab.vm_on_shared_storage());
    let error = lab.admin.refused("vm.coalesceLeaf", json!({ "id": vm })).await;
    assert_eq!(error["message"], "VM has no leaf-coalesceable VDIs");
}
