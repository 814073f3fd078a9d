//! VMs as files, and back.

use serde_json::json;
use xapi_sim::Object;

use crate::{
    Lab,
    test_app::eventually,
    transfer::{BLOCK, cut, here, received, stalled, whole},
};

/// Returns the VMs that were made of an archive, each with its disk.
fn made(lab: &Lab, but: Object) -> Vec<(Object, Object)> {
    lab.sim.with(|world| {
        let vms = world.list("VM").into_iter().filter(|vm| *vm != but && world.text(*vm, "name_label") == "packed");
        vms.map(|vm| (vm, world.object(world.objects(vm, "VBDs")[0], "VDI"))).collect()
    })
}

#[tokio::test]
async fn a_vm_goes_out_and_comes_back_byte_for_byte() {
    let lab = Lab::new().await;
    let (vm, disk) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    for compress in [json!(false), json!(true), json!("zstd"), json!("gzip")] {
        let download = lab.admin.begin_fetch("vm.export", json!({ "vm": id, "compress": compress })).await;
        let name = download.file_name.clone().expect("a name");
        assert!(name.ends_with(" - packed.xva") && name.len() == "20261121T205523Z - packed.xva".len(), "{name}");
        let archive = whole(download.body).await.expect("all of it");
        let before = made(&lab, vm).len();
        let new = lab.admin.send("vm.import", json!({ "sr": sr }), received(&archive)).await.expect("it is made");
        let all = made(&lab, vm);
        assert_eq!(all.len(), before + 1, "{compress}");
        let (new, copy) = all.into_iter().find(|(vm, _)| lab.sim.with(|world| world.uuid(*vm) == new)).expect("it");
        assert!(lab.content(copy, 10 * BLOCK) == lab.content(disk, 10 * BLOCK));
        assert!(!lab.sim.with(|world| world.flag(new, "is_a_template")));
    }
    lab.tidy().await;
}

#[tokio::test]
async fn a_running_vm_goes_out_by_a_snapshot_that_does_not_stay() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let id = lab.id_soon(vm).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = lab.census();
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    assert!(archive.len() > 3 * BLOCK);
    assert_eq!(lab.census(), before);
    lab.tidy().await;
}

#[tokio::test]
async fn of_an_export_that_ends_early_no_snapshot_stays() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let id = lab.id_soon(vm).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = lab.census();
    let back = async || eventually(async || (lab.census() == before).then_some(())).await;
    // The client is gone in the middle.
    let mut pieces = lab.admin.begin_fetch("vm.export", json!({ "vm": id })).await.body.into_stream();
    futures_util::StreamExt::next(&mut pieces).await.expect("a piece").expect("it is good");
    assert!(lab.census() != before);
    drop(pieces);
    back().await;
    lab.tidy().await;
    // It is cancelled.
    let mut pieces = lab.admin.begin_fetch("vm.export", json!({ "vm": id })).await.body.into_stream();
    futures_util::StreamExt::next(&mut pieces).await.expect("a piece").expect("it is good");
    let task = lab
        .test
        .app
        .tasks()
        .all()
        .into_iter()
        .find(|task| task.properties["method"] == "vm.export" && !task.has_ended());
    assert!(lab.test.app.tasks().cancel(&task.expect("its task").id));
    let mut failed = false;
    while let Some(piece) = futures_util::StreamExt::next(&mut pieces).await {
        failed |= piece.is_err();
    }
    assert!(failed);
    drop(pieces);
    back().await;
    // The host gives up.
    lab.sim.fail_next("VM.export", "VDI_IO_ERROR", ["Device I/O errors"]);
    let error = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect_err("it breaks off");
    assert!(error.to_string().contains("VDI_IO_ERROR"), "{error}");
    back().await;
    let task = lab.test.app.tasks().all().into_iter().rfind(|task| task.properties["method"] == "vm.export");
    assert!(format!("{:?}", task.expect("its task").status).contains("VDI_IO_ERROR"));
    lab.tidy().await;
}

