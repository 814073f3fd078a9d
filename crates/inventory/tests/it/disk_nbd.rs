//! Disks that are read by NBD.

use futures_util::StreamExt;
use serde_json::json;
use xapi_sim::{Datum, Object};
use xapi_types::Failure;

use crate::{
    Lab,
    disk_transfer::{FORMATS, to_raw},
    test_app::eventually,
    transfer::BLOCK,
};

/// What faults call a read.
const READ: &str = "nbd";
/// Bytes of the disk of a packed VM.
const SIZE: usize = 10 * BLOCK;

/// Offers disks on the network by which the hosts of a pool are managed.
pub(crate) fn offer(lab: &Lab, purpose: &str) {
    lab.sim.with(|world| {
        for network in world.list("network") {
            world.set(network, "purpose", Datum::set([""; 0]));
        }
        let management = world.by_name("network", "Management").expect("the network");
        world.set(management, "purpose", Datum::set([purpose]));
    });
}

/// Returns how many reads hosts have answered so far.
fn reads(lab: &Lab) -> usize {
    lab.sim.with(|world| world.list("host")).into_iter().map(|host| lab.sim.requests(host, READ)).sum()
}

fn asked(lab: &Lab) -> u64 {
    lab.sim.calls().get("VDI.get_nbd_info").copied().unwrap_or_default()
}

/// Returns the newest export of a disk; of those that have ended well none is kept.
fn task(lab: &Lab) -> app::Task {
    let mut all = lab.test.app.tasks().all().into_iter();
    all.rfind(|task| task.properties["method"] == "disk.exportContent").expect("its task")
}

/// Reads all of a disk, by NBD if that can be; returns its task as it was on the way.
async fn read_all(lab: &Lab, id: &str, disk: Object) -> app::Task {
    let params = json!({ "id": id, "format": "raw", "preferNbd": true });
    let mut pieces = lab.admin.begin_fetch("disk.exportContent", params).await.body.into_stream();
    let mut raw = pieces.next().await.expect("a piece").expect("it is good").to_vec();
    let task = task(lab);
    while let Some(piece) = pieces.next().await {
        raw.extend_from_slice(&piece.expect("it is good"));
    }
    assert!(raw == lab.content(disk, raw.len()));
    task
}

