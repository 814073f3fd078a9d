//! Disks and VMs that hosts send, and VMs that they make of what is sent.

use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use xapi::{Compression, DiskFormat, Error, Export, NewVm, Options, Pool, Value, VdiContent, VmContent};
use xapi_sim::{Object, Sim};

use crate::peer::{options, soon};

/// Blocks of the disk that hold something.
const HELD: [u64; 3] = [0, 5, 9];
const BLOCK: usize = 2 << 20;

struct Lab {
    sim: Sim,
    pool: Pool,
    vm: Object,
    vdi: Object,
}

fn to(sim: &Sim) -> Options {
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = "password".into();
    options
}

impl Lab {
    /// Starts a pool with a halted VM that has a disk of 20 MiB, of which three blocks hold something.
    async fn new() -> Self {
        let sim = Sim::builder().world("small").pace(0.005).start().await.unwrap();
        let pool = soon(Pool::connect(to(&sim))).await.unwrap();
        let sr = sim.named("SR", "NFS storage").unwrap();
        let (vm, vdi) = sim.with(|world| {
            let vm = world.create("VM", [("name_label", "packed".into()), ("power_state", "Halted".into())]);
            let fields = [("name_label", "disk".into()), ("SR", sr.into()), ("managed", true.into())];
            let vdi = world.create("VDI", fields);
            world.set(vdi, "virtual_size", 20_i64 << 20);
            let vbd = [("VM", vm.into()), ("VDI", vdi.into()), ("type", "Disk".into()), ("userdevice", "0".into())];
            world.create("VBD", vbd);
            for block in HELD {
                let text = format!("block {block} ").repeat(BLOCK / 8);
                world.disks.write(vdi, block * BLOCK as u64, &text.as_bytes()[..BLOCK]);
            }
            (vm, vdi)
        });
        Self { sim, pool, vm, vdi }
    }

    async fn export(&self, compression: Compression) -> Result<Export, Error> {
        let vm = self.vm.to_string();
        soon(self.pool.export_vm(VmContent { vm: &vm, compression, label: ("transfer", "packed") })).await
    }

    fn content(&self, vdi: Object) -> Vec<u8> {
        let mut content = vec![0; 10 * BLOCK];
        self.sim.with(|world| world.disks.read(vdi, 0, &mut content));
        content
    }

