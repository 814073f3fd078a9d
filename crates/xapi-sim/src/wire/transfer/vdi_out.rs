//! Content of a disk that is read.

use std::sync::Arc;

use disk::{Content, Encoded};
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite};
use xapi_types::{Failure, code};

use super::{VDI_IO_ERROR, Work, elsewhere, image, vdi};
use crate::{
    Datum, Object, World,
    call::fail,
    class::vdi::operation::is_written_to,
    wire::{
        connection::{Connection, Gone},
        head::Head,
        reply::Reply,
    },
};

/// Under this name a fault makes the next download fail half-way.
const EXPORT: &str = "export_raw_vdi";

/// Largest disk that a VHD is made of, in bytes: 2040 GiB.
const LARGEST_VHD: i64 = 2040 << 30;

/// Answers `GET /export_raw_vdi`.
pub(crate) async fn export<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    let found = connection.pool.with(|world| {
        let vdi = exportable(world, head)?;
        Ok((vdi, world.object(vdi, "SR")))
    });
    if let Ok((_, sr)) = &found
        && let Some(elsewhere) = elsewhere(connection, head, *sr)
    {
        return connection.send(elsewhere).await;
    }
    let work = Work::begin(connection, head, "Exporting raw VDI");
    let vdi = match found {
        Ok((vdi, _)) => vdi,
        Err(failure) => return work.refuse(connection, failure).await,
    };
    let format = head.parameter("format").unwrap_or_else(|| "raw".to_owned());
    let content_type = match format.as_str() {
        "vhd" => "application/vhd",
        "qcow2" => "application/x-qemu-disk",
        _ => "application/octet-stream",
    };
    let uuid = connection.pool.with(|world| world.uuid(vdi).to_owned());
    let disposition = format!("attachment; filename=\"{uuid}.{format}\"");
    let task = work.task.to_string();
    let more = [("task-id", task.as_str()), ("content-type", content_type), ("content-disposition", &disposition)];
    connection.send(Reply::until_close(1, "200 OK", &more)).await?;
    let Ok(image) = content(connection, vdi, base(connection, head), &format).await else {
        work.end(Err(Failure::new(VDI_IO_ERROR, ["Device I/O errors"])));
        return Ok(false);
    };
    send(connection, work, image, EXPORT).await
}

/// Sends the bytes of an image; how that ends is told by the task.
pub(super) async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    work: Work,
    mut image: Encoded,
    fault: &str,
) -> Result<bool, Gone> {
    // Of what nobody knows the length, hosts count something else.
    let (mut done, whole) = (0, image.length().unwrap_or(u64::MAX));
    while let Some(piece) = image.next().await {
        let Ok(piece) = piece else {
            work.end(Err(Failure::new(VDI_IO_ERROR, ["Device I/O errors"])));
            return Ok(false);
        };
        let failure = (done > 0).then(|| connection.pool.faults.next_failure(fault)).flatten();
        let wanted = failure.map_or_else(|| connection.pool.with(|world| work.reach(world, done, whole)), Err);
        if let Err(failure) = wanted {
            work.end(Err(failure));
            // Cut, as hosts do.
            return Err(Gone);
        }
        connection.write(&piece).await?;
        done += piece.len() as u64;
    }
    work.end(Ok(Datum::void()));
    Ok(false)
}

/// Returns what a disk holds, or what of it is not in `base`, in a format.
async fn content<S>(
    connection: &Connection<S>,
    vdi: Object,
    base: Option<Object>,
    format: &str,
) -> disk::Result<Encoded> {
    let base = base.filter(|_| format == "vhd");
    let view = connection.pool.with(|world| {
        let size = u64::try_from(world.int(vdi, "virtual_size")).unwrap_or(0);
        world.disks.view(vdi, size, base)
    });
    let content = match base {
        Some(_) => Content::of_difference(Arc::new(view)).await?,
        None => Content::of(Arc::new(view)).await?,
    };
    image::encode(format, content)
}

fn base<S>(connection: &Connection<S>, head: &Head) -> Option<Object> {
    let name = head.parameter("base")?;
    connection.pool.with(|world| {
        let by_ref = Object::parse(&name).filter(|vdi| world.is(*vdi, "VDI"));
        by_ref.or_else(|| world.by_uuid("VDI", &name))
    })
}

fn exportable(world: &World, head: &Head) -> Result<Object, Failure> {
    let format = head.parameter("format").unwrap_or_else(|| "raw".to_owned());
    if !["raw", "vhd", "qcow2"].contains(&format.as_str()) {
        return fail(code::INTERNAL_ERROR, [format!("Unknown format {format}")]);
    }
    let vdi = vdi(world, head)?;
    if is_written_to(world, vdi) {
        return fail(code::VDI_IN_USE, [vdi.to_string(), "export".to_owned()]);
    }
    if format == "vhd" && world.int(vdi, "virtual_size") > LARGEST_VHD {
        return fail(
            "VDI_TOO_LARGE",
            [vdi.to_string(), world.int(vdi, "virtual_size").to_string(), LARGEST_VHD.to_string()],
        );
    }
    if let Some(base) = head.parameter("base").filter(|_| format == "vhd") {
        let found = Object::parse(&base).filter(|base| world.is(*base, "VDI")).or_else(|| world.by_uuid("VDI", &base));
        if found.is_none() {
            return fail(code::HANDLE_INVALID, ["VDI", &base]);
        }
    }
    Ok(vdi)
}