#[tokio::test]
async fn what_a_server_left_behind_that_was_killed_goes_when_it_is_there_again() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let id = lab.id_soon(vm).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = lab.census();
    let mut pieces = lab.admin.begin_fetch("vm.export", json!({ "vm": id })).await.body.into_stream();
    futures_util::StreamExt::next(&mut pieces).await.expect("a piece").expect("it is good");
    let snapshot = lab.sim.with(|world| world.objects(vm, "snapshots")[0]);
    let mark = lab.entry(snapshot, "other_config", "xo:transit");
    let (server, run) = mark.split_once('/').expect("server and run");
    assert_eq!(run, lab.test.app.run());
    // What another run has left, and what another server is at.
    let left = |mark: &str| {
        let mark = mark.to_owned();
        lab.sim.with(|world| {
            let sr = world.by_name("SR", "NFS storage").expect("it");
            let fields = [("name_label", "left".into()), ("SR", sr.into()), ("managed", true.into())];
            let vdi = world.create("VDI", fields);
            world.put(vdi, "other_config", "xo:transit", mark);
            vdi
        })
    };
    let (ours, theirs) = (left(&format!("{server}/an earlier run")), left("another server/its run"));
    eventually(async || (!lab.sim.with(|world| world.is(ours, "VDI"))).then_some(())).await;
    assert!(lab.sim.with(|world| world.is(theirs, "VDI") && world.is(snapshot, "VM")));
    drop(pieces);
    lab.sim.with(|world| world.destroy(theirs));
    eventually(async || (lab.census() == before).then_some(())).await;
}

#[tokio::test]
async fn of_an_import_that_fails_nothing_stays() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    let before = lab.census();
    let mut spoilt = archive.to_vec();
    spoilt[archive.len() / 2] ^= 0xff;
    for (what, expected) in [
        (cut(&archive), "the client is gone"),
        (received(&archive[..archive.len() / 2]), "IMPORT_ERROR_PREMATURE_EOF"),
        (received(&spoilt), "IMPORT_ERROR_SOME_CHECKSUMS_FAILED"),
        (received(b"<html>not an archive</html>"), "neither"),
        (received(b""), "neither"),
    ] {
        let error = lab.admin.send("vm.import", json!({ "sr": sr }), what).await.expect_err("it fails");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(lab.census(), before, "{expected}");
    }
    lab.sim.fail_next("VM.import", "SR_BACKEND_FAILURE_44", ["", "There is insufficient space", ""]);
    let error = lab.admin.send("vm.import", json!({ "sr": sr }), received(&archive)).await.expect_err("it fails");
    assert!(error.to_string().contains("SR_BACKEND_FAILURE_44"), "{error}");
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn an_import_that_is_cancelled_leaves_nothing() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    let before = lab.census();
    let path = lab.admin.call("vm.import", json!({ "sr": sr })).await["$sendTo"].as_str().expect("a path").to_owned();
    let app = lab.test.app.clone();
    let sending = tokio::spawn(async move { app.receive(&path, here(), stalled(&archive)).await });
    // Half of it is there.
    eventually(async || (made(&lab, vm).len() == 1).then_some(())).await;
    let task = lab
        .test
        .app
        .tasks()
        .all()
        .into_iter()
        .find(|task| task.properties["method"] == "vm.import" && !task.has_ended());
    assert!(lab.test.app.tasks().cancel(&task.expect("its task").id));
    let ended = sending.await.expect("it ends").expect("it was taken");
    ended.result.expect_err("it was cancelled");
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn images_are_no_place_for_vms() {
    let lab = Lab::new().await;
    let sr =
        lab.sim.with(|world| world.all("SR").find(|sr| world.text(*sr, "content_type") == "iso").expect("a library"));
    let error = lab.admin.refused("vm.import", json!({ "sr": lab.id(sr) })).await;
    assert!(error["message"].as_str().expect("a message").contains("library of images"), "{error}");
    let error =
        lab.admin.refused("vm.export", json!({ "vm": lab.id(lab.named("VM", "web-1")), "compress": "lzma" })).await;
    assert!(error["message"].as_str().expect("a message").contains("lzma"), "{error}");
}

