//! A VM that comes from another pool: checked, its disks received, then made.
//!
//! Everything is named as the sender names it; what arrives gets references of this pool.

use base64::Engine as _;
use rustc_hash::FxHashMap;
use xapi_types::{Failure, Value, code, table};

use crate::{
    Datum, Object, World,
    call::fail,
    check::check,
    class::{device, host, message, pool::join, sr::space, vdi},
};

use super::{domain, guest, memory, placement};

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

/// Returns the method to which a fault belongs that strikes a question.
pub(crate) fn method_of(question: &Value) -> &'static str {
    match Asked(question).text("ask") {
        "disk" => "VDI.create",
        "vm" => "VM.import",
        "host" => "host.create",
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
        for object in make(world, &mut names, asked)? {
            if world.is(object, "VM") {
                settle_record(world, object);
            }
        }
        self.disks.clear();
        let vm = names[asked.text("vm")];
        take_over(world, vm, to, asked.text("from"));
        Ok(vm)
    }
}

/// Makes the objects that the sender lists, but those that have a name here already; returns what was made.
///
/// # Errors
///
/// What cannot be read; then nothing is made.
pub(crate) fn make(
    world: &mut World,
    names: &mut FxHashMap<String, Object>,
    asked: Asked<'_>,
) -> Result<Vec<Object>, Failure> {
    let known = names.clone();
    let fresh = |object: &Asked<'_>| !known.contains_key(object.text("ref"));
    for object in asked.list("objects").filter(fresh) {
        names.insert(object.text("ref").to_owned(), world.new_object());
    }
    let read_all = |object: Asked<'_>| object_fields(world, names, object);
    let read = asked.list("objects").filter(fresh).map(read_all).collect::<Result<Vec<_>, Failure>>()?;
    let mut made = Vec::new();
    for Made { object, class, fields, notes } in read {
        world.create_as(object, class, fields);
        for (key, value) in notes {
            world.hide(object, key, value);
        }
        device::measure(world, object);
        made.push(object);
    }
    Ok(made)
}

fn is_known(world: &World, uuid: &str) -> bool {
    !uuid.is_empty() && world.by_uuid("VM", uuid).is_some()
}

