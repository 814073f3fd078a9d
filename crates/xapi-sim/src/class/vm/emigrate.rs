//! The sender of a VM that goes to another pool: everything is told to the host that the ticket names, on the port
//! that it names.
//!
//! | step | here | there |
//! |---|---|---|
//! | checked | what only this pool knows | the rest |
//! | disks | are sent, one after the other | are made, and go again if the connection does |
//! | the VM | is sent when its memory would be there | is made, and runs |
//! | after that | VM and disks go, unless they were to be copied | |
//!
//! So VM and disks go here last of all. A sender that does not hear whether the VM has arrived keeps it and has that
//! removed which may be there; where that host cannot be asked either, both pools have the VM, as with real hosts.

mod parcel;
mod plan;

use std::time::Duration;

use xapi_types::{Failure, Value, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::vdi,
    transition::Outcome,
    wire::peer::{Peer, Trouble},
};

pub(crate) use parcel::{Parcel, describe};

use super::{life, memory};
use parcel::departure;
use plan::{Plan, plan};

/// From the arrival of the disks to that of the VM.
const MOVE: Duration = Duration::from_secs(5);

/// VMs that may leave a host with their disks at the same time.
const AT_A_TIME: usize = 3;

/// Answers whether the VM could go.
pub(super) fn check(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let plan = plan(call)?;
    Ok(Outcome::away(async move {
        let asked = ask(&plan).await;
        move |_: &mut Call<'_>| {
            asked?;
            Outcome::void()
        }
    }))
}

async fn ask(plan: &Plan) -> Result<Peer, Failure> {
    let mut peer = Peer::connect(&plan.address).await?;
    match peer.ask(&plan.question).await {
        Ok(_) => Ok(peer),
        Err(Trouble::Refused(failure)) => Err(failure),
        Err(Trouble::Lost) => fail::<_, &str>(code::VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED, []),
    }
}

/// Sends the VM.
pub(super) fn send(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let plan = plan(call)?;
    let vm = plan.vm;
    if leaving(call.world, vm) >= AT_A_TIME {
        return fail(code::TOO_MANY_STORAGE_MIGRATES, [AT_A_TIME]);
    }
    call.begin(vm, "migrate_send");
    let parcels: Vec<Parcel> = plan.disks.iter().map(|(disk, sr)| Parcel::of(call.world, *disk, sr)).collect();
    Ok(Outcome::away(async move {
        let sent = send_disks(&plan, parcels).await;
        move |call: &mut Call<'_>| {
            let peer = sent?;
            call.progress(0.5);
            Ok(call.after(MOVE, move |call| follow(call, plan, peer)).or_undo(|_| ()))
        }
    })
    // Whoever cancels drops the connection, and with it go the disks over there.
    .or_undo(|_| ()))
}

/// Returns how many VMs are leaving the host of `vm` for other pools or storage.
fn leaving(world: &World, vm: Object) -> usize {
    let host = world.object(vm, "resident_on");
    let leaves = |other: &Object| {
        let current = world.get(*other, "current_operations").entries();
        world.object(*other, "resident_on") == host && current.iter().any(|(_, now)| now.as_text() == "migrate_send")
    };
    world.all("VM").filter(leaves).count()
}

async fn send_disks(plan: &Plan, parcels: Vec<Parcel>) -> Result<Peer, Failure> {
    let mut peer = ask(plan).await?;
    for parcel in parcels {
        for question in parcel.questions() {
            match peer.ask(&question).await {
                Ok(_) => {}
                Err(Trouble::Refused(failure)) => return Err(failure),
                Err(Trouble::Lost) => return fail(code::MIRROR_FAILED, [parcel.disk]),
            }
        }
    }
    Ok(peer)
}

/// Sends the VM after its disks, and lets it go here.
fn follow(call: &mut Call<'_>, plan: Plan, mut peer: Peer) -> Result<Outcome, Failure> {
    let vm = plan.vm;
    let from = call.world.object(vm, "resident_on");
    let transfer = call.task().to_string();
    let question = departure(call.world, &plan, from, &transfer);
    Ok(Outcome::away(async move {
        let arrived = match peer.ask(&question).await {
            Ok(arrived) => Ok(arrived),
            Err(Trouble::Refused(failure)) => Err(failure),
            Err(Trouble::Lost) => {
                drop(peer);
                let told = take_back(&plan.address, &transfer).await;
                let reason = if told { "the connection was lost" } else { "the connection was lost on arrival" };
                fail(code::VM_MIGRATE_FAILED, [&*vm.to_string(), &*from.to_string(), &plan.host, reason])
            }
        };
        move |call: &mut Call<'_>| {
            let arrived = arrived?;
            if !plan.copies {
                leave(call.world, &plan, from);
            }
            let arrived = arrived.as_str().and_then(Object::parse).unwrap_or_default();
            Outcome::done(arrived)
        }
    }))
}

/// Tells the host at `url` that what it may have received with a transfer was not taken to have arrived, and is to go
/// again; returns whether it has heard that.
pub(crate) async fn take_back(url: &str, transfer: &str) -> bool {
    let question = Value::structure([("ask", Value::from("stale")), ("transfer", transfer.into())]);
    match Peer::connect(url).await {
        Ok(mut peer) => peer.ask(&question).await.is_ok(),
        Err(_) => false,
    }
}

/// Removes what is at the other pool now.
fn leave(world: &mut World, plan: &Plan, from: Object) {
    for machine in machines(world, plan.vm).into_iter().rev() {
        life::remove(world, machine);
    }
    for (disk, _) in plan.disks.iter().rev() {
        if world.is(*disk, "VDI") {
            vdi::remove(world, *disk);
        }
    }
    if !from.is_null() {
        memory::note_free(world, from);
    }
}

/// Returns the VM and its snapshots.
fn machines(world: &World, vm: Object) -> Vec<Object> {
    std::iter::once(vm).chain(world.objects(vm, "snapshots")).collect()
}
