//! A server that can be killed, and a pool that outlives it.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use xapi_sim::{Sim, World, sim::Builder};

use crate::client::{ADMIN, Client, PASSWORD, http_client};
use crate::server::Server;
use crate::wait::{LIMIT, until};

/// Bytes of a block of a disk.
pub(super) const BLOCK: usize = 2 << 20;
/// Blocks of the disk that goes out or comes in: what the system takes for a reader that stops is less by far.
pub(super) const BLOCKS: usize = 40;

/// Which of the numbers of a census is that of disks.
pub(super) const DISKS: usize = 2;

/// A server, and a pool that outlives it.
pub(super) struct Lab {
    pub(super) server: Server,
    pub(super) sim: Sim,
}

impl Lab {
    pub(super) async fn on(sim: Builder) -> Self {
        let sim = sim.start().await.unwrap();
        let (server, made_up) = Server::first_start().await;
        let mut client = Client::connect(server.address).await.expect("the server accepts connections");
        client.ok("session.signIn", json!({ "email": ADMIN, "password": made_up })).await;
        client.ok("user.changePassword", json!({ "oldPassword": made_up, "newPassword": PASSWORD })).await;
        let host = format!("http://{}", sim.http_addr());
        client.ok("server.add", json!({ "host": host, "username": "root", "password": "password" })).await;
        let lab = Self { server, sim };
        lab.connected().await;
        lab
    }

    pub(super) async fn client(&self) -> Client {
        Client::signed_in(self.server.address).await
    }

    /// Waits until the server shows the pool; returns its id.
    pub(super) async fn connected(&self) -> String {
        let id = self.sim.with(|world| world.uuid(world.pool()).to_owned());
        self.shown(&id).await;
        id
    }

    /// Waits until the server shows an object.
    pub(super) async fn shown(&self, id: &str) {
        let mut client = self.client().await;
        until("it is shown", async || {
            let found = client.ok("xo.getAllObjects", json!({ "filter": { "id": id } })).await;
            found.get(id).map(drop)
        })
        .await;
    }

    /// Kills the server and starts it again.
    pub(super) async fn killed(self) -> Self {
        let Self { mut server, sim } = self;
        server.kill().await;
        let lab = Self { server: server.again().await, sim };
        lab.connected().await;
        lab
    }

    /// Returns a task that is as wanted, once there is one.
    pub(super) async fn task(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let token = self.client().await.ok("token.create", json!({})).await;
        let url = format!("{}rest/v0/tasks?fields=*", self.server.url());
        until(what, async || {
            let cookie = format!("authenticationToken={}", token.as_str()?);
            let tasks = http_client().get(&url).header("cookie", cookie).send().await.ok()?.bytes().await.ok()?;
            let tasks: Vec<Value> = serde_json::from_slice(&tasks).ok()?;
            tasks.into_iter().find(&wanted)
        })
        .await
    }

    /// Waits until the task of `method` is told as interrupted.
    pub(super) async fn interrupted(&self, method: &str) {
        let ours = |task: &Value| task["properties"]["method"] == method;
        let task = self.task("it is told as interrupted", |task| ours(task) && task["status"] != "pending").await;
        assert_eq!(task["status"], "interrupted", "{task}");
        assert!(task["end"].is_i64(), "{task}");
    }

    /// Returns how many objects of each class that a VM is made of the pool has.
    pub(super) fn census(&self) -> Vec<usize> {
        self.sim.with(|world| {
            // Storage cleans up behind chains of disks in its own time.
            let is_kept = |world: &World, object| !world.is(object, "VDI") || world.flag(object, "managed");
            let count = |class: &str| world.all(class).filter(|object| is_kept(world, *object)).count();
            ["VM", "VBD", "VDI", "VIF"].map(count).to_vec()
        })
    }

    /// Returns the id of the storage that takes disks.
    pub(super) fn sr(&self) -> String {
        self.sim.with(|world| world.uuid(world.by_name("SR", "NFS storage").expect("it")).to_owned())
    }

