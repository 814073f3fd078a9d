//! Content of disks, raw, in and out.
//!
//! The head of the reply goes out before the work is done, as on real hosts: how it ended is only
//! told by the task, and by a connection that closes early.

use bytes::Buf;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use xapi_types::{Failure, code};

use crate::{Datum, Object, World, call::fail, class};

use super::{
    connection::{Connection, Gone, PIECE},
    head::Head,
    reply::Reply,
};

/// Code of an error that the data model does not list.
const VDI_IO_ERROR: &str = "VDI_IO_ERROR";

/// Blocks of 2 MiB that clients may write to all disks of a pool together: 1 GiB of memory.
const MOST_BLOCKS: usize = 512;

/// Under this name a fault makes the next upload fail half-way.
const IMPORT: &str = "import_raw_vdi";

/// Answers `GET /export_raw_vdi`.
pub(crate) async fn export<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    let vdi = connection.pool.with(|world| exportable(world, head));
    if let Ok(vdi) = &vdi
        && let Some(elsewhere) = elsewhere(connection, head, *vdi)
    {
        return connection.send(elsewhere).await;
    }
    let task = task(connection, head, "Exporting raw VDI");
    let vdi = match vdi {
        Ok(vdi) => vdi,
        Err(failure) => return refuse(connection, task, failure).await,
    };
    let (size, uuid) = connection.pool.with(|world| (world.int(vdi, "virtual_size"), world.uuid(vdi).to_owned()));
    let size = u64::try_from(size).unwrap_or(0);
    let disposition = format!("attachment; filename=\"{uuid}.raw\"");
    let more = [
        ("task-id", task.to_string()),
        ("content-type", "application/octet-stream".to_owned()),
        ("content-disposition", disposition),
    ];
    let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
    connection.send(Reply::until_close(1, "200 OK", &more)).await?;
    let mut buffer = vec![0; PIECE];
    let mut offset = 0;
    while offset < size {
        let length = usize::try_from(size - offset).unwrap_or(PIECE).min(PIECE);
        connection.pool.with(|world| {
            world.disks.read(vdi, offset, &mut buffer[..length]);
            progress(world, task, offset, size);
        });
        if let Err(gone) = connection.write(&buffer[..length]).await {
            end(connection, task, Err(Failure::new(VDI_IO_ERROR, ["Device I/O errors"])));
            return Err(gone);
        }
        offset += length as u64;
    }
    end(connection, task, Ok(Datum::void()));
    Ok(false)
}

/// Answers `PUT /import_raw_vdi`.
pub(crate) async fn import<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    let target = connection.pool.with(|world| importable(world, head));
    if let Ok(vdi) = &target
        && let Some(elsewhere) = elsewhere(connection, head, *vdi)
    {
        return connection.send(elsewhere).await;
    }
    let task = task(connection, head, "Importing raw VDI");
    let vdi = match target {
        Ok(vdi) => vdi,
        Err(failure) => return refuse(connection, task, failure).await,
    };
    connection.send(Reply::until_close(1, "200 OK", &[("task-id", &task.to_string())])).await?;
    let whole = head.content_length().unwrap_or(u64::MAX);
    let received = match head.parameter("chunked") {
        Some(_) => receive_chunks(connection, vdi).await,
        None => receive(connection, vdi, task, whole).await,
    };
    connection.pool.with(|world| {
        // It may be gone meanwhile.
        if world.is(vdi, "VDI") {
            class::vdi::measure(world, vdi);
        }
    });
    let outcome = match received {
        Ok(()) => Ok(Datum::Ref(vdi)),
        Err(failure) => Err(failure),
    };
    end(connection, task, outcome);
    Ok(false)
}

