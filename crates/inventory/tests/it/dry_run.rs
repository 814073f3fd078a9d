//! What an action would do, without doing it.

use std::collections::{BTreeMap, BTreeSet};

use app::model::Kind;
use serde_json::{Map, Value, json};
use xapi_sim::Object;

use crate::Lab;

/// What a dry run changes nothing by.
fn only_looks(method: &str) -> bool {
    let name = method.rsplit('.').next().expect("a method has a name");
    name.starts_with("get_")
        || name.starts_with("assert_")
        || ["host.migrate_receive", "event.from"].contains(&method)
        || method.starts_with("session.")
}

fn changing(lab: &Lab) -> BTreeMap<String, u64> {
    lab.sim.calls().into_iter().filter(|(method, _)| !only_looks(method)).collect()
}

impl Lab {
    /// Returns what a dry run tells of the one object.
    async fn dry(&self, method: &str, mut params: Value) -> Value {
        // Tasks of what was done before are deleted in their own time.
        let changing =
            |lab: &Self| changing(lab).into_iter().filter(|(method, _)| method != "task.destroy").collect::<Vec<_>>();
        let before = changing(self);
        params["dryRun"] = true.into();
        let report = self.admin.call(method, params).await;
        assert_eq!(changing(self), before, "{method}: {report}");
        report["objects"][0].clone()
    }

    async fn would(&self, method: &str, params: Value) -> String {
        let told = self.dry(method, params).await;
        assert_eq!(told["outcome"], "would", "{method}: {told}");
        told["would"].as_str().expect("text").to_owned()
    }

    async fn why(&self, method: &str, params: Value) -> String {
        let told = self.dry(method, params).await;
        assert_eq!(told["outcome"], "refused", "{method}: {told}");
        told["why"].as_str().expect("text").to_owned()
    }

    fn shown(&self, object: Object) -> String {
        format!("`{}`", self.field(object, "name_label"))
    }
}

#[tokio::test]
async fn no_dry_run_of_any_action_changes_anything() {
    let lab = Lab::new().await;
    let mut before = changing(&lab);
    let mut unsaid = BTreeSet::new();
    let mut told = BTreeMap::<&str, Map<String, Value>>::new();
    for name in lab.test.app.ops().names().collect::<Vec<_>>() {
        let Some(principal) = lab.test.app.ops().principal(name) else { continue };
        let kinds =
            lab.test.app.ops().ids(name).find(|(param, _)| *param == principal).expect("it is an id").1.to_vec();
        let of_kinds = |object: &app::Object| kinds.is_empty() || kinds.iter().any(|kind| kind == object.kind().name());
        let objects = lab.test.app.store().snapshot().iter().filter(|object| of_kinds(object));
        let ids: Vec<_> = objects.map(|object| object.id().to_owned()).take(200).collect();
        for force in [false, true] {
            let mut params = parameters(&lab, name, principal, force);
            params["selection"] = json!({ "ids": ids });
            params["dryRun"] = true.into();
            let report: Value = match lab.test.app.call(&lab.admin.session, name, params.clone()).await {
                Ok(answer) => answer.decode().expect("answers are JSON"),
                // Of what else it needs this pool has none.
                Err(error) => {
                    assert!(
                        matches!(error, op::Error::NoSuchObject { .. }),
                        "{name} {params}: {}",
                        error.to_json(true)
                    );
                    continue;
                }
            };
            let made = changing(&lab);
            // It asks a script of each host what that lacks.
            if let ("pool.rollingUpdate" | "pool.installPatches", Some(asked)) = (name, made.get("host.call_plugin")) {
                before.insert("host.call_plugin".to_owned(), *asked);
            }
            assert_eq!(made, before, "{name} {params}");
            let counts = report["counts"].as_object().expect("counts").clone();
            assert_eq!(
                (&counts["done"], &counts["failed"], &counts["skipped"]),
                (&json!(0), &json!(0), &json!(0)),
                "{name}"
            );
            for object in report["objects"].as_array().expect("a list") {
                let says = object.get("would").or(object.get("why")).and_then(Value::as_str).expect("a sentence");
                if says.is_empty() || says.contains("would be called") {
                    unsaid.insert(format!("{name}: {}", says.rsplit(": ").next().unwrap_or_default()));
                }
            }
            told.entry(name).or_default().extend(counts);
        }
    }
    assert!(unsaid.is_empty(), "{unsaid:#?}");
    assert!(told.len() > 80, "{} actions", told.len());
    let ever = told.values().filter(|counts| counts["would"] != 0).count();
    assert!(ever > 60, "of {} actions {ever} would ever do something: {told:#?}", told.len());
}

