//! Snapshots, with and without memory, and the way back.

use serde_json::json;

use crate::lab::{Lab, failure};

#[tokio::test]
async fn a_snapshot_is_a_template_that_knows_its_vm() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let task = lab.begin("VM.snapshot", [json!(vm), json!("now"), json!([])]).await.expect("snapshot");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "snapshot"}));
    let made = lab.finish("VM.snapshot", &task).await.expect("taken");
    let record = lab.ok("VM.get_record", [made.clone()]).await;
    assert_eq!(record["snapshot_of"], json!(vm));
    assert_eq!((&record["is_a_snapshot"], &record["is_a_template"]), (&json!(true), &json!(true)));
    assert_eq!(
        record["snapshot_info"],
        json!({"power-state-at-snapshot": "Running", "disk-snapshot-type": "crash_consistent"})
    );
    assert!(lab.set("VM", "snapshots", &vm).await.contains(&made.as_str().expect("a reference").to_owned()));
    assert_eq!(lab.get("VM", "parent", &vm).await, made);
    let vbd = record["VBDs"][0].as_str().expect("a VBD").to_owned();
    let vdi = lab.text("VBD.get_VDI", [json!(vbd)]).await;
    assert_eq!(lab.get("VDI", "is_a_snapshot", &vdi).await, true);
    assert_eq!(
        lab.set("VM", "allowed_operations", made.as_str().expect("a reference")).await,
        ["clone", "copy", "destroy", "export", "metadata_export", "revert"]
    );
}

#[tokio::test]
async fn disks_that_are_to_be_ignored_are_not_in_the_snapshot() {
    let lab = Lab::small().await;
    let (vm, data) = (lab.vm("db-2"), lab.named_object("VDI", "db-2 data"));
    let made = lab.run("VM.snapshot", [json!(vm), json!("system only"), json!([data])]).await.expect("taken");
    assert_eq!(lab.get("VM", "VBDs", made.as_str().expect("a reference")).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn revert_brings_back_fields_and_content_and_halts() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let disk = || async {
        let vbd = lab.set("VM", "VBDs", &vm).await.remove(0);
        lab.text("VBD.get_VDI", [json!(vbd)]).await
    };
    let before = disk().await;
    let snapshot = lab.run("VM.snapshot", [json!(vm), json!("then"), json!([])]).await.expect("taken");
    lab.sim.with(|world| world.disks.write(before.parse().expect("a VDI"), 0, b"changed"));
    lab.ok("VM.set_name_description", [json!(vm), json!("changed")]).await;
    lab.ok("VM.set_name_label", [json!(vm), json!("renamed")]).await;
    let task = lab.begin("VM.revert", [snapshot.clone()]).await.expect("revert");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "reverting"}));
    lab.finish("VM.revert", &task).await.expect("reverted");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Halted");
    assert_eq!(lab.get("VM", "name_label", &vm).await, "web-1");
    assert_eq!(lab.get("VM", "name_description", &vm).await, "Front of the shop, behind the balancer");
    let after = disk().await;
    assert_ne!(after, before, "a reverted disk is another VDI");
    let start = lab.sim.with(|world| {
        let mut bytes = [0; 7];
        world.disks.read(after.parse().expect("a VDI"), 0, &mut bytes);
        bytes
    });
    assert_ne!(&start, b"changed");
    assert_eq!(lab.get("VM", "parent", &vm).await, snapshot);
    assert_eq!(lab.get("VM", "is_a_template", &vm).await, false);
}

#[tokio::test]
async fn a_checkpoint_has_memory_and_reverts_to_suspended() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let made = lab.run("VM.checkpoint", [json!(vm), json!("with memory")]).await.expect("taken");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    let record = lab.ok("VM.get_record", [made.clone()]).await;
    assert_eq!(record["power_state"], "Suspended");
    assert_ne!(record["suspend_VDI"], "OpaqueRef:NULL");
    lab.run("VM.revert", [made]).await.expect("reverted");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Suspended");
    assert_ne!(lab.get("VM", "suspend_VDI", &vm).await, record["suspend_VDI"]);
    lab.run("VM.resume", [json!(vm), json!(false), json!(false)]).await.expect("resumed");
}

#[tokio::test]
async fn only_snapshots_revert_and_only_cooperating_guests_checkpoint() {
    let lab = Lab::small().await;
    let (vm, silent) = (lab.vm("legacy-crm"), lab.vm("fw-1"));
    assert_eq!(lab.run("VM.revert", [json!(vm)]).await, Err(failure::<&str>("REVERT_ONLY_ALLOWED_ON_SNAPSHOT", [])));
    assert_eq!(
        lab.run("VM.checkpoint", [json!(silent), json!("x")]).await,
        Err(failure("VM_CHECKPOINT_SUSPEND_FAILED", [&silent]))
    );
    assert_eq!(
        lab.call("VM.set_is_a_template", [json!(lab.vm("nightly")), json!(true)]).await,
        Err(failure("VM_IS_SNAPSHOT", [lab.vm("nightly").as_str(), "make_into_template"]))
    );
}

#[tokio::test]
async fn destroying_snapshots_leads_back_to_one_disk() {
    let lab = Lab::small().await;
    let vm = lab.vm("dc-1");
    let chain = || lab.sim.with(|world| world.list("VDI").iter().filter(|vdi| !world.flag(**vdi, "managed")).count());
    let before = chain();
    let made = lab.run("VM.snapshot", [json!(vm), json!("short"), json!([])]).await.expect("taken");
    assert_eq!(chain(), before + 1);
    let vbd = lab.set("VM", "VBDs", made.as_str().expect("a reference")).await.remove(0);
    let vdi = lab.text("VBD.get_VDI", [json!(vbd)]).await;
    lab.run("VM.destroy", [made]).await.expect("destroyed");
    lab.run("VDI.destroy", [json!(vdi)]).await.expect("destroyed");
    assert_eq!(chain(), before + 1, "the merge has not happened yet");
    lab.sim.finish_all();
    assert!(chain() <= before, "the base copy was merged");
}
