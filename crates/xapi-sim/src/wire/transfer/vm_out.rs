//! A VM that is read as an archive.

use std::sync::Arc;

use archive::{
    Compression,
    xva::{Ova, Version, WriteOptions, Writer},
};
use disk::Content;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream};
use xapi_types::{Failure, Value, code};

use super::{VDI_IO_ERROR, Work, elsewhere};
use crate::{
    Datum, Object, World,
    call::fail,
    class::vm::{copy, operation},
    disk::View,
    wire::{
        connection::{Connection, Gone},
        head::Head,
        reply::Reply,
    },
};

/// Under this name a fault makes the next export fail half-way.
const EXPORT: &str = "VM.export";

/// Bytes of an archive between who writes it and the connection.
const BETWEEN: usize = 256 * 1024;

/// What is read of a VM.
struct Luggage {
    ova: Ova,
    /// Disks, by their names in the archive.
    disks: Vec<(String, View)>,
    /// Bytes that they hold.
    whole: u64,
}

/// Answers `GET /export`.
pub(crate) async fn export<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    let found = connection.pool.with(|world| exportable(world, head));
    if let Ok(vm) = &found {
        let srs = connection.pool.with(|world| srs_of(world, *vm));
        for sr in srs {
            if let Some(elsewhere) = elsewhere(connection, head, sr) {
                return connection.send(elsewhere).await;
            }
        }
    }
    let work = Work::begin(connection, head, "VM.export");
    let vm = match found {
        Ok(vm) => vm,
        Err(failure) => return work.refuse(connection, failure).await,
    };
    let luggage = connection.pool.with(|world| {
        world.put(vm, "current_operations", &work.task.to_string(), "export");
        world.note_operation(work.task, vm);
        luggage(world, vm)
    });
    let more = [
        ("task-id", &*work.task.to_string()),
        ("content-type", "application/octet-stream"),
        ("Content-Disposition", "attachment; filename=\"export.xva\""),
    ];
    connection.send(Reply::until_close(0, "200 OK", &more)).await?;
    let compression = match head.parameter("use_compression").as_deref() {
        Some("true" | "gzip") => Compression::Gzip,
        Some("zstd") => Compression::Zstd,
        _ => Compression::None,
    };
    let (to, from) = tokio::io::duplex(BETWEEN);
    let pass = async {
        // It goes with this, so that nobody writes on for who is gone.
        let mut from = from;
        let mut buffer = Vec::with_capacity(BETWEEN);
        loop {
            buffer.clear();
            match from.read_buf(&mut buffer).await {
                Ok(1..) => connection.write(&buffer).await?,
                _ => return Ok::<(), Gone>(()),
            }
        }
    };
    let (written, passed) = tokio::join!(write(&work, luggage, compression, to), pass);
    let () = passed?;
    match written {
        Ok(()) => {
            work.end(Ok(Datum::void()));
            Ok(false)
        }
        Err(failure) => {
            work.end(Err(failure));
            Err(Gone)
        }
    }
}

async fn write(work: &Work, luggage: Luggage, compression: Compression, to: DuplexStream) -> Result<(), Failure> {
    let broken = |_| Failure::new(VDI_IO_ERROR, ["Device I/O errors"]);
    let unread = |_| Failure::new(VDI_IO_ERROR, ["Device I/O errors"]);
    let Luggage { ova, disks, whole } = luggage;
    let options = WriteOptions { compression, ..WriteOptions::default() };
    let mut xva = Writer::create(to, &ova, options).await.map_err(broken)?;
    let mut done = 0;
    for (id, view) in disks {
        xva.begin_disk(&id).await.map_err(broken)?;
        let mut content = Content::of(Arc::new(view)).await.map_err(unread)?;
        while let Some(piece) = content.next().await.map_err(unread)? {
            if done > 0
                && let Some(failure) = work.pool.faults.next_failure(EXPORT)
            {
                return Err(failure);
            }
            work.pool.with(|world| work.reach(world, done, whole))?;
            xva.write(piece.offset, &piece.data).await.map_err(broken)?;
            done += piece.data.len() as u64;
        }
    }
    work.pool.with(|world| work.reach(world, whole, whole))?;
    xva.finish().await.map(drop).map_err(broken)
}

