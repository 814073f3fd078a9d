//! Drives of cloud-init: made, read by the guest, gone after the first start; nothing left when a step fails.

use serde_json::{Value, json};
use xapi_sim::{Datum, Object, Sim};

use crate::Lab;

const HOUSE: &str = "debian-12-cloud";
const DRIVE: &str = "XO CloudConfigDrive";

fn template(lab: &Lab) -> String {
    let reference = lab.named("VM", HOUSE).to_string();
    lab.test.app.store().get(&reference).expect("the template is shown").id().to_owned()
}

fn params(lab: &Lab, name: &str, more: Value) -> Value {
    let mut params = json!({ "template": template(lab), "name_label": name });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

async fn create(lab: &Lab, name: &str, more: Value) -> Object {
    let made = lab.admin.call("vm.create", params(lab, name, more)).await;
    lab.sim.by_uuid("VM", made.as_str().unwrap()).expect("the new VM")
}

/// Returns the drives of a VM.
fn drives(lab: &Lab, vm: Object) -> Vec<Object> {
    lab.sim.with(|world| {
        let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
        disks.filter(|disk| world.text(*disk, "name_label") == DRIVE).collect()
    })
}

/// Returns the drives that there are, whoever has them.
fn all_drives(sim: &Sim) -> usize {
    sim.with(|world| world.all("VDI").filter(|vdi| world.text(*vdi, "name_label") == DRIVE).count())
}

/// Returns the host name that the agent of a guest tells, once it does.
async fn host_name(lab: &Lab, vm: Object) -> String {
    let look = async || {
        let report = lab.sim.with(|world| world.object(vm, "guest_metrics"));
        (!report.is_null()).then(|| lab.entry(report, "netbios_name", "host_name"))
    };
    crate::test_app::eventually(look).await
}

#[tokio::test]
async fn three_vms_get_their_names_at_the_first_start_and_lose_the_drive() {
    let lab = Lab::new().await;
    let lan = lab.id(lab.named("network", "LAN"));
    let mut vms = Vec::new();
    for number in 1..=3 {
        let more = json!({
            "cloudConfig": format!("#cloud-config\nhostname: web-{number}\n"),
            "networkConfig": format!("version: 2\nethernets:\n  eth0:\n    addresses: [192.0.2.{number}/24]\n"),
            "VIFs": [{ "network": lan }],
            "destroyCloudConfigVdiAfterBoot": true,
        });
        let vm = create(&lab, &format!("web {number}"), more).await;
        assert_eq!(drives(&lab, vm).len(), 1);
        vms.push(vm);
    }
    let before = all_drives(&lab.sim);
    assert_eq!(before, 3);
    for vm in &vms {
        let id = lab.id_soon(*vm).await;
        lab.admin.call("vm.start", json!({ "id": id })).await;
    }
    for (vm, number) in vms.iter().zip(1..) {
        assert_eq!(host_name(&lab, *vm).await, format!("web-{number}"));
        let id = lab.id_soon(*vm).await;
        lab.becomes(&id, |vm| vm["mainIpAddress"] == format!("192.0.2.{number}")).await;
        crate::test_app::eventually(async || drives(&lab, *vm).is_empty().then_some(())).await;
        // What belongs to the VM stays.
        assert_eq!(lab.sim.with(|world| world.objects(*vm, "VBDs").len()), 1);
        assert_eq!(lab.field(*vm, "power_state"), "Running");
    }
    crate::test_app::eventually(async || (all_drives(&lab.sim) == 0).then_some(())).await;
}

#[tokio::test]
async fn a_drive_stays_unless_it_is_told_to_go_and_the_text_is_not_looked_into() {
    let lab = Lab::new().await;
    let text = "\t: not [yaml\n#ü";
    let vm = create(&lab, "new", json!({ "cloudConfig": text, "bootAfterCreate": true })).await;
    assert_eq!(host_name(&lab, vm).await, "");
    let drive = drives(&lab, vm)[0];
    let mut content = vec![0; 10 << 20];
    lab.sim.with(|world| world.disks.read(drive, 0, &mut content));
    let found = content.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
    assert_eq!(found, 2, "for NoCloud and for OpenStack");
    let mark = lab.entry(drive, "other_config", "xo:destroy-after-first-boot");
    assert_eq!((mark.as_str(), drives(&lab, vm).len()), ("", 1));
    let sr = lab.sim.with(|world| world.text(world.object(drive, "SR"), "name_label").to_owned());
    assert_eq!(sr, "NFS storage", "where the first disk is");
    assert!(lab.sim.with(|world| world.all("task").all(|task| world.text(task, "status") != "pending")));
}

#[tokio::test]
async fn a_drive_that_was_to_go_goes_after_a_restart_of_the_server() {
    let lab = Lab::new().await;
    let vm = create(&lab, "new", json!({ "cloudConfig": "#cloud-config\n" })).await;
    let drive = drives(&lab, vm)[0];
    // As a server left it that stopped after the guest had shown a sign of life.
    lab.sim.with(|world| world.put(drive, "other_config", "xo:destroy-after-first-boot", Datum::from("1")));
    crate::test_app::eventually(async || drives(&lab, vm).is_empty().then_some(())).await;
}

#[tokio::test]
async fn a_drive_that_the_guest_keeps_goes_when_the_vm_stops() {
    let lab = Lab::new().await;
    lab.sim.fail_next("VBD.unplug", "DEVICE_DETACH_REJECTED", ["VBD", "x", "in use"]);
    let more =
        json!({ "cloudConfig": "#cloud-config\n", "destroyCloudConfigVdiAfterBoot": true, "bootAfterCreate": true });
    let vm = create(&lab, "new", more).await;
    let drive = drives(&lab, vm)[0];
    let marked = async || {
        let mark = lab.entry(drive, "other_config", "xo:destroy-after-first-boot");
        mark.parse::<i64>().ok()
    };
    crate::test_app::eventually(marked).await;
    assert_eq!(drives(&lab, vm), [drive]);
    let id = lab.id_soon(vm).await;
    lab.admin.call("vm.stop", json!({ "id": id, "force": true })).await;
    crate::test_app::eventually(async || drives(&lab, vm).is_empty().then_some(())).await;
}

#[tokio::test]
async fn a_drive_that_the_storage_does_not_delete_at_first_is_deleted_later() {
    let lab = Lab::new().await;
    for _ in 0..2 {
        lab.sim.fail_next("VDI.destroy", "SR_BACKEND_FAILURE_80", ["", "Failed to mark VDI hidden", ""]);
    }
    let more =
        json!({ "cloudConfig": "#cloud-config\n", "destroyCloudConfigVdiAfterBoot": true, "bootAfterCreate": true });
    let vm = create(&lab, "new", more).await;
    crate::test_app::eventually(async || (all_drives(&lab.sim) == 0).then_some(())).await;
    assert_eq!(lab.sim.calls()["VDI.destroy"], 3, "two that failed, and the one that did it");
    assert_eq!(lab.sim.with(|world| world.objects(vm, "VBDs").len()), 1);
    assert_eq!(lab.field(vm, "power_state"), "Running");
}

#[tokio::test]
async fn a_vm_that_is_there_gets_a_drive() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let params = json!({ "vm": lab.id(vm), "sr": sr, "config": "#cloud-config\n", "networkConfig": "version: 1\n" });
    assert_eq!(lab.admin.call("vm.createCloudInitConfigDrive", params).await, true);
    let drive = drives(&lab, vm)[0];
    let windows = lab.entry(vm, "platform", "viridian") == "true";
    let mut sector = [0; 512];
    lab.sim.with(|world| world.disks.read(drive, 0, &mut sector));
    assert_eq!((sector[450] == 0x0e, sector[0] == 0xeb), (windows, !windows));
}