/// Writes a body of `whole` bytes from the beginning of the disk on.
async fn receive<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    vdi: Object,
    task: Object,
    whole: u64,
) -> Result<(), Failure> {
    let mut offset = 0;
    while offset < whole {
        if connection.buffer.is_empty() {
            more(connection).await?;
        }
        if offset >= whole / 2
            && let Some(failure) = connection.pool.faults.next_failure(IMPORT)
        {
            return Err(failure);
        }
        let length = connection.buffer.len().min(usize::try_from(whole - offset).unwrap_or(usize::MAX));
        let piece = connection.buffer.split_to(length);
        connection.pool.with(|world| {
            expect_wanted(world, task)?;
            write(world, vdi, offset, &piece)?;
            progress(world, task, offset, whole);
            Ok::<_, Failure>(())
        })?;
        offset += length as u64;
    }
    Ok(())
}

/// Writes pieces, each with its offset (8 bytes) and length (4 bytes), little endian, before it; one
/// without bytes is the last.
async fn receive_chunks<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    vdi: Object,
) -> Result<(), Failure> {
    loop {
        while connection.buffer.len() < 12 {
            more(connection).await?;
        }
        let (mut offset, mut left) = (connection.buffer.get_u64_le(), u64::from(connection.buffer.get_u32_le()));
        if left == 0 {
            return Ok(());
        }
        while left > 0 {
            if connection.buffer.is_empty() {
                more(connection).await?;
            }
            let length = connection.buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let piece = connection.buffer.split_to(length);
            connection.pool.with(|world| write(world, vdi, offset, &piece))?;
            offset += length as u64;
            left -= length as u64;
        }
    }
}

async fn more<S: AsyncRead + AsyncWrite + Unpin>(connection: &mut Connection<S>) -> Result<(), Failure> {
    connection.buffer.reserve(PIECE);
    match connection.stream.read_buf(&mut connection.buffer).await {
        Ok(1..) => Ok(()),
        _ => fail(VDI_IO_ERROR, ["Device I/O errors"]),
    }
}

fn write(world: &mut World, vdi: Object, offset: u64, bytes: &[u8]) -> Result<(), Failure> {
    let end = offset.checked_add(bytes.len() as u64).and_then(|end| i64::try_from(end).ok());
    if !world.is(vdi, "VDI") || end.is_none_or(|end| end > world.int(vdi, "virtual_size")) {
        return fail(VDI_IO_ERROR, ["Device I/O errors"]);
    }
    let before = world.disks.used(vdi);
    world.disks.write(vdi, offset, bytes);
    if world.disks.used(vdi) > before {
        class::vdi::measure(world, vdi);
        let sr = world.object(vdi, "SR");
        if world.disks.held() > MOST_BLOCKS || class::sr::space::is_overfull(world, sr) {
            return fail(VDI_IO_ERROR, ["No space left on device"]);
        }
    }
    Ok(())
}

/// Fails if somebody has asked to cancel the task, or has ended it.
fn expect_wanted(world: &World, task: Object) -> Result<(), Failure> {
    let wishes = world.get(task, "current_operations");
    let cancelled = wishes.entries().iter().any(|(_, wish)| wish.as_text() == "cancel");
    let ended = !world.is(task, "task") || world.text(task, "status") != "pending";
    if cancelled || ended { fail(code::TASK_CANCELLED, [task.to_string()]) } else { Ok(()) }
}

/// Returns the reply that names another host, if this one does not see the storage of the disk and that one does.
///
/// It repeats the query and nothing else, and the task is left to the other host.
fn elsewhere<S>(connection: &Connection<S>, head: &Head, vdi: Object) -> Option<Reply> {
    let here = connection.host.object;
    let address = connection.pool.with(|world| {
        let sr = world.object(vdi, "SR");
        if class::host::sees(world, here, sr) {
            return None;
        }
        let other = world.list("host").into_iter().find(|host| class::host::sees(world, *host, sr))?;
        Some(world.text(other, "address").to_owned())
    })?;
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&head.query).finish();
    let location = format!("https://{address}{}?{query}", head.path);
    let mut reply = Reply::until_close(1, "302 Found", &[("Location", &location)]);
    reply.headers.push(("Content-Length".to_owned(), "0".to_owned()));
    Some(reply)
}

