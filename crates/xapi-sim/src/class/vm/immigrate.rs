//! A VM that comes from another pool: checked, its disks received, then made.
//!
//! Everything is named as the sender names it; what arrives gets references of this pool.

mod card;
mod expect;
mod make;

use base64::Engine as _;
use rustc_hash::FxHashMap;
use xapi_types::{Failure, Value, code};

use crate::{
    Datum, Object, World,
    call::fail,
    class::{host, message, pool::join, sr::space, vdi},
};

pub(crate) use make::make;

use super::{copy, domain, guest, life, memory};
use expect::expect;
use make::read;

/// What has come for a VM that is not there yet.
#[derive(Default)]
pub(crate) struct Luggage {
    /// Disks, by their references at the sender.
    disks: FxHashMap<String, Object>,
    /// What the disks of a host hold that is to join.
    contents: join::Contents,
}

/// A question of the sender.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a>(pub(crate) &'a Value);

/// Under which its transfer is noted of what has come, so that its sender can have it removed.
pub(crate) const TRANSFER: &str = "transfer";

/// Returns the method to which a fault belongs that strikes a question, one of [`crate::sim::BETWEEN_HOSTS`].
pub(crate) fn method_of(question: &Value) -> &'static str {
    match Asked(question).text("ask") {
        "disk" => "VDI.create",
        "block" | "content" => "DATA.mirror",
        "vm" => "VM.import",
        "host" => "host.create",
        "stale" => "VM.destroy_stale",
        _ => "VM.assert_can_migrate_receive",
    }
}

impl<'a> Asked<'a> {
    pub(crate) fn text(self, key: &str) -> &'a str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn int(self, key: &str) -> i64 {
        self.0.get(key).and_then(Value::as_int).unwrap_or_default()
    }

    pub(crate) fn flag(self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(crate) fn list(self, key: &str) -> impl Iterator<Item = Self> + use<'a> {
        self.0.get(key).and_then(Value::as_array).unwrap_or_default().iter().map(Asked)
    }

    /// Returns the object of this pool that is named.
    fn object(self, world: &World, class: &str, key: &str) -> Result<Object, Failure> {
        let text = self.text(key);
        match Object::parse(text).filter(|object| world.is(*object, class)) {
            Some(object) => Ok(object),
            None => fail(code::HANDLE_INVALID, [class, text]),
        }
    }
}

impl Luggage {
    /// Answers a question of the sender.
    ///
    /// # Errors
    ///
    /// Why the VM, or this part of it, cannot come.
    pub(crate) fn take(&mut self, world: &mut World, question: &Value) -> Result<Value, Failure> {
        let asked = Asked(question);
        match asked.text("ask") {
            "check" => expect(world, asked).map(|()| Value::Null),
            "disk" => self.receive_disk(world, asked).map(|()| Value::Null),
            "block" => self.receive_block(world, asked).map(|()| Value::Null),
            "vm" => self.arrive(world, asked).map(|vm| Value::from(vm.to_string())),
            "join" => join::expect(world, asked).map(|()| Value::Null),
            "content" => self.contents.take(asked).map(|()| Value::Null),
            "host" => self.contents.arrive(world, asked).map(|host| Value::from(host.to_string())),
            "stale" => {
                take_back(world, asked.text("transfer"));
                Ok(Value::Null)
            }
            other => fail(code::INTERNAL_ERROR, [format!("nobody asks `{other}`")]),
        }
    }

    /// Throws away what has come.
    pub(crate) fn discard(&mut self, world: &mut World) {
        for (_, disk) in self.disks.drain() {
            if world.is(disk, "VDI") {
                vdi::remove(world, disk);
            }
        }
    }

    fn receive_disk(&mut self, world: &mut World, asked: Asked<'_>) -> Result<(), Failure> {
        let sr = match asked.text("SR") {
            "" => suspend_sr(world)?,
            _ => asked.object(world, "SR", "SR")?,
        };
        let (size, kind) = (asked.int("virtual_size"), asked.text("type"));
        let driver = vdi::expect_creatable(world, sr)?;
        space::expect(world, sr, space::taken(driver, size, asked.int("used")))?;
        let disk = vdi::create_in(world, sr, asked.text("name_label"), size, kind)?;
        self.disks.insert(asked.text("ref").to_owned(), disk);
        let fields = ["name_description", "other_config", "xenstore_data", "tags", "sharable", "on_boot"];
        let of_snapshot = ["is_a_snapshot", "snapshot_time"];
        for field in fields.into_iter().chain(of_snapshot) {
            if let Some(value) = read(world, "VDI", field, asked.0)? {
                world.set(disk, field, value);
            }
        }
        // The VM's own disks come before those of its snapshots.
        if let Some(origin) = self.disks.get(asked.text("snapshot_of")) {
            world.set(disk, "snapshot_of", *origin);
        }
        let number = |story: Asked<'_>, key: &str| story.text(key).parse().unwrap_or(0);
        let stories = asked.list("stories").map(|story| (number(story, "blocks"), number(story, "seed")));
        world.disks.tell(disk, stories);
        vdi::measure(world, disk);
        Ok(())
    }