#[tokio::test]
async fn a_drive_that_cannot_be_made_leaves_nothing_behind() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let sr = lab.named("SR", "NFS storage");
    let params = json!({ "vm": lab.id(vm), "sr": lab.id(sr), "config": "#cloud-config\n" });
    let before = lab.census();
    for (method, code) in [
        ("VDI.create", "SR_FULL"),
        ("task.create", "INTERNAL_ERROR"),
        ("import_raw_vdi", "VDI_IO_ERROR"),
        ("VM.get_allowed_VBD_devices", "INTERNAL_ERROR"),
        ("VBD.create", "DEVICE_ALREADY_EXISTS"),
    ] {
        lab.sim.fail_next(method, code, ["told"]);
        let error = lab.admin.refused("vm.createCloudInitConfigDrive", params.clone()).await;
        assert_eq!((&error["data"]["code"], &error["data"]["params"]), (&json!(code), &json!(["told"])), "{method}");
        assert_eq!((lab.census(), all_drives(&lab.sim)), (before.clone(), 0), "{method}");
    }
    // The storage takes the empty drive and has no room for what is written to it.
    lab.sim.with(|world| {
        let taken: i64 = world.objects(sr, "VDIs").iter().map(|vdi| world.int(*vdi, "physical_utilisation")).sum();
        world.set(sr, "physical_size", taken + (5 << 20));
        world.set(sr, "physical_utilisation", taken);
    });
    let error = lab.admin.refused("vm.createCloudInitConfigDrive", params.clone()).await;
    assert_eq!(error["data"]["code"], "VDI_IO_ERROR", "{error}");
    assert_eq!((lab.census(), all_drives(&lab.sim)), (before.clone(), 0));
    let large = "x".repeat(6 << 20);
    let huge = json!({ "vm": lab.id(vm), "sr": lab.id(sr), "config": large });
    assert_eq!(lab.admin.refused("vm.createCloudInitConfigDrive", huge).await["code"], 10);
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn a_drive_is_for_who_may_change_the_vm_and_see_the_storage() {
    let lab = Lab::new().await;
    let user = lab.test.user("bob").await;
    let (vm, sr) = (lab.id(lab.vm("Halted")), lab.id(lab.named("SR", "NFS storage")));
    let params = json!({ "vm": vm, "sr": sr, "config": "#cloud-config\n" });
    let rule = |object: &str, action: &str| app::acl::Rule::new(user.id(), object.to_owned(), action.to_owned());
    assert_eq!(user.refused("vm.createCloudInitConfigDrive", params.clone()).await["code"], 2);
    lab.test.app.add_rule(rule(&vm, "admin")).await.unwrap();
    let error = user.refused("vm.createCloudInitConfigDrive", params.clone()).await;
    assert_eq!(error["code"], 2, "{error}");
    lab.test.app.add_rule(rule(&sr, "viewer")).await.unwrap();
    assert_eq!(user.call("vm.createCloudInitConfigDrive", params).await, true);
    let unknown = json!({ "vm": vm, "sr": "nope", "config": "x" });
    assert_eq!(lab.admin.refused("vm.createCloudInitConfigDrive", unknown).await["code"], 1);
    let empty = json!({ "vm": vm, "sr": sr, "config": "" });
    assert_eq!(lab.admin.refused("vm.createCloudInitConfigDrive", empty).await["code"], 10);
}

