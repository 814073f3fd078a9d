//! Recipes: for each operation that talks to a pool, a world and parameters with which it works.

mod access;
pub(super) mod app;
mod disk;
pub(super) mod host;
pub(super) mod network;
mod pool;
pub(super) mod storage;
mod vm;

pub(super) use self::storage::{detached, nfs};

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use xapi_sim::{Datum, Object, World};

use crate::{lab::Lab, test_app::eventually};

/// How the world of a recipe is set; what comes of it are the parameters.
#[derive(Clone, Copy)]
pub(super) enum Set {
    /// By the pool's objects.
    World(fn(&mut World) -> Value),
    /// By calls of other operations as well.
    Calls(for<'a> fn(&'a Lab) -> LocalBoxFuture<'a, Value>),
}

/// One way in which an operation works.
#[derive(Clone, Copy)]
pub(super) struct Recipe {
    pub(super) op: &'static str,
    pub(super) set: Set,
}

pub(super) const fn on(op: &'static str, set: fn(&mut World) -> Value) -> Recipe {
    Recipe { op, set: Set::World(set) }
}

pub(super) const fn after(op: &'static str, set: for<'a> fn(&'a Lab) -> LocalBoxFuture<'a, Value>) -> Recipe {
    Recipe { op, set: Set::Calls(set) }
}

pub(super) fn all() -> Vec<Recipe> {
    [
        access::RECIPES,
        app::RECIPES,
        disk::RECIPES,
        host::RECIPES,
        network::RECIPES,
        pool::RECIPES,
        storage::RECIPES,
        vm::RECIPES,
    ]
    .concat()
}

impl Recipe {
    /// Sets the world and returns the parameters, once the application knows of all that.
    pub(super) async fn params(&self, lab: &Lab) -> Value {
        let params = match self.set {
            Set::World(set) => lab.sim.with(set),
            Set::Calls(set) => set(lab).await,
        };
        lab.known().await;
        params
    }
}

impl Lab {
    /// Waits until the application knows what the pool is like now.
    pub(super) async fn known(&self) {
        let (pool, mark) = self.sim.with(|world| {
            let (pool, mark) = (world.pool(), world.new_uuid());
            world.put(pool, "other_config", "mark", mark.as_str());
            (world.uuid(pool).to_owned(), mark)
        });
        let shown = async || {
            let pool = self.test.app.store().get(&pool)?.decode::<Value>().ok()?;
            (pool["otherConfig"]["mark"] == mark.as_str()).then_some(())
        };
        eventually(shown).await;
    }

    /// Calls an operation, and returns what it answers once the application knows what came of it.
    pub(super) async fn did(&self, method: &str, params: Value) -> Value {
        let answer = self.admin.call(method, params).await;
        self.known().await;
        answer
    }

    /// Stops those VMs of the second host that cannot move, and returns its id.
    async fn movable(&self) -> String {
        let stuck = self.sim.with(|world| ["db-2", "dc-1", "ci-runner"].map(|vm| id(world, "VM", vm)));
        for vm in stuck {
            self.admin.call("vm.stop", json!({ "id": vm, "force": true })).await;
        }
        self.known().await;
        self.sim.with(|world| id(world, "host", "xcp-lab-2"))
    }
}

/// Returns the object of that class and name.
pub(super) fn named(world: &World, class: &str, name: &str) -> Object {
    world.by_name(class, name).unwrap_or_else(|| panic!("a {class} `{name}`"))
}

/// Returns the id of the object of that class and name.
pub(super) fn id(world: &World, class: &str, name: &str) -> String {
    world.uuid(named(world, class, name)).to_owned()
}

/// Makes an object and returns its id.
pub(super) fn made<const N: usize>(world: &mut World, class: &str, fields: [(&str, Datum); N]) -> String {
    let object = world.create(class, fields);
    world.uuid(object).to_owned()
}

/// Returns the first device of a VM that is as wanted.
pub(super) fn device(world: &World, vm: &str, field: &str, wanted: impl Fn(&World, Object) -> bool) -> Object {
    let devices = world.objects(named(world, "VM", vm), field);
    devices.into_iter().find(|device| wanted(world, *device)).expect("such a device")
}

/// Returns the id of the first disk that hangs on a VM, as the VM has it.
pub(super) fn vbd(world: &World, vm: &str) -> String {
    world.uuid(device(world, vm, "VBDs", |world, vbd| world.text(vbd, "type") == "Disk")).to_owned()
}

/// Returns the id of the first interface of a VM.
pub(super) fn vif(world: &World, vm: &str) -> String {
    world.uuid(device(world, vm, "VIFs", |_, _| true)).to_owned()
}

/// Takes a disk from its VMs and returns its id.
pub(super) fn loose(world: &mut World) -> String {
    let disk = named(world, "VDI", "mail-old spool");
    for vbd in world.objects(disk, "VBDs") {
        world.destroy(vbd);
    }
    world.uuid(disk).to_owned()
}

/// Fills storage to its end and returns its id.
pub(super) fn full(world: &mut World, name: &str) -> String {
    let sr = named(world, "SR", name);
    let used = world.int(sr, "physical_utilisation");
    world.set(sr, "physical_size", used);
    world.uuid(sr).to_owned()
}

/// Returns the id of the interface of the first host that has this name and no VLAN.
pub(super) fn card(world: &World, device: &str) -> String {
    let pifs = world.objects(named(world, "host", "xcp-lab-1"), "PIFs");
    let found = pifs.into_iter().find(|pif| world.text(*pif, "device") == device && world.int(*pif, "VLAN") == -1);
    world.uuid(found.expect("the interface")).to_owned()
}

pub(super) fn pool_id(world: &World) -> String {
    world.uuid(world.pool()).to_owned()
}
