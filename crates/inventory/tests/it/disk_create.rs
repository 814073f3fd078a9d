use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn a_disk_is_made_with_a_size_in_words() {
    let lab = Lab::new().await;
    let sr = lab.named("SR", "NFS storage");
    let id = lab.disk(json!({ "name": "d", "size": "3 GiB", "sr": lab.id(sr) })).await;
    let vdi = lab.by_id("VDI", &id);
    lab.sim.with(|world| {
        assert_eq!((world.text(vdi, "name_label"), world.int(vdi, "virtual_size")), ("d", 3 << 30));
        assert_eq!((world.object(vdi, "SR"), world.text(vdi, "type")), (sr, "user"));
        assert!(world.objects(vdi, "VBDs").is_empty());
    });
}

#[tokio::test]
async fn a_halted_vm_gets_the_disk_in_its_first_free_place() {
    let lab = Lab::new().await;
    let (_, vbd) = lab.disk_of(lab.vm("Halted")).await;
    let vbd = lab.becomes(&vbd, |_| true).await;
    assert_ne!(vbd["position"], "3");
    assert_eq!((&vbd["attached"], &vbd["bootable"], &vbd["read_only"]), (&json!(false), &json!(false), &json!(false)));
}

#[tokio::test]
async fn place_mode_and_boot_are_as_asked_for() {
    let lab = Lab::new().await;
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let vm = lab.id(lab.vm("Halted"));
    let params = json!({
        "name": "d", "size": 1 << 30, "sr": sr, "vm": vm, "position": "6", "mode": "RO", "bootable": true,
    });
    let disk = lab.by_id("VDI", &lab.disk(params).await);
    lab.sim.with(|world| {
        let vbd = world.objects(disk, "VBDs")[0];
        assert_eq!((world.text(vbd, "userdevice"), world.text(vbd, "mode")), ("6", "RO"));
        assert!(world.flag(vbd, "bootable"));
    });
}

#[tokio::test]
async fn a_running_vm_has_the_disk_at_once() {
    let lab = Lab::new().await;
    let (_, vbd) = lab.disk_of(lab.vm("Running")).await;
    lab.becomes(&vbd, |vbd| vbd["attached"] == true && vbd["device"].is_string()).await;
}

#[tokio::test]
async fn nothing_is_left_of_a_disk_that_a_vm_cannot_have() {
    let lab = Lab::new().await;
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let vm = lab.id(lab.vm("Running"));
    let before = (lab.count("VDI"), lab.count("VBD"));
    for (method, code) in [("VBD.create", "DEVICE_ALREADY_EXISTS"), ("VBD.plug", "DEVICE_ATTACH_TIMEOUT")] {
        lab.sim.fail_next(method, code, ["VBD", "x"]);
        let error = lab.admin.refused("disk.create", json!({ "name": "d", "size": 1 << 30, "sr": sr, "vm": vm })).await;
        assert_eq!(error["data"]["code"], code);
        assert_eq!((lab.count("VDI"), lab.count("VBD")), before, "{method}");
    }
}

#[tokio::test]
async fn storage_that_takes_no_disk_is_told() {
    let lab = Lab::new().await;
    let before = lab.count("VDI");
    let tools = lab.sim.with(|world| world.all("SR").find(|sr| world.flag(*sr, "is_tools_sr")).expect("the tools"));
    let tools = lab.id(tools);
    let error = lab.admin.refused("disk.create", json!({ "name": "d", "size": 1, "sr": tools })).await;
    assert_eq!(error["data"]["code"], "SR_OPERATION_NOT_SUPPORTED");
    let nfs = lab.id(lab.named("SR", "NFS storage"));
    lab.sim.fail_next("VDI.create", "SR_FULL", ["1", "0"]);
    let error = lab.admin.refused("disk.create", json!({ "name": "d", "size": 1, "sr": nfs })).await;
    assert_eq!(error["data"]["code"], "SR_FULL");
    assert_eq!(lab.count("VDI"), before);
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let lab = Lab::new().await;
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let vm = lab.id(lab.vm("Halted"));
    let before = lab.count("VDI");
    for params in [
        json!({ "name": "d", "size": "lots", "sr": sr }),
        json!({ "name": "d", "size": 1.5, "sr": sr }),
        json!({ "name": "", "size": 1, "sr": sr }),
        json!({ "name": "d", "size": 1, "sr": sr, "vm": vm, "mode": "WO" }),
    ] {
        assert_eq!(lab.admin.refused("disk.create", params.clone()).await["code"], 10, "{params}");
    }
    let error = lab.admin.refused("disk.create", json!({ "name": "d", "size": 1, "sr": vm })).await;
    assert_eq!(error["data"], json!({ "id": vm, "type": "SR" }));
    assert_eq!(lab.count("VDI"), before);
}

#[tokio::test]
async fn who_has_no_right_makes_no_disk() {
    let lab = Lab::new().await;
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let nobody = lab.test.user("nobody@example.org").await;
    let error = nobody.refused("disk.create", json!({ "name": "d", "size": 1, "sr": sr })).await;
    assert_eq!(error["code"], 2);
}
