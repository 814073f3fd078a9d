//! A host leaves the pool of its own for another: it tells the master there of itself, its storage and its VMs.
//!
//! What is told is kept there under the same uuids. The host's own pool is gone then, and its ports say who the
//! master is.

use std::time::Duration;

use rustc_hash::FxHashMap;
use url::Url;
use xapi_types::{Failure, Value, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{
        host, pbd,
        vm::{
            emigrate::{Parcel, describe},
            immigrate::{Asked, make},
            memory,
        },
    },
    disk,
    transition::Outcome,
    wire::peer::{Peer, Trouble},
    world::Wish,
};

/// From the question to the arrival, as measured.
const JOIN: Duration = Duration::from_secs(5);
/// Until the agent of the host has started anew; it leaves its pool then.
const RESTART: Duration = Duration::from_secs(2);
/// Until the host takes VMs in its new pool, as measured.
const ENABLED: Duration = Duration::from_secs(17);

/// What the disks of a host hold that is to join, by their references there.
#[derive(Default)]
pub(crate) struct Contents(FxHashMap<String, Content>);

#[derive(Default)]
struct Content {
    stories: Vec<(u64, u64)>,
    blocks: Vec<(u64, Vec<u8>)>,
}

/// Answers `pool.join`, and `pool.join_force`, which passes over other processors.
pub(super) fn join(call: &mut Call<'_>, force: bool) -> Result<Outcome, Failure> {
    let (address, user) = (call.text("master_address"), call.text("master_username"));
    let password = call.text("master_password");
    let unreachable = || Failure::new::<String>(code::JOINING_HOST_CONNECTION_FAILED, []);
    let port = match call.world.hidden(call.world.master(), "port").as_int() {
        0 => 80,
        port => port,
    };
    let mut url = Url::parse(&format!("http://{address}:{port}/services/join")).map_err(|_| unreachable())?;
    let set = url.set_username(&user).and_then(|()| url.set_password(Some(&password)));
    set.map_err(|()| unreachable())?;
    let question = question(call.world, force);
    Ok(Outcome::away(async move {
        let asked = match Peer::connect(url.as_str()).await {
            Ok(mut peer) => ask(&mut peer, &question).await.map(|_| peer),
            Err(failure) if failure.is(code::SESSION_INVALID) => {
                fail(code::SESSION_AUTHENTICATION_FAILED, [user.as_str(), "Authentication failure"])
            }
            Err(_) => Err(unreachable()),
        };
        move |call: &mut Call<'_>| {
            let peer = asked?;
            check(call.world)?;
            Ok(call.after(JOIN, move |call| tell(call, peer, address)))
        }
    }))
}

async fn ask(peer: &mut Peer, question: &Value) -> Result<Value, Failure> {
    match peer.ask(question).await {
        Ok(answer) => Ok(answer),
        Err(Trouble::Refused(failure)) => Err(failure),
        Err(Trouble::Lost) => fail::<_, &str>(code::JOINING_HOST_CONNECTION_FAILED, []),
    }
}

/// Tells the master everything, and leaves when it has been taken in.
fn tell(call: &mut Call<'_>, mut peer: Peer, master: String) -> Result<Outcome, Failure> {
    // A VM may have started meanwhile.
    check(call.world)?;
    let questions = questions(call.world);
    Ok(Outcome::away(async move {
        let mut told = Ok(Value::Null);
        for question in questions {
            told = ask(&mut peer, &question).await;
            if told.is_err() {
                break;
            }
        }
        move |call: &mut Call<'_>| {
            told?;
            // The answer goes out before the agent restarts.
            let host = call.world.master();
            call.world.later(host, "joined", RESTART, move |world| world.wish(Wish::Joined(master)));
            Outcome::void()
        }
    }))
}

/// Writes what the master has to know before it agrees.
fn question(world: &World, force: bool) -> Value {
    let host = world.master();
    Value::structure([
        ("ask", Value::from("join")),
        ("uuid", world.uuid(host).into()),
        ("force", force.into()),
        ("product_version", world.entry(host, "software_version", "product_version").into()),
        ("product_brand", world.entry(host, "software_version", "product_brand").into()),
        ("cpu_vendor", world.entry(host, "cpu_info", "vendor").into()),
    ])
}