fn exportable(world: &World, head: &Head) -> Result<Object, Failure> {
    let format = head.parameter("format").unwrap_or_else(|| "raw".to_owned());
    if format != "raw" {
        return fail(code::INTERNAL_ERROR, [format!("Unknown format {format}")]);
    }
    let vdi = vdi(world, head)?;
    if written_to(world, vdi) {
        return fail(code::VDI_IN_USE, [vdi.to_string(), "export".to_owned()]);
    }
    Ok(vdi)
}

fn importable(world: &mut World, head: &Head) -> Result<Object, Failure> {
    if head.header("transfer-encoding").is_some() {
        return fail(code::INTERNAL_ERROR, ["Cannot handle encoding"]);
    }
    let format = head.parameter("format").unwrap_or_else(|| "raw".to_owned());
    if format != "raw" {
        return fail(code::INTERNAL_ERROR, [format!("Unknown format {format}")]);
    }
    if head.parameter("vdi").is_some() {
        let vdi = vdi(world, head)?;
        if written_to(world, vdi) {
            return fail(code::VDI_IN_USE, [vdi.to_string(), "import".to_owned()]);
        }
        return Ok(vdi);
    }
    let sr = head.parameter("sr_id").and_then(|text| Object::parse(&text)).filter(|sr| world.is(*sr, "SR"));
    let sr = sr.or_else(|| world.by_uuid("SR", &head.parameter("sr_uuid")?));
    let (Some(sr), Some(size)) = (sr, head.content_length().and_then(|length| i64::try_from(length).ok())) else {
        return fail::<_, &str>(code::VDI_MISSING, []);
    };
    let vdi = world.create(
        "VDI",
        [
            ("name_label", "Imported VDI".into()),
            ("SR", sr.into()),
            ("virtual_size", size.into()),
            ("type", "user".into()),
            ("managed", true.into()),
        ],
    );
    let uuid = world.uuid(vdi).to_owned();
    world.set(vdi, "location", uuid);
    Ok(vdi)
}

/// Returns the VDI that a request names by reference or uuid.
fn vdi(world: &World, head: &Head) -> Result<Object, Failure> {
    let name = head.parameter("vdi").unwrap_or_default();
    let by_ref = Object::parse(&name).filter(|vdi| world.is(*vdi, "VDI"));
    by_ref.or_else(|| world.by_uuid("VDI", &name)).map_or_else(|| fail(code::HANDLE_INVALID, ["VDI", &name]), Ok)
}

/// Returns whether a VM has the disk attached and may write to it.
fn written_to(world: &World, vdi: Object) -> bool {
    let attached = |vbd: &Object| world.flag(*vbd, "currently_attached") && world.text(*vbd, "mode") == "RW";
    world.objects(vdi, "VBDs").iter().any(attached)
}

/// Returns the task that a client made for the transfer, or makes one.
fn task<S>(connection: &Connection<S>, head: &Head, label: &str) -> Object {
    connection.pool.with(|world| {
        let given = head.parameter("task_id").and_then(|text| Object::parse(&text));
        given.filter(|task| world.is(*task, "task")).unwrap_or_else(|| world.new_task(label, ""))
    })
}

/// Shows how far a transfer has come, in whole percents, so that it makes no more than a hundred events.
fn progress(world: &mut World, task: Object, done: u64, whole: u64) {
    world.set(task, "progress", (done as f64 / whole as f64 * 100.0).floor() / 100.0);
}

fn end<S>(connection: &Connection<S>, task: Object, outcome: Result<Datum, Failure>) {
    connection.pool.with(|world| world.end_task(task, &outcome));
}

/// Ends the task and the connection with an error that is found before the transfer.
async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    task: Object,
    failure: Failure,
) -> Result<bool, Gone> {
    let reply = match failure.code.as_str() {
        code::INTERNAL_ERROR => Reply::until_close(0, "404 Not Found", &[]),
        code::VDI_MISSING => Reply::until_close(1, "400 Bad Request", &[]),
        _ => Reply::internal(&format!("{}: [ {} ]", failure.code, failure.params.join("; "))),
    };
    end(connection, task, Err(failure));
    connection.send(reply).await
}
