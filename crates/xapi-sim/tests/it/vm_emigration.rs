//! Migration to another pool, over the ports that its host's ticket names.

use serde_json::{Value, json};
use tokio::time::timeout;
use xapi_sim::{Object, World};

use crate::{
    client::{Client, SOON},
    lab::{Failure, Lab, failure},
};

const NORTH: usize = 0;
const BRANCH: usize = 1;

/// Two pools, and what a VM of the first finds in the second.
struct Sites {
    lab: Lab,
    branch: Client,
    host: String,
    network: String,
    sr: String,
}

/// How many objects a pool has of each class that a VM is made of.
fn census(world: &mut World) -> Vec<usize> {
    ["VM", "VBD", "VDI", "VIF", "VM_metrics", "VM_guest_metrics", "console"]
        .map(|class| world.all(class).count())
        .into()
}

fn bytes(world: &mut World, disk: &str) -> [u8; 64] {
    let mut bytes = [0; 64];
    world.disks.read(disk.parse().expect("a reference"), 5 << 20, &mut bytes);
    bytes
}

impl Sites {
    async fn new() -> Self {
        let lab = Lab::named("two-pools").await;
        let branch = Client::login(lab.sim.addresses(BRANCH)[0].http).await;
        let name = |class: &str, name: &str| {
            lab.sim.with_pool(BRANCH, |world| world.by_name(class, name).expect("it is there").to_string())
        };
        let (host, sr) = (name("host", "branch-1"), name("SR", "Local storage"));
        let network = name("network", "Pool-wide network associated with eth0");
        Self { lab, branch, host, network, sr }
    }

    async fn ticket(&self) -> Value {
        let none = xapi_types::Value::structure::<&str>([]);
        let params = [self.host.as_str().into(), self.network.as_str().into(), none];
        let ticket = self.branch.ok("host.migrate_receive", &params).await;
        serde_json::from_str(&ticket.to_string()).expect("JSON")
    }

    /// Maps all disks and interfaces of a VM to what the branch has.
    fn maps(&self, vm: &str) -> (Value, Value) {
        let vm: Object = vm.parse().expect("a reference");
        self.lab.sim.with(|world| {
            let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
            let disks = disks.filter(|disk| world.is(*disk, "VDI")).map(|disk| (disk.to_string(), json!(self.sr)));
            let vifs = world.objects(vm, "VIFs").into_iter().map(|vif| (vif.to_string(), json!(self.network)));
            (Value::Object(disks.collect()), Value::Object(vifs.collect()))
        })
    }

    async fn arguments(&self, vm: &str, options: Value) -> [Value; 7] {
        let (disks, vifs) = self.maps(vm);
        [json!(vm), self.ticket().await, json!(true), disks, vifs, options, json!({})]
    }

    /// Waits until the disks are over there; answers the task.
    async fn under_way(&self, arguments: [Value; 7]) -> String {
        let task = self.lab.begin("VM.migrate_send", arguments).await.expect("it goes");
        self.rests(&task).await;
        task
    }

    /// Waits until the call of `task` waits to be told, or has ended.
    async fn rests(&self, task: &str) {
        let rests = async {
            while self.lab.get("task", "status", task).await == "pending"
                && !self.lab.sim.pending().iter().any(|(_, what)| what == "migrate_send")
            {}
        };
        timeout(SOON, rests).await.expect("it comes to rest");
    }

    async fn ended(&self, task: &str) {
        let ended = async { while self.lab.get("task", "status", task).await == "pending" {} };
        timeout(SOON, ended).await.expect("it ends");
    }

    async fn send(&self, arguments: [Value; 7]) -> Result<Value, Failure> {
        let task = self.lab.begin("VM.migrate_send", arguments).await?;
        self.rests(&task).await;
        self.lab.sim.finish_all();
        self.ended(&task).await;
        self.lab.finish("VM.migrate_send", &task).await
    }

    fn branch_has(&self) -> Vec<usize> {
        self.lab.sim.with_pool(BRANCH, census)
    }

    async fn branch_has_again(&self, before: &[usize]) {
        timeout(SOON, async {
            while self.branch_has() != before {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("nothing is left behind");
    }
}

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
