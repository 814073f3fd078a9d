//! A VM as an OVA, which other programs read: a descriptor, its disks as stream-optimised VMDK, a manifest.
//!
//! What surprises: an archive says how long a file is before the file, and of a compressed disk nobody knows that. So each
//! disk is read twice, the first time only to find that out; a snapshot sees to it that both are the same.

use std::io;

use app::{Connection, Content, Cx};
use archive::{
    ova::{WriteOptions, Writer, measure},
    ovf::{Disk, Drive, File, Firmware, Nic, Ovf, STREAM_OPTIMIZED, Vm},
};
use futures_util::{StreamExt, stream};
use op::{Error, Result};
use tokio::{io::DuplexStream, task::JoinHandle};
use tokio_util::io::ReaderStream;
use xapi::params;
use xapi_types::class;

use super::{device, frozen::Frozen};
use crate::{
    disk::{content, image::Format},
    file,
};

/// Bytes between who writes the archive and who sends it.
const BETWEEN: usize = 256 << 10;

/// A disk that goes into the archive.
struct Source {
    vdi: String,
    href: String,
}

/// Returns a VM as an archive, which is begun when it is asked for.
pub(super) fn content(cx: Cx, id: String) -> Content {
    let begin = async move { Some(Archive::begin(cx, id)) };
    let pieces = stream::once(begin).filter_map(async |archive| archive).flat_map(|archive| {
        stream::unfold(Some(archive), |archive| async move {
            let mut archive = archive?;
            match archive.pieces.next().await {
                Some(Ok(piece)) => Some((Ok(piece), Some(archive))),
                // Whoever writes says how it has ended.
                Some(Err(_)) | None => archive.ended().await.err().map(|error| (Err(io::Error::other(error)), None)),
            }
        })
    });
    Content::stream(pieces)
}

/// An archive while it is written; dropping it ends that.
struct Archive {
    pieces: ReaderStream<DuplexStream>,
    writing: Option<JoinHandle<Result<()>>>,
}

impl Archive {
    fn begin(cx: Cx, id: String) -> Self {
        let (to, from) = tokio::io::duplex(BETWEEN);
        let writing = tokio::spawn(async move { write(cx, &id, to).await });
        Self { pieces: ReaderStream::with_capacity(from, BETWEEN), writing: Some(writing) }
    }

    async fn ended(&mut self) -> Result<()> {
        match self.writing.take() {
            Some(writing) => writing.await.unwrap_or_else(|_| Err(Error::failed("the operation stopped unexpectedly"))),
            None => Ok(()),
        }
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        if let Some(writing) = &self.writing {
            writing.abort();
        }
    }
}

async fn write(cx: Cx, id: &str, to: DuplexStream) -> Result<()> {
    let vm = cx.on(id)?;
    let record = super::record(&vm).await?;
    let frozen = Frozen::of(&cx, &vm, &record, "Export").await?;
    let written = write_frozen(&vm.pool, &frozen.reference, &record.name_label, to).await;
    frozen.let_go().await;
    written
}

async fn write_frozen(pool: &Connection, vm: &str, name: &str, to: DuplexStream) -> Result<()> {
    let record = super::record_of(pool, vm).await?;
    let (ovf, disks) = describe(pool, &record, name).await?;
    let modified = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0);
    let called = file::named(name, "ova");
    let called = called.trim_end_matches(".ova");
    let mut ova = Writer::create(to, called, &ovf, WriteOptions { modified }).await.map_err(|error| failed(&error))?;
    for Source { vdi, href } in disks {
        let image = async || content::encode(content::read(pool, &vdi).await?, Format::Vmdk, &href);
        let length = measure(image().await?).await.map_err(|error| crate::incoming::refused(&error))?;
        ova.image(&href, Some(length), image().await?).await.map_err(|error| failed(&error))?;
    }
    ova.finish().await.map(drop).map_err(|error| failed(&error))
}

/// Says what is wrong with an archive that is written: of a disk that cannot be read, what its pool says.
fn failed(error: &archive::Error) -> Error {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(said) = error.downcast_ref::<Error>() {
            return said.clone();
        }
        text = format!("{text}: {error}");
        cause = error.source();
    }
    Error::failed(text)
}

/// Describes a VM, and says which disks it has.
async fn describe(pool: &Connection, record: &class::Vm, name: &str) -> Result<(Ovf, Vec<Source>)> {
    let mut ovf = Ovf::default();
    let number = |value: i64| u32::try_from(value).unwrap_or(1);
    let uefi = record.hvm_boot_params.get("firmware").is_some_and(|firmware| firmware == "uefi");
    let cores = record.platform.get("cores-per-socket").and_then(|cores| cores.parse().ok());
    let mut vm = Vm {
        id: "vm".to_owned(),
        name: name.to_owned(),
        description: record.name_description.to_string(),
        cpus: number(record.vcpus_at_startup),
        cores_per_socket: cores,
        memory: u64::try_from(record.memory_dynamic_max).unwrap_or(0),
        firmware: if uefi { Firmware::Uefi } else { Firmware::Bios },
        secure_boot: record.platform.get("secureboot").is_some_and(|secure| secure == "true"),
        ..Vm::default()
    };
    let mut vbds = device::vbds(pool, record).await?;
    vbds.sort_by_key(|vbd| vbd.record.userdevice.parse::<u32>().unwrap_or(u32::MAX));
    let mut disks = Vec::new();
    for (at, vdi) in vbds.iter().filter_map(device::Vbd::disk).enumerate() {
        let disk: class::Vdi = pool.call_as("VDI.get_record", params![&vdi]).await?;
        let (file_id, disk_id) = (format!("file{at}"), format!("disk{at}"));
        let href = file::named(&format!("disk{at}"), "vmdk");
        ovf.files.push(File { id: file_id.clone(), href: href.clone(), size: None, gzip: false });
        ovf.disks.push(Disk {
            id: disk_id.clone(),
            file: Some(file_id),
            capacity: u64::try_from(disk.virtual_size).unwrap_or(0),
            format: STREAM_OPTIMIZED.to_owned(),
        });
        let (name, description) = (disk.name_label.to_string(), disk.name_description.to_string());
        vm.disks.push(Drive { disk: disk_id, name, description });
        disks.push(Source { vdi, href });
    }
    for vif in &record.vifs {
        let vif: class::Vif = pool.call_as("VIF.get_record", params![vif.to_string()]).await?;
        let network: String = pool.call_as("network.get_name_label", params![vif.network.to_string()]).await?;
        if !ovf.networks.contains(&network) {
            ovf.networks.push(network.clone());
        }
        vm.nics.push(Nic { network: Some(network), mac: Some(vif.mac.to_string()), kind: "E1000".to_owned() });
    }
    ovf.vms.push(vm);
    Ok((ovf, disks))
}
