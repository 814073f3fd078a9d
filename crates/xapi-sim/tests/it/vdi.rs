//! Disks: sizes, chains, copies, moves.

use serde_json::json;

use crate::lab::{Lab, failure};

const GIB: u64 = 1 << 30;

async fn create(lab: &Lab, sr: &str, size: u64) -> Result<serde_json::Value, crate::lab::Failure> {
    lab.disk(sr, size).await.map(serde_json::Value::from)
}

#[tokio::test]
async fn a_thin_disk_takes_little_and_a_thick_one_all() {
    let lab = Lab::small().await;
    let thin = lab.named_object("SR", "NFS storage");
    let thick = lab.sim.with(|world| {
        let sr = world.list("SR").into_iter().find(|sr| world.text(*sr, "type") == "lvm");
        sr.expect("an LVM SR").to_string()
    });
    let used = |vdi: serde_json::Value| {
        let lab = &lab;
        async move { lab.ok("VDI.get_physical_utilisation", [vdi]).await.as_u64().expect("a number") }
    };
    let small = create(&lab, &thin, 10 * GIB).await.expect("made");
    assert!(used(small).await < 100 << 20);
    let large = create(&lab, &thick, 10 * GIB).await.expect("made");
    assert!(used(large).await >= 10 * GIB);
}

#[tokio::test]
async fn sizes_are_rounded_and_bounded() {
    let lab = Lab::small().await;
    let sr = lab.named_object("SR", "NFS storage");
    let vdi = create(&lab, &sr, 1).await.expect("made");
    assert_eq!(lab.ok("VDI.get_virtual_size", [vdi]).await, 2 << 20);
    let refused = create(&lab, &sr, 2041 * GIB).await.expect_err("too large");
    assert_eq!(refused.code, "SR_BACKEND_FAILURE_79");
    assert_eq!(refused.params.len(), 3);
}

#[tokio::test]
async fn an_sr_without_room_or_of_devices_or_tools_takes_no_disk() {
    let lab = Lab::small().await;
    let (udev, tools, thick) = lab.sim.with(|world| {
        let of = |kind| world.list("SR").into_iter().find(|sr| world.text(*sr, "type") == kind).expect("an SR");
        let tools = world.all("SR").find(|sr| world.flag(*sr, "is_tools_sr")).expect("an SR");
        (of("udev").to_string(), tools.to_string(), of("lvm").to_string())
    });
    for sr in [&udev, &tools] {
        assert_eq!(create(&lab, sr, GIB).await, Err(failure("SR_OPERATION_NOT_SUPPORTED", [sr])));
    }
    assert_eq!(
        create(&lab, &thick, 400 * GIB).await,
        Err(failure("SR_BACKEND_FAILURE_44", ["", "There is insufficient space", ""]))
    );
}

#[tokio::test]
async fn a_library_takes_images_as_files_of_their_size_and_deletes_them() {
    let lab = Lab::small().await;
    let library = lab.named_object("SR", "ISO library");
    let allowed = lab.get("SR", "allowed_operations", &library).await;
    let allows = |operation: &str| allowed.as_array().expect("a list").contains(&json!(operation));
    assert!(allows("vdi_create") && allows("vdi_destroy") && !allows("vdi_snapshot") && !allows("vdi_clone"));
    let image = create(&lab, &library, 5_000).await.expect("made");
    let image = image.as_str().expect("a reference");
    assert_eq!(lab.get("VDI", "virtual_size", image).await, json!(5_000));
    let uuid = lab.get("VDI", "uuid", image).await;
    assert_eq!(lab.get("VDI", "location", image).await, json!(format!("{}.img", uuid.as_str().expect("a text"))));
    assert!(lab.get("VDI", "sm_config", image).await.get("created").is_some());
    assert_eq!(
        lab.run("VDI.snapshot", [json!(image), json!({})]).await,
        Err(failure("SR_OPERATION_NOT_SUPPORTED", [&library]))
    );
    lab.run("VDI.destroy", [json!(image)]).await.expect("deleted");
    assert_eq!(lab.call("VDI.get_uuid", [json!(image)]).await, Err(failure("HANDLE_INVALID", ["VDI", image])));
}