#[tokio::test]
async fn what_the_master_proposes_for_a_template_is_told() {
    let lab = Lab::new().await;
    let params = json!({ "template": template(&lab) });
    let error = lab.admin.refused("vm.getCloudInitConfig", params.clone()).await;
    assert_eq!(
        (&error["data"]["code"], &error["data"]["params"]),
        (&json!("XENAPI_MISSING_PLUGIN"), &json!(["xscontainer"]))
    );
    let told = |text: &str| {
        let text = text.to_owned();
        lab.sim.with(move |world| {
            let master = world.master();
            world.put(master, "other_config", "sim:plugin:xscontainer.get_config_drive_default", Datum::from(text));
        });
    };
    told("True#cloud-config\nhostname: %VMNAMETOHOSTNAME%\n");
    let text = lab.admin.call("vm.getCloudInitConfig", params.clone()).await;
    assert_eq!(text, "#cloud-config\nhostname: %VMNAMETOHOSTNAME%\n");
    told("{}");
    assert_eq!(lab.admin.call("vm.getCloudInitConfig", params.clone()).await, "");
    let user = lab.test.user("bob").await;
    assert_eq!(user.refused("vm.getCloudInitConfig", params).await["code"], 2);
    assert_eq!(lab.admin.refused("vm.getCloudInitConfig", json!({ "template": "nope" })).await["code"], 1);
}
