//! Exports of VMs of a pool wait for each other.

use app::{Config, Download, Task};
use futures_util::StreamExt;
use serde_json::json;
use xapi_sim::Sim;

use crate::{
    Lab,
    test_app::{TestApp, eventually},
    transfer::{BLOCK, whole},
};

/// Starts with a pool of which one VM at a time is exported.
async fn one_at_a_time() -> Lab {
    let sim = Sim::builder().world("small").pace(0.005).start().await.expect("the simulated pool starts");
    let mut config = Config::default();
    config.xapi_options.vm_export_concurrency = 1;
    let test = TestApp::with(config, inventory::ops).await;
    let admin = test.admin().await;
    let lab = Lab { test, sim, admin, folder: None };
    lab.connect(0).await;
    lab
}

impl Lab {
    async fn export(&self, id: &str) -> Download {
        self.admin.begin_fetch("vm.export", json!({ "vm": id })).await
    }

    /// Returns the task of the export that waits, once one does.
    async fn waits(&self) -> Task {
        let is_waiting = |task: &Task| {
            let last = task.infos.last();
            !task.has_ended() && last.is_some_and(|note| note.message.contains("`vmExportConcurrency`"))
        };
        eventually(async || self.test.app.tasks().all().into_iter().find(is_waiting)).await
    }
}

#[tokio::test]
async fn an_export_waits_for_its_turn_and_makes_nothing_before() {
    let lab = one_at_a_time().await;
    let (vm, _) = lab.packed();
    let id = lab.id_soon(vm).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = lab.census();
    let mut first = lab.export(&id).await.body.into_stream();
    first.next().await.expect("a piece").expect("it is good");
    let with_one = lab.census();
    let second = lab.export(&id).await.body;
    let second = tokio::spawn(whole(second));
    let task = lab.waits().await;
    assert_eq!(task.properties["method"], "vm.export");
    assert_eq!(lab.census(), with_one, "who waits has made no snapshot");
    while let Some(piece) = first.next().await {
        piece.expect("it is good");
    }
    let all = second.await.expect("no panic").expect("it comes to its end");
    assert!(all.len() > 3 * BLOCK);
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn who_waits_can_be_cancelled_and_who_leaves_takes_no_turn() {
    let lab = one_at_a_time().await;
    let (vm, _) = lab.packed();
    let id = lab.id_soon(vm).await;
    let mut first = lab.export(&id).await.body.into_stream();
    first.next().await.expect("a piece").expect("it is good");
    let before = lab.census();
    let second = tokio::spawn(whole(lab.export(&id).await.body));
    let task = lab.waits().await;
    assert!(lab.test.app.tasks().cancel(&task.id));
    let error = second.await.expect("no panic").expect_err("it is cancelled");
    assert!(error.to_string().contains("cancel"), "{error}");
    // The next one leaves while it waits.
    let third = tokio::spawn(whole(lab.export(&id).await.body));
    lab.waits().await;
    third.abort();
    assert_eq!(lab.census(), before);
    drop(first);
    let fourth = whole(lab.export(&id).await.body).await.expect("it has its turn");
    assert!(fourth.len() > 3 * BLOCK);
    lab.tidy().await;
}