#[tokio::test]
async fn a_disk_grows_and_does_not_shrink() {
    let lab = Lab::small().await;
    let vdi = lab.named_object("VDI", "legacy-crm C");
    lab.run("VDI.resize", [json!(vdi), json!(80 * GIB)]).await.expect("grown");
    assert_eq!(lab.get("VDI", "virtual_size", &vdi).await, json!(80 * GIB));
    let refused = lab.run("VDI.resize", [json!(vdi), json!(GIB)]).await.expect_err("smaller");
    assert_eq!(refused.code, "SR_BACKEND_FAILURE_79");
    let attached = lab.named_object("VDI", "web-1 system");
    let refused = lab.run("VDI.resize", [json!(attached), json!(80 * GIB)]).await.expect_err("attached");
    assert_eq!(refused.code, "SR_OPERATION_NOT_SUPPORTED");
}

#[tokio::test]
async fn a_copy_goes_to_another_sr() {
    let lab = Lab::small().await;
    let vdi = lab.named_object("VDI", "legacy-crm C");
    let sr = lab.named_object("SR", "NFS storage");
    let task = lab.begin("VDI.copy", [json!(vdi), json!(sr)]).await.expect("copy");
    assert_eq!(lab.get("VDI", "current_operations", &vdi).await, json!({task.as_str(): "copy"}));
    let copy = lab.finish("VDI.copy", &task).await.expect("copied");
    assert_eq!(lab.ok("VDI.get_SR", [copy.clone()]).await, json!(sr));
    assert_eq!(lab.ok("VDI.get_name_label", [copy]).await, "legacy-crm C");
}

#[tokio::test]
async fn a_move_takes_the_vm_along_and_needs_one() {
    let lab = Lab::small().await;
    let (vdi, vm) = (lab.named_object("VDI", "legacy-crm C"), lab.vm("legacy-crm"));
    let sr = lab.named_object("SR", "NFS storage");
    let moved = lab.run("VDI.pool_migrate", [json!(vdi), json!(sr), json!({})]).await.expect("moved");
    let vbd = lab.set("VM", "VBDs", &vm).await.remove(0);
    assert_eq!(lab.get("VBD", "VDI", &vbd).await, moved);
    assert_eq!(lab.call("VDI.get_uuid", [json!(vdi)]).await, Err(failure("HANDLE_INVALID", ["VDI", &vdi])));
    let loose = create(&lab, &sr, GIB).await.expect("made");
    assert_eq!(
        lab.run("VDI.pool_migrate", [loose.clone(), json!(sr), json!({})]).await,
        Err(failure("VDI_NEEDS_VM_FOR_MIGRATE", [loose.as_str().expect("a reference")]))
    );
}

#[tokio::test]
async fn changed_blocks_are_those_that_changed() {
    let lab = Lab::small().await;
    let sr = lab.named_object("SR", "NFS storage");
    let vdi = create(&lab, &sr, 2 << 20).await.expect("made");
    lab.run("VDI.enable_cbt", [vdi.clone()]).await.expect("enabled");
    let first = lab.run("VDI.snapshot", [vdi.clone()]).await.expect("taken");
    let object = vdi.as_str().expect("a reference").parse().expect("a reference");
    lab.sim.with(|world| world.disks.write(object, 64 << 10, &[1]));
    let second = lab.run("VDI.snapshot", [vdi.clone()]).await.expect("taken");
    // 32 pieces of 64 KiB; the second of them changed.
    assert_eq!(lab.ok("VDI.list_changed_blocks", [first.clone(), second]).await, "QAAAAA==");
    let plain = create(&lab, &sr, 2 << 20).await.expect("made");
    assert_eq!(
        lab.call("VDI.list_changed_blocks", [first, plain.clone()]).await,
        Err(failure("VDI_NO_CBT_METADATA", [plain.as_str().expect("a reference")]))
    );
}

#[tokio::test]
async fn the_sr_counts_what_its_disks_take() {
    let lab = Lab::small().await;
    let sr = lab.named_object("SR", "NFS storage");
    let allocated = || async { lab.get("SR", "virtual_allocation", &sr).await.as_u64().expect("a number") };
    let before = allocated().await;
    let vdi = create(&lab, &sr, 10 * GIB).await.expect("made");
    assert_eq!(allocated().await, before + 10 * GIB);
    lab.run("VDI.destroy", [vdi]).await.expect("destroyed");
    assert_eq!(allocated().await, before);
}