/// Makes up parameters that an operation cannot do without, and switches that go past what stands against it.
fn parameters(lab: &Lab, name: &str, principal: &str, force: bool) -> Value {
    let ops = lab.test.app.ops();
    let ids: BTreeMap<String, Vec<String>> =
        ops.ids(name).map(|(param, kinds)| (param.to_owned(), kinds.to_vec())).collect();
    let info = ops.method_info(name).expect("it is in the listing");
    let mut params = Map::new();
    for (param, schema) in info["params"].as_object().expect("parameters") {
        let optional = schema["optional"] == true || schema.get("default").is_some();
        let switch = schema["type"] == "boolean" && force;
        if param == principal || (optional && !switch) {
            continue;
        }
        let value = match ids.get(param) {
            Some(kinds) => {
                let kind = kinds.first().and_then(|kind| Kind::parse(kind)).expect("ids beside the object have kinds");
                let id = lab
                    .test
                    .app
                    .store()
                    .snapshot()
                    .of_kind(kind)
                    .next()
                    .map_or("none".to_owned(), |o| o.id().to_owned());
                if schema["type"] == "array" { json!([id]) } else { json!(id) }
            }
            None if param == "order" => json!("cdn"),
            None => made_up(schema),
        };
        params.insert(param.clone(), value);
    }
    params.into()
}

fn made_up(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind.unwrap_or("string") {
        "boolean" => json!(true),
        "integer" | "number" => json!(1),
        "array" => json!([]),
        "object" => {
            let inner = schema["properties"].as_object().into_iter().flatten();
            let needed = inner.filter(|(_, schema)| schema["optional"] != true && schema.get("default").is_none());
            needed.map(|(name, schema)| (name.clone(), made_up(schema))).collect::<Map<_, _>>().into()
        }
        _ => json!("made-up"),
    }
}

#[tokio::test]
async fn power_follows_the_state_of_the_vm_as_the_action_would() {
    let lab = Lab::new().await;
    let (halted, running) = (lab.vm("Halted"), lab.vm("Running"));
    let (off, on) = (json!({ "id": lab.id(halted) }), json!({ "id": lab.id(running) }));
    let vm = |vm, state: &str| format!("VM {} is {state}: ", lab.shown(vm));
    assert_eq!(lab.would("vm.start", off.clone()).await, vm(halted, "Halted") + "it would be started");
    let clean = "it would be shut down cleanly by its guest tools";
    assert_eq!(lab.would("vm.stop", on.clone()).await, vm(running, "Running") + clean);
    let hard = json!({ "id": lab.id(running), "force": true });
    assert!(lab.would("vm.stop", hard.clone()).await.ends_with("switched off hard, without its guest being asked"));
    assert!(lab.would("vm.restart", hard).await.ends_with("restarted hard, without its guest being asked"));
    for (method, says) in [("vm.suspend", "suspended"), ("vm.pause", "paused"), ("vm.restart", "by its guest tools")] {
        assert!(lab.would(method, on.clone()).await.contains(says), "{method}");
        assert_eq!(lab.why(method, off.clone()).await, "it is halted and would have to be running", "{method}");
    }
    assert_eq!(lab.why("vm.start", on.clone()).await, "it is running and would have to be halted");
    assert_eq!(lab.why("vm.resume", on.clone()).await, "it is running and would have to be suspended");
    lab.admin.call("vm.suspend", on.clone()).await;
    lab.becomes(&lab.id(running), |vm| vm["power_state"] == "Suspended").await;
    // Starting a suspended VM resumes it, and so the dry run says.
    assert_eq!(lab.would("vm.start", on).await, vm(running, "Suspended") + "it would be resumed");
}

#[tokio::test]
async fn a_block_is_told_with_its_reason_and_what_lifts_it() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let id = lab.id(vm);
    let block = json!({ "start": "it migrates tonight", "destroy": true });
    lab.admin.call("vm.set", json!({ "id": id, "blockedOperations": block })).await;
    assert_eq!(lab.why("vm.start", json!({ "id": id })).await, "this is blocked on it: it migrates tonight");
    assert_eq!(lab.why("vm.delete", json!({ "id": id })).await, "it is protected from deletion");
    let says = lab.would("vm.start", json!({ "id": id, "force": true })).await;
    assert!(says.ends_with("it would be started; what is blocked would be let pass for it"), "{says}");
    let says = lab.would("vm.delete", json!({ "id": id, "force": true })).await;
    assert!(says.ends_with("it would be deleted with its snapshots, its disks with it"), "{says}");
    let id = lab.id(lab.vm("Running"));
    lab.admin.call("vm.set", json!({ "id": id, "blockedOperations": { "clean_shutdown": true } })).await;
    assert_eq!(lab.why("vm.stop", json!({ "id": id })).await, "this is blocked on it");
    let says = lab.would("vm.stop", json!({ "id": id, "bypassBlockedOperation": true })).await;
    assert!(says.contains("shut down cleanly by its guest tools; what is blocked"), "{says}");
}

