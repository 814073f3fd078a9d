//! The sender of a VM that goes to another pool: everything is told to the host that the ticket names, on the port
//! that it names.
//!
//! | step | here | there |
//! |---|---|---|
//! | checked | what only this pool knows | the rest |
//! | disks | are sent, one after the other | are made, and go again if the connection does |
//! | the VM | is sent when its memory would be there | is made, and runs |
//! | after that | VM and disks go, unless they were to be copied | |

use std::{sync::Arc, time::Duration};

use base64::Engine as _;
use xapi_types::{Failure, Value, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::{sr::space, vdi},
    disk::Packed,
    transition::Outcome,
    wire::peer::{Peer, Trouble},
};

use super::{copy, life, memory, operation};

/// From the arrival of the disks to that of the VM.
const MOVE: Duration = Duration::from_secs(5);

/// VMs that may leave a host with their disks at the same time.
const AT_A_TIME: usize = 3;

/// What goes where.
struct Plan {
    vm: Object,
    /// Where the other host listens for VMs.
    address: String,
    host: String,
    copies: bool,
    /// Disks, those of the VM before those of its snapshots, each with its storage over there; empty where that is
    /// left to the other side.
    disks: Vec<(Object, String)>,
    /// Interfaces, each with its network over there.
    interfaces: Vec<(Object, String)>,
    question: Value,
}

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
            // Whoever cancels drops the connection, and with it go the disks over there.
            Ok(call.after(MOVE, move |call| follow(call, plan, peer)).or_undo(|_| ()))
        }
    }))
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
    let question = departure(call.world, &plan, from);
    let failed = [vm.to_string(), from.to_string(), plan.host.clone(), "the connection was lost".to_owned()];
    Ok(Outcome::away(async move {
        let arrived = match peer.ask(&question).await {
            Ok(arrived) => Ok(arrived),
            Err(Trouble::Refused(failure)) => Err(failure),
            Err(Trouble::Lost) => fail(code::VM_MIGRATE_FAILED, failed),
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

fn plan(call: &Call<'_>) -> Result<Plan, Failure> {
    let (vm, world) = (call.object("vm")?, &*call.world);
    let option = |key: &str| call.entry("options", key) == "true";
    let dest = |key: &str| call.arg("dest").get(key).map_or("", crate::Datum::as_text).to_owned();
    if option("force") {
        operation::expect(world, vm, "migrate_send")?;
    } else {
        operation::expect_cooperation(world, vm, "migrate_send")?;
    }
    let state = world.text(vm, "power_state");
    if option("copy") && state != "Halted" {
        return fail(code::VM_BAD_POWER_STATE, [vm.to_string(), "halted".to_owned(), state.to_lowercase()]);
    }
    expect_movable(world, vm)?;
    let disks = disks(call, vm)?;
    let interfaces = interfaces(call, vm)?;
    let host = dest("host");
    let question = question(world, vm, &host, option("force"), &disks, &interfaces);
    Ok(Plan { vm, address: dest("xenops"), host, copies: option("copy"), disks, interfaces, question })
}

/// Checks that the VM has nothing that its host must keep.
fn expect_movable(world: &World, vm: Object) -> Result<(), Failure> {
    let parts = [
        ("attached_PCIs", code::VM_HAS_PCI_ATTACHED),
        ("VUSBs", code::VM_HAS_VUSBS),
        // Cards of another pool would have to be of the same model, which no simulated pool has.
        ("VGPUs", code::VM_HAS_VGPU),
    ];
    if let Some((_, code)) = parts.into_iter().find(|(field, _)| !world.objects(vm, field).is_empty()) {
        return fail(code, [vm]);
    }
    let has_memory = |snapshot: Object| world.text(snapshot, "power_state") == "Suspended";
    if world.objects(vm, "snapshots").into_iter().any(has_memory) {
        return fail(code::VM_HAS_CHECKPOINT, [vm]);
    }
    Ok(())
}

fn disks(call: &Call<'_>, vm: Object) -> Result<Vec<(Object, String)>, Failure> {
    let world = &*call.world;
    let map = call.arg("vdi_map");
    let mapped = |disk: Object| map.get(&disk.to_string()).map(|sr| sr.as_object().to_string());
    let mut disks: Vec<(Object, String)> = Vec::new();
    for disk in machines(world, vm).into_iter().flat_map(|machine| copy::disks_of(world, machine)) {
        if disks.iter().any(|(known, _)| *known == disk) {
            continue;
        }
        // A snapshot goes where its disk goes.
        let Some(sr) = mapped(disk).or_else(|| mapped(world.object(disk, "snapshot_of"))) else {
            return fail(code::VDI_NOT_IN_MAP, [disk]);
        };
        if world.flag(disk, "cbt_enabled") {
            return fail(code::VDI_CBT_ENABLED, [disk]);
        }
        let own = world.object(disk, "SR");
        let feature = "VDI_SNAPSHOT";
        if world.text(vm, "power_state") == "Running" && !space::kind_of(world, own).can(feature) {
            return fail(code::SR_DOES_NOT_SUPPORT_MIGRATION, [own.to_string(), feature.to_owned()]);
        }
        disks.push((disk, sr));
    }
    if let Some(image) = world.object(vm, "suspend_VDI").get() {
        disks.push((image, mapped(image).unwrap_or_default()));
    }
    Ok(disks)
}

fn interfaces(call: &Call<'_>, vm: Object) -> Result<Vec<(Object, String)>, Failure> {
    let world = &*call.world;
    let map = call.arg("vif_map");
    let of = |machine: Object| world.objects(machine, "VIFs");
    let mapped = |vif: Object| map.get(&vif.to_string()).map(|network| network.as_object().to_string());
    let mut interfaces = Vec::new();
    for vif in machines(world, vm).into_iter().flat_map(of) {
        // Those of snapshots go where an interface of the VM goes that is on the same network.
        let alike = |other: &Object| world.object(*other, "network") == world.object(vif, "network");
        let inferred = || of(vm).into_iter().filter(alike).find_map(mapped);
        match mapped(vif).or_else(inferred) {
            Some(network) => interfaces.push((vif, network)),
            None => return fail(code::VIF_NOT_IN_MAP, [vif]),
        }
    }
    Ok(interfaces)
}

/// Writes what the other host has to know before it agrees.
fn question(
    world: &World,
    vm: Object,
    host: &str,
    force: bool,
    disks: &[(Object, String)],
    interfaces: &[(Object, String)],
) -> Value {
    let live = matches!(world.text(vm, "power_state"), "Running" | "Paused");
    let actual = world.int(world.object(vm, "metrics"), "memory_actual");
    let from = world.object(vm, "resident_on").get().unwrap_or_else(|| world.master());
    let version = world.entry(from, "software_version", "platform_version");
    let pair = |key: &'static str, to: &str| Value::structure([(key, Value::from(to))]);
    Value::structure([
        ("ask", Value::from("check")),
        ("vm", vm.to_string().into()),
        ("host", host.into()),
        ("force", force.into()),
        ("live", live.into()),
        ("memory", (actual + memory::overhead(world, vm)).into()),
        ("vcpus", world.int(vm, "VCPUs_at_startup").into()),
        ("hardware", world.int(vm, "hardware_platform_version").into()),
        ("platform_version", version.into()),
        ("cpu_vendor", world.entry(from, "cpu_info", "vendor").into()),
        ("cpu_features", world.entry(from, "cpu_info", "features_hvm").into()),
        ("disks", Value::Array(disks.iter().map(|(_, sr)| pair("SR", sr)).collect())),
        ("interfaces", Value::Array(interfaces.iter().map(|(_, network)| pair("network", network)).collect())),
    ])
}

/// A disk on its way.
pub(crate) struct Parcel {
    disk: Object,
    label: Value,
    blocks: Vec<(u64, Arc<[u8]>)>,
}

impl Parcel {
    pub(crate) fn of(world: &World, disk: Object, sr: &str) -> Self {
        let Packed { stories, blocks } = world.disks.pack(disk);
        let story = |(blocks, seed): &(u64, u64)| {
            Value::structure([("blocks", Value::from(blocks.to_string())), ("seed", seed.to_string().into())])
        };
        let mut label = vec![
            ("ask", Value::from("disk")),
            ("ref", disk.to_string().into()),
            ("SR", sr.into()),
            ("used", vdi::transfer::content(world, disk).into()),
            ("stories", Value::Array(stories.iter().map(story).collect())),
        ];
        let fields = world.own_fields(disk).into_iter().filter(|(field, _)| *field != "SR");
        label.extend(fields.map(|(field, value)| (field, value.to_value())));
        Self { disk, label: Value::structure(label), blocks }
    }

    pub(crate) fn questions(&self) -> impl Iterator<Item = Value> + '_ {
        let block = |(index, bytes): &(u64, Arc<[u8]>)| {
            Value::structure([
                ("ask", Value::from("block")),
                ("ref", self.disk.to_string().into()),
                ("index", i64::try_from(*index).unwrap_or(i64::MAX).into()),
                ("bytes", base64::engine::general_purpose::STANDARD.encode(bytes).into()),
            ])
        };
        std::iter::once(self.label.clone()).chain(self.blocks.iter().map(block))
    }
}

/// Writes the VM with its snapshots and all that belongs to them.
fn departure(world: &World, plan: &Plan, from: Object) -> Value {
    let mut objects = Vec::new();
    for machine in machines(world, plan.vm) {
        objects.push(record(world, machine, plan));
        for field in ["metrics", "guest_metrics"] {
            objects.extend(world.object(machine, field).get().map(|part| record(world, part, plan)));
        }
        for field in ["VBDs", "VIFs", "VTPMs"] {
            objects.extend(world.objects(machine, field).into_iter().map(|part| record(world, part, plan)));
        }
    }
    let from = if from.is_null() { String::new() } else { crate::class::host::quoted(world, from) };
    Value::structure([
        ("ask", Value::from("vm")),
        ("vm", plan.vm.to_string().into()),
        ("host", plan.host.as_str().into()),
        ("from", from.into()),
        ("objects", Value::Array(objects)),
    ])
}

fn record(world: &World, object: Object, plan: &Plan) -> Value {
    let class = world.class_of(object).map_or("", |class| class.name);
    let network = plan.interfaces.iter().find(|(vif, _)| *vif == object).map(|(_, network)| network);
    let not_here = ["metrics", "current_operations", "allowed_operations"];
    let stays = |field: &str| class.starts_with('V') && class != "VM" && not_here.contains(&field);
    let fields = world.own_fields(object).into_iter().filter(|(field, _)| !stays(field)).map(|(field, value)| {
        let value = match (field, network) {
            ("network", Some(network)) => network.as_str().into(),
            ("VDI", _) if world.text(object, "type") == "CD" => Object::NULL.to_string().into(),
            ("empty", _) if world.text(object, "type") == "CD" => true.into(),
            _ => value.to_value(),
        };
        (field, value)
    });
    // VMs are known by their uuids wherever they go; a copy is another VM.
    describe(world, object, fields, class == "VM" && !plan.copies)
}

/// Writes an object with these fields, and what is known of it beside them.
pub(crate) fn describe(
    world: &World,
    object: Object,
    fields: impl IntoIterator<Item = (&'static str, Value)>,
    keeps_uuid: bool,
) -> Value {
    let mut record = vec![
        ("ref", Value::from(object.to_string())),
        ("class", world.class_of(object).map_or("", |class| class.name).into()),
        ("fields", Value::structure(fields)),
        ("system", world.hidden(object, "system").to_value()),
        ("addresses", world.hidden(object, "addresses").to_value()),
    ];
    if keeps_uuid {
        record.push(("uuid", world.uuid(object).into()));
    }
    Value::structure(record)
}