    /// Makes a halted VM with a disk that holds something; returns its id and that of the disk.
    pub(super) async fn packed(&self) -> (String, String) {
        let (vm, disk) = self.sim.with(|world| {
            let sr = world.by_name("SR", "NFS storage").expect("the storage");
            let memory = 1_i64 << 30;
            let vm = [
                ("name_label", "packed".into()),
                ("power_state", "Halted".into()),
                ("VCPUs_max", 1_i64.into()),
                ("VCPUs_at_startup", 1_i64.into()),
                ("memory_static_max", memory.into()),
                ("memory_dynamic_max", memory.into()),
                ("memory_dynamic_min", memory.into()),
                ("HVM_boot_policy", "BIOS order".into()),
                ("reference_label", "debian-12".into()),
            ];
            let vm = world.create("VM", vm);
            let size = i64::try_from(BLOCKS * BLOCK).expect("a size");
            let disk = [
                ("name_label", "disk".into()),
                ("SR", sr.into()),
                ("managed", true.into()),
                ("type", "user".into()),
                ("virtual_size", size.into()),
            ];
            let disk = world.create("VDI", disk);
            let vbd = [
                ("VM", vm.into()),
                ("VDI", disk.into()),
                ("type", "Disk".into()),
                ("mode", "RW".into()),
                ("userdevice", "0".into()),
            ];
            world.create("VBD", vbd);
            let mut seed = 1_u64;
            for block in 0..BLOCKS {
                // What does not get smaller where it is compressed.
                let noise = (0..BLOCK).map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 56) as u8
                });
                let noise: Vec<u8> = noise.collect();
                world.disks.write(disk, (block * BLOCK) as u64, &noise);
            }
            (world.uuid(vm).to_owned(), world.uuid(disk).to_owned())
        });
        self.shown(&vm).await;
        self.shown(&disk).await;
        (vm, disk)
    }

    /// Takes all of what `method` offers.
    pub(super) async fn fetch(&self, method: &str, params: Value) -> Vec<u8> {
        let answer = self.begin_fetch(method, params).await;
        answer.bytes().await.unwrap().to_vec()
    }

    pub(super) async fn begin_fetch(&self, method: &str, params: Value) -> reqwest::Response {
        let path = self.client().await.ok(method, params).await["$getFrom"].as_str().expect("a path").to_owned();
        let answer = http_client().get(format!("http://{}{path}", self.server.address)).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        answer
    }

    /// Sends half of `content` to where `method` wants it, and then nothing until the server is gone.
    pub(super) async fn send_half(&self, method: &str, params: Value, content: &[u8]) -> tokio::task::JoinHandle<()> {
        let path = self.client().await.ok(method, params).await["$sendTo"].as_str().expect("a path").to_owned();
        let half: Vec<_> = content[..content.len() / 2].chunks(64 << 10).map(|piece| Ok(piece.to_vec())).collect();
        let body = stream::iter(half).chain(stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let request = http_client()
            .post(format!("http://{}{path}", self.server.address))
            .header("content-length", content.len())
            .body(reqwest::Body::wrap_stream(body));
        tokio::spawn(async move {
            request.send().await.expect_err("the server is killed meanwhile");
        })
    }

    /// Returns how many bytes the disks of the pool hold.
    pub(super) fn held(&self) -> i64 {
        self.sim.with(|world| world.all("VDI").map(|disk| world.disks.used(disk)).sum())
    }

    /// Waits until the pool has as much as before.
    pub(super) async fn as_before(&self, before: &[usize]) {
        let back = async {
            while self.census() != before {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let is_back = tokio::time::timeout(LIMIT, back).await.is_ok();
        assert!(is_back, "of {before:?} there are {:?}:\n{}", self.census(), self.server.printed());
    }

    /// Forgets all tasks that have ended.
    pub(super) async fn forget(&self) {
        let token = self.client().await.ok("token.create", json!({})).await;
        let url = format!("{}rest/v0/tasks", self.server.url());
        let request = http_client().delete(url).bearer_auth(token.as_str().expect("a text"));
        assert!(request.send().await.unwrap().status().is_success());
    }
}