/// Reads a disk that is offered by NBD over HTTP nevertheless, as the warning of its task says; nothing stays.
async fn falls_back(lab: &Lab, disk: Object, why: &str) {
    let (id, before) = (lab.id_soon(disk).await, lab.census());
    let task = read_all(lab, &id, disk).await;
    assert_eq!(task.warnings.len(), 1, "{task:?}");
    let note = &task.warnings[0];
    assert_eq!(note.message, "the disk cannot be read by NBD; it is read over HTTP");
    assert!(note.data["message"].as_str().is_some_and(|text| text.contains(why)), "{why}: {:?}", note.data);
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

/// Exports over HTTP and by NBD; returns both.
async fn both(lab: &Lab, id: &str, format: &str) -> [bytes::Bytes; 2] {
    let mut params = json!({ "id": id, "format": format });
    let http = lab.admin.fetch("disk.exportContent", params.clone()).await.expect("all of it");
    params["preferNbd"] = true.into();
    [http, lab.admin.fetch("disk.exportContent", params).await.expect("all of it")]
}

#[tokio::test]
async fn what_comes_by_nbd_is_what_comes_over_http() {
    let lab = Lab::new().await;
    let (_, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    let (before, content) = (lab.census(), lab.content(disk, SIZE));
    let folder = tempfile::tempdir().expect("a folder");
    for purpose in ["nbd", "insecure_nbd"] {
        offer(&lab, purpose);
        for tells_allocation in [false, true] {
            lab.sim.tell_allocation(tells_allocation);
            for (format, theirs) in FORMATS {
                let count = reads(&lab);
                let images = both(&lab, &id, format).await;
                assert_eq!(images[0].len(), images[1].len(), "{format}, {purpose}");
                // Those of which each has an id of its own are the same to other programs.
                let raws = images.map(|image| {
                    let path = folder.path().join(format!("out.{format}"));
                    std::fs::write(&path, &image).expect("it is written");
                    to_raw(&path, theirs)
                });
                assert!(raws[0] == raws[1] && raws[0][..SIZE] == content, "{format}, {purpose}");
                // Where the disk holds nothing, nothing is read.
                assert_eq!(reads(&lab) - count, 3, "{format}, {purpose}");
            }
        }
    }
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn a_disk_that_a_vm_writes_to_is_read_by_nbd_as_a_snapshot_that_does_not_stay() {
    let lab = Lab::new().await;
    offer(&lab, "nbd");
    let (vm, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    lab.admin.call("vm.start", json!({ "id": lab.id_soon(vm).await })).await;
    let before = lab.census();
    let params = json!({ "id": id, "format": "raw", "preferNbd": true, "nbdConcurrency": 1 });
    let raw = lab.admin.fetch("disk.exportContent", params).await.expect("all of it");
    assert!(raw == lab.content(disk, SIZE));
    assert_eq!(reads(&lab), 3);
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn without_a_network_for_it_a_disk_is_read_over_http_and_the_task_tells_so() {
    let lab = Lab::new().await;
    let (_, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    let task = read_all(&lab, &id, disk).await;
    assert_eq!((reads(&lab), asked(&lab)), (0, 1));
    let told: Vec<_> = task.infos.iter().map(|note| note.message.as_str()).collect();
    assert_eq!((told, task.warnings.len()), (vec!["the pool offers no disks by NBD; the disk is read over HTTP"], 0));
    lab.tidy().await;
}

#[tokio::test]
async fn who_shows_another_certificate_than_the_pool_tells_gets_no_session_and_the_disk_comes_over_http() {
    let lab = Lab::new().await;
    offer(&lab, "nbd");
    let (_, disk) = lab.packed();
    for host in lab.sim.with(|world| world.list("host")) {
        let told = lab.sim.with(|world| world.hidden(host, "NBD certificate").clone());
        lab.sim.change_certificate(host).expect("it is made");
        lab.sim.with(|world| world.hide(host, "NBD certificate", told));
    }
    falls_back(&lab, disk, "the NBD server shows another certificate than the one that it is known by").await;
    assert_eq!(reads(&lab), 0);
}

#[tokio::test]
async fn where_nbd_does_not_begin_a_disk_is_read_over_http() {
    let lab = Lab::new().await;
    offer(&lab, "nbd");
    let (_, disk) = lab.packed();
    lab.sim.fail_next("VDI.get_nbd_info", "INTERNAL_ERROR", ["no"]);
    falls_back(&lab, disk, "unknown error from the peer").await;
    // Both hosts refuse; what the disk is called there holds a session.
    lab.sim.fail("nbd-open", 2, &Failure::new("SESSION_INVALID", ["x"]));
    falls_back(&lab, disk, "has no export `***`").await;
    // Nobody listens where the pool says.
    let hosts = lab.sim.with(|world| world.list("host"));
    let ports: Vec<Datum> =
        lab.sim.with(|world| hosts.iter().map(|host| world.hidden(*host, "NBD port").clone()).collect());
    lab.sim.with(|world| hosts.iter().for_each(|host| world.hide(*host, "NBD port", 1_i64)));
    falls_back(&lab, disk, "cannot connect to the NBD server").await;
    lab.sim.with(|world| hosts.iter().zip(ports).for_each(|(host, port)| world.hide(*host, "NBD port", port)));
    // One host is away; the other has the disk, too.
    lab.sim.with(|world| world.hide(hosts[0], "NBD port", 1_i64));
    let id = lab.id_soon(disk).await;
    assert_eq!(read_all(&lab, &id, disk).await.warnings, []);
    assert_eq!(reads(&lab), 3);
    lab.tidy().await;
}

#[tokio::test]
async fn what_fails_in_the_middle_names_host_and_disk_and_leaves_nothing() {
    let lab = Lab::new().await;
    offer(&lab, "nbd");
    let (vm, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    lab.admin.call("vm.start", json!({ "id": lab.id_soon(vm).await })).await;
    let before = lab.census();
    let fetch = async || {
        let params = json!({ "id": id, "preferNbd": true });
        let error = lab.admin.fetch("disk.exportContent", params).await.expect_err("it breaks off").to_string();
        eventually(async || (lab.census() == before).then_some(())).await;
        lab.tidy().await;
        assert!(!error.contains("OpaqueRef"), "{error}");
        assert!(error.contains("the disk `disk`, by NBD from `127.0.0."), "{error}");
        error
    };
    lab.sim.fail_after(READ, 1, &Failure::new("VDI_IO_ERROR", ["Device I/O errors"]));
    let error = fetch().await;
    assert!(error.contains("the NBD server cannot read 2097152 bytes at"), "{error}");
    let failed = task(&lab);
    assert!(matches!(failed.status, app::Status::Failure(_)), "{failed:?}");
    lab.sim.cut_after(READ, 1);
    fetch().await;
}

#[tokio::test]
async fn an_export_by_nbd_is_cancelled_and_leaves_nothing() {
    let lab = Lab::new().await;
    offer(&lab, "nbd");
    let (vm, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    lab.admin.call("vm.start", json!({ "id": lab.id_soon(vm).await })).await;
    let before = lab.census();
    for cancel in [true, false] {
        let params = json!({ "id": id, "format": "raw", "preferNbd": true, "nbdConcurrency": 3 });
        let mut pieces = lab.admin.begin_fetch("disk.exportContent", params).await.body.into_stream();
        pieces.next().await.expect("a piece").expect("it is good");
        assert!(lab.census() != before);
        if cancel {
            assert!(lab.test.app.tasks().cancel(&task(&lab).id));
            let mut failed = false;
            while let Some(piece) = pieces.next().await {
                failed |= piece.is_err();
            }
            assert!(failed);
        }
        drop(pieces);
        eventually(async || (lab.census() == before).then_some(())).await;
        lab.tidy().await;
    }
}
