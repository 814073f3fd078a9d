//! Moves to another pool that break off: cut, cancelled, refused at the end, unheard of.

use std::time::Duration;

use serde_json::json;
use xapi_sim::{Object, fault::Spoilt};

use crate::{
    lab::failure,
    sites::{BRANCH, NORTH, Sites},
};

/// Longer than any test; it ends when the sender gives up.
const FOR_EVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_network_that_is_cut_on_the_way_leaves_nothing_behind() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("shop-app-1");
    let before = sites.branch_has();
    let task = sites.under_way(sites.arguments(&vm, json!({"force": "true"})).await).await;
    assert_ne!(sites.branch_has(), before);
    lab.sim.cut(sites.host.parse().expect("a reference"));
    sites.branch_has_again(&before).await;
    lab.sim.finish_all();
    sites.ended(&task).await;
    let failed = lab.finish("VM.migrate_send", &task).await.expect_err("the connection is lost");
    assert_eq!((failed.code.as_str(), &failed.params[0]), ("VM_MIGRATE_FAILED", &vm));
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
    assert_eq!(sites.branch_has(), before);
}

#[tokio::test]
async fn a_move_that_is_cancelled_leaves_nothing_behind() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("shop-app-1");
    let before = sites.branch_has();
    let task = sites.under_way(sites.arguments(&vm, json!({"force": "true"})).await).await;
    lab.ok("task.cancel", [json!(task)]).await;
    assert_eq!(lab.finish("VM.migrate_send", &task).await, Err(failure("TASK_CANCELLED", [&task])));
    sites.branch_has_again(&before).await;
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
}

#[tokio::test]
async fn a_vm_that_is_refused_at_the_end_takes_its_disks_back() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("staging");
    let before = sites.branch_has();
    let task = sites.under_way(sites.arguments(&vm, json!({})).await).await;
    sites.lab.sim.fail_next("VM.import", "INTERNAL_ERROR", ["no more"]);
    sites.lab.sim.finish_all();
    sites.ended(&task).await;
    assert_eq!(sites.lab.finish("VM.migrate_send", &task).await, Err(failure("INTERNAL_ERROR", ["no more"])));
    sites.branch_has_again(&before).await;
    assert_eq!(sites.lab.vm("staging"), vm);
}

#[tokio::test]
async fn a_move_is_cancelled_while_a_disk_is_being_sent() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("shop-app-1");
    let disk: Object = lab.named_object("VDI", "shop-app-1 root").parse().expect("a reference");
    lab.sim.with(|world| world.disks.write(disk, 5 << 20, &[7; 64]));
    let before = sites.branch_has();
    let arguments = sites.arguments(&vm, json!({"force": "true"})).await;
    lab.sim.delay("DATA.mirror", FOR_EVER);
    let task = lab.begin("VM.migrate_send", arguments).await.expect("it goes");
    sites.something_arrives(&task, &before).await;
    assert_ne!(sites.branch_has(), before);
    assert_eq!(lab.get("task", "allowed_operations", &task).await, json!(["cancel"]));
    lab.ok("task.cancel", [json!(task)]).await;
    assert_eq!(lab.finish("VM.migrate_send", &task).await, Err(failure("TASK_CANCELLED", [&task])));
    sites.branch_has_again(&before).await;
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
    // Nothing of it goes on.
    lab.sim.clear_faults();
    assert_eq!(sites.send(sites.arguments(&vm, json!({"force": "true"})).await).await.map(drop), Ok(()));
}

#[tokio::test]
async fn a_move_is_cancelled_while_the_other_host_does_not_answer() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("staging");
    let arguments = sites.arguments(&vm, json!({})).await;
    lab.sim.mute(sites.host.parse().expect("a reference"));
    let task = lab.begin("VM.migrate_send", arguments).await.expect("it goes");
    lab.ok("task.cancel", [json!(task)]).await;
    assert_eq!(lab.finish("VM.migrate_send", &task).await, Err(failure("TASK_CANCELLED", [&task])));
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
}

/// Lets the answer to the question `method` be lost on its way back; returns how the move ends.
async fn unheard(sites: &Sites, vm: &str, method: &str) -> (String, Vec<String>) {
    let task = sites.under_way(sites.arguments(vm, json!({"force": "true"})).await).await;
    sites.lab.sim.spoil_at(method, Spoilt::Cut);
    sites.lab.sim.finish_all();
    sites.ended(&task).await;
    let failed = sites.lab.finish("VM.migrate_send", &task).await.expect_err("nobody heard that it arrived");
    (failed.code, failed.params)
}

#[tokio::test]
async fn a_vm_whose_arrival_is_not_heard_of_stays_and_goes_over_there() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("shop-app-1");
    sites.lab.run("VM.snapshot", [json!(vm), json!("before")]).await.expect("a snapshot");
    let before = sites.branch_has();
    let free = |host: &str| {
        let host: Object = host.parse().expect("a reference");
        sites.lab.sim.with_pool(BRANCH, |world| world.int(world.object(host, "metrics"), "memory_free"))
    };
    let memory = free(&sites.host);
    let (code, params) = unheard(&sites, &vm, "VM.import").await;
    assert_eq!((code.as_str(), &params[0], params[3].as_str()), ("VM_MIGRATE_FAILED", &vm, "the connection was lost"));
    assert_eq!((sites.branch_has(), free(&sites.host)), (before, memory));
    assert_eq!(sites.lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(sites.lab.get("VM", "current_operations", &vm).await, json!({}));
}

#[tokio::test]
async fn both_pools_have_a_vm_whose_arrival_nobody_can_be_asked_about() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("staging");
    let uuid = sites.lab.get("VM", "uuid", &vm).await;
    let uuid = uuid.as_str().expect("a text");
    sites.lab.sim.fail_next("VM.destroy_stale", "INTERNAL_ERROR", ["no"]);
    let (code, params) = unheard(&sites, &vm, "VM.import").await;
    let reason = params[3].as_str();
    assert_eq!((code.as_str(), reason), ("VM_MIGRATE_FAILED", "the connection was lost on arrival"));
    for pool in [NORTH, BRANCH] {
        assert!(sites.lab.sim.with_pool(pool, |world| world.by_uuid("VM", uuid)).is_some());
    }
}

#[tokio::test]
async fn each_ticket_is_a_session_that_ends_when_it_is_logged_out() {
    let sites = Sites::new().await;
    let before = sites.sessions();
    let (one, other) = (sites.ticket().await, sites.ticket().await);
    assert_ne!(one["session_id"], other["session_id"]);
    assert_eq!(sites.sessions(), before + 2);
    for ticket in [one, other] {
        let session: xapi_types::Value = ticket["session_id"].as_str().expect("a text").into();
        sites.branch.bare("session.logout", &[session]).await.expect("it ends");
    }
    assert_eq!(sites.sessions(), before);
}
