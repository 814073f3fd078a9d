//! Virtual graphics cards of VMs that go to another pool.

use serde_json::{Value, json};
use xapi_sim::{Datum, Object, World};

use crate::{
    lab::failure,
    sites::{BRANCH, NORTH, Sites},
};

/// Gives a pool a group of one card, at its first host; returns the group.
fn group(world: &mut World, name: &str, model: &str, make: &str) -> Object {
    let kind = world.create(
        "VGPU_type",
        [
            ("model_name", Datum::from("GRID T4-2Q")),
            ("implementation", make.into()),
            ("identifier", "0002:10de,1eb8".into()),
        ],
    );
    let group = world.create(
        "GPU_group",
        [
            ("name_label", Datum::from(name)),
            ("GPU_types", Datum::set([model])),
            ("enabled_VGPU_types", Datum::set([kind])),
            ("supported_VGPU_types", Datum::set([kind])),
        ],
    );
    let host = world.master();
    world.create("PGPU", [("host", Datum::from(host)), ("GPU_group", group.into())]);
    group
}

/// Gives a VM of the north a card of that group.
fn card(sites: &Sites, vm: &str, group: Object) -> String {
    let vm: Object = vm.parse().expect("a reference");
    sites.lab.sim.with(|world| {
        let kind = world.objects(group, "enabled_VGPU_types")[0];
        let runs = world.text(vm, "power_state") == "Running";
        let card = world.create(
            "VGPU",
            [("VM", Datum::from(vm)), ("GPU_group", group.into()), ("type", kind.into()), ("device", "0".into())],
        );
        world.set(card, "currently_attached", runs);
        card.to_string()
    })
}

/// Returns the names of the group and of the type that the card of a VM in the branch has, and whether it is on a card
/// of its host.
fn cards(sites: &Sites, vm: &Value) -> Vec<(String, String, bool)> {
    let vm: Object = vm.as_str().expect("a reference").parse().expect("a reference");
    sites.lab.sim.with_pool(BRANCH, |world| {
        let card = |card| {
            let text = |field: &str, name: &str| world.text(world.object(card, field), name).to_owned();
            let on = world.is(world.object(card, "resident_on"), "PGPU");
            (text("GPU_group", "name_label"), text("type", "model_name"), on)
        };
        world.objects(vm, "VGPUs").into_iter().map(card).collect()
    })
}

#[tokio::test]
async fn a_card_comes_from_the_group_of_choice_or_from_one_of_the_same_models() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("staging");
    let north = sites.lab.sim.with_pool(NORTH, |world| group(world, "north", "10de/1eb8", "nvidia"));
    let card = card(&sites, &vm, north);
    let none = sites.send(sites.arguments(&vm, json!({})).await).await;
    assert_eq!(none, Err(failure("VM_REQUIRES_GPU", [&vm, &north.to_string()])));
    let (_, chosen) = sites.lab.sim.with_pool(BRANCH, |world| {
        (group(world, "alike", "10de/1eb8", "nvidia"), group(world, "chosen", "10de/1ff9", "nvidia"))
    });
    let mut arguments = sites.arguments(&vm, json!({"copy": "true"})).await;
    let copy = sites.send(arguments.clone()).await.expect("it arrives");
    assert_eq!(cards(&sites, &copy), [("alike".to_owned(), "GRID T4-2Q".to_owned(), false)]);
    arguments[6] = json!({card.as_str(): chosen.to_string()});
    let copy = sites.send(arguments.clone()).await.expect("it arrives");
    assert_eq!(cards(&sites, &copy), [("chosen".to_owned(), "GRID T4-2Q".to_owned(), false)]);
    arguments[6] = json!({card.as_str(): "OpaqueRef:NULL"});
    let unknown = sites.send(arguments).await;
    assert_eq!(unknown, Err(failure("HANDLE_INVALID", ["GPU_group", "OpaqueRef:NULL"])));
    sites.lab.sim.with_pool(BRANCH, |world| {
        for group in world.list("GPU_group") {
            world.set(group, "enabled_VGPU_types", Datum::set::<Object>([]));
        }
    });
    let refused = sites.send(sites.arguments(&vm, json!({})).await).await.expect_err("the type is not offered");
    assert_eq!((refused.code.as_str(), refused.params[2].as_str()), ("VM_REQUIRES_VGPU", "0002:10de,1eb8"));
}

#[tokio::test]
async fn a_vm_that_runs_takes_its_card_along_where_its_make_can_move() {
    let sites = Sites::new().await;
    let vm = sites.lab.vm("shop-app-1");
    let make = |world: &mut World| group(world, "T4", "10de/1eb8", "nvidia");
    let north = sites.lab.sim.with_pool(NORTH, make);
    let card: Object = card(&sites, &vm, north).parse().expect("a reference");
    sites.lab.sim.with_pool(BRANCH, make);
    let implementation = |make: &str| {
        sites.lab.sim.with(|world| world.set(world.object(card, "type"), "implementation", make));
    };
    implementation("passthrough");
    let arguments = sites.arguments(&vm, json!({"force": "true"})).await;
    assert_eq!(sites.send(arguments.clone()).await, Err(failure("VM_HAS_VGPU", [&vm])));
    implementation("nvidia");
    let arrived = sites.send(arguments).await.expect("it arrives");
    assert_eq!(cards(&sites, &arrived), [("T4".to_owned(), "GRID T4-2Q".to_owned(), true)]);
}