/// Checks what stands against it in the host's own pool.
fn check(world: &World) -> Result<(), Failure> {
    let none = |code| fail::<(), &str>(code, []);
    if world.flag(world.pool(), "ha_enabled") {
        return none(code::HA_IS_ENABLED);
    }
    if world.all("host").count() > 1 {
        return none(code::JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS);
    }
    let vms = || world.all("VM").filter(|vm| !world.flag(*vm, "is_control_domain"));
    let any = |states: &[&str]| vms().any(|vm| states.contains(&world.text(vm, "power_state")));
    if any(&["Running", "Paused"]) {
        return none(code::JOINING_HOST_CANNOT_HAVE_RUNNING_VMS);
    }
    if any(&["Suspended"]) {
        return none(code::JOINING_HOST_CANNOT_HAVE_RUNNING_OR_SUSPENDED_VMS);
    }
    if vms().any(|vm| !world.get(vm, "current_operations").entries().is_empty()) {
        return none(code::JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS);
    }
    if world.all("SR").any(|sr| world.flag(sr, "shared") && !world.flag(sr, "is_tools_sr")) {
        return none(code::JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS);
    }
    if world.all("Bond").next().is_some() {
        return none(code::POOL_JOINING_HOST_HAS_BONDS);
    }
    if world.all("PIF").any(|pif| world.int(pif, "VLAN") >= 0 && !world.flag(pif, "management")) {
        return none(code::POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS);
    }
    Ok(())
}

/// Classes of which everything goes with the host; what refers to what is there already is joined to that.
const TOLD: &[&str] = &[
    "host",
    "host_metrics",
    "host_cpu",
    "Certificate",
    "PCI",
    "PUSB",
    "USB_group",
    "network",
    "PIF",
    "PIF_metrics",
    "SR",
    "PBD",
    "VDI",
    "VM",
    "VM_metrics",
    "VM_guest_metrics",
    "VBD",
    "VIF",
    "VTPM",
];

/// Writes all that is told, the host last.
fn questions(world: &World) -> Vec<Value> {
    let template = |object: Object| {
        let vm = if world.is(object, "VM") { object } else { world.object(object, "VM") };
        world.flag(vm, "is_default_template")
    };
    // The pool has the tools already.
    let of_tools = |object: Object| world.is(object, "VDI") && world.flag(world.object(object, "SR"), "is_tools_sr");
    let has_vm = |class: &str| matches!(class, "VM" | "VBD" | "VIF" | "VTPM");
    let all = |class: &'static str| {
        world.all(class).filter(move |object| !(of_tools(*object) || has_vm(class) && template(*object)))
    };
    let unsaid = ["current_operations", "allowed_operations"];
    let describe = |object: Object| {
        let device = world.is(object, "VBD") || world.is(object, "VIF");
        let fields = world.own_fields(object).into_iter();
        let said = fields.filter(|(field, _)| !(unsaid.contains(field) || device && *field == "metrics"));
        describe(world, object, said.map(|(field, value)| (field, value.to_value())), true)
    };
    let objects = TOLD.iter().flat_map(|class| all(class)).map(describe).collect();
    let mut questions = Vec::new();
    let disks = world.all("VDI").filter(|disk| !of_tools(*disk));
    for disk in disks {
        let mut parts = Parcel::of(world, disk, "").questions().collect::<Vec<_>>().into_iter();
        // Of the disk itself only its stories are wanted here, its record is among the objects.
        questions.extend(parts.next().map(|label| ask_to_keep(disk, "stories", &label)));
        questions.extend(parts.map(|block| ask_to_keep(disk, "block", &block)));
    }
    questions.push(Value::structure([
        ("ask", Value::from("host")),
        ("host", world.master().to_string().into()),
        ("objects", Value::Array(objects)),
    ]));
    questions
}

fn ask_to_keep(disk: Object, part: &str, of: &Value) -> Value {
    let value = |key: &str| of.get(key).cloned().unwrap_or(Value::Null);
    Value::structure([
        ("ask", Value::from("content")),
        ("part", part.into()),
        ("ref", disk.to_string().into()),
        ("stories", value("stories")),
        ("index", value("index")),
        ("bytes", value("bytes")),
    ])
}

