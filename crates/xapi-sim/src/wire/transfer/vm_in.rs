//! A VM that is made of an archive.

use std::sync::Arc;

use archive::{
    Fault,
    xva::{Ova, ReadOptions, Reader},
};
use rustc_hash::FxHashMap;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use xapi_types::{Failure, Value, code};

use super::{Work, body, elsewhere, vdi_in};
use crate::{
    Datum, Object, World,
    call::fail,
    class::{
        self,
        vm::{immigrate, life},
    },
    wire::{
        connection::{Connection, Gone},
        head::Head,
        reply::Reply,
    },
};

/// Under this name a fault makes the next import fail half-way.
const IMPORT: &str = "VM.import";

/// What has been made of an archive; it goes with this value, unless all of it has come.
struct Made {
    pool: Arc<crate::pool::Pool>,
    vms: Vec<Object>,
    /// By their names in the archive.
    disks: FxHashMap<String, Object>,
    keeps: bool,
}

impl Drop for Made {
    fn drop(&mut self) {
        if self.keeps {
            return;
        }
        self.pool.with(|world| {
            for vm in self.vms.iter().rev().filter(|vm| world.is(**vm, "VM")).collect::<Vec<_>>() {
                life::remove(world, *vm);
            }
            for vdi in self.disks.values() {
                if world.is(*vdi, "VDI") {
                    class::vdi::remove(world, *vdi);
                }
            }
        });
    }
}

/// Answers `PUT /import`.
pub(crate) async fn import<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    let target = connection.pool.with(|world| target(world, head));
    if let Ok(sr) = &target
        && let Some(elsewhere) = elsewhere(connection, head, *sr)
    {
        return connection.send(elsewhere).await;
    }
    let work = Work::begin(connection, head, "VM.import");
    let sr = match target {
        Ok(sr) => sr,
        Err(failure) => {
            let status = if failure.code == code::IMPORT_ERROR_CANNOT_HANDLE_CHUNKED {
                "403 Forbidden"
            } else {
                "400 Bad Request"
            };
            work.end(Err(failure));
            return connection.send(Reply::until_close(1, status, &[])).await;
        }
    };
    connection.send(Reply::until_close(1, "200 OK", &[("task-id", &work.task.to_string())])).await?;
    let is = |name: &str| head.parameter(name).as_deref() == Some("true");
    let (restores, forced) = (is("restore"), is("force"));
    let whole = head.content_length().unwrap_or(u64::MAX);
    let received = body::read(connection, whole, async |body| receive(&work, body, sr, restores, forced).await).await;
    match received {
        Ok(mut made) => {
            made.keeps = true;
            work.end(Ok(Datum::set(made.vms.clone())));
        }
        Err(failure) => work.end(Err(failure)),
    }
    Ok(false)
}

async fn receive(work: &Work, body: DuplexStream, sr: Object, restores: bool, forced: bool) -> Result<Made, Failure> {
    let unread = |error: archive::Error| {
        let text = error.to_string();
        match error {
            archive::Error::Member { fault: Fault::Checksum { .. } | Fault::NoChecksum, .. } => {
                Failure::new(code::IMPORT_ERROR_SOME_CHECKSUMS_FAILED, Vec::<String>::new())
            }
            archive::Error::Truncated { .. } => Failure::new(code::IMPORT_ERROR_PREMATURE_EOF, Vec::<String>::new()),
            _ => Failure::new(code::IMPORT_ERROR, [text]),
        }
    };
    let options = ReadOptions { ignore_checksums: forced, ..ReadOptions::default() };
    let mut xva = Reader::open(body, options).await.map_err(unread)?;
    let mut made = Made { pool: Arc::clone(&work.pool), vms: Vec::new(), disks: FxHashMap::default(), keeps: forced };
    let ova = xva.ova().clone();
    let sizes: Vec<_> = xva.disks().iter().filter(|disk| disk.required).cloned().collect();
    let whole: u64 = sizes.iter().map(|disk| disk.virtual_size).sum();
    work.pool.with(|world| {
        for disk in &sizes {
            let size = i64::try_from(disk.virtual_size).unwrap_or(i64::MAX);
            let vdi = class::vdi::create_in(world, sr, &disk.name_label, size, "user")?;
            made.disks.insert(disk.id.to_string(), vdi);
        }
        make(world, &ova, work.task, restores, &mut made)?;
        // Who waits for this gives the interfaces their networks.
        world.put(work.task, "other_config", "object_creation", "complete");
        Ok::<_, Failure>(())
    })?;
    let mut before = 0;
    while let Some(disk) = xva.next_disk().await.map_err(unread)? {
        let vdi = made.disks.get(disk.id.as_str()).copied();
        while let Some(block) = xva.next_block().await.map_err(unread)? {
            let Some(vdi) = vdi else { continue };
            if before + block.at > 0
                && let Some(failure) = work.pool.faults.next_failure(IMPORT)
            {
                return Err(failure);
            }
            work.pool.with(|world| {
                work.reach(world, before + block.at, whole)?;
                vdi_in::write(world, vdi, block.at, &block.data)
            })?;
        }
        before += disk.virtual_size;
    }
    work.pool.with(|world| {
        for vdi in made.disks.values().filter(|vdi| world.is(**vdi, "VDI")).collect::<Vec<_>>() {
            class::vdi::measure(world, *vdi);
        }
        world.end_operations(work.task);
    });
    Ok(made)
}