#[tokio::test]
async fn a_vm_goes_out_as_an_ova_that_tar_and_qemu_read_and_comes_back() {
    let lab = Lab::new().await;
    let (vm, disk) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id, "format": "ova" })).await.expect("all of it");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("packed.ova");
    std::fs::write(&path, &archive).expect("it is written");
    let run = |program: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program).args(arguments).output().expect("it is installed");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let (folder, path) = (folder.path().to_str().unwrap().to_owned(), path.to_str().unwrap().to_owned());
    assert_eq!(run("tar", &["-tf", &path]), "packed.ovf\ndisk0.vmdk\npacked.mf\n");
    run("tar", &["-xf", &path, "-C", &folder]);
    let (vmdk, raw) = (format!("{folder}/disk0.vmdk"), format!("{folder}/disk0.raw"));
    run("qemu-img", &["convert", "-f", "vmdk", "-O", "raw", &vmdk, &raw]);
    assert!(std::fs::read(&raw).expect("it was made") == lab.content(disk, 10 * BLOCK));
    let new = lab.admin.send("vm.import", json!({ "sr": sr, "type": "ova" }), received(&archive)).await;
    let new = lab.sim.by_uuid("VM", new.expect("it is made").as_str().expect("an id")).expect("the VM");
    let (copy, blocked, marks, name) = lab.sim.with(|world| {
        let copy = world.object(world.objects(new, "VBDs")[0], "VDI");
        let blocked = world.get(new, "blocked_operations").entries().len();
        (copy, blocked, world.entry(new, "other_config", "xo:transit").len(), world.text(new, "name_label").to_owned())
    });
    assert!(lab.content(copy, 10 * BLOCK) == lab.content(disk, 10 * BLOCK));
    assert_eq!((blocked, marks, name.as_str()), (0, 0, "packed"));
    let started = lab.id_soon(new).await;
    lab.admin.call("vm.start", json!({ "id": started })).await;
    lab.tidy().await;
}

#[tokio::test]
async fn what_clients_say_of_an_ova_goes_before_what_it_says_itself() {
    let lab = Lab::new().await;
    let (vm, disk) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id, "format": "ova" })).await.expect("all of it");
    let network = lab.named("network", "Storage");
    let data = json!({
        "nameLabel": "imported",
        "descriptionLabel": "by a client",
        "memory": 3_u64 << 30,
        "nCpus": 5,
        "networks": [lab.id(network), lab.id(network)],
        "disks": [{
            "path": "disk0.vmdk", "nameLabel": "root", "descriptionLabel": "d", "position": 7, "capacity": 12 * BLOCK,
        }],
        "tables": {},
    });
    let params = json!({ "sr": sr, "type": "ova", "data": data });
    let new = lab.admin.send("vm.import", params, received(&archive)).await.expect("it is made");
    let new = lab.sim.by_uuid("VM", new.as_str().expect("an id")).expect("the VM");
    let copy = lab.sim.with(|world| {
        assert_eq!(world.text(new, "name_label"), "imported");
        assert_eq!(world.text(new, "name_description"), "by a client");
        assert_eq!((world.int(new, "memory_static_max"), world.int(new, "VCPUs_max")), (3 << 30, 5));
        let vifs = world.objects(new, "VIFs");
        assert_eq!(vifs.iter().map(|vif| world.object(*vif, "network")).collect::<Vec<_>>(), [network, network]);
        let vbd = world.objects(new, "VBDs")[0];
        let copy = world.object(vbd, "VDI");
        assert_eq!((world.text(vbd, "userdevice"), world.text(copy, "name_label")), ("7", "root"));
        assert_eq!(world.int(copy, "virtual_size"), 24 << 20);
        copy
    });
    assert!(lab.content(copy, 10 * BLOCK) == lab.content(disk, 10 * BLOCK));
    // Only what is listed is imported.
    let params = json!({ "sr": sr, "data": { "disks": [] } });
    let bare = lab.admin.send("vm.import", params, received(&archive)).await.expect("it is made");
    let bare = lab.sim.by_uuid("VM", bare.as_str().expect("an id")).expect("the VM");
    assert_eq!(lab.sim.with(|world| world.objects(bare, "VBDs").len()), 0);
    lab.tidy().await;
}

