//! A day of an administrator: what is done at a pool from the morning to the evening, through our command line client.

use serde_json::{Value, json};

use crate::our_cli::Cli;
use crate::server::Server;
use crate::wait::until;

const GIB: u64 = 1 << 30;
/// Name of the drives of cloud-init.
const DRIVE: &str = "XO CloudConfigDrive";
/// Addresses that two guests give themselves.
const WEB: &str = "192.0.2.11";
const DB: &str = "192.0.2.12";

/// The administrator, at work.
struct Day {
    server: Server,
    cli: Cli,
}

impl Day {
    async fn begin() -> Self {
        // The drive of cloud-init goes soon after the guest has come up, not minutes later.
        let server = Server::configured("[xapiOptions]\nvdiDelayBeforeRemovingCloudConfigDrive = '100 ms'\n").await;
        let cli = Cli::registered(&server).await;
        Self { server, cli }
    }

    /// Returns the objects that the words choose.
    async fn all(&self, words: &[&str]) -> Vec<Value> {
        let objects = self.cli.json(&[&["list-objects"], words].concat()).await;
        objects.as_array().expect("a list").clone()
    }

    /// Waits until the words choose exactly one object, which is as wanted.
    async fn one(&self, words: &[&str], wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async || {
            let mut found = self.all(words).await;
            let object = found.pop().filter(|_| found.is_empty())?;
            wanted(&object).then_some(object)
        };
        until(&format!("one object of {words:?} is as wanted"), look).await
    }

    /// Waits until the object `id` is as wanted.
    async fn becomes(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.one(&[&format!("id={id}")], wanted).await
    }

    /// Calls an operation that answers an id.
    async fn makes(&self, words: &[&str]) -> String {
        let printed = self.cli.ok(words).await;
        let id = printed.trim_end().to_owned();
        assert_eq!(id.len(), 36, "{words:?}: {printed}");
        id
    }

    /// Returns the disks of a VM, without the drive of cloud-init.
    async fn disks(&self, vm: &str) -> Vec<Value> {
        self.all_disks(vm).await.into_iter().filter(|disk| disk["name_label"] != DRIVE).collect()
    }

    /// Returns the drives of cloud-init of a VM.
    async fn drives(&self, vm: &str) -> Vec<Value> {
        self.all_disks(vm).await.into_iter().filter(|disk| disk["name_label"] == DRIVE).collect()
    }

    async fn all_disks(&self, vm: &str) -> Vec<Value> {
        let drives = self.all(&["type=VBD", &format!("VM={vm}"), "is_cd_drive=false"]).await;
        let mut disks = Vec::new();
        for drive in drives {
            disks.extend(self.all(&["type=VDI", &format!("id={}", text(&drive["VDI"]))]).await);
        }
        disks
    }

    /// Makes a VM of a template, with its disk on the storage `sr` and on the network `network`; its guest sets itself up
    /// with the address at its first start.
    async fn create(&self, name: &str, template: &str, sr: &str, network: &str, address: &str) -> String {
        let config = format!("#cloud-config\nhostname: {name}\n");
        let interface = format!("version: 2\nethernets:\n  eth0:\n    addresses: [{address}/24]\n");
        let id = self
            .makes(&[
                "vm.create",
                &format!("template={template}"),
                &format!("name_label={name}"),
                &format!("existingDisks=json:{}", json!({ "0": { "$SR": sr } })),
                &format!("VIFs=json:{}", json!([{ "network": network }])),
                &format!("cloudConfig={config}"),
                &format!("networkConfig={interface}"),
                "destroyCloudConfigVdiAfterBoot=true",
            ])
            .await;
        self.becomes(&id, |vm| vm["type"] == "VM" && vm["name_label"] == name && vm["power_state"] == "Halted").await;
        id
    }

