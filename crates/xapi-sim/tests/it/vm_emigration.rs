//! Migration to another pool, over the ports that its host's ticket names.

use serde_json::{Value, json};
use xapi_sim::{Object, World};

use crate::{
    lab::failure,
    sites::{BRANCH, NORTH, Sites, bytes},
};

#[tokio::test]
async fn a_halted_vm_moves_to_another_pool_with_its_disks() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("staging");
    let disk = lab.named_object("VDI", "staging root");
    let (uuid, content) = (lab.get("VM", "uuid", &vm).await, lab.sim.with(|world| bytes(world, &disk)));
    let mac = lab.sim.with(|world| {
        let vif = world.objects(vm.parse().expect("a reference"), "VIFs")[0];
        world.text(vif, "MAC").to_owned()
    });
    let arrived = sites.send(sites.arguments(&vm, json!({})).await).await.expect("it arrives");
    assert_eq!(lab.call("VM.get_uuid", [json!(vm)]).await, Err(failure("HANDLE_INVALID", ["VM", &vm])));
    assert_eq!(lab.call("VDI.get_uuid", [json!(disk)]).await, Err(failure("HANDLE_INVALID", ["VDI", &disk])));
    lab.sim.with_pool(BRANCH, |world| {
        let vm: Object = arrived.as_str().expect("a reference").parse().expect("a reference");
        assert_eq!(world.uuid(vm), uuid);
        let vif = world.objects(vm, "VIFs")[0];
        assert_eq!((world.text(vif, "MAC"), world.object(vif, "network").to_string()), (&*mac, sites.network.clone()));
        let moved = world.object(world.objects(vm, "VBDs")[0], "VDI");
        assert_eq!(
            (world.text(moved, "name_label"), world.object(moved, "SR").to_string()),
            ("staging root", sites.sr.clone())
        );
        assert_eq!(bytes(world, &moved.to_string()), content);
    });
}

#[tokio::test]
async fn a_running_vm_runs_on_with_its_snapshot() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("shop-app-1");
    lab.run("VM.snapshot", [json!(vm), json!("before")]).await.expect("a snapshot");
    let written = lab.sim.with(|world| {
        let disk = world.by_name("VDI", "shop-app-1 root").expect("the disk");
        let disk =
            world.list("VDI").into_iter().find(|one| world.object(*one, "snapshot_of") == disk).expect("a snapshot");
        world.object(disk, "snapshot_of")
    });
    lab.sim.with(|world| world.disks.write(written, 5 << 20, &[7; 64]));
    let before = sites.branch_has();
    let task = sites.under_way(sites.arguments(&vm, json!({"force": "true"})).await).await;
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "migrate_send"}));
    assert_eq!(lab.get("task", "progress", &task).await, 0.5);
    assert_eq!(sites.branch_has()[2], before[2] + 2);
    lab.sim.finish_all();
    sites.ended(&task).await;
    let arrived = lab.finish("VM.migrate_send", &task).await.expect("it arrives");
    lab.sim.with_pool(BRANCH, |world| {
        let vm: Object = arrived.as_str().expect("a reference").parse().expect("a reference");
        assert_eq!(
            (world.text(vm, "power_state"), world.object(vm, "resident_on").to_string()),
            ("Running", sites.host.clone())
        );
        assert_eq!(world.get(vm, "current_operations"), &xapi_sim::Datum::map::<&str, &str>([]));
        let snapshot = world.objects(vm, "snapshots")[0];
        let of = |world: &World, vm| world.object(world.objects(vm, "VBDs")[0], "VDI");
        let (own, kept) = (of(world, vm), of(world, snapshot));
        assert_eq!(world.object(kept, "snapshot_of"), own);
        assert_eq!(bytes(world, &own.to_string()), [7; 64]);
        assert_ne!(bytes(world, &kept.to_string()), [7; 64]);
        assert_eq!(world.text(world.object(vm, "guest_metrics"), "uuid").len(), 36);
    });
    assert_eq!(lab.sim.with_pool(NORTH, |world| world.by_name("VM", "shop-app-1")), None);
}

#[tokio::test]
async fn a_copy_leaves_the_vm_where_it_is() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("staging");
    let copy = sites.send(sites.arguments(&vm, json!({"copy": "true"})).await).await.expect("it arrives");
    let copy: Object = copy.as_str().expect("a reference").parse().expect("a reference");
    let uuid = sites.lab.sim.with_pool(BRANCH, |world| world.uuid(copy).to_owned());
    assert_ne!(sites.lab.get("VM", "uuid", &vm).await, uuid);
    let running = sites.lab.vm("shop-app-1");
    let refused = sites.send(sites.arguments(&running, json!({"copy": "true"})).await).await;
    assert_eq!(refused, Err(failure("VM_BAD_POWER_STATE", [&running, "halted", "running"])));
}

