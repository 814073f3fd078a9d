//! Tests of the operations on the running application and a simulated pool on its ports.

mod alarm;
mod bulk;
mod bulk_toy;
mod custom_field;
mod dashboard;
mod disk_create;
mod disk_nbd;
mod disk_transfer;
mod dry_run;
mod dry_run_kept;
mod error;
mod export_turn;
mod host_device;
mod host_maintenance;
mod host_power;
mod host_set;
mod http_proxy;
mod import_url;
mod journal;
mod load;
mod made;
mod message;
mod network;
mod object;
mod patch;
mod patch_plan;
mod patch_xen_server;
mod patch_xen_server_8;
mod pbd;
mod pif;
mod pool_merge;
mod pool_set;
#[path = "../../../app/tests/it/http_proxy.rs"]
mod proxy;
mod right;
mod rolling;
mod sr;
mod sr_create;
mod sr_maintenance;
mod sr_probe;
mod stats;
mod storage;
mod supplemental_pack;
mod system_status;
mod tag;
mod task;
#[path = "../../../app/tests/it/test_app.rs"]
#[allow(dead_code, reason = "each crate uses its part")]
mod test_app;
mod transfer;
mod usb;
mod vbd;
mod vdi;
mod view;
mod vif;
mod vm_boot;
mod vm_cd;
mod vm_cloud_init;
mod vm_copy;
mod vm_copy_across;
mod vm_create;
mod vm_delete;
mod vm_device;
mod vm_export;
mod vm_hardware;
mod vm_migrate;
mod vm_migrate_lost;
mod vm_migrate_pool;
mod vm_power;
mod vm_revert;
mod vm_set;
mod vm_set_and_restart;
mod vm_snapshot;
mod vm_template;
mod vm_warm;

use std::sync::Arc;

use app::{db, model};
use serde_json::Value;
use test_app::{Caller, TestApp, eventually};
use xapi_sim::{Datum, Object, Sim, World};

/// The application, connected to a simulated pool, and its administrator.
struct Lab {
    test: TestApp,
    sim: Sim,
    admin: Caller,
    /// Where the database is, unless that is in memory.
    folder: Option<tempfile::TempDir>,
}

impl Lab {
    async fn new() -> Self {
        // What takes a host seconds takes it milliseconds here.
        Self::on(Sim::builder().world("small").pace(0.005)).await
    }

    /// Starts with a pool whose transitions wait to be told.
    async fn slow() -> Self {
        Self::on(Sim::builder().world("small").explicit()).await
    }

    async fn on(sim: xapi_sim::sim::Builder) -> Self {
        Self::with(sim, |_| {}).await
    }

    /// Starts with more operations.
    async fn with(sim: xapi_sim::sim::Builder, more: impl FnOnce(&mut op::Ops<app::Cx>)) -> Self {
        Self::configured(sim, app::Config::default(), more).await
    }

    /// The same, with a configuration of its own.
    async fn configured(
        sim: xapi_sim::sim::Builder,
        mut config: app::Config,
        more: impl FnOnce(&mut op::Ops<app::Cx>),
    ) -> Self {
        let sim = sim.start().await.expect("the simulated pool starts");
        config.xapi_options.vdi_delay_before_removing_cloud_config_drive = app::Duration::from_millis(0);
        // Servers of files are here, too.
        config.transfers.local_urls = true;
        let ops = |ops: &mut op::Ops<app::Cx>| {
            inventory::ops(ops);
            more(ops);
        };
        let test = TestApp::with(config, ops).await;
        inventory::start(&test.app);
        let admin = test.admin().await;
        let lab = Self { test, sim, admin, folder: None };
        lab.connect(0).await;
        lab
    }

    /// Starts with a database in a file, so that it can start [again](Self::again).
    async fn kept(sim: xapi_sim::sim::Builder) -> Self {
        let sim = sim.start().await.expect("the simulated pool starts");
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = app::Config::default();
        folder.path().clone_into(&mut config.datadir);
        let test = TestApp::on(config, inventory::ops).await;
        let admin = test.admin().await;
        let lab = Self { test, sim, admin, folder: Some(folder) };
        lab.connect(0).await;
        lab
    }

