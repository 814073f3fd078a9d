//! Disks as files, and back. Other programs read what is written and write what is read.

use std::{path::Path, process::Command};

use serde_json::json;
use xapi_sim::Object;

use crate::{
    Lab,
    test_app::eventually,
    transfer::{BLOCK, cut, received, whole},
};

const SIZE: usize = 10 * BLOCK;
/// What `qemu-img` calls each format.
pub(crate) const FORMATS: [(&str, &str); 4] = [("raw", "raw"), ("vhd", "vpc"), ("qcow2", "qcow2"), ("vmdk", "vmdk")];

fn qemu_img(arguments: &[&str]) {
    let output = Command::new("qemu-img").args(arguments).output().expect("qemu-img is installed");
    assert!(output.status.success(), "qemu-img {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Makes a raw file of an image.
pub(crate) fn to_raw(image: &Path, format: &str) -> Vec<u8> {
    let raw = image.with_extension("as-raw");
    qemu_img(&["convert", "-f", format, "-O", "raw", image.to_str().unwrap(), raw.to_str().unwrap()]);
    std::fs::read(raw).expect("it was made")
}

fn disks(lab: &Lab) -> usize {
    lab.sim.with(|world| world.all("VDI").filter(|vdi| world.flag(*vdi, "managed")).count())
}

fn by_uuid(lab: &Lab, uuid: &serde_json::Value) -> Object {
    lab.sim.by_uuid("VDI", uuid.as_str().expect("an id")).expect("the disk")
}

#[tokio::test]
async fn a_disk_goes_out_in_every_form_and_other_programs_read_it() {
    let lab = Lab::new().await;
    let (_, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    let folder = tempfile::tempdir().expect("a folder");
    for (format, theirs) in FORMATS {
        let download = lab.admin.begin_fetch("disk.exportContent", json!({ "id": id, "format": format })).await;
        assert_eq!(download.file_name.as_deref(), Some(&*format!("disk.{format}")));
        let length = download.body.length();
        let image = whole(download.body).await.expect("all of it");
        // Only of what is compressed nobody knows before how much it will be.
        assert_eq!(length.get(), (format != "vmdk").then_some(image.len() as u64), "{format}");
        let path = folder.path().join(format!("out.{format}"));
        std::fs::write(&path, &image).expect("it is written");
        let raw = to_raw(&path, theirs);
        assert!(raw[..SIZE] == lab.content(disk, SIZE) && raw[SIZE..].iter().all(|byte| *byte == 0), "{format}");
    }
    lab.tidy().await;
}

#[tokio::test]
async fn a_disk_that_other_programs_have_written_comes_in_in_every_form() {
    let lab = Lab::new().await;
    let (_, disk) = lab.packed();
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let folder = tempfile::tempdir().expect("a folder");
    let raw = folder.path().join("in.raw");
    let content = lab.content(disk, SIZE);
    std::fs::write(&raw, &content).expect("it is written");
    for (format, theirs) in FORMATS {
        let image = folder.path().join(format!("in.{format}"));
        if format != "raw" {
            let options = match format {
                "vmdk" => "subformat=streamOptimized",
                "vhd" => "subformat=dynamic,force_size=on",
                _ => "compat=1.1",
            };
            let paths = (raw.to_str().unwrap(), image.to_str().unwrap());
            qemu_img(&["convert", "-f", "raw", "-O", theirs, "-o", options, paths.0, paths.1]);
        }
        let bytes = std::fs::read(&image).expect("it was made");
        let params = json!({ "name": "in", "description": "d", "type": format, "sr": sr });
        let made = lab.admin.send("disk.import", params, received(&bytes)).await.expect("it is made");
        let made = by_uuid(&lab, &made);
        assert!(lab.content(made, SIZE) == content, "{format}");
        assert_eq!((lab.field(made, "name_label"), lab.field(made, "name_description")), ("in".into(), "d".into()));
        assert!(lab.sim.with(|world| world.get(made, "other_config").entries().is_empty()), "{format}");
        // And over a disk that holds something else.
        lab.sim.with(|world| world.disks.write(made, 3 * BLOCK as u64, b"what was there before"));
        let id = lab.id_soon(made).await;
        let params = json!({ "id": id, "format": format });
        lab.admin.send("disk.importContent", params, received(&bytes)).await.expect("it is written");
        assert!(lab.content(made, SIZE) == content, "{format}, over another");
    }
    lab.tidy().await;
}

#[tokio::test]
async fn a_disk_that_a_vm_writes_to_goes_out_by_a_snapshot_that_does_not_stay() {
    let lab = Lab::new().await;
    let (vm, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    lab.admin.call("vm.start", json!({ "id": lab.id_soon(vm).await })).await;
    let before = disks(&lab);
    let raw = lab.admin.fetch("disk.exportContent", json!({ "id": id, "format": "raw" })).await.expect("all of it");
    assert!(raw == lab.content(disk, SIZE));
    eventually(async || (disks(&lab) == before).then_some(())).await;
    let mut pieces = lab.admin.begin_fetch("disk.exportContent", json!({ "id": id })).await.body.into_stream();
    futures_util::StreamExt::next(&mut pieces).await.expect("a piece").expect("it is good");
    assert_eq!(disks(&lab), before + 1);
    drop(pieces);
    eventually(async || (disks(&lab) == before).then_some(())).await;
    let error = lab.admin.send("disk.importContent", json!({ "id": id, "format": "raw" }), received(&raw)).await;
    assert!(error.expect_err("a VM writes to it").to_string().contains("in use"));
    lab.tidy().await;
}

#[tokio::test]
async fn an_iso_goes_into_a_library_and_a_drive() {
    let lab = Lab::new().await;
    let library = lab.named("SR", "ISO library");
    let sr = lab.id(library);
    let image: Vec<u8> = (0..=250_u8).cycle().take(5_000_000).collect();
    let params = json!({ "name": "tiny.iso", "type": "iso", "sr": sr });
    let before = disks(&lab);
    let error = lab.admin.send("disk.import", params.clone(), cut(&image)).await.expect_err("it breaks off");
    assert!(error.to_string().contains("the client is gone"), "{error}");
    assert_eq!(disks(&lab), before);
    let made = lab.admin.send("disk.import", params, received(&image)).await.expect("it is made");
    let disc = by_uuid(&lab, &made);
    assert!(lab.content(disc, image.len()) == image);
    let (on, size) = lab.sim.with(|world| (world.object(disc, "SR"), world.int(disc, "virtual_size")));
    assert_eq!((on, size), (library, 5_000_000));
    let (vm, disc) = (lab.id(lab.vm("Halted")), lab.id_soon(disc).await);
    lab.admin.call("vm.insertCd", json!({ "id": vm, "cd_id": disc, "force": true })).await;
    lab.admin.call("vm.ejectCd", json!({ "id": vm })).await;
    lab.admin.call("vdi.delete", json!({ "id": disc })).await;
    assert_eq!(disks(&lab), before);
    lab.tidy().await;
}

#[tokio::test]
async fn of_a_disk_that_does_not_come_whole_nothing_stays() {
    let lab = Lab::new().await;
    let (_, disk) = lab.packed();
    let (id, sr) = (lab.id_soon(disk).await, lab.id(lab.named("SR", "NFS storage")));
    let mut images = Vec::new();
    for (format, _) in FORMATS {
        images.push((
            format,
            lab.admin.fetch("disk.exportContent", json!({ "id": id, "format": format })).await.unwrap(),
        ));
    }
    let before = disks(&lab);
    for (format, image) in &images {
        let params = json!({ "name": "in", "type": format, "sr": sr });
        let error = lab.admin.send("disk.import", params.clone(), cut(image)).await.expect_err("it breaks off");
        assert!(error.to_string().contains("the client is gone"), "{format}: {error}");
        assert_eq!(disks(&lab), before, "{format}");
        if *format != "raw" {
            let mut half = received(&image[..image.len() / 2]);
            half.length = None;
            let error = lab.admin.send("disk.import", params.clone(), half).await.expect_err("it ends early");
            assert_eq!(error["code"], 10, "{format}: {error}");
            let error =
                lab.admin.send("disk.import", params, received(&vec![7; 100_000])).await.expect_err("it is none");
            assert_eq!(error["code"], 10, "{format}: {error}");
        }
        assert_eq!(disks(&lab), before, "{format}");
    }
    let (_, raw) = &images[0];
    let params = json!({ "name": "in", "type": "raw", "sr": sr });
    let mut unknown = received(raw);
    unknown.length = None;
    let error = lab.admin.send("disk.import", params.clone(), unknown).await.expect_err("nobody knows how large");
    assert!(error.to_string().contains("Content-Length"), "{error}");
    for method in ["VDI.create", "import_raw_vdi", "VDI.get_uuid"] {
        lab.sim.fail_next(method, "SR_BACKEND_FAILURE_44", ["", "There is insufficient space", ""]);
        let error = lab.admin.send("disk.import", params.clone(), received(raw)).await.expect_err("it fails");
        assert!(error.to_string().contains("insufficient space"), "{method}: {error}");
        eventually(async || (disks(&lab) == before).then_some(())).await;
    }
    let larger = received(&vec![1; SIZE + BLOCK]);
    let error = lab.admin.send("disk.importContent", json!({ "id": id, "format": "raw" }), larger).await;
    assert!(error.expect_err("it does not fit").to_string().contains("make it larger"));
    lab.tidy().await;
}

#[tokio::test]
async fn who_may_only_see_a_disk_does_not_write_over_it() {
    let lab = Lab::new().await;
    let (_, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    let user = lab.test.user("bob").await;
    for (method, params) in [
        ("disk.exportContent", json!({ "id": id })),
        ("disk.importContent", json!({ "id": id })),
        ("disk.import", json!({ "name": "x", "type": "raw", "sr": lab.id(lab.named("SR", "NFS storage")) })),
    ] {
        assert_eq!(user.refused(method, params).await["code"], 2, "{method}");
    }
}