#[tokio::test]
async fn what_is_wrong_of_what_clients_say_of_an_ova_is_named() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id, "format": "ova" })).await.expect("all of it");
    let before = lab.census();
    for (data, named) in [
        (json!({ "memory": 0 }), "/data/memory"),
        (json!({ "nCpus": "two" }), "/data/nCpus"),
        (json!({ "networks": ["nope"] }), "nope"),
        (json!({ "disks": [{ "nameLabel": "x" }] }), "path"),
        (json!({ "disks": [{ "path": "a" }, { "path": "a" }] }), "data/disks/1/path"),
        (json!({ "disks": [{ "path": "a", "position": 1 }, { "path": "b", "position": 1 }] }), "data/disks/1/position"),
    ] {
        let error = lab.admin.refused("vm.import", json!({ "sr": sr, "data": data })).await;
        assert!(error.to_string().contains(named), "{named}: {error}");
    }
    for (disk, named) in [
        (json!({ "path": "other.vmdk" }), "data/disks/0/path"),
        (json!({ "path": "disk0.vmdk", "capacity": 1 }), "data/disks/0/capacity"),
    ] {
        let params = json!({ "sr": sr, "data": { "disks": [disk] } });
        let error = lab.admin.send("vm.import", params, received(&archive)).await.expect_err("it is wrong");
        assert!(error.to_string().contains(named), "{named}: {error}");
        eventually(async || (lab.census() == before).then_some(())).await;
    }
    let xva = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    let params = json!({ "sr": sr, "data": { "nameLabel": "x" } });
    let error = lab.admin.send("vm.import", params, received(&xva)).await.expect_err("it says that itself");
    assert!(error.to_string().contains("`data`"), "{error}");
    eventually(async || (lab.census() == before).then_some(())).await;
}

#[tokio::test]
async fn of_an_ova_that_is_not_whole_or_not_true_nothing_stays() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id, "format": "ova" })).await.expect("all of it");
    let before = lab.census();
    // A sum in the manifest, which comes last, that is another one.
    let mut untrue = archive.to_vec();
    let at = archive.windows(16).rposition(|window| window.starts_with(b"SHA256(disk0.vmd")).expect("the manifest");
    let digit = at + "SHA256(disk0.vmdk)= ".len();
    untrue[digit] = if untrue[digit] == b'0' { b'1' } else { b'0' };
    let mut unit = received(&archive[..archive.len() / 2]);
    unit.length = None;
    for (what, code) in [(cut(&archive), None), (received(&untrue), Some(10)), (unit, Some(10))] {
        let error = lab.admin.send("vm.import", json!({ "sr": sr }), what).await.expect_err("it fails");
        assert!(code.is_none_or(|code| error["code"] == code), "{error}");
        eventually(async || (lab.census() == before).then_some(())).await;
    }
    for method in ["VM.create", "VIF.create", "VDI.create", "import_raw_vdi", "VBD.create", "VM.set_name_label"] {
        lab.sim.fail_next(method, "INTERNAL_ERROR", ["for a test"]);
        let sent = lab.admin.send("vm.import", json!({ "sr": sr }), received(&archive)).await;
        if method == "VIF.create" {
            // This one has no interface; the fault is for nobody.
            lab.sim.clear_faults();
            let made = lab.sim.by_uuid("VM", sent.expect("it is made").as_str().expect("an id")).expect("the VM");
            let made = lab.id_soon(made).await;
            lab.admin.call("vm.delete", json!({ "id": made })).await;
        } else {
            assert!(sent.expect_err("it fails").to_string().contains("for a test"), "{method}");
        }
        eventually(async || (lab.census() == before).then_some(())).await;
    }
    lab.tidy().await;
}
