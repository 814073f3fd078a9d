//! Migration to another pool.

use app::acl::Rule;
use serde_json::{Value, json};
use xapi_sim::{Object, Sim, World};

use crate::{Lab, test_app::eventually};

pub(crate) const NORTH: usize = 0;
pub(crate) const BRANCH: usize = 1;

/// The application, connected to two pools.
pub(crate) async fn sites() -> Lab {
    let lab = Lab::on(Sim::builder().world("two-pools").pace(0.005)).await;
    lab.connect(BRANCH).await;
    lab
}

/// Returns the id of an object of a pool.
pub(crate) fn id(lab: &Lab, pool: usize, class: &str, name: &str) -> String {
    lab.sim.with_pool(pool, |world| {
        let object = world.by_name(class, name).unwrap_or_else(|| panic!("a {class} `{name}`"));
        world.uuid(object).to_owned()
    })
}

pub(crate) fn counts(world: &mut World) -> Vec<usize> {
    ["VM", "VBD", "VDI", "VIF"].map(|class| world.all(class).count()).to_vec()
}

/// Returns the VM at a pool.
pub(crate) fn vm_at(lab: &Lab, pool: usize, name: &str) -> Option<Object> {
    lab.sim.with_pool(pool, |world| world.by_name("VM", name))
}

/// Returns the names of the storage of a VM's disks, and of the networks of its interfaces.
fn places(lab: &Lab, pool: usize, name: &str) -> (Vec<String>, Vec<String>) {
    let vm = vm_at(lab, pool, name).expect("it is there");
    lab.sim.with_pool(pool, |world| {
        let name = |object| world.text(object, "name_label").to_owned();
        let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
        let disks = disks.filter(|disk| world.is(*disk, "VDI")).map(|disk| name(world.object(disk, "SR")));
        let networks = world.objects(vm, "VIFs").into_iter().map(|vif| name(world.object(vif, "network")));
        (disks.collect(), networks.collect())
    })
}

#[tokio::test]
async fn a_vm_moves_to_the_default_storage_and_the_network_of_management() {
    let lab = sites().await;
    let (vm, host) = (id(&lab, NORTH, "VM", "staging"), id(&lab, BRANCH, "host", "branch-1"));
    assert_eq!(lab.admin.call("vm.migrate", json!({ "vm": vm, "targetHost": host })).await, true);
    assert_eq!(vm_at(&lab, NORTH, "staging"), None);
    let expected = (vec!["Local storage".to_owned()], vec!["Pool-wide network associated with eth0".to_owned()]);
    assert_eq!(places(&lab, BRANCH, "staging"), expected);
    let branch = lab.sim.with_pool(BRANCH, |world| world.uuid(world.pool()).to_owned());
    lab.becomes(&vm, |vm| vm["$pool"] == branch.as_str()).await;
}

