//! Migration with storage.

use serde_json::{Value, json};

use crate::lab::{Lab, failure};

/// Asks a host for what the sender of a VM needs to know.
async fn ticket(lab: &Lab, host: &str) -> Value {
    let network = lab.named_object("network", "Management");
    lab.ok("host.migrate_receive", [json!(host), json!(network), json!({})]).await
}

fn send(vm: &str, ticket: &Value, disks: &Value) -> [Value; 7] {
    [json!(vm), ticket.clone(), json!(true), disks.clone(), json!({}), json!({}), json!({})]
}

#[tokio::test]
async fn a_vm_moves_within_its_pool_with_a_local_disk() {
    let lab = Lab::small().await;
    let (vm, to) = (lab.vm("db-2"), lab.named_object("host", "xcp-lab-1"));
    let (data, nfs) = (lab.named_object("VDI", "db-2 data"), lab.named_object("SR", "NFS storage"));
    let ticket = ticket(&lab, &to).await;
    assert_eq!(ticket["host"], json!(to));
    let unmapped = lab.run("VM.migrate_send", send(&vm, &ticket, &json!({}))).await;
    assert_eq!(unmapped, Err(failure("VDI_NOT_IN_MAP", [&data])));
    let disks = json!({data.as_str(): nfs});
    lab.ok("VM.assert_can_migrate", send(&vm, &ticket, &disks)).await;
    let before = lab.sim.with(|world| {
        let mut bytes = [0; 64];
        world.disks.read(data.parse().expect("a reference"), 5 << 20, &mut bytes);
        bytes
    });
    let task = lab.begin("VM.migrate_send", send(&vm, &ticket, &disks)).await.expect("it goes");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "migrate_send"}));
    lab.finish("VM.migrate_send", &task).await.expect("it arrives");
    assert_eq!(lab.get("VM", "resident_on", &vm).await, json!(to));
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    let moved = lab.named_object("VDI", "db-2 data");
    assert_ne!(moved, data);
    assert_eq!(lab.get("VDI", "SR", &moved).await, json!(nfs));
    assert_eq!(lab.call("VDI.get_uuid", [json!(data)]).await, Err(failure("HANDLE_INVALID", ["VDI", &data])));
    let after = lab.sim.with(|world| {
        let mut bytes = [0; 64];
        world.disks.read(moved.parse().expect("a reference"), 5 << 20, &mut bytes);
        bytes
    });
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_cancelled_move_leaves_everything_where_it_was() {
    let lab = Lab::small().await;
    let (vm, to) = (lab.vm("db-2"), lab.named_object("host", "xcp-lab-1"));
    let (data, nfs) = (lab.named_object("VDI", "db-2 data"), lab.named_object("SR", "NFS storage"));
    let arguments = send(&vm, &ticket(&lab, &to).await, &json!({data.as_str(): nfs}));
    let task = lab.begin("VM.migrate_send", arguments).await.expect("it goes");
    lab.ok("task.cancel", [json!(task)]).await;
    assert_eq!(lab.finish("VM.migrate_send", &task).await, Err(failure("TASK_CANCELLED", [&task])));
    assert_eq!(lab.get("VM", "resident_on", &vm).await, json!(lab.named_object("host", "xcp-lab-2")));
    assert_eq!(lab.named_object("VDI", "db-2 data"), data);
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
}

#[tokio::test]
async fn a_disk_whose_move_is_cancelled_stays_where_it_is() {
    let lab = Lab::small().await;
    let (data, nfs) = (lab.named_object("VDI", "db-2 data"), lab.named_object("SR", "NFS storage"));
    let disks = async || lab.ok("SR.get_VDIs", [json!(nfs)]).await;
    let before = disks().await;
    let task = lab.begin("VDI.pool_migrate", [json!(data), json!(nfs), json!({})]).await.expect("it goes");
    assert_eq!(lab.get("task", "allowed_operations", &task).await, json!(["cancel"]));
    lab.ok("task.cancel", [json!(task)]).await;
    assert_eq!(lab.finish("VDI.pool_migrate", &task).await, Err(failure("TASK_CANCELLED", [&task])));
    assert_eq!(disks().await, before);
    for (class, object) in [("VDI", &data), ("SR", &nfs)] {
        assert_eq!(lab.get(class, "current_operations", object).await, json!({}));
    }
}