    /// Waits until no task of a transfer is left at the pool.
    async fn tidy(&self) {
        let left = || self.sim.with(|world| world.all("task").any(|task| world.text(task, "name_label") == "transfer"));
        soon(async {
            while left() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// Returns the VMs of the pool that were made of an archive, with their disks.
    fn made(&self) -> Vec<(Object, Object)> {
        self.sim.with(|world| {
            let vms =
                world.list("VM").into_iter().filter(|vm| *vm != self.vm && world.text(*vm, "name_label") == "packed");
            vms.map(|vm| (vm, world.object(world.objects(vm, "VBDs")[0], "VDI"))).collect()
        })
    }

    fn disks(&self) -> usize {
        self.sim.with(|world| world.list("VDI").len())
    }

    async fn import(&self, content: Vec<io::Result<Bytes>>, length: Option<u64>) -> Result<Value, Error> {
        let sr = self.sim.named("SR", "NFS storage").unwrap().to_string();
        let upload = self.pool.import_vm(NewVm { sr: &sr, label: "transfer", length }, stream::iter(content)).await?;
        soon(upload.result()).await
    }
}

async fn whole(export: Export) -> Result<Bytes, Error> {
    let mut all = BytesMut::new();
    let mut pieces = std::pin::pin!(export.pieces());
    while let Some(piece) = soon(pieces.next()).await {
        all.extend_from_slice(&piece?);
    }
    Ok(all.freeze())
}

fn pieces(archive: &Bytes) -> Vec<io::Result<Bytes>> {
    archive.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}

#[tokio::test]
async fn a_vm_that_is_sent_comes_back_byte_for_byte_however_it_is_compressed() {
    let lab = Lab::new().await;
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let before = lab.made().len();
        let archive = whole(lab.export(compression).await.unwrap()).await.unwrap();
        lab.import(pieces(&archive), Some(archive.len() as u64)).await.unwrap();
        assert_eq!(lab.made().len(), before + 1, "{compression:?}");
        // Nobody knows how long it is, and what stands behind its end belongs to nobody.
        let mut longer = pieces(&archive);
        longer.push(Ok(Bytes::from(vec![0; 8192])));
        lab.import(if compression == Compression::None { longer } else { pieces(&archive) }, None).await.unwrap();
        lab.tidy().await;
    }
    let made = lab.made();
    assert_eq!(made.len(), 6);
    for (vm, disk) in made {
        assert!(lab.content(disk) == lab.content(lab.vdi));
        let (operations, name) = lab.sim.with(|world| {
            (world.get(vm, "current_operations").entries().len(), world.text(disk, "name_label").to_owned())
        });
        assert_eq!((operations, name.as_str()), (0, "disk"));
    }
}

#[tokio::test]
async fn a_running_vm_is_not_sent_and_its_task_says_so() {
    let lab = Lab::new().await;
    lab.sim.with(|world| world.set(lab.vm, "power_state", "Running"));
    let error = lab.export(Compression::None).await.unwrap_err();
    assert!(error.is("VM_BAD_POWER_STATE"), "{error}");
    lab.tidy().await;
}

#[tokio::test]
async fn what_breaks_off_is_no_end() {
    let lab = Lab::new().await;
    lab.sim.fail_next("VM.export", "VDI_IO_ERROR", ["Device I/O errors"]);
    let error = whole(lab.export(Compression::None).await.unwrap()).await.unwrap_err();
    assert!(error.is("VDI_IO_ERROR"), "{error}");
    lab.tidy().await;
    let export = lab.export(Compression::None).await.unwrap();
    let master = lab.sim.with(|world| world.master());
    lab.sim.cut(master);
    let error = whole(export).await.unwrap_err();
    assert!(matches!(error, Error::Broken { .. } | Error::Failure(_)), "{error}");
    lab.tidy().await;
}

#[tokio::test]
async fn an_export_that_nobody_wants_any_more_is_cancelled_at_the_pool() {
    let lab = Lab::new().await;
    let mut export = lab.export(Compression::None).await.unwrap();
    assert!(soon(export.next()).await.unwrap().is_some());
    drop(export);
    lab.tidy().await;
    let export = lab.export(Compression::None).await.unwrap();
    soon(export.task().unwrap().cancel()).await.unwrap();
    let error = whole(export).await.unwrap_err();
    assert!(error.is("TASK_CANCELLED"), "{error}");
    lab.tidy().await;
    assert!(lab.sim.with(|world| world.get(lab.vm, "current_operations").entries().is_empty()));
}

#[tokio::test]
async fn of_an_import_that_fails_nothing_is_left() {
    let lab = Lab::new().await;
    let archive = whole(lab.export(Compression::None).await.unwrap()).await.unwrap();
    let disks = lab.disks();
    let length = Some(archive.len() as u64);
    let half = archive.slice(..archive.len() / 2);
    let mut spoilt = archive.to_vec();
    let at = archive.len() / 2;
    spoilt[at] ^= 0xff;
    let spoilt = Bytes::from(spoilt);
    let mut gone = pieces(&half);
    gone.push(Err(io::Error::other("the client is gone")));
    for (what, content, length, expected) in [
        ("cut", pieces(&half), None, "IMPORT_ERROR_PREMATURE_EOF"),
        ("spoilt", pieces(&spoilt), length, "IMPORT_ERROR_SOME_CHECKSUMS_FAILED"),
        ("gone", gone, length, "the client is gone"),
    ] {
        let error = lab.import(content, length).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{what}: {error}");
        lab.tidy().await;
        assert_eq!((lab.made().len(), lab.disks()), (0, disks), "{what}");
    }
    lab.sim.fail_next("VM.import", "SR_BACKEND_FAILURE_44", ["", "There is insufficient space", ""]);
    let error = lab.import(pieces(&archive), length).await.unwrap_err();
    assert!(error.is("SR_BACKEND_FAILURE_44"), "{error}");
    lab.tidy().await;
    assert_eq!((lab.made().len(), lab.disks()), (0, disks));
}

#[tokio::test]
async fn a_disk_that_is_sent_raw_has_the_length_of_the_disk() {
    let lab = Lab::new().await;
    let vdi = lab.vdi.to_string();
    let what = VdiContent { vdi: &vdi, format: DiskFormat::Raw, base: None, label: "transfer" };
    let content = whole(soon(lab.pool.export_raw_vdi(what)).await.unwrap()).await.unwrap();
    assert!(content == lab.content(lab.vdi));
    lab.tidy().await;
}

#[tokio::test]
async fn a_host_that_does_not_see_the_storage_names_one_that_does() {
    let lab = Lab::new().await;
    lab.sim.with(|world| {
        let (master, sr) = (world.master(), world.object(lab.vdi, "SR"));
        for pbd in world.objects(sr, "PBDs") {
            if world.object(pbd, "host") == master {
                world.set(pbd, "currently_attached", false);
            }
        }
    });
    let archive = whole(lab.export(Compression::None).await.unwrap()).await.unwrap();
    lab.import(pieces(&archive), Some(archive.len() as u64)).await.unwrap();
    assert!(lab.content(lab.made()[0].1) == lab.content(lab.vdi));
    let vdi = lab.vdi.to_string();
    let what = VdiContent { vdi: &vdi, format: DiskFormat::Vhd, base: None, label: "transfer" };
    assert!(whole(soon(lab.pool.export_raw_vdi(what)).await.unwrap()).await.unwrap().starts_with(b"conectix"));
    lab.tidy().await;
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_before_anything_is_sent() {
    let lab = Lab::new().await;
    let archive = whole(lab.export(Compression::None).await.unwrap()).await.unwrap();
    lab.tidy().await;
    lab.sim.expire_sessions();
    let again = whole(lab.export(Compression::None).await.unwrap()).await.unwrap();
    assert_eq!(again.len(), archive.len());
    lab.tidy().await;
}