#[tokio::test]
async fn a_running_vm_goes_where_the_maps_say_and_comes_back() {
    let lab = sites().await;
    let (vm, host) = (id(&lab, NORTH, "VM", "shop-app-1"), id(&lab, BRANCH, "host", "branch-1"));
    let snapshot = json!({ "id": vm, "name": "before" });
    lab.admin.call("vm.snapshot", snapshot).await;
    let params = json!({ "vm": vm, "targetHost": host, "force": true });
    assert_eq!(lab.admin.call("vm.migrate", params).await, true);
    lab.becomes(&vm, |vm| vm["$container"] == host.as_str() && vm["power_state"] == "Running").await;
    let there = vm_at(&lab, BRANCH, "shop-app-1").expect("it arrived");
    assert_eq!(lab.sim.with_pool(BRANCH, |world| world.objects(there, "snapshots").len()), 1);

    // Back, to storage and networks by name.
    let (disk, vif) = lab.sim.with_pool(BRANCH, |world| {
        let disks = world.objects(there, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
        let disk = disks.into_iter().find(|disk| world.is(*disk, "VDI")).expect("a disk");
        (world.uuid(disk).to_owned(), world.uuid(world.objects(there, "VIFs")[0]).to_owned())
    });
    for id in [&disk, &vif] {
        lab.becomes(id, |_| true).await;
    }
    let params = json!({
        "vm": vm, "targetHost": id(&lab, NORTH, "host", "north-2"), "force": true,
        "mapVdisSrs": { disk: id(&lab, NORTH, "SR", "North SAN") },
        "mapVifsNetworks": { vif: id(&lab, NORTH, "network", "Apps") },
        "migrationNetwork": id(&lab, NORTH, "network", "Pool-wide network associated with eth0"),
    });
    assert_eq!(lab.admin.call("vm.migrate", params).await, true);
    assert_eq!(places(&lab, NORTH, "shop-app-1"), (vec!["North SAN".to_owned()], vec!["Apps".to_owned()]));
    assert_eq!(vm_at(&lab, BRANCH, "shop-app-1"), None);
    let north = id(&lab, NORTH, "host", "north-2");
    lab.becomes(&vm, |vm| vm["$container"] == north.as_str()).await;
}

#[tokio::test]
async fn the_storage_of_choice_takes_all_disks() {
    let lab = sites().await;
    let vm = id(&lab, BRANCH, "VM", "copy-of-shop-app");
    let local = lab.sim.with_pool(NORTH, |world| {
        let host = world.by_name("host", "north-1").expect("the host");
        let mut pbds = world.objects(host, "PBDs").into_iter().map(|pbd| world.object(pbd, "SR"));
        let local = pbds.find(|sr| world.text(*sr, "name_label") == "Local storage").expect("its own storage");
        world.uuid(local).to_owned()
    });
    let host = id(&lab, NORTH, "host", "north-1");
    assert_eq!(lab.admin.call("vm.migrate", json!({ "vm": vm, "targetHost": host, "sr": local })).await, true);
    assert_eq!(places(&lab, NORTH, "copy-of-shop-app").0, ["Local storage"]);
}

#[tokio::test]
async fn a_pool_names_the_network_that_vms_come_over() {
    let lab = sites().await;
    let (vm, host) = (id(&lab, BRANCH, "VM", "copy-of-shop-app"), id(&lab, NORTH, "host", "north-1"));
    let apps = id(&lab, NORTH, "network", "Apps");
    lab.sim.with_pool(NORTH, |world| world.put(world.pool(), "other_config", "xo:migrationNetwork", apps.as_str()));
    let pool = lab.sim.with_pool(NORTH, |world| world.uuid(world.pool()).to_owned());
    lab.becomes(&pool, |pool| pool["otherConfig"]["xo:migrationNetwork"] == apps.as_str()).await;
    let error = lab.admin.refused("vm.migrate", json!({ "vm": vm, "targetHost": host })).await;
    let expected = "the host has no address on the network to move over; choose another `migrationNetwork`";
    assert_eq!(error["message"], expected);
}

/// Tries to move a VM, which is refused and leaves both pools as they are; returns the error.
async fn refused(lab: &Lab, vm: &str, more: Value) -> Value {
    let before = [NORTH, BRANCH].map(|pool| lab.sim.with_pool(pool, counts));
    let mut params = json!({ "vm": vm, "targetHost": id(lab, BRANCH, "host", "branch-1") });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let error = lab.admin.refused("vm.migrate", params).await;
    // What had arrived goes when the other side notices that nobody sends any more.
    eventually(async || {
        let now = [NORTH, BRANCH].map(|pool| lab.sim.with_pool(pool, counts));
        (now == before).then_some(())
    })
    .await;
    error
}

#[tokio::test]
async fn why_a_vm_cannot_come_is_told_in_words() {
    let lab = sites().await;
    let (small, large) = (id(&lab, NORTH, "VM", "shop-app-1"), id(&lab, NORTH, "VM", "shop-db"));
    let error = refused(&lab, &small, json!({})).await;
    let expected = "the VM cannot run on host `branch-1`: `VM last booted on a CPU from a different vendor`; `force` \
                    passes over its processor";
    assert_eq!(
        (&error["message"], &error["data"]["code"]),
        (&json!(expected), &json!("VM_INCOMPATIBLE_WITH_THIS_HOST"))
    );
    let error = refused(&lab, &large, json!({ "force": true })).await;
    assert!(error["message"].as_str().unwrap().starts_with("the host has not enough free memory"), "{error}");
    let error = refused(&lab, &small, json!({ "sr": id(&lab, NORTH, "SR", "North SAN") })).await;
    assert_eq!(error["message"], "SR `North SAN` is not connected to host `branch-1`");
    let apps = id(&lab, NORTH, "network", "Apps");
    let error = refused(&lab, &small, json!({ "migrationNetwork": apps })).await;
    let expected = "host `branch-1` has no interface on network `Apps`; choose another `migrationNetwork`";
    assert_eq!(error["message"], expected);
    let error = refused(&lab, &small, json!({ "mapVifsNetworks": { "nope": apps } })).await;
    assert_eq!(error["message"], "no such VIF nope");
    lab.sim.with_pool(BRANCH, |world| {
        let host = world.by_name("host", "branch-1").expect("the host");
        world.put(host, "software_version", "platform_version", "3.2.0");
    });
    let error = refused(&lab, &small, json!({ "force": true })).await;
    assert_eq!(error["message"], "host `branch-1` runs an older version than the host that VM `shop-app-1` is on");
}

#[tokio::test]
async fn a_move_that_breaks_off_leaves_nothing_behind() {
    let lab = sites().await;
    let vm = id(&lab, NORTH, "VM", "staging");
    lab.sim.fail_next("VM.import", "INTERNAL_ERROR", ["no more"]);
    let error = refused(&lab, &vm, json!({})).await;
    assert_eq!(error["data"]["code"], "INTERNAL_ERROR");
    lab.sim.with_pool(BRANCH, |world| {
        let sr = world.object(world.pool(), "default_SR");
        let used = world.int(sr, "physical_utilisation");
        world.set(sr, "physical_size", used + (1 << 30));
    });
    let error = refused(&lab, &vm, json!({})).await;
    assert_eq!(error["message"], "the storage to move to has not enough space");
    assert!(vm_at(&lab, NORTH, "staging").is_some());
}

#[tokio::test]
async fn who_moves_a_vm_holds_rights_on_both_sides() {
    let lab = sites().await;
    let (vm, host) = (id(&lab, NORTH, "VM", "staging"), id(&lab, BRANCH, "host", "branch-1"));
    let user = lab.test.create("someone@here", None, "none").await;
    let someone = lab.test.signed_in(&user).await;
    let grant = async |object: &str| {
        lab.test.app.add_rule(Rule::new(&*user.id, object, "admin")).await.expect("the rule is kept");
    };
    grant(&vm).await;
    let params = json!({ "vm": vm, "targetHost": host });
    let error = someone.refused("vm.migrate", params.clone()).await;
    assert_eq!(error["code"], 2);
    assert!(vm_at(&lab, BRANCH, "staging").is_none());
    grant(&host).await;
    assert_eq!(someone.call("vm.migrate", params).await, true);
    assert!(vm_at(&lab, BRANCH, "staging").is_some());
}
