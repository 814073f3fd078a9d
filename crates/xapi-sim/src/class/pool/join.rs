//! A host leaves the pool of its own for another: it tells the master there of itself, its storage and its VMs.
//!
//! What is told is kept there under the same uuids. The host's own pool is gone then, and its ports say who the
//! master is. A host that does not hear whether it was taken in stays in its own, and has the master forget it.

mod member;

use std::time::Duration;

use url::Url;
use xapi_types::{Failure, Value, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::vm::emigrate::{self, Parcel, describe},
    transition::Outcome,
    wire::peer::{Peer, Trouble},
    world::Wish,
};

pub(crate) use member::{Contents, expect, take_back};

/// From the question to the arrival, as measured.
const JOIN: Duration = Duration::from_secs(5);
/// Until the agent of the host has started anew; it leaves its pool then.
const RESTART: Duration = Duration::from_secs(2);

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
            Ok(call.after(JOIN, move |call| tell(call, peer, url, address)))
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
fn tell(call: &mut Call<'_>, mut peer: Peer, url: Url, master: String) -> Result<Outcome, Failure> {
    // A VM may have started meanwhile.
    check(call.world)?;
    let transfer = call.task().to_string();
    let questions = questions(call.world, &transfer);
    Ok(Outcome::away(async move {
        let mut told = Ok(Value::Null);
        for question in questions {
            told = ask(&mut peer, &question).await;
            if told.is_err() {
                break;
            }
        }
        if told.as_ref().is_err_and(|failure| failure.is(code::JOINING_HOST_CONNECTION_FAILED)) {
            drop(peer);
            emigrate::take_back(url.as_str(), &transfer).await;
        }
        move |call: &mut Call<'_>| {
            let member = told?.as_str().and_then(Object::parse).unwrap_or_default();
            // The answer goes out before the agent restarts.
            let host = call.world.master();
            call.world.later(host, "joined", RESTART, move |world| world.wish(Wish::Joined { master, member }));
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
fn questions(world: &World, transfer: &str) -> Vec<Value> {
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
        ("transfer", transfer.into()),
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