fn exportable(world: &World, head: &Head) -> Result<Object, Failure> {
    let by_ref = head.parameter("ref").and_then(|text| Object::parse(&text)).filter(|vm| world.is(*vm, "VM"));
    let vm = by_ref.or_else(|| world.by_uuid("VM", &head.parameter("uuid")?));
    let Some(vm) = vm else {
        let name = head.parameter("ref").or_else(|| head.parameter("uuid")).unwrap_or_default();
        return fail(code::HANDLE_INVALID, ["VM", &name]);
    };
    operation::expect_state(world, vm, &["Halted", "Suspended"])?;
    operation::expect_not_busy(world, vm)?;
    Ok(vm)
}

fn srs_of(world: &World, vm: Object) -> Vec<Object> {
    copy::disks_of(world, vm).into_iter().map(|vdi| world.object(vdi, "SR")).collect()
}

/// Describes a VM as it lies there: nothing of it runs, is attached or goes on.
fn luggage(world: &World, vm: Object) -> Luggage {
    let vbds = world.objects(vm, "VBDs");
    let vifs = world.objects(vm, "VIFs");
    let mut vdis: Vec<Object> = vbds.iter().filter_map(|vbd| world.object(*vbd, "VDI").get()).collect();
    vdis.dedup();
    let mut networks: Vec<Object> = vifs.iter().filter_map(|vif| world.object(*vif, "network").get()).collect();
    networks.sort_unstable();
    networks.dedup();
    let mut srs: Vec<Object> = vdis.iter().map(|vdi| world.object(*vdi, "SR")).collect();
    srs.sort_unstable();
    srs.dedup();
    let metrics = world.object(vm, "metrics").get();
    let parts = [vm].into_iter().chain(metrics).chain(vbds).chain(vifs).chain(networks).chain(vdis.clone()).chain(srs);
    let parts: Vec<Object> = parts.collect();
    let name = |object: Object| parts.iter().position(|part| *part == object).map(|at| format!("Ref:{at}"));
    let objects = parts.iter().enumerate().map(|(at, object)| {
        let class = world.class_of(*object).map_or("", |class| class.name);
        let record = world.record(*object);
        let fields = record.entries().iter().map(|(field, value)| (&**field, normal(class, field, value, &name)));
        archive::xva::Object::new(class, format!("Ref:{at}"), Value::structure(fields))
    });
    let objects = objects.collect();
    let mut disks: Vec<(String, View)> = Vec::new();
    let mut whole = 0;
    for vdi in copy::disks_of(world, vm) {
        let id = name(vdi).expect("it is one of the parts");
        if disks.iter().any(|(other, _)| *other == id) {
            continue;
        }
        let size = u64::try_from(world.int(vdi, "virtual_size")).unwrap_or(0);
        whole += world.disks.allocated(vdi).len() as u64 * crate::disk::BLOCK;
        disks.push((id, world.disks.view(vdi, size, None)));
    }
    disks.sort_by(|(one, _), (other, _)| one.cmp(other));
    Luggage { ova: Ova { version: version(world), objects }, disks, whole }
}

/// Returns a field of a record as an archive has it.
fn normal(class: &str, field: &str, value: &Datum, name: &dyn Fn(Object) -> Option<String>) -> Value {
    let id = |object: Object| Value::from(name(object).unwrap_or_else(|| Object::NULL.to_string()));
    match (class, field, value) {
        ("VM", "power_state", _) => "Halted".into(),
        ("VM", "snapshots" | "children" | "consoles" | "crash_dumps" | "VTPMs" | "attached_PCIs", _)
        | (_, "current_operations" | "allowed_operations", Datum::Set(_))
        | ("SR", "PBDs", _) => Value::Array(Vec::new()),
        (_, "current_operations" | "blobs", _) => Value::structure::<&str>([]),
        ("VM", "is_a_snapshot", _) | ("VBD" | "VIF", "currently_attached", _) => false.into(),
        (_, _, Datum::Ref(object)) => id(*object),
        (_, _, Datum::Set(items)) if items.iter().any(|item| matches!(item, Datum::Ref(_))) => {
            Value::Array(value.objects().filter_map(|object| name(object).map(Value::from)).collect())
        }
        _ => value.to_value(),
    }
}

fn version(world: &World) -> Version {
    let master = world.master();
    let text = |key: &str| world.entry(master, "software_version", key).into();
    let (xapi_major, xapi_minor) = world.profile.api_version;
    Version {
        hostname: world.text(master, "hostname").into(),
        date: text("date"),
        product_version: text("product_version"),
        product_brand: text("product_brand"),
        build_number: text("build_number"),
        xapi_major,
        xapi_minor,
        export_vsn: 2,
    }
}