    fn receive_block(&mut self, world: &mut World, asked: Asked<'_>) -> Result<(), Failure> {
        let disk = self.disks.get(asked.text("ref")).copied();
        let bytes = base64::engine::general_purpose::STANDARD.decode(asked.text("bytes"));
        let index = u64::try_from(asked.int("index"));
        let (Some(disk), Ok(bytes), Ok(index)) = (disk, bytes, index) else {
            return fail(code::MIRROR_FAILED, [asked.text("ref")]);
        };
        world.disks.write(disk, index * crate::disk::BLOCK, &bytes);
        vdi::measure(world, disk);
        Ok(())
    }

    /// Makes the VM of all that came; the disks are its own from now on.
    fn arrive(&mut self, world: &mut World, asked: Asked<'_>) -> Result<Object, Failure> {
        let to = asked.object(world, "host", "host")?;
        host::expect_live(world, to)?;
        let uuids = asked.list("objects").filter(|object| object.text("class") == "VM");
        if let Some(known) = uuids.map(|vm| vm.text("uuid").to_owned()).find(|uuid| is_known(world, uuid)) {
            return fail(code::DUPLICATE_VM, [known]);
        }
        let mut names = self.disks.clone();
        let cards = card::place_all(world, asked, to)?;
        for object in make(world, &mut names, asked)? {
            if world.is(object, "VM") {
                settle_record(world, object);
            }
        }
        card::put(world, &names, cards);
        self.disks.clear();
        let vm = names[asked.text("vm")];
        world.hide(vm, TRANSFER, asked.text("transfer"));
        take_over(world, vm, to, asked.text("from"));
        Ok(vm)
    }
}

/// Removes what came with a transfer: its sender has it still, and did not hear that it has arrived.
fn take_back(world: &mut World, transfer: &str) {
    let came = |world: &World, object| !transfer.is_empty() && world.hidden(object, TRANSFER).as_text() == transfer;
    for host in world.list("host").into_iter().filter(|host| came(world, *host)).collect::<Vec<_>>() {
        join::take_back(world, host);
    }
    for vm in world.list("VM").into_iter().filter(|vm| came(world, *vm)).collect::<Vec<_>>() {
        let machines: Vec<Object> = std::iter::once(vm).chain(world.objects(vm, "snapshots")).collect();
        let disks: Vec<Object> = machines.iter().flat_map(|machine| copy::disks_of(world, *machine)).collect();
        let host = world.object(vm, "resident_on");
        machines.into_iter().rev().for_each(|machine| life::remove(world, machine));
        for disk in disks.into_iter().rev().filter(|disk| world.is(*disk, "VDI")).collect::<Vec<_>>() {
            vdi::remove(world, disk);
        }
        if !host.is_null() {
            memory::note_free(world, host);
        }
    }
}

fn is_known(world: &World, uuid: &str) -> bool {
    !uuid.is_empty() && world.by_uuid("VM", uuid).is_some()
}

/// Takes out of a VM's record what was true in the other pool only.
fn settle_record(world: &mut World, vm: Object) {
    for field in ["affinity", "resident_on", "scheduled_to_be_resident_on", "appliance", "protection_policy"] {
        world.set(vm, field, Object::NULL);
    }
    world.set(vm, "current_operations", Datum::map::<&str, &str>([]));
    world.set(vm, "domid", -1_i64);
    world.set(vm, "ha_restart_priority", "");
}

/// Lets a VM that has arrived run on, if it ran.
fn take_over(world: &mut World, vm: Object, to: Object, from: &str) {
    if matches!(world.text(vm, "power_state"), "Running" | "Paused") {
        let id = world.all("VM").map(|vm| world.int(vm, "domid")).max().unwrap_or(0).max(0) + 1;
        world.set(vm, "resident_on", to);
        world.set(vm, "domid", id);
        domain::open_console(world, vm, to);
        memory::note_free(world, to);
        if world.object(vm, "guest_metrics").is_null() {
            guest::expect(world, vm);
        }
    }
    let said = format!("migrated from host {from} to host {}", host::quoted(world, to));
    message::of_vm(world, vm, "VM_MIGRATED", &said);
}

/// Returns where memory images of VMs go whose sender does not say.
fn suspend_sr(world: &World) -> Result<Object, Failure> {
    let pool = world.pool();
    let mut choices = ["suspend_image_SR", "default_SR"].into_iter().map(|field| world.object(pool, field));
    choices.find(|sr| world.is(*sr, "SR")).map_or_else(|| fail(code::DEFAULT_SR_NOT_FOUND, [Object::NULL]), Ok)
}