    /// Stops the application and starts it again on the same database, with another configuration.
    async fn again(self, mut config: app::Config) -> Self {
        let Self { test, sim, admin, folder } = self;
        let email = admin.session.user().expect("somebody").email.clone();
        config.datadir = folder.as_ref().expect("the database is in a file").path().to_owned();
        test.app.shutdown().await;
        drop((test, admin));
        let test = TestApp::on(config, inventory::ops).await;
        inventory::start(&test.app);
        let user = test.app.db().users().by_email(&email).await.expect("the database answers").expect("the user");
        let admin = test.signed_in(&user).await;
        let lab = Self { test, sim, admin, folder };
        let master = lab.sim.with(|world| world.uuid(world.pool()).to_owned());
        lab.becomes(&master, |_| true).await;
        lab
    }

    /// Returns another connection of the administrator.
    async fn admin_again(&self) -> Caller {
        self.test.signed_in(&self.admin.session.user().expect("somebody")).await
    }

    /// Lets everything at the pool happen, but not what is called `but`, until the call has ended or nothing else is left
    /// to happen; returns whether it has ended.
    async fn drive<T>(&self, call: &tokio::task::JoinHandle<T>, but: &str) -> bool {
        let over = || call.is_finished() || self.sim.pending().iter().any(|(_, what)| what == but);
        let keeps = |lab: &Self| lab.sim.pending().iter().any(|(_, what)| what == but);
        self.drive_until(|_| over()).await;
        if keeps(self)
            && !call.is_finished()
            && self.test.app.config().xapi_options.restart_host_timeout.0.as_secs() < 5
        {
            eventually(async || call.is_finished().then_some(())).await;
        }
        call.is_finished()
    }

    /// Lets everything at the pool happen until `over`.
    async fn drive_until(&self, over: impl Fn(&Self) -> bool) {
        eventually(async || {
            if over(self) {
                return Some(());
            }
            if let Some((object, _)) = self.sim.pending().first() {
                self.sim.step(*object);
            }
            None
        })
        .await;
    }

    /// Connects the application to a pool; returns the server record.
    async fn connect(&self, pool: usize) -> db::Server {
        self.test.connect(self.sim.addresses(pool)[0].http).await
    }

    /// Returns our object of one of the simulator's.
    fn object(&self, object: Object) -> Arc<model::Object> {
        let uuid = self.sim.with(|world| world.uuid(object).to_owned());
        self.test.app.store().get(&uuid).expect("the object is shown")
    }

    fn id(&self, object: Object) -> String {
        self.object(object).id().to_owned()
    }

    /// Returns the id of one of the simulator's objects once ours is there.
    async fn id_soon(&self, object: Object) -> String {
        let uuid = self.sim.with(|world| world.uuid(object).to_owned());
        self.becomes(&uuid, |_| true).await;
        uuid
    }

    /// Returns the simulator's object of that class and name.
    fn named(&self, class: &str, name: &str) -> Object {
        self.sim.named(class, name).unwrap_or_else(|| panic!("a {class} `{name}`"))
    }

    /// Returns both hosts, the master first.
    fn both(&self) -> [Object; 2] {
        ["xcp-lab-1", "xcp-lab-2"].map(|name| self.named("host", name))
    }

    fn pool_id(&self) -> String {
        self.id(self.sim.with(|world| world.list("pool")[0]))
    }

    /// Returns how many calls of `method` the pool has got.
    fn called(&self, method: &str) -> u64 {
        self.sim.calls().get(method).copied().unwrap_or(0)
    }

    /// Returns a field of an object at the pool, as text.
    fn field(&self, object: Object, field: &str) -> String {
        self.sim.with(|world| world.text(object, field).to_owned())
    }

