use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

/// Returns a host that the VM does not run on, and its id.
fn other_host(lab: &Lab, vm: Object) -> (Object, String) {
    let other = lab.sim.with(|world| {
        let here = world.object(vm, "resident_on");
        world.list("host").into_iter().find(|host| *host != here).expect("two hosts")
    });
    (other, lab.id(other))
}

fn host_of(lab: &Lab, vm: Object) -> Object {
    lab.sim.with(|world| world.object(vm, "resident_on"))
}

fn disk_on(lab: &Lab, vm: Object, name: &str) -> String {
    lab.sim.with(|world| {
        let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
        let mut disks = disks.filter(|disk| world.is(*disk, "VDI"));
        let disk = disks.find(|disk| world.text(*disk, "name_label") == name).expect("the disk");
        world.text(world.object(disk, "SR"), "name_label").to_owned()
    })
}

#[tokio::test]
async fn a_running_vm_moves_to_another_host() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let (host, host_id) = other_host(&lab, vm);
    assert_eq!(lab.admin.call("vm.migrate", json!({ "vm": lab.id(vm), "targetHost": host_id })).await, true);
    assert_eq!(host_of(&lab, vm), host);
    lab.becomes(&lab.id(vm), |vm| vm["$container"] == host_id.as_str()).await;
}

#[tokio::test]
async fn it_moves_over_the_wanted_network() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let (host, host_id) = other_host(&lab, vm);
    let network = lab.id(lab.named("network", "Management"));
    let params = json!({ "vm": lab.id(vm), "targetHost": host_id, "migrationNetwork": network, "force": true });
    assert_eq!(lab.admin.call("vm.migrate", params).await, true);
    assert_eq!(host_of(&lab, vm), host);
}

#[tokio::test]
async fn disks_that_the_new_host_cannot_reach_move_too() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-2");
    let (host, host_id) = other_host(&lab, vm);
    assert_eq!(disk_on(&lab, vm, "db-2 data"), "Local storage");
    assert_eq!(lab.admin.call("vm.migrate", json!({ "vm": lab.id(vm), "targetHost": host_id })).await, true);
    assert_eq!(host_of(&lab, vm), host);
    assert_eq!(disk_on(&lab, vm, "db-2 data"), "NFS storage");
    assert_eq!(disk_on(&lab, vm, "db-2 system"), "NFS storage");
}

#[tokio::test]
async fn disks_move_where_they_are_wanted() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let (host, host_id) = other_host(&lab, vm);
    let local = lab.sim.with(|world| {
        let pbds = world.objects(host, "PBDs").into_iter().map(|pbd| world.object(pbd, "SR"));
        pbds.into_iter().find(|sr| world.text(*sr, "name_label") == "Local storage").expect("its own storage")
    });
    let disk = lab.id(lab.named("VDI", "web-1 system"));
    let params = json!({ "vm": lab.id(vm), "targetHost": host_id, "mapVdisSrs": { disk: lab.id(local) } });
    assert_eq!(lab.admin.call("vm.migrate", params).await, true);
    assert_eq!((host_of(&lab, vm), disk_on(&lab, vm, "web-1 system")), (host, "Local storage".to_owned()));
    let nfs = lab.id(lab.named("SR", "NFS storage"));
    let params = json!({ "vm": lab.id(vm), "targetHost": host_id, "sr": nfs });
    assert_eq!(lab.admin.call("vm.migrate", params).await, true);
    assert_eq!(disk_on(&lab, vm, "web-1 system"), "NFS storage");
}

#[tokio::test]
async fn a_disk_whose_changes_are_tracked_moves_without() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-2");
    let disk = lab.named("VDI", "db-2 data");
    lab.sim.with(|world| world.set(disk, "cbt_enabled", true));
    let (host, host_id) = other_host(&lab, vm);
    assert_eq!(lab.admin.call("vm.migrate", json!({ "vm": lab.id(vm), "targetHost": host_id })).await, true);
    assert_eq!(host_of(&lab, vm), host);
}

#[tokio::test]
async fn a_host_that_moves_many_disks_is_waited_for() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-2");
    let (host, host_id) = other_host(&lab, vm);
    lab.sim.fail_next("VM.migrate_send", "TOO_MANY_STORAGE_MIGRATES", ["3"]);
    assert_eq!(lab.admin.call("vm.migrate", json!({ "vm": lab.id(vm), "targetHost": host_id })).await, true);
    assert_eq!(host_of(&lab, vm), host);
}

/// Tries to move a VM, which is refused and leaves it where it is; returns the error.
async fn refused(lab: &Lab, vm: Object, more: Value) -> Value {
    let here = host_of(lab, vm);
    let mut params = json!({ "vm": lab.id(vm), "targetHost": other_host(lab, vm).1 });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let error = lab.admin.refused("vm.migrate", params).await;
    assert_eq!(host_of(lab, vm), here);
    error
}

#[tokio::test]
async fn a_halted_vm_has_no_host_to_leave() {
    let lab = Lab::new().await;
    let error = refused(&lab, lab.vm_on_shared_storage(), json!({})).await;
    assert_eq!(error["code"], 13);
}

#[tokio::test]
async fn a_blocked_move_is_refused() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    lab.sim.with(|world| world.put(vm, "blocked_operations", "pool_migrate", "pinned"));
    let error = refused(&lab, vm, json!({})).await;
    assert_eq!((&error["code"], &error["data"]["code"]), (&json!(19), &json!("pinned")));
}