#[tokio::test]
async fn an_address_that_is_in_use_is_found_by_the_check_of_the_action_itself() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    let own = lab.sim.with(|world| {
        let vifs = world.list("VIF");
        let busy = vifs.into_iter().find(|vif| world.flag(*vif, "currently_attached")).expect("an attached interface");
        let mac = world.text(busy, "MAC").to_owned();
        let own = world.objects(vm, "VIFs")[0];
        world.set(own, "MAC", mac.as_str());
        own
    });
    let mac = lab.field(own, "MAC");
    lab.becomes(&lab.id(own), |vif| vif["MAC"] == mac.as_str()).await;
    let told = lab.dry("vm.start", json!({ "id": lab.id(vm) })).await;
    assert_eq!(told["error"]["data"]["code"], "DUPLICATED_MAC_ADDRESS");
    lab.would("vm.start", json!({ "id": lab.id(vm), "bypassMacAddressesCheck": true })).await;
}

#[tokio::test]
async fn a_change_names_what_would_differ() {
    let lab = Lab::new().await;
    let vm = lab.vm("Running");
    let (id, name) = (lab.id(vm), lab.field(vm, "name_label"));
    let same = lab.would("vm.set", json!({ "id": id, "name_label": name })).await;
    assert!(same.ends_with(": nothing would change"), "{same}");
    let other = json!({ "id": id, "name_label": "other", "notes": "x", "tags": ["new"] });
    assert!(
        lab.would("vm.set", other).await.contains(": this of it would change: `name_label`, `other_config.xo:notes`")
    );
    assert_eq!(
        lab.why("vm.set", json!({ "id": id, "cpusMax": 64 })).await,
        "it is running and would have to be halted"
    );
    let error = lab.admin.refused("vm.set", json!({ "id": id, "suspendSr": "nope", "dryRun": true })).await;
    assert_eq!(error["message"], "no such SR nope");
}

#[tokio::test]
async fn a_move_is_asked_of_both_hosts() {
    let lab = Lab::new().await;
    let other = |vm| {
        lab.sim.with(|world| {
            let here = world.object(vm, "resident_on");
            world.list("host").into_iter().find(|host| *host != here).expect("two hosts")
        })
    };
    let (shared, local) = (lab.named("VM", "web-1"), lab.named("VM", "db-2"));
    let to = |vm| json!({ "vm": lab.id(vm), "targetHost": lab.id(other(vm)) });
    assert!(lab.would("vm.migrate", to(shared)).await.contains("its disks stay where they are"));
    assert!(lab.would("vm.migrate", to(local)).await.ends_with("moved with its disks"));
    let host = other(local);
    lab.sim.with(|world| world.set(host, "enabled", false));
    assert!(lab.why("vm.migrate", to(local)).await.contains("is disabled; enable it first"));
}

#[tokio::test]
async fn disks_and_storage_in_use_are_told() {
    let lab = Lab::new().await;
    let vm = lab.vm("Running");
    let (disk, sr) = lab.sim.with(|world| {
        let vbds = world.objects(vm, "VBDs").into_iter();
        let vbd = vbds.into_iter().find(|vbd| world.text(*vbd, "type") == "Disk").expect("a disk");
        let disk = world.object(vbd, "VDI");
        (disk, world.object(disk, "SR"))
    });
    let (disk, sr) = (json!({ "id": lab.id(disk) }), json!({ "id": lab.id(sr) }));
    assert_eq!(lab.why("vdi.delete", disk).await, "a running VM uses it");
    assert_eq!(lab.why("sr.forget", sr.clone()).await, "a running VM uses it");
    assert_eq!(lab.why("sr.destroy", sr.clone()).await, "a running VM uses it");
    assert!(lab.would("sr.scan", sr).await.ends_with("it would be scanned for disks"));
    let idle = lab.sim.with(|world| {
        let is_used = |vdi| world.objects(vdi, "VBDs").into_iter().any(|vbd| world.flag(vbd, "currently_attached"));
        let is_idle =
            |sr: &Object| !world.objects(*sr, "VDIs").into_iter().any(is_used) && !world.flag(*sr, "is_tools_sr");
        world.all("SR").find(is_idle).expect("storage that no VM uses")
    });
    let says = lab.would("sr.forget", json!({ "id": lab.id(idle) })).await;
    assert!(says.contains("would be taken out of its pool"), "{says}");
}

#[tokio::test]
async fn a_host_is_emptied_only_where_its_vms_can_go() {
    let lab = Lab::new().await;
    // The storage of one of its VMs is its own.
    let stuck = lab.named("VM", "db-2");
    let stuck = lab.sim.with(|world| world.object(stuck, "resident_on"));
    let told = lab.dry("host.setMaintenanceMode", json!({ "id": lab.id(stuck), "maintenance": true })).await;
    assert_eq!(told["error"]["data"]["code"], "CANNOT_EVACUATE_HOST", "{told}");
    let (host, _) = lab.movable().await;
    let id = json!({ "id": lab.id(host), "maintenance": true });
    let says = lab.would("host.setMaintenanceMode", id.clone()).await;
    assert!(says.contains("its VMs would be moved to other hosts"), "{says}");
    let stop = json!({ "id": lab.id(host), "bypassEvacuate": true });
    assert!(lab.why("host.stop", stop).await.ends_with("runs on it"));
    assert_eq!(
        lab.why("host.start", json!({ "id": lab.id(host) })).await,
        "its pool does not allow `power_on` in the state that it is in"
    );
}
