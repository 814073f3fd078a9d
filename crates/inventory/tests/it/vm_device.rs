use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

/// Returns a disk that no VM has any more, and its id.
fn disk(lab: &Lab) -> (Object, String) {
    let sr = lab.named("SR", "NFS storage");
    let disk = lab.named("VDI", "mail-old spool");
    for vbd in lab.sim.with(|world| world.objects(disk, "VBDs")) {
        lab.sim.with(|world| world.destroy(vbd));
    }
    assert_eq!(lab.sim.with(|world| world.object(disk, "SR")), sr);
    (disk, lab.id(disk))
}

fn attachments(lab: &Lab, disk: Object) -> Vec<Object> {
    lab.sim.with(|world| world.objects(disk, "VBDs"))
}

#[tokio::test]
async fn a_disk_is_attached_to_a_halted_vm() {
    let lab = Lab::new().await;
    let (disk, id) = disk(&lab);
    let vm = lab.named("VM", "legacy-crm");
    let params = json!({ "vm": lab.id(vm), "vdi": id, "bootable": true, "mode": "RO", "position": "7" });
    assert_eq!(lab.admin.call("vm.attachDisk", params).await, true);
    let vbd = attachments(&lab, disk)[0];
    assert_eq!((lab.field(vbd, "userdevice"), lab.field(vbd, "mode")), ("7".into(), "RO".into()));
    assert!(lab.sim.with(|world| world.object(vbd, "VM") == vm && world.flag(vbd, "bootable")));
}

#[tokio::test]
async fn a_disk_is_plugged_into_a_running_vm() {
    let lab = Lab::new().await;
    let (disk, id) = disk(&lab);
    let vm = lab.named("VM", "web-1");
    assert_eq!(lab.admin.call("vm.attachDisk", json!({ "vm": lab.id(vm), "vdi": id })).await, true);
    let vbd = attachments(&lab, disk)[0];
    assert!(lab.sim.with(|world| world.flag(vbd, "currently_attached")));
    assert_ne!(lab.field(vbd, "userdevice"), "3");
}

#[tokio::test]
async fn a_disk_that_cannot_be_plugged_in_is_not_left_attached() {
    let lab = Lab::new().await;
    let (disk, id) = disk(&lab);
    let vm = lab.id(lab.named("VM", "web-1"));
    let error = lab.admin.refused("vm.attachDisk", json!({ "vm": vm, "vdi": id, "mode": "RO" })).await;
    assert_eq!(error["data"]["code"], "DISK_VBD_MUST_BE_READWRITE_FOR_HVM");
    assert!(attachments(&lab, disk).is_empty());
    lab.sim.fail_next("VBD.plug", "INTERNAL_ERROR", ["x"]);
    lab.admin.refused("vm.attachDisk", json!({ "vm": vm, "vdi": id })).await;
    assert!(attachments(&lab, disk).is_empty());
}

#[tokio::test]
async fn a_taken_place_and_a_bad_mode_are_refused() {
    let lab = Lab::new().await;
    let (disk, id) = disk(&lab);
    let vm = lab.id(lab.named("VM", "legacy-crm"));
    let error = lab.admin.refused("vm.attachDisk", json!({ "vm": vm, "vdi": id, "position": "0" })).await;
    assert_eq!(error["data"]["code"], "DEVICE_ALREADY_EXISTS");
    let error = lab.admin.refused("vm.attachDisk", json!({ "vm": vm, "vdi": id, "mode": "WO" })).await;
    assert_eq!(error["code"], 10);
    assert!(attachments(&lab, disk).is_empty());
}

#[tokio::test]
async fn an_interface_is_made_with_the_addresses_that_it_may_use() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    let network = lab.named("network", "DMZ");
    let params = json!({
        "vm": lab.id(vm), "network": lab.id(network), "position": 4, "mac": "02:00:5e:aa:00:09",
        "allowedIpv4Addresses": ["192.0.2.5"], "allowedIpv6Addresses": ["2001:db8::5"],
    });
    let made = lab.admin.call("vm.createInterface", params).await;
    let vif = lab.sim.by_uuid("VIF", made.as_str().unwrap()).expect("the interface");
    assert_eq!((lab.field(vif, "device"), lab.field(vif, "MAC")), ("4".into(), "02:00:5e:aa:00:09".into()));
    assert_eq!(lab.field(vif, "locking_mode"), "locked");
    assert!(lab.sim.with(|world| format!("{:?}", world.get(vif, "ipv4_allowed")).contains("192.0.2.5")));
    let params = json!({ "vm": lab.id(vm), "network": lab.id(network) });
    let made = lab.admin.call("vm.createInterface", params).await;
    let vif = lab.sim.by_uuid("VIF", made.as_str().unwrap()).expect("the interface");
    assert_eq!((lab.field(vif, "device"), lab.field(vif, "locking_mode")), ("1".into(), "network_default".into()));
}

#[tokio::test]
async fn an_interface_of_a_running_vm_is_plugged_in_or_not_left_behind() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let params = json!({ "vm": lab.id(vm), "network": lab.id(lab.named("network", "LAN")) });
    let made = lab.admin.call("vm.createInterface", params.clone()).await;
    let vif = lab.sim.by_uuid("VIF", made.as_str().unwrap()).expect("the interface");
    assert!(lab.sim.with(|world| world.flag(vif, "currently_attached")));
    let before = lab.census();
    lab.sim.fail_next("VIF.plug", "INTERNAL_ERROR", ["x"]);
    lab.admin.refused("vm.createInterface", params).await;
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn a_bad_address_and_an_unknown_network_are_refused() {
    let lab = Lab::new().await;
    let vm = lab.id(lab.named("VM", "legacy-crm"));
    let network = lab.id(lab.named("network", "LAN"));
    let before = lab.census();
    let error = lab.admin.refused("vm.createInterface", json!({ "vm": vm, "network": network, "mac": "no" })).await;
    assert_eq!(error["data"]["code"], "MAC_INVALID");
    let error = lab.admin.refused("vm.createInterface", json!({ "vm": vm, "network": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "network" }));
    assert_eq!(lab.census(), before);
}
