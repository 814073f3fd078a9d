//! Two pools, and a VM that goes from one to the other.

use serde_json::{Value, json};
use tokio::time::timeout;
use xapi_sim::{Object, World};

use crate::{
    client::{Client, SOON},
    lab::{Failure, Lab},
};

pub const NORTH: usize = 0;
pub const BRANCH: usize = 1;

/// Two pools, and what a VM of the first finds in the second.
pub struct Sites {
    pub lab: Lab,
    pub branch: Client,
    pub host: String,
    pub network: String,
    pub sr: String,
}

/// How many objects a pool has of each class that a VM is made of.
pub fn census(world: &mut World) -> Vec<usize> {
    ["VM", "VBD", "VDI", "VIF", "VM_metrics", "VM_guest_metrics", "console"]
        .map(|class| world.all(class).count())
        .into()
}

pub fn bytes(world: &mut World, disk: &str) -> [u8; 64] {
    let mut bytes = [0; 64];
    world.disks.read(disk.parse().expect("a reference"), 5 << 20, &mut bytes);
    bytes
}

impl Sites {
    pub async fn new() -> Self {
        let lab = Lab::named("two-pools").await;
        let branch = Client::login(lab.sim.addresses(BRANCH)[0].http).await;
        let name = |class: &str, name: &str| {
            lab.sim.with_pool(BRANCH, |world| world.by_name(class, name).expect("it is there").to_string())
        };
        let (host, sr) = (name("host", "branch-1"), name("SR", "Local storage"));
        let network = name("network", "Pool-wide network associated with eth0");
        Self { lab, branch, host, network, sr }
    }

    pub async fn ticket(&self) -> Value {
        let none = xapi_types::Value::structure::<&str>([]);
        let params = [self.host.as_str().into(), self.network.as_str().into(), none];
        let ticket = self.branch.ok("host.migrate_receive", &params).await;
        serde_json::from_str(&ticket.to_string()).expect("JSON")
    }

    /// Maps all disks and interfaces of a VM to what the branch has.
    pub fn maps(&self, vm: &str) -> (Value, Value) {
        let vm: Object = vm.parse().expect("a reference");
        self.lab.sim.with(|world| {
            let disks = world.objects(vm, "VBDs").into_iter().map(|vbd| world.object(vbd, "VDI"));
            let disks = disks.filter(|disk| world.is(*disk, "VDI")).map(|disk| (disk.to_string(), json!(self.sr)));
            let vifs = world.objects(vm, "VIFs").into_iter().map(|vif| (vif.to_string(), json!(self.network)));
            (Value::Object(disks.collect()), Value::Object(vifs.collect()))
        })
    }

    pub async fn arguments(&self, vm: &str, options: Value) -> [Value; 7] {
        let (disks, vifs) = self.maps(vm);
        [json!(vm), self.ticket().await, json!(true), disks, vifs, options, json!({})]
    }

    /// Waits until the disks are over there; answers the task.
    pub async fn under_way(&self, arguments: [Value; 7]) -> String {
        let task = self.lab.begin("VM.migrate_send", arguments).await.expect("it goes");
        self.rests(&task).await;
        task
    }

    /// Waits until the call of `task` waits to be told, or has ended.
    pub async fn rests(&self, task: &str) {
        let rests = async {
            while self.lab.get("task", "status", task).await == "pending"
                && !self.lab.sim.pending().iter().any(|(_, what)| what == "migrate_send")
            {}
        };
        timeout(SOON, rests).await.expect("it comes to rest");
    }

    pub async fn ended(&self, task: &str) {
        let ended = async { while self.lab.get("task", "status", task).await == "pending" {} };
        timeout(SOON, ended).await.expect("it ends");
    }

    pub async fn send(&self, arguments: [Value; 7]) -> Result<Value, Failure> {
        let task = self.lab.begin("VM.migrate_send", arguments).await?;
        self.rests(&task).await;
        self.lab.sim.finish_all();
        self.ended(&task).await;
        self.lab.finish("VM.migrate_send", &task).await
    }

    /// Returns how many sessions the branch has.
    pub fn sessions(&self) -> usize {
        self.lab.sim.with_pool(BRANCH, |world| world.all("session").count())
    }

    /// Waits until something has arrived at the branch, or the call of `task` has ended.
    pub async fn something_arrives(&self, task: &str, before: &[usize]) {
        let arrives =
            async { while self.branch_has() == before && self.lab.get("task", "status", task).await == "pending" {} };
        timeout(SOON, arrives).await.expect("it comes to that");
    }

    pub fn branch_has(&self) -> Vec<usize> {
        self.lab.sim.with_pool(BRANCH, census)
    }

    pub async fn branch_has_again(&self, before: &[usize]) {
        timeout(SOON, async {
            while self.branch_has() != before {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("nothing is left behind");
    }
}
