//! Content that is written over a disk.

use std::sync::Arc;

use bytes::Buf;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use xapi_types::{Failure, code};

use super::{VDI_IO_ERROR, Work, body, elsewhere, image, vdi};
use crate::{
    Datum, Object, World,
    call::fail,
    class::{self, vdi::operation::is_written_to},
    disk::BLOCK,
    wire::{
        connection::{Connection, Gone, PIECE},
        head::Head,
        reply::Reply,
    },
};

/// Blocks of 2 MiB that clients may write to all disks of a pool together: 1 GiB of memory.
const MOST_BLOCKS: usize = 512;

/// Under this name a fault makes the next upload fail half-way.
const IMPORT: &str = "import_raw_vdi";

/// Answers `PUT /import_raw_vdi`.
pub(crate) async fn import<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    let target = connection.pool.with(|world| {
        let vdi = importable(world, head)?;
        Ok((vdi, world.object(vdi, "SR")))
    });
    if let Ok((_, sr)) = &target
        && let Some(elsewhere) = elsewhere(connection, head, *sr)
    {
        return connection.send(elsewhere).await;
    }
    let work = Work::begin(connection, head, "Importing raw VDI");
    let vdi = match target {
        Ok((vdi, _)) => vdi,
        Err(failure) => return work.refuse(connection, failure).await,
    };
    connection.send(Reply::until_close(1, "200 OK", &[("task-id", &work.task.to_string())])).await?;
    let whole = head.content_length().unwrap_or(u64::MAX);
    let format = head.parameter("format").unwrap_or_default();
    let received = match (format.as_str(), head.parameter("chunked")) {
        ("vhd" | "qcow2", _) => receive_image(connection, vdi, &work, whole, &format).await,
        (_, Some(_)) => receive_chunks(connection, vdi, &work).await,
        (_, None) => receive(connection, vdi, &work, whole).await,
    };
    connection.pool.with(|world| {
        // It may be gone meanwhile.
        if world.is(vdi, "VDI") {
            class::vdi::measure(world, vdi);
        }
    });
    work.end(received.map(|()| Datum::Ref(vdi)));
    Ok(false)
}

/// Writes what an image has over the disk, and leaves what it does not have.
async fn receive_image<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    vdi: Object,
    work: &Work,
    whole: u64,
    format: &str,
) -> Result<(), Failure> {
    let pool = Arc::clone(&connection.pool);
    body::read(connection, whole, async |body| {
        let mut image =
            image::decode(format, body, whole).await.map_err(|_| Failure::new(VDI_IO_ERROR, ["Device I/O errors"]))?;
        let (size, mut done) = (image.size(), 0);
        loop {
            let piece = image.next().await.map_err(|_| Failure::new(VDI_IO_ERROR, ["Device I/O errors"]))?;
            let Some(piece) = piece else { return Ok(()) };
            if done >= BLOCK
                && let Some(failure) = pool.faults.next_failure(IMPORT)
            {
                return Err(failure);
            }
            done += piece.data.len() as u64;
            pool.with(|world| {
                work.reach(world, piece.offset, size)?;
                write(world, vdi, piece.offset, &piece.data)
            })?;
        }
    })
    .await
}

/// Writes a body of `whole` bytes from the beginning of the disk on.
async fn receive<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    vdi: Object,
    work: &Work,
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
            work.reach(world, offset, whole)?;
            write(world, vdi, offset, &piece)
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
    work: &Work,
) -> Result<(), Failure> {
    let size = connection.pool.with(|world| u64::try_from(world.int(vdi, "virtual_size")).unwrap_or(0));
    let mut done = 0;
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
            if done > 0
                && let Some(failure) = connection.pool.faults.next_failure(IMPORT)
            {
                return Err(failure);
            }
            connection.pool.with(|world| {
                work.reach(world, offset, size)?;
                write(world, vdi, offset, &piece)
            })?;
            done += length;
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

pub(super) fn write(world: &mut World, vdi: Object, offset: u64, bytes: &[u8]) -> Result<(), Failure> {
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

fn importable(world: &mut World, head: &Head) -> Result<Object, Failure> {
    if head.header("transfer-encoding").is_some() {
        return fail(code::INTERNAL_ERROR, ["Cannot handle encoding"]);
    }
    let format = head.parameter("format").unwrap_or_else(|| "raw".to_owned());
    if !["raw", "vhd", "qcow2"].contains(&format.as_str()) {
        return fail(code::INTERNAL_ERROR, [format!("Unknown format {format}")]);
    }
    if head.parameter("vdi").is_some() {
        let vdi = vdi(world, head)?;
        if is_written_to(world, vdi) {
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