/// Checks that a host may come, as the master.
///
/// # Errors
///
/// Why not.
pub(crate) fn expect(world: &World, asked: Asked<'_>) -> Result<(), Failure> {
    if world.by_uuid("host", asked.text("uuid")).is_some() {
        return fail(code::OPERATION_NOT_ALLOWED, ["Host is already part of a pool"]);
    }
    if world.flag(world.pool(), "ha_enabled") {
        return fail::<_, &str>(code::HA_IS_ENABLED, []);
    }
    let master = world.master();
    let same = |key: &str| world.entry(master, "software_version", key) == asked.text(key);
    if !same("product_version") || !same("product_brand") {
        return fail::<_, &str>(code::POOL_JOINING_HOST_MUST_HAVE_SAME_PRODUCT_VERSION, []);
    }
    if !asked.flag("force") && world.entry(master, "cpu_info", "vendor") != asked.text("cpu_vendor") {
        return fail(code::HOSTS_NOT_HOMOGENEOUS, ["CPUs differ"]);
    }
    Ok(())
}

impl Contents {
    /// Keeps a part of what a disk holds.
    ///
    /// # Errors
    ///
    /// If it is not base64.
    pub(crate) fn take(&mut self, asked: Asked<'_>) -> Result<(), Failure> {
        use base64::Engine as _;
        let content = self.0.entry(asked.text("ref").to_owned()).or_default();
        if asked.text("part") == "stories" {
            let number = |story: Asked<'_>, key: &str| story.text(key).parse().unwrap_or(0);
            content.stories = asked.list("stories").map(|of| (number(of, "blocks"), number(of, "seed"))).collect();
            return Ok(());
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(asked.text("bytes"));
        let bytes = bytes.map_err(|error| Failure::new(code::INTERNAL_ERROR, [error.to_string()]))?;
        content.blocks.push((u64::try_from(asked.int("index")).unwrap_or(0), bytes));
        Ok(())
    }

    /// Takes a host in with all that it told.
    ///
    /// # Errors
    ///
    /// What cannot be read; then nothing is taken in.
    pub(crate) fn arrive(&mut self, world: &mut World, asked: Asked<'_>) -> Result<Object, Failure> {
        let mut names = FxHashMap::default();
        for object in asked.list("objects") {
            if let Some(known) = known_here(world, object) {
                names.insert(object.text("ref").to_owned(), known);
            }
        }
        make(world, &mut names, asked)?;
        for (disk, content) in self.0.drain() {
            let Some(disk) = names.get(&disk).copied() else { continue };
            world.disks.tell(disk, content.stories);
            for (index, bytes) in content.blocks {
                world.disks.write(disk, index * disk::BLOCK, &bytes);
            }
        }
        let host = names[asked.text("host")];
        world.set(host, "enabled", false);
        world.set(host, "current_operations", Datum::map::<&str, &str>([]));
        memory::note_free(world, host);
        attach_shared(world, host);
        world.later(host, "enabled", ENABLED, move |world| world.set(host, "enabled", true));
        Ok(host)
    }
}

/// Returns what takes the place of an object: a network of the same bridge, the tools of the pool.
fn known_here(world: &World, asked: Asked<'_>) -> Option<Object> {
    let fields = Asked(asked.0.get("fields")?);
    match asked.text("class") {
        "network" => world.all("network").find(|network| world.text(*network, "bridge") == fields.text("bridge")),
        "SR" if fields.flag("is_tools_sr") => world.all("SR").find(|sr| world.flag(*sr, "is_tools_sr")),
        _ => None,
    }
}

/// Gives a new host the storage that all hosts of the pool have.
fn attach_shared(world: &mut World, host: Object) {
    for sr in world.list("SR") {
        let pbds = world.objects(sr, "PBDs");
        let has = pbds.iter().any(|pbd| world.object(*pbd, "host") == host);
        if let Some(like) = pbds.first().filter(|_| world.flag(sr, "shared") && !has) {
            let config = world.get(*like, "device_config").clone();
            let pbd = pbd::add(world, host, sr, config);
            if host::is_live(world, host) {
                pbd::attach(world, pbd);
            }
        }
    }
}
