//! The server is killed in the middle of what changes a pool: what comes after it sets the pool right, and tells.

mod lab;
mod rolling;

use std::time::Duration;

use serde_json::json;
use xapi_sim::{Sim, sim::Builder};

use self::lab::{BLOCK, BLOCKS, DISKS, Lab};
use crate::{client::http_client, wait::until};

fn small() -> Builder {
    Sim::builder().world("small").pace(0.005)
}

#[tokio::test]
async fn of_exports_in_whose_middle_it_was_killed_no_snapshot_stays() {
    let mut lab = Lab::on(small()).await;
    let (vm, disk) = lab.packed().await;
    lab.client().await.ok("vm.start", json!({ "id": vm })).await;
    let before = lab.census();
    let cases = [
        ("vm.export", json!({ "vm": vm })),
        ("vm.export", json!({ "vm": vm, "format": "ova" })),
        ("disk.exportContent", json!({ "id": disk, "format": "vhd" })),
    ];
    for (method, params) in cases {
        let mut download = lab.begin_fetch(method, params.clone()).await;
        download.chunk().await.unwrap().expect("a piece");
        let meanwhile = lab.census();
        assert!(method != "vm.export" || meanwhile != before, "{params}: it is read from a snapshot");
        lab = lab.killed().await;
        while let Ok(Some(_)) = download.chunk().await {}
        lab.as_before(&before).await;
        lab.interrupted(method).await;
        lab.forget().await;
    }
    // It goes on as if nothing had been.
    assert!(lab.fetch("vm.export", json!({ "vm": vm })).await.len() > BLOCKS * BLOCK);
    lab.as_before(&before).await;
}

#[tokio::test]
async fn a_snapshot_that_was_made_and_has_no_mark_yet_goes_by_its_name() {
    let mut lab = Lab::on(small()).await;
    let (vm, _) = lab.packed().await;
    lab.client().await.ok("vm.start", json!({ "id": vm })).await;
    let before = lab.census();
    lab.sim.delay("VM.add_to_other_config", Duration::from_secs(600));
    let path = lab.client().await.ok("vm.export", json!({ "vm": vm })).await["$getFrom"].as_str().unwrap().to_owned();
    let url = format!("http://{}{path}", lab.server.address);
    let download = tokio::spawn(async move { http_client().get(url).send().await });
    until("the snapshot is there", async || (lab.census() != before).then_some(())).await;
    lab = lab.killed().await;
    lab.sim.clear_faults();
    download.await.unwrap().expect_err("the server is gone");
    lab.as_before(&before).await;
    lab.interrupted("vm.export").await;
}

/// When the server is killed while something is sent to it.
enum Moment {
    /// The disk is there, and this call is not answered.
    Before(&'static str),
    /// Some of what was sent is on the disk.
    Writing,
}

#[tokio::test]
async fn of_imports_in_whose_middle_it_was_killed_neither_vm_nor_disk_stays() {
    let mut lab = Lab::on(small()).await;
    let ((vm, disk), sr) = (lab.packed().await, lab.sr());
    let (before, held) = (lab.census(), lab.held());
    let xva = lab.fetch("vm.export", json!({ "vm": vm })).await;
    let ova = lab.fetch("vm.export", json!({ "vm": vm, "format": "ova" })).await;
    let raw = lab.fetch("disk.exportContent", json!({ "id": disk, "format": "raw" })).await;
    lab.as_before(&before).await;
    let on = json!({ "sr": sr });
    for (method, params, content, moment) in [
        ("vm.import", on.clone(), &xva, Moment::Writing),
        ("vm.import", on.clone(), &ova, Moment::Before("VBD.create")),
        ("vm.import", on, &ova, Moment::Writing),
        ("disk.import", json!({ "sr": sr, "name": "half", "type": "raw" }), &raw, Moment::Writing),
    ] {
        if let Moment::Before(call) = moment {
            lab.sim.delay(call, Duration::from_secs(600));
        }
        let sending = lab.send_half(method, params.clone(), content).await;
        until("something of it is there", async || {
            let is_there = match moment {
                Moment::Before(_) => lab.census()[DISKS] > before[DISKS],
                Moment::Writing => lab.held() > held,
            };
            is_there.then_some(())
        })
        .await;
        lab = lab.killed().await;
        lab.sim.clear_faults();
        sending.await.unwrap();
        lab.as_before(&before).await;
        lab.interrupted(method).await;
        lab.forget().await;
    }
}