    /// Starts a VM whose guest gives itself this address.
    async fn start(&self, vm: &str, address: &str) -> Value {
        assert_eq!(self.cli.ok(&["vm.start", &format!("id={vm}")]).await, "true\n");
        // Without the drivers of its guest a VM cannot move.
        self.becomes(vm, |vm| {
            let guest = (&vm["pvDriversDetected"], &vm["mainIpAddress"]);
            vm["power_state"] == "Running" && guest == (&json!(true), &json!(address))
        })
        .await
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text"))
}

#[tokio::test]
async fn an_administrator_gets_through_the_day() {
    let day = Day::begin().await;
    let pool = day.one(&["type=pool"], |_| true).await;
    let shared = day.one(&["type=SR", "name_label=NFS storage"], |_| true).await;
    let template = day.one(&["type=VM-template", "name_label=debian-12-cloud"], |_| true).await;
    let interface = day.all(&["type=PIF", "management=true"]).await.remove(0);
    let (shared, network) = (text(&shared["id"]), text(&interface["$network"]));

    // Three VMs of a template.
    let mut vms = Vec::new();
    for (name, address) in [("day-web", WEB), ("day-db", DB), ("day-cache", "192.0.2.13")] {
        vms.push(day.create(name, text(&template["id"]), shared, network, address).await);
    }
    let [web, db, cache] = &vms[..] else { unreachable!("three were made") };
    for vm in &vms {
        let (disks, drives) = (day.disks(vm).await, day.drives(vm).await);
        assert!(disks.len() == 1 && disks[0]["$SR"] == shared, "{disks:?}");
        assert!(drives.len() == 1 && drives[0]["$SR"] == shared, "{drives:?}");
    }

    bigger(&day, web).await;
    back_to_a_snapshot(&day, db).await;
    moved_disk(&day, cache, shared).await;

    day.start(db, DB).await;
    let here = text(&day.start(web, WEB).await["$container"]).to_owned();
    // What set the guest up goes; a VM that was never started keeps it.
    until("the drive of cloud-init goes", async || day.drives(web).await.is_empty().then_some(())).await;
    assert_eq!((day.disks(web).await.len(), day.drives(cache).await.len()), (1, 1));
    let hosts = day.all(&["type=host"]).await;
    let there = hosts.iter().map(|host| text(&host["id"])).find(|host| *host != here).expect("there are two hosts");
    assert_eq!(day.cli.ok(&["vm.migrate", &format!("vm={web}"), &format!("targetHost={there}")]).await, "true\n");
    day.becomes(web, |vm| vm["$container"] == there && vm["power_state"] == "Running").await;
    emptied_host(&day, there, web, &here).await;

    // Storage on NFS, for all hosts.
    let words = ["nameLabel=day-nfs", "nameDescription=made in the afternoon", "server=nas", "serverPath=/exports/day"];
    let sr = day.makes(&[&["sr.createNfs", &format!("host={here}")], &words[..]].concat()).await;
    let made = day.becomes(&sr, |sr| sr["$PBDs"].as_array().is_some_and(|pbds| pbds.len() == hosts.len())).await;
    assert_eq!(
        (&made["SR_type"], &made["shared"], &made["name_label"]),
        (&json!("nfs"), &json!(true), &json!("day-nfs"))
    );
    for pbd in made["$PBDs"].as_array().expect("a list") {
        day.becomes(text(pbd), |pbd| pbd["attached"] == true).await;
    }

    // A network of a VLAN, on all hosts.
    let (pool, pif) = (text(&pool["id"]), text(&interface["id"]));
    let words = ["name=day-vlan", "description=for guests", "vlan=json:42"];
    let network =
        day.makes(&[&["network.create", &format!("pool={pool}"), &format!("pif={pif}")], &words[..]].concat()).await;
    let made =
        day.becomes(&network, |made| made["PIFs"].as_array().is_some_and(|pifs| pifs.len() == hosts.len())).await;
    for pif in made["PIFs"].as_array().expect("a list") {
        day.becomes(text(pif), |pif| pif["vlan"] == 42 && pif["$network"] == network.as_str()).await;
    }

    one_vm_of_ones_own(&day, web, db).await;
}

/// Gives a VM more of everything.
async fn bigger(day: &Day, vm: &str) {
    let memory = 3 * GIB;
    day.cli.ok(&["vm.set", &format!("id={vm}"), "CPUs=json:2", &format!("memory=json:{memory}")]).await;
    day.becomes(vm, |vm| vm["CPUs"]["number"] == 2 && vm["memory"]["size"] == memory).await;
    let disk = day.disks(vm).await.remove(0);
    let size = disk["size"].as_u64().expect("a size") + 5 * GIB;
    day.cli.ok(&["vdi.set", &format!("id={}", text(&disk["id"])), &format!("size=json:{size}")]).await;
    day.becomes(text(&disk["id"]), |disk| disk["size"] == size).await;
}

/// Takes a VM back to what it was before a change.
async fn back_to_a_snapshot(day: &Day, vm: &str) {
    day.cli.ok(&["vm.set", &format!("id={vm}"), "name_description=good"]).await;
    day.becomes(vm, |vm| vm["name_description"] == "good").await;
    let snapshot = day.makes(&["vm.snapshot", &format!("id={vm}"), "name=before the change"]).await;
    let taken = day.becomes(&snapshot, |taken| taken["type"] == "VM-snapshot").await;
    assert_eq!((&taken["$snapshot_of"], &taken["name_label"]), (&json!(vm), &json!("before the change")));
    day.cli.ok(&["vm.set", &format!("id={vm}"), "name_description=broken"]).await;
    day.becomes(vm, |vm| vm["name_description"] == "broken").await;
    assert_eq!(day.cli.ok(&["vm.revert", &format!("snapshot={snapshot}")]).await, "true\n");
    day.becomes(vm, |vm| vm["name_description"] == "good" && vm["snapshots"] == json!([snapshot])).await;
}

/// Moves the disk of a VM to local storage.
async fn moved_disk(day: &Day, vm: &str, from: &str) {
    let disk = day.disks(vm).await.remove(0);
    let srs = day.all(&["type=SR", "content_type=user"]).await;
    let local = srs.iter().find(|sr| sr["shared"] == false).expect("there is local storage");
    let local = text(&local["id"]);
    assert_ne!(local, from);
    day.cli.ok(&["vdi.migrate", &format!("id={}", text(&disk["id"])), &format!("sr_id={local}")]).await;
    let moved = async || {
        let disks = day.disks(vm).await;
        (disks.len() == 1 && disks[0]["$SR"] == local).then_some(())
    };
    until("the disk is where it was to go", moved).await;
}

/// Empties a host for maintenance and takes it back: the VM that can move does so.
async fn emptied_host(day: &Day, host: &str, vm: &str, other: &str) {
    // What the demonstration runs there may have disks that no other host sees.
    for guest in day.all(&["type=VM", &format!("$container={host}")]).await {
        if guest["id"] != vm && ["Running", "Paused"].contains(&text(&guest["power_state"])) {
            let id = text(&guest["id"]);
            day.cli.ok(&["vm.stop", &format!("id={id}"), "force=true", "bypassBlockedOperation=true"]).await;
            day.becomes(id, |guest| guest["power_state"] == "Halted").await;
        }
    }
    let mode = async |on: bool| {
        day.cli.ok(&["host.setMaintenanceMode", &format!("id={host}"), &format!("maintenance={on}")]).await;
        day.becomes(host, |host| host["enabled"] == !on).await;
    };
    mode(true).await;
    day.becomes(vm, |vm| vm["$container"] == other && vm["power_state"] == "Running").await;
    assert!(day.all(&["type=VM", "power_state=Running", &format!("$container={host}")]).await.is_empty());
    mode(false).await;
}

/// Gives a user one VM, then takes it away again.
async fn one_vm_of_ones_own(day: &Day, vm: &str, other: &str) {
    let user = day.makes(&["user.create", "email=guest", "password=a-good-password"]).await;
    let guest = Cli::new();
    let run = guest.run(&["register", &day.server.url(), "guest", "a-good-password"]).await;
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(guest.json(&["list-objects"]).await, json!([]));

    let rule = [&format!("subject={user}"), &format!("object={vm}"), "action=operator"];
    day.cli.ok(&["acl.add", rule[0], rule[1], rule[2]]).await;
    let seen = guest.json(&["list-objects"]).await;
    let seen = seen.as_array().expect("a list");
    let machines: Vec<_> = seen.iter().filter(|object| object["type"] == "VM").map(|vm| &vm["id"]).collect();
    assert_eq!(machines, [vm]);
    let parts = ["VM", "VBD", "VDI", "VIF", "message"];
    assert!(seen.iter().all(|object| parts.contains(&text(&object["type"]))), "{seen:?}");
    guest.ok(&["vm.stop", &format!("id={vm}"), "force=true"]).await;
    day.becomes(vm, |vm| vm["power_state"] == "Halted").await;
    let refused = "error: not enough permissions\n";
    assert_eq!(guest.failed(1, &["vm.stop", &format!("id={other}"), "force=true"]).await, refused);
    assert_eq!(guest.failed(1, &["vm.delete", &format!("id={vm}")]).await, refused);

    day.cli.ok(&["acl.remove", rule[0], rule[1], rule[2]]).await;
    assert_eq!(guest.json(&["list-objects"]).await, json!([]));
    assert_eq!(guest.failed(1, &["vm.start", &format!("id={vm}")]).await, refused);
    day.becomes(vm, |vm| vm["power_state"] == "Halted").await;
}
