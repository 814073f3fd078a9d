//! Content sent to hosts: the simulated pool, and hosts that behave badly.

use std::{io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use futures_util::stream;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use xapi::{DiskFormat, Error, Options, Pool, RawVdi, params};
use xapi_sim::{Object, Sim};

use crate::peer::{options, soon};

const LENGTH: usize = 4 << 20;

struct Lab {
    sim: Sim,
    pool: Pool,
    vdi: Object,
}

fn to(sim: &Sim) -> Options {
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = "password".into();
    options
}

impl Lab {
    /// Starts a pool with an empty disk of 4 MiB.
    async fn new() -> Self {
        Self::with_disk_on("NFS storage").await
    }

    async fn with_disk_on(sr: &str) -> Self {
        let sim = Sim::builder().world("small").pace(0.005).start().await.unwrap();
        let pool = soon(Pool::connect(to(&sim))).await.unwrap();
        let sr = sim.named("SR", sr).unwrap();
        let vdi = sim.with(|world| {
            let fields = [("name_label", "disk".into()), ("SR", sr.into()), ("managed", true.into())];
            let vdi = world.create("VDI", fields);
            world.set(vdi, "virtual_size", i64::try_from(LENGTH).unwrap());
            vdi
        });
        Self { sim, pool, vdi }
    }

    async fn send(&self, length: usize, pieces: Vec<io::Result<Bytes>>) -> Result<(), Error> {
        let vdi = self.vdi.to_string();
        let what = RawVdi { vdi: &vdi, format: DiskFormat::Raw, label: "upload", length: Some(length as u64) };
        let upload = self.pool.import_raw_vdi(what, stream::iter(pieces)).await?;
        soon(upload.result()).await.map(drop)
    }

    /// Takes the storage away from the master.
    fn only_others_see_the_storage(&self) {
        self.sim.with(|world| {
            let (master, sr) = (world.master(), world.object(self.vdi, "SR"));
            for pbd in world.objects(sr, "PBDs") {
                if world.object(pbd, "host") == master {
                    world.set(pbd, "currently_attached", false);
                }
            }
        });
    }

    fn read(&self) -> Vec<u8> {
        let mut content = vec![0; LENGTH];
        self.sim.with(|world| world.disks.read(self.vdi, 0, &mut content));
        content
    }

    /// Waits until no task of an upload is left at the pool.
    async fn tidy(&self) {
        let left = || self.sim.with(|world| world.all("task").any(|task| world.text(task, "name_label") == "upload"));
        soon(async {
            while left() {
                tokio::task::yield_now().await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

fn content() -> Vec<u8> {
    (0..LENGTH).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

fn pieces(content: &[u8]) -> Vec<io::Result<Bytes>> {
    content.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}

#[tokio::test]
async fn a_disk_is_written_and_its_task_goes() {
    let lab = Lab::new().await;
    lab.send(LENGTH, pieces(&content())).await.unwrap();
    assert!(lab.read() == content());
    lab.tidy().await;
}

#[tokio::test]
async fn a_host_that_does_not_see_the_storage_names_one_that_does() {
    let lab = Lab::new().await;
    lab.only_others_see_the_storage();
    lab.send(LENGTH, pieces(&content())).await.unwrap();
    assert!(lab.read() == content());
    lab.tidy().await;
}

#[tokio::test]
async fn what_goes_wrong_at_the_host_is_told_by_the_task() {
    let lab = Lab::new().await;
    lab.sim.fail_next("import_raw_vdi", "VDI_IO_ERROR", ["Device I/O errors"]);
    let error = lab.send(LENGTH, pieces(&content())).await.unwrap_err();
    assert!(error.is("VDI_IO_ERROR"), "{error}");
    lab.tidy().await;
    let longer = [content(), vec![1; 4096]].concat();
    let error = lab.send(longer.len(), pieces(&longer)).await.unwrap_err();
    assert!(error.is("VDI_IO_ERROR"), "{error}");
    lab.tidy().await;
    lab.sim.with(|world| world.destroy(lab.vdi));
    let error = lab.send(LENGTH, pieces(&content())).await.unwrap_err();
    assert!(error.is("HANDLE_INVALID"), "{error}");
    lab.tidy().await;
}

#[tokio::test]
async fn content_that_is_short_long_or_cannot_be_read_is_told_as_such() {
    let lab = Lab::new().await;
    let broken = vec![Ok(Bytes::from_static(b"x")), Err(io::Error::other("the file is gone"))];
    for (pieces, said) in [
        (pieces(&content()[1..]), "ends 1 bytes before"),
        (pieces(&[content(), vec![0]].concat()), "is longer than"),
        (broken, "the file is gone"),
    ] {
        let error = lab.send(LENGTH, pieces).await.unwrap_err();
        assert!(matches!(error, Error::Content { .. }) && error.to_string().contains(said), "{error}");
        lab.tidy().await;
    }
}

#[tokio::test]
async fn the_task_of_an_upload_that_no_host_has_heard_of_waits_for_none() {
    let mut lab = Lab::new().await;
    let mut options = to(&lab.sim);
    // Longer than anything here is waited for.
    options.limits.last_words = Duration::from_hours(1);
    lab.pool = soon(Pool::connect(options)).await.unwrap();
    let vdi = lab.vdi.to_string();
    let what = RawVdi { vdi: &vdi, format: DiskFormat::Raw, label: "upload", length: Some(LENGTH as u64) };
    // On one thread nothing has been sent when this returns.
    drop(lab.pool.import_raw_vdi(what, stream::pending()).await.unwrap());
    lab.tidy().await;
}

#[tokio::test]
async fn an_upload_that_is_dropped_or_cancelled_leaves_no_task() {
    let lab = Lab::new().await;
    let vdi = lab.vdi.to_string();
    let what = RawVdi { vdi: &vdi, format: DiskFormat::Raw, label: "upload", length: Some(LENGTH as u64) };
    let upload = lab.pool.import_raw_vdi(what, stream::pending()).await.unwrap();
    drop(upload);
    lab.tidy().await;
    let upload = lab.pool.import_raw_vdi(what, stream::pending()).await.unwrap();
    lab.pool.call("task.set_status", params![upload.task().reference(), "cancelled"]).await.unwrap();
    let error = soon(upload.result()).await.unwrap_err();
    assert!(error.is("TASK_CANCELLED"), "{error}");
    lab.tidy().await;
}

/// Stands before a pool, and answers uploads itself: it sends them to somebody who is in no pool.
async fn misleading(sim: &Sim) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, behind) = (listener.local_addr().unwrap(), sim.http_addr());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut first = [0; 3];
                if client.peek(&mut first).await.is_ok() && &first == b"PUT" {
                    let answer = b"HTTP/1.1 302 Found\r\nLocation: https://198.51.100.9/import_raw_vdi/\r\n\r\n";
                    return client.write_all(answer).await;
                }
                let mut host = TcpStream::connect(behind).await?;
                tokio::io::copy_bidirectional(&mut client, &mut host).await.map(drop)
            });
        }
    });
    address
}

#[tokio::test]
async fn a_host_that_sends_us_out_of_the_pool_is_not_followed() {
    let mut lab = Lab::new().await;
    let mut options = to(&lab.sim);
    options.address = format!("http://{}", misleading(&lab.sim).await).parse().unwrap();
    lab.pool = soon(Pool::connect(options)).await.unwrap();
    let error = lab.send(LENGTH, pieces(&content())).await.unwrap_err();
    assert!(matches!(error, Error::Answer { .. }) && error.to_string().contains("no member of the pool"), "{error}");
    lab.tidy().await;
}
