//! Updates of XenServer 8: a repository that the pool has synchronised with, and hosts that install from it.
//!
//! What a repository offers is [`OFFERED`]; what a host has of it is noted of the host.

use std::time::Duration;

use serde_json::{Value, json};
use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

/// What is noted of a host: the ids of the updates that it has.
const HAS: &str = "updates";
/// What is noted of the pool: what its repository offers, where that is something else.
const OFFERS: &str = "offered updates";

const SYNC: Duration = Duration::from_secs(20);
const INSTALL: Duration = Duration::from_secs(30);

/// Code of an error that the data model of older releases lacks.
const OTHER_HASH: &str = "UPDATEINFO_HASH_MISMATCH";

/// What a repository offers unless somebody has said something else.
const OFFERED: &str = r#"[
  {"id":"update-0001","title":"Mend the kernel","summary":"Mend the kernel","description":"A hole in the kernel is closed.","special-info":"","URL":"https://support.example.org/0001","type":"security","issued":"20240115T10:00:00Z","severity":"High","livepatches":[],"guidance":{"mandatory":["RebootHost"],"recommended":["EvacuateHost"],"full":["RebootHost"],"livepatch":[]}},
  {"id":"update-0002","title":"Faster lists","summary":"Faster lists","description":"Lists of the toolstack are faster.","special-info":"","URL":"https://support.example.org/0002","type":"improvement","issued":"20240210T10:00:00Z","severity":"None","livepatches":[],"guidance":{"mandatory":["RestartToolstack"],"recommended":[],"full":["RestartToolstack"],"livepatch":[]}}
]"#;

pub(super) fn register(methods: &mut Methods) {
    methods.on("host", "apply_updates", apply_updates);
    methods.on("pool", "sync_updates", sync_updates);
    methods.on("Repository", "introduce", introduce);
}

fn offered(world: &World) -> Vec<Value> {
    let noted = world.hidden(world.pool(), OFFERS).as_text();
    serde_json::from_str(if noted.is_empty() { OFFERED } else { noted }).expect("it is a list")
}

/// Returns the state that the pool has synchronised with.
///
/// # Errors
///
/// `NO_REPOSITORY_ENABLED` where it has with none.
fn hash(world: &World) -> Result<String, Failure> {
    let mut repositories = world.objects(world.pool(), "repositories").into_iter();
    let hash = repositories.find_map(|of| Some(world.text(of, "hash").to_owned()).filter(|hash| !hash.is_empty()));
    hash.ok_or_else(|| Failure::new(code::NO_REPOSITORY_ENABLED, [""; 0]))
}

fn lacking(world: &World, host: Object) -> Vec<Value> {
    let has: Vec<&str> = world.hidden(host, HAS).texts().collect();
    let mut lacking = offered(world);
    lacking.retain(|update| update["id"].as_str().is_none_or(|id| !has.contains(&id)));
    lacking
}

/// Returns what `GET /updates` answers.
///
/// # Errors
///
/// As [`hash`].
pub(crate) fn listed(world: &World) -> Result<Value, Failure> {
    let hash = hash(world)?;
    let of_host = |host: Object| {
        let lacking = lacking(world, host);
        let ids: Vec<&Value> = lacking.iter().map(|update| &update["id"]).collect();
        let words = |kind: &str| -> Vec<Value> {
            let all = lacking.iter().filter_map(|update| update["guidance"][kind].as_array());
            all.flatten().cloned().collect()
        };
        json!({
            "ref": host.to_string(), "updates": ids, "RPMS": [], "livepatches": [],
            "guidance": {
                "mandatory": words("mandatory"), "recommended": words("recommended"), "full": words("full"),
                "livepatch": [],
            },
        })
    };
    let hosts: Vec<Value> = world.list("host").into_iter().map(of_host).collect();
    Ok(json!({ "hosts": hosts, "updates": offered(world), "hash": hash }))
}

fn introduce(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (name, url) = (call.text("name_label"), call.text("binary_url"));
    let made = call.world.create(
        "Repository",
        [("name_label", name.into()), ("binary_url", url.into()), ("update", call.arg("update").clone())],
    );
    Outcome::done(made)
}

fn sync_updates(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pool = call.object("self")?;
    if call.world.objects(pool, "repositories").is_empty() {
        return fail::<_, &str>(code::NO_REPOSITORY_ENABLED, []);
    }
    Ok(call.after(SYNC, move |call| {
        let mut crc = flate2::Crc::new();
        crc.update(Value::from(offered(call.world)).to_string().as_bytes());
        let hash = format!("{:08x}", crc.sum());
        for repository in call.world.objects(pool, "repositories") {
            call.world.set(repository, "hash", hash.as_str());
        }
        let now = call.world.now();
        call.world.set(pool, "last_update_sync", now);
        Outcome::done(hash)
    }))
}

fn apply_updates(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, wanted) = (call.object("self")?, call.text("hash"));
    super::expect_live(call.world, host)?;
    if hash(call.world)? != wanted {
        return fail::<_, &str>(OTHER_HASH, []);
    }
    let busy =
        call.world.get(host, "current_operations").entries().iter().any(|(_, op)| op.as_text() == "apply_updates");
    if busy {
        return fail::<_, &str>(code::APPLY_UPDATES_IN_PROGRESS, []);
    }
    let asks = |kind: &str, word: &str, updates: &[Value]| {
        let words = updates.iter().filter_map(|update| update["guidance"][kind].as_array()).flatten();
        words.into_iter().any(|of| of == word)
    };
    let lacks = lacking(call.world, host);
    if asks("mandatory", "EvacuateHost", &lacks) && !super::guests(call.world, host).is_empty() {
        return fail(code::HOST_EVACUATION_IS_REQUIRED, [host]);
    }
    call.begin(host, "apply_updates");
    Ok(call.after(INSTALL, move |call| {
        let world = &mut *call.world;
        let lacks = lacking(world, host);
        for update in &lacks {
            let has = world.hidden(host, HAS).with_item(update["id"].as_str().unwrap_or_default());
            world.hide(host, HAS, has);
        }
        for (word, waits) in [("RebootHost", "reboot_host"), ("RestartToolstack", "restart_toolstack")] {
            if asks("mandatory", word, &lacks) {
                world.add(host, "pending_guidances", waits);
            }
        }
        for (word, waits) in [("RestartVM", "restart_vm"), ("RestartDeviceModel", "restart_device_model")] {
            for vm in world.list("VM") {
                let runs = world.text(vm, "power_state") == "Running" && !world.flag(vm, "is_control_domain");
                if runs && asks("mandatory", word, &lacks) {
                    world.add(vm, "pending_guidances", waits);
                }
            }
        }
        let now = world.now();
        world.set(host, "last_software_update", now);
        world.set(host, "last_update_hash", wanted);
        world.set(host, "latest_synced_updates_applied", "yes");
        Outcome::done(Datum::set::<Datum>([]))
    }))
}

/// Forgets what waits for a host to start again.
pub(crate) fn host_starts(world: &mut World, host: Object) {
    world.set(host, "pending_guidances", Datum::set::<&str>([]));
}

/// Forgets what waits for the toolstack of a host to start again.
pub(crate) fn toolstack_starts(world: &mut World, host: Object) {
    world.take(host, "pending_guidances", "restart_toolstack");
}