#[tokio::test]
async fn the_reason_is_told_in_words_beside_the_code() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let (host, _) = other_host(&lab, vm);
    lab.sim.with(|world| world.set(host, "enabled", false));
    let error = refused(&lab, vm, json!({})).await;
    let name = lab.field(host, "name_label");
    assert_eq!(error["message"], format!("host `{name}` is disabled; enable it first"));
    assert_eq!(error["data"]["code"], "HOST_DISABLED");
    lab.sim.with(|world| world.set(host, "enabled", true));
    lab.sim.fail_next("VM.pool_migrate", "HOST_NOT_ENOUGH_FREE_MEMORY", ["7", "5"]);
    let error = refused(&lab, vm, json!({})).await;
    let expected = "the host has not enough free memory: `7` bytes are needed, `5` are free";
    assert_eq!(error["message"], expected);
}

#[tokio::test]
async fn what_cannot_be_reached_is_refused_before_anything_moves() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let here = host_of(&lab, vm);
    let local = lab.sim.with(|world| {
        let pbds = world.objects(here, "PBDs").into_iter().map(|pbd| world.object(pbd, "SR"));
        pbds.into_iter().find(|sr| world.text(*sr, "name_label") == "Local storage").expect("its own storage")
    });
    let host = lab.field(other_host(&lab, vm).0, "name_label");
    let error = refused(&lab, vm, json!({ "sr": lab.id(local) })).await;
    assert_eq!(error["message"], format!("SR `Local storage` is not connected to host `{host}`"));
    let nfs = lab.id(lab.named("SR", "NFS storage"));
    let isolated = lab.id(lab.named("network", "Isolated"));
    let error = refused(&lab, vm, json!({ "sr": nfs, "migrationNetwork": isolated })).await;
    let expected = format!("host `{host}` has no interface on network `Isolated`; choose another `migrationNetwork`");
    assert_eq!(error["message"], expected);
}

#[tokio::test]
async fn maps_that_name_nothing_or_other_networks_are_refused() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let disk = lab.id(lab.named("VDI", "web-1 system"));
    let nfs = lab.id(lab.named("SR", "NFS storage"));
    let error = refused(&lab, vm, json!({ "mapVdisSrs": { "nope": nfs } })).await;
    assert_eq!(error["message"], "no such VDI nope");
    let error = refused(&lab, vm, json!({ "mapVdisSrs": { disk: "nope" } })).await;
    assert_eq!(error["message"], "no such SR nope");
    let vif = lab.id(lab.sim.with(|world| world.objects(vm, "VIFs")[0]));
    let storage = lab.id(lab.named("network", "Storage"));
    let error = refused(&lab, vm, json!({ "mapVifsNetworks": { vif: storage } })).await;
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("a VM that stays in its pool cannot change to network `Storage`"), "{message}");
    let error = lab.admin.refused("vm.migrate", json!({ "vm": lab.id(vm), "targetHost": "nope" })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "host" }));
}

#[tokio::test]
async fn maps_for_others_leave_a_vm_that_stays_in_its_pool_alone() {
    let lab = Lab::new().await;
    let (host, guests) = lab.movable().await;
    let vm = guests[0];
    let (other, disk) = lab.sim.with(|world| {
        let other = world.list("host").into_iter().find(|other| *other != host).expect("another host");
        let of_others = |vdi: &Object| {
            let vbds = world.objects(*vdi, "VBDs");
            world.flag(*vdi, "managed") && !vbds.is_empty() && vbds.iter().all(|vbd| world.object(*vbd, "VM") != vm)
        };
        (other, world.list("VDI").into_iter().find(of_others).expect("a disk of another VM"))
    });
    let vif = lab
        .sim
        .with(|world| world.list("VIF").into_iter().find(|vif| world.object(*vif, "VM") != vm).expect("of another VM"));
    let nfs = lab.id(lab.named("SR", "NFS storage"));
    let params = json!({
        "vm": lab.id(vm),
        "targetHost": lab.id(other),
        "mapVdisSrs": { lab.id(disk): nfs },
        "mapVifsNetworks": { lab.id(vif): lab.id(lab.named("network", "Storage")) },
    });
    let mut rehearsed = params.clone();
    rehearsed["dryRun"] = true.into();
    let report = lab.admin.call("vm.migrate", rehearsed).await;
    assert!(report["objects"][0]["would"].is_string(), "{report}");
    lab.admin.call("vm.migrate", params).await;
    let calls = lab.sim.calls();
    assert!(!calls.contains_key("VM.migrate_send") && !calls.contains_key("host.migrate_receive"), "{calls:?}");
    assert_eq!(lab.sim.with(|world| world.object(vm, "resident_on")), other);
}

#[tokio::test]
async fn a_move_that_breaks_off_leaves_the_vm_and_its_disks_where_they_are() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-2");
    let before = lab.census();
    lab.sim.fail_next("VM.migrate_send", "VM_MIGRATE_FAILED", ["a", "b", "c", "d"]);
    let error = refused(&lab, vm, json!({})).await;
    assert_eq!(error["data"]["code"], "VM_MIGRATE_FAILED");
    assert_eq!(disk_on(&lab, vm, "db-2 data"), "Local storage");
    assert_eq!(lab.census(), before);
    lab.sim.fail_next("VM.assert_can_migrate", "LICENCE_RESTRICTION", ["x"]);
    let error = refused(&lab, vm, json!({})).await;
    assert_eq!(error["message"], "the licence of the host does not allow this");
}

#[tokio::test]
async fn the_check_can_be_passed_over() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "db-2");
    lab.sim.fail_next("VM.assert_can_migrate", "INTERNAL_ERROR", ["must not be called"]);
    let (host, host_id) = other_host(&lab, vm);
    let params = json!({ "vm": lab.id(vm), "targetHost": host_id, "bypassAssert": true });
    assert_eq!(lab.admin.call("vm.migrate", params).await, true);
    assert_eq!(host_of(&lab, vm), host);
}