#[tokio::test]
async fn what_has_no_place_there_is_refused() {
    let sites = Sites::new().await;
    let lab = &sites.lab;
    let vm = lab.vm("staging");
    let whole = sites.arguments(&vm, json!({})).await;
    let check = async |change: fn(&mut [Value; 7])| {
        let mut arguments = whole.clone();
        change(&mut arguments);
        lab.call("VM.assert_can_migrate", arguments).await.expect_err("it is refused")
    };
    let disk = lab.named_object("VDI", "staging root");
    let vif = lab.sim.with(|world| world.objects(vm.parse().expect("a reference"), "VIFs")[0].to_string());
    assert_eq!(check(|arguments| arguments[3] = json!({})).await, failure("VDI_NOT_IN_MAP", [&disk]));
    assert_eq!(check(|arguments| arguments[4] = json!({})).await, failure("VIF_NOT_IN_MAP", [&vif]));
    let unknown = check(|arguments| {
        arguments[3].as_object_mut().expect("a map").values_mut().for_each(|sr| *sr = json!("OpaqueRef:NULL"));
    });
    assert_eq!(unknown.await, failure("HANDLE_INVALID", ["SR", "OpaqueRef:NULL"]));
    let session = check(|arguments| {
        let stale = "http://127.0.1.1/services/xenops?session_id=OpaqueRef:NULL";
        let here = arguments[1]["xenops"].as_str().expect("a URL").split('?').next().expect("a path").to_owned();
        arguments[1]["xenops"] = json!(format!("{here}?{}", stale.split('?').nth(1).expect("a query")));
    });
    assert_eq!(session.await.code, "SESSION_INVALID");
    let nobody = check(|arguments| arguments[1]["xenops"] = json!("http://127.0.1.99:1/services/xenops?session_id=x"));
    assert_eq!(nobody.await, failure::<&str>("VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED", []));
    lab.ok("VM.assert_can_migrate", whole.clone()).await;
    let host: Object = sites.host.parse().expect("a reference");
    lab.sim.with_pool(BRANCH, |world| world.set(host, "enabled", false));
    assert_eq!(check(|_| ()).await, failure("HOST_DISABLED", [&sites.host]));
    lab.sim.with(|world| world.set(disk.parse().expect("a reference"), "cbt_enabled", true));
    assert_eq!(check(|_| ()).await, failure("VDI_CBT_ENABLED", [&disk]));
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
}

#[tokio::test]
async fn a_host_that_cannot_run_the_vm_refuses_it() {
    let sites = Sites::new().await;
    let (small, large) = (sites.lab.vm("shop-app-1"), sites.lab.vm("shop-db"));
    let refused = sites.send(sites.arguments(&small, json!({})).await).await.expect_err("another processor");
    assert_eq!(
        (refused.code.as_str(), &refused.params[..2]),
        ("VM_INCOMPATIBLE_WITH_THIS_HOST", &[small.clone(), sites.host.clone()][..])
    );
    let refused = sites.send(sites.arguments(&large, json!({"force": "true"})).await).await.expect_err("too large");
    assert_eq!(refused.code, "HOST_NOT_ENOUGH_FREE_MEMORY");
    let host: Object = sites.host.parse().expect("a reference");
    sites.lab.sim.with_pool(BRANCH, |world| world.put(host, "software_version", "platform_version", "3.2.0"));
    let refused = sites.send(sites.arguments(&small, json!({"force": "true"})).await).await;
    assert_eq!(refused, Err(failure("VM_HOST_INCOMPATIBLE_VERSION_MIGRATE", [&sites.host, &small])));
    assert_eq!(sites.lab.get("VM", "power_state", &small).await, "Running");
}

#[tokio::test]
async fn storage_that_is_full_gets_nothing() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("shop-db");
    sites.lab.run("VM.hard_shutdown", [json!(vm)]).await.expect("it stops");
    let sr: Object = sites.sr.parse().expect("a reference");
    sites.lab.sim.with_pool(BRANCH, |world| {
        let used = world.int(sr, "physical_utilisation");
        world.set(sr, "physical_size", used + (50 << 30));
    });
    let before = sites.branch_has();
    let refused = sites.send(sites.arguments(&vm, json!({})).await).await.expect_err("the second disk does not fit");
    assert_eq!(refused.code, "SR_BACKEND_FAILURE_44");
    sites.branch_has_again(&before).await;
    assert_eq!(sites.lab.get("VM", "current_operations", &vm).await, json!({}));
}