fn target(world: &World, head: &Head) -> Result<Object, Failure> {
    if head.header("transfer-encoding").is_some() {
        return fail::<_, &str>(code::IMPORT_ERROR_CANNOT_HANDLE_CHUNKED, []);
    }
    let by_ref = head.parameter("sr_id");
    let by_uuid = head.parameter("sr_uuid");
    let sr = match (&by_ref, &by_uuid) {
        (Some(text), _) => Object::parse(text).filter(|sr| world.is(*sr, "SR")),
        (None, Some(uuid)) => world.by_uuid("SR", uuid),
        (None, None) => {
            let default = world.object(world.pool(), "default_SR");
            if !world.is(default, "SR") {
                return fail(code::DEFAULT_SR_NOT_FOUND, [default]);
            }
            Some(default)
        }
    };
    let Some(sr) = sr else {
        return fail(code::HANDLE_INVALID, ["SR", &by_ref.or(by_uuid).unwrap_or_default()]);
    };
    if world.text(sr, "content_type") == "iso" {
        return fail(code::SR_OPERATION_NOT_SUPPORTED, [sr]);
    }
    Ok(sr)
}

/// What of a VM's record is true of where it was only.
const LEFT_BEHIND: &[&str] = &[
    "uuid",
    "resident_on",
    "scheduled_to_be_resident_on",
    "affinity",
    "consoles",
    "crash_dumps",
    "snapshots",
    "snapshot_of",
    "parent",
    "children",
    "current_operations",
    "allowed_operations",
    "domid",
    "suspend_VDI",
    "suspend_SR",
    "appliance",
    "protection_policy",
    "snapshot_schedule",
    "guest_metrics",
    "VGPUs",
    "VUSBs",
    "VTPMs",
    "attached_PCIs",
    "ha_restart_priority",
    "currently_attached",
];

/// Makes the VMs that an archive describes, of disks that have been made.
fn make(world: &mut World, ova: &Ova, task: Object, restores: bool, made: &mut Made) -> Result<(), Failure> {
    let mut names: FxHashMap<String, Object> = FxHashMap::default();
    // Names of an archive are no references.
    let mut aliases: FxHashMap<&str, String> = FxHashMap::default();
    for object in &ova.objects {
        let alias = world.new_object().to_string();
        match object.class.as_str() {
            "VDI" => {
                if let Some(vdi) = made.disks.get(object.id.as_str()) {
                    names.insert(alias.clone(), *vdi);
                }
            }
            "network" => {
                names.insert(alias.clone(), network(world, object));
            }
            _ => {}
        }
        aliases.insert(&object.id, alias);
    }
    let classes = ["VM", "VM_metrics", "VBD", "VIF"];
    let objects = classes.iter().flat_map(|class| ova.of(class)).map(|object| {
        let rename = |value: &Value| match value {
            Value::String(text) => {
                aliases.get(text.as_str()).map_or_else(|| value.clone(), |alias| Value::from(&**alias))
            }
            other => other.clone(),
        };
        let fields = match &object.snapshot {
            Value::Struct(fields) => &fields[..],
            _ => &[],
        };
        let is_new = |field: &str| {
            let mac = object.class == "VIF" && field == "MAC_autogenerated";
            !LEFT_BEHIND.contains(&field) && !mac
        };
        let fields = fields.iter().filter(|(field, _)| is_new(field)).map(|(field, value)| {
            let value = match value {
                Value::Array(items) => Value::Array(items.iter().map(rename).collect()),
                value => rename(value),
            };
            (field.as_str(), value)
        });
        let mut record = vec![
            ("ref", Value::from(&*aliases[object.id.as_str()])),
            ("class", object.class.as_str().into()),
            ("fields", Value::structure(fields)),
        ];
        if restores && object.class == "VM" {
            record.push(("uuid", object.text("uuid").into()));
        }
        Value::structure(record)
    });
    let objects = Value::structure([("objects", Value::Array(objects.collect()))]);
    for vm in ova.of("VM").filter(|_| restores) {
        if world.by_uuid("VM", vm.text("uuid")).is_some() {
            return fail(code::DUPLICATE_VM, [vm.text("uuid")]);
        }
    }
    let objects = immigrate::make(world, &mut names, immigrate::Asked(&objects))?;
    for object in objects {
        if world.is(object, "VM") {
            world.put(object, "current_operations", &task.to_string(), "import");
            world.note_operation(task, object);
            world.put(object, "other_config", "import_task", task.to_string());
            world.set(object, "domid", -1_i64);
            made.vms.push(object);
        } else if world.is(object, "VIF") && !restores {
            let mac = world.text(object, "MAC").to_owned();
            let taken = world.all("VIF").filter(|vif| world.text(*vif, "MAC") == mac).count() > 1;
            if taken {
                let mac = world.new_mac();
                world.set(object, "MAC", mac);
            }
        } else if world.is(object, "VBD") && world.text(object, "type") == "CD" {
            world.set(object, "VDI", Object::NULL);
            world.set(object, "empty", true);
        }
    }
    Ok(())
}

/// Finds the network of an archive by its bridge and name, or makes it.
fn network(world: &mut World, object: &archive::xva::Object) -> Object {
    let (bridge, name) = (object.text("bridge"), object.text("name_label"));
    let fits =
        |network: &Object| world.text(*network, "bridge") == bridge && world.text(*network, "name_label") == name;
    if let Some(known) = world.all("network").find(fits).or_else(|| world.by_name("network", name)) {
        return known;
    }
    let (bridge, name) = (bridge.to_owned(), name.to_owned());
    world.create("network", [("name_label", name.into()), ("bridge", bridge.into())])
}
