//! Disks and drives of VMs.

use serde_json::{Value, json};

use crate::lab::{Lab, failure};

fn record(vm: &str, vdi: &str, changes: Value) -> Value {
    let mut record = json!({
        "VM": vm, "VDI": vdi, "userdevice": "autodetect", "bootable": false, "mode": "RW", "type": "Disk",
        "unpluggable": true, "empty": false, "other_config": {}, "qos_algorithm_type": "", "qos_algorithm_params": {},
    });
    for (key, value) in changes.as_object().expect("changes") {
        record[key] = value.clone();
    }
    record
}

async fn new_disk(lab: &Lab) -> String {
    lab.disk(&lab.named_object("SR", "NFS storage"), 1 << 30).await.expect("made")
}

async fn drive(lab: &Lab, vm: &str) -> String {
    for vbd in lab.set("VM", "VBDs", vm).await {
        if lab.get("VBD", "type", &vbd).await == "CD" {
            return vbd;
        }
    }
    panic!("no drive");
}

#[tokio::test]
async fn a_disk_is_plugged_into_a_running_vm_and_pulled_out() {
    let lab = Lab::small().await;
    let (vm, vdi) = (lab.vm("web-1"), new_disk(&lab).await);
    let vbd = lab.run("VBD.create", [record(&vm, &vdi, json!({}))]).await.expect("made");
    let vbd = vbd.as_str().expect("a reference");
    assert_eq!(lab.get("VBD", "userdevice", vbd).await, "1");
    assert_eq!(lab.set("VBD", "allowed_operations", vbd).await, ["attach", "plug"]);
    let task = lab.begin("VBD.plug", [json!(vbd)]).await.expect("plug");
    assert_eq!(lab.get("VBD", "current_operations", vbd).await, json!({task.as_str(): "plug"}));
    lab.finish("VBD.plug", &task).await.expect("plugged");
    assert_eq!(lab.get("VBD", "device", vbd).await, "xvdb");
    assert_eq!(
        lab.set("VBD", "allowed_operations", vbd).await,
        ["attach", "pause", "unpause", "unplug", "unplug_force"]
    );
    assert!(!lab.set("VDI", "allowed_operations", &vdi).await.contains(&"destroy".to_owned()));
    assert_eq!(lab.run("VDI.destroy", [json!(vdi)]).await, Err(failure("VDI_IN_USE", [vdi.as_str(), "destroy"])));
    assert_eq!(lab.run("VBD.plug", [json!(vbd)]).await, Err(failure("DEVICE_ALREADY_ATTACHED", [vbd])));
    lab.run("VBD.unplug", [json!(vbd)]).await.expect("pulled");
    assert_eq!(lab.run("VBD.unplug", [json!(vbd)]).await, Err(failure("DEVICE_ALREADY_DETACHED", [vbd])));
    lab.run("VDI.destroy", [json!(vdi)]).await.expect("destroyed");
    assert_eq!(lab.call("VBD.get_uuid", [json!(vbd)]).await, Err(failure("HANDLE_INVALID", ["VBD", vbd])));
}

#[tokio::test]
async fn devices_that_are_taken_or_none_are_refused() {
    let lab = Lab::small().await;
    let (vm, vdi) = (lab.vm("web-1"), new_disk(&lab).await);
    let create = |changes| lab.run("VBD.create", [record(&vm, &vdi, changes)]);
    assert_eq!(create(json!({"userdevice": "0"})).await, Err(failure("DEVICE_ALREADY_EXISTS", ["0"])));
    assert_eq!(create(json!({"userdevice": "x9"})).await, Err(failure("INVALID_DEVICE", ["x9"])));
    assert_eq!(create(json!({"type": "CD"})).await, Err(failure::<&str>("VBD_CDS_MUST_BE_READONLY", [])));
    let devices = lab.ok("VM.get_allowed_VBD_devices", [json!(vm)]).await;
    assert_eq!(devices.as_array().map(|all| (all.len(), all[0].clone())), Some((254, json!("1"))));
}