    /// Returns an entry of a map of an object at the pool; empty where there is none.
    fn entry(&self, object: Object, field: &str, key: &str) -> String {
        self.sim.with(|world| world.entry(object, field, key).to_owned())
    }

    /// Returns how many objects of each class that a VM is made of the pool has, to see that nothing is left behind.
    fn census(&self) -> Vec<usize> {
        self.sim.with(|world| {
            // Storage cleans up behind chains of disks in its own time.
            let is_kept = |world: &World, object| !world.is(object, "VDI") || world.flag(object, "managed");
            let count = |class: &str| world.all(class).filter(|object| is_kept(world, *object)).count();
            ["VM", "VBD", "VDI", "VIF", "VTPM"].map(count).to_vec()
        })
    }

    /// Returns an ordinary VM in that power state: nothing is blocked, and it is on a network.
    fn vm(&self, power_state: &str) -> Object {
        self.vm_where(power_state, |_, _| true)
    }

    /// Returns an ordinary halted VM that any host can run.
    fn vm_on_shared_storage(&self) -> Object {
        self.vm_where("Halted", |world, vm| {
            let mut disks = world.objects(vm, "VBDs").into_iter().filter(|vbd| world.text(*vbd, "type") == "Disk");
            disks.all(|vbd| world.flag(world.object(world.object(vbd, "VDI"), "SR"), "shared"))
        })
    }

    fn vm_where(&self, power_state: &str, wanted: impl Fn(&World, Object) -> bool) -> Object {
        let is_ordinary = |world: &World, vm| {
            let flags = ["is_a_template", "is_a_snapshot", "is_control_domain"];
            let unblocked = format!("{:?}", Datum::map::<&str, &str>([]));
            flags.iter().all(|flag| !world.flag(vm, flag))
                && world.text(vm, "power_state") == power_state
                && !world.objects(vm, "VIFs").is_empty()
                && format!("{:?}", world.get(vm, "blocked_operations")) == unblocked
        };
        let find = |world: &mut World| {
            let all = world.list("VM");
            all.into_iter().find(|vm| is_ordinary(world, *vm) && wanted(world, *vm))
        };
        self.sim.with(find).expect("such a VM")
    }

    /// Returns the VMs that run on a host, besides its own domain, in an order of their own.
    fn guests(&self, host: Object) -> Vec<Object> {
        self.sim.with(|world| {
            let mut guests = world.objects(host, "resident_VMs");
            guests.retain(|vm| !world.flag(*vm, "is_control_domain"));
            // Those that left and came back stand at the end.
            guests.sort_by_key(ToString::to_string);
            guests
        })
    }

    /// Returns the second host, with VMs that can all move: those that cannot are stopped.
    async fn movable(&self) -> (Object, Vec<Object>) {
        let host = self.sim.named("host", "xcp-lab-2").expect("the host");
        let stays = |world: &mut World, vm| {
            let is_local = |vbd: Object| {
                let sr = world.object(world.object(vbd, "VDI"), "SR");
                world.text(vbd, "type") == "Disk" && !world.flag(sr, "shared")
            };
            world.text(vm, "power_state") != "Running" || world.objects(vm, "VBDs").into_iter().any(is_local)
        };
        for vm in self.guests(host) {
            if self.sim.with(|world| stays(world, vm)) {
                self.admin.call("vm.stop", serde_json::json!({ "id": self.id(vm), "force": true })).await;
            }
        }
        let guests = self.guests(host);
        assert!(!guests.is_empty(), "some can move");
        (host, guests)
    }

    /// Waits until the object `id` is as wanted, and returns what clients get of it.
    async fn becomes(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async || {
            let object = self.test.app.store().get(id)?;
            Some(object.decode::<Value>().expect("objects are JSON")).filter(|object| wanted(object))
        };
        eventually(look).await
    }

    /// Waits until the object `id` is gone.
    async fn vanishes(&self, id: &str) {
        eventually(async || self.test.app.store().get(id).is_none().then_some(())).await;
    }
}