/// An object that is to be made.
struct Made {
    object: Object,
    class: &'static str,
    fields: Vec<(&'static str, Datum)>,
    notes: Vec<(&'static str, Datum)>,
}

/// What the simulator knows of devices and VMs beside their fields.
const NOTES: [&str; 2] = ["system", "addresses"];

fn object_fields(world: &World, names: &FxHashMap<String, Object>, asked: Asked<'_>) -> Result<Made, Failure> {
    let class = table::class(asked.text("class"));
    let Some(class) = class else { return fail(code::INTERNAL_ERROR, [asked.text("class")]) };
    let fields = asked.0.get("fields").unwrap_or(&Value::Null);
    let mut read_fields = Vec::new();
    for field in &class.fields {
        if let Some(value) = read(world, class.name, field.name, fields)? {
            read_fields.push((field.name, renamed(world, names, &value)));
        }
    }
    if !asked.text("uuid").is_empty() {
        read_fields.push(("uuid", asked.text("uuid").into()));
    }
    let notes = NOTES.into_iter().filter_map(|key| Some((key, crate::check::loose(asked.0.get(key)?)))).collect();
    Ok(Made { object: names[asked.text("ref")], class: class.name, fields: read_fields, notes })
}

/// Reads a field of a record, if the record has it.
fn read(world: &World, class: &str, field: &str, record: &Value) -> Result<Option<Datum>, Failure> {
    let ty = table::class(class).and_then(|class| class.field(field)).map(|field| (&field.ty, &field.lifetime));
    match (ty, record.get(field)) {
        (Some((ty, lifetime)), Some(value)) if world.profile.has(lifetime) && *value != Value::Null => {
            check(ty, value).map(Some)
        }
        _ => Ok(None),
    }
}

/// Puts references of this pool in place of the sender's; what is not here is null.
fn renamed(world: &World, names: &FxHashMap<String, Object>, value: &Datum) -> Datum {
    let rename = |object: Object| {
        let known = world.class_of(object).is_some().then_some(object);
        names.get(&object.to_string()).copied().or(known)
    };
    match value {
        Datum::Ref(object) => rename(*object).unwrap_or_default().into(),
        Datum::Set(items) if items.iter().any(|item| matches!(item, Datum::Ref(_))) => {
            Datum::set(value.objects().filter_map(rename))
        }
        other => other.clone(),
    }
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

/// Checks that the VM can come, in the order of hosts.
fn expect(world: &World, asked: Asked<'_>) -> Result<(), Failure> {
    let to = asked.object(world, "host", "host")?;
    let vm = asked.text("vm");
    let host = to.to_string();
    host::expect_live(world, to)?;
    if version(world.entry(to, "software_version", "platform_version")) < version(asked.text("platform_version")) {
        return fail(code::VM_HOST_INCOMPATIBLE_VERSION_MIGRATE, [host.as_str(), vm]);
    }
    let hardware = world.get(to, "virtual_hardware_platform_versions");
    let wanted = asked.int("hardware");
    if !hardware.items().contains(&Datum::Int(wanted)) {
        let known: Vec<String> = hardware.items().iter().map(|version| version.as_int().to_string()).collect();
        let told = [host, format!("[{}]", known.join("; ")), vm.to_owned(), wanted.to_string()];
        return fail(code::VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION, told);
    }
    if !world.flag(to, "enabled") {
        return fail(code::HOST_DISABLED, [to]);
    }
    let cpus = i64::try_from(world.objects(to, "host_CPUs").len()).unwrap_or(i64::MAX);
    if asked.flag("live") {
        if asked.int("vcpus") > cpus && cpus > 0 {
            return fail(code::HOST_NOT_ENOUGH_PCPUS, [asked.int("vcpus"), cpus]);
        }
        expect_processor(world, asked, to)?;
        let (needed, available) = (asked.int("memory"), memory::free(world, to));
        if needed > available {
            return fail(code::HOST_NOT_ENOUGH_FREE_MEMORY, [needed, available]);
        }
    }
    for disk in asked.list("disks").filter(|disk| !disk.text("SR").is_empty()) {
        let sr = disk.object(world, "SR", "SR")?;
        if !host::sees(world, to, sr) {
            return fail(code::VM_REQUIRES_SR, [vm.to_owned(), sr.to_string()]);
        }
        if !space::kind_of(world, sr).can("VDI_CREATE") {
            return fail(code::SR_DOES_NOT_SUPPORT_MIGRATION, [sr.to_string(), "VDI_CREATE".to_owned()]);
        }
    }
    for interface in asked.list("interfaces") {
        let network = interface.object(world, "network", "network")?;
        if !placement::reaches(world, to, network, Object::NULL) {
            return fail(code::VM_REQUIRES_NETWORK, [vm.to_owned(), network.to_string()]);
        }
    }
    Ok(())
}

/// Checks that a VM that runs finds the processor it knows.
fn expect_processor(world: &World, asked: Asked<'_>, to: Object) -> Result<(), Failure> {
    if asked.flag("force") {
        return Ok(());
    }
    let (vm, host) = (asked.text("vm").to_owned(), to.to_string());
    let refuse = |reason: &str| fail(code::VM_INCOMPATIBLE_WITH_THIS_HOST, [vm.clone(), host.clone(), reason.into()]);
    if world.entry(to, "cpu_info", "vendor") != asked.text("cpu_vendor") {
        return refuse("VM last booted on a CPU from a different vendor");
    }
    let words = |text: &str| text.split('-').map(|word| u32::from_str_radix(word, 16).unwrap_or(0)).collect::<Vec<_>>();
    let (has, needs) = (words(world.entry(to, "cpu_info", "features_hvm")), words(asked.text("cpu_features")));
    let lacks = |(at, needed): (usize, &u32)| needed & !has.get(at).copied().unwrap_or(0) != 0;
    if needs.iter().enumerate().any(lacks) {
        return refuse("VM last booted on a CPU with features this host's CPU does not have.");
    }
    Ok(())
}

fn version(text: &str) -> Vec<u64> {
    text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