#[tokio::test]
async fn a_halted_vm_plugs_nothing() {
    let lab = Lab::small().await;
    let (vm, vdi) = (lab.vm("legacy-crm"), new_disk(&lab).await);
    let vbd = lab.run("VBD.create", [record(&vm, &vdi, json!({}))]).await.expect("made");
    let bad = Err(failure("VM_BAD_POWER_STATE", [vm.as_str(), "running", "halted"]));
    assert_eq!(lab.run("VBD.plug", [vbd.clone()]).await, bad);
    assert_eq!(lab.run("VBD.unplug_force", [vbd.clone()]).await, bad);
    lab.ok("VBD.set_unpluggable", [vbd.clone(), json!(false)]).await;
    assert_eq!(
        lab.run("VBD.unplug_force", [vbd.clone()]).await,
        Err(failure("VBD_NOT_UNPLUGGABLE", [vbd.as_str().expect("a reference")]))
    );
}

#[tokio::test]
async fn a_disc_goes_in_and_out_of_a_drive() {
    let lab = Lab::small().await;
    let (vm, iso) = (lab.vm("sandbox"), lab.named_object("VDI", "systemrescue-12.01-amd64.iso"));
    let drive = drive(&lab, &vm).await;
    assert_eq!(lab.set("VBD", "allowed_operations", &drive).await, ["attach", "insert"]);
    assert_eq!(lab.run("VBD.eject", [json!(drive)]).await, Err(failure("VBD_IS_EMPTY", [&drive])));
    lab.run("VBD.insert", [json!(drive), json!(iso)]).await.expect("inserted");
    assert_eq!(lab.get("VBD", "VDI", &drive).await, json!(iso));
    assert_eq!(lab.get("VBD", "empty", &drive).await, false);
    assert_eq!(lab.set("VBD", "allowed_operations", &drive).await, ["attach", "eject"]);
    assert_eq!(lab.run("VBD.insert", [json!(drive), json!(iso)]).await, Err(failure("VBD_NOT_EMPTY", [&drive])));
    lab.run("VBD.eject", [json!(drive)]).await.expect("ejected");
    assert_eq!(lab.get("VBD", "VDI", &drive).await, "OpaqueRef:NULL");
}

#[tokio::test]
async fn discs_change_while_a_vm_runs_but_not_while_it_sleeps() {
    let lab = Lab::small().await;
    let (vm, iso) = (lab.vm("new-server"), lab.named_object("VDI", "systemrescue-12.01-amd64.iso"));
    let drive = drive(&lab, &vm).await;
    assert_eq!(lab.run("VBD.plug", [json!(drive)]).await, Err(failure("DEVICE_ALREADY_ATTACHED", [&drive])));
    lab.run("VBD.eject", [json!(drive)]).await.expect("ejected");
    lab.run("VBD.insert", [json!(drive), json!(iso)]).await.expect("inserted");
    assert_eq!(lab.get("VBD", "VDI", &drive).await, json!(iso));
    assert_eq!(lab.get("VBD", "currently_attached", &drive).await, true);
    lab.run("VM.pause", [json!(vm)]).await.expect("paused");
    let refused = failure("VM_BAD_POWER_STATE", [vm.as_str(), "halted, running", "paused"]);
    assert_eq!(lab.run("VBD.eject", [json!(drive)]).await, Err(refused));
}

#[tokio::test]
async fn a_disk_is_no_drive_and_no_disc() {
    let lab = Lab::small().await;
    let (vm, disk) = (lab.vm("sandbox"), new_disk(&lab).await);
    let drive = drive(&lab, &vm).await;
    assert_eq!(
        lab.run("VBD.insert", [json!(drive), json!(disk)]).await,
        Err(failure("VDI_IS_NOT_ISO", [disk.as_str(), "nfs"]))
    );
    let vbd = lab.set("VM", "VBDs", &lab.vm("web-1")).await.remove(0);
    assert_eq!(lab.run("VBD.eject", [json!(vbd)]).await, Err(failure("VBD_NOT_REMOVABLE_MEDIA", [&vbd])));
}
