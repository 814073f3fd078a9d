//! Files in and out, as the tests of streams send and take them.

use std::io;

use app::{Caller as Asker, Content, Ended, Received, Refusal};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use xapi_sim::Object;

use crate::{
    Lab,
    test_app::{Caller, HERE},
};

/// Bytes of a block of a disk.
pub(crate) const BLOCK: usize = 2 << 20;

/// Where the requests come from.
pub(crate) fn here() -> Asker<'static> {
    Asker { user: None, address: HERE }
}

/// Returns content that arrives in pieces, with its length.
pub(crate) fn received(content: &[u8]) -> Received {
    let pieces: Vec<Bytes> = content.chunks(100_000).map(Bytes::copy_from_slice).collect();
    let body = Content::parts(pieces.into_iter());
    Received { length: Some(content.len() as u64), content_type: None, body }
}

/// Returns content that breaks off in the middle.
pub(crate) fn cut(content: &[u8]) -> Received {
    let half = &content[..content.len() / 2];
    let good: Vec<_> = half.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let body = stream::iter(good.into_iter().chain([Err(io::Error::other("the client is gone"))]));
    Received { length: Some(content.len() as u64), content_type: None, body: Content::stream(body) }
}

/// Returns content that never ends after its first piece.
pub(crate) fn stalled(content: &[u8]) -> Received {
    let first = Bytes::copy_from_slice(&content[..content.len() / 2]);
    let body = stream::iter([Ok(first)]).chain(stream::pending());
    Received { length: Some(content.len() as u64), content_type: None, body: Content::stream(body) }
}

/// Takes all of a download.
pub(crate) async fn whole(content: Content) -> io::Result<Bytes> {
    let mut all = BytesMut::new();
    let mut pieces = content.into_stream();
    while let Some(piece) = pieces.next().await {
        all.extend_from_slice(&piece?);
    }
    Ok(all.freeze())
}

impl Caller {
    /// Begins a download that `method` offers.
    pub(crate) async fn begin_fetch(&self, method: &str, params: Value) -> app::Download {
        let answer = self.call(method, params).await;
        let path = answer["$getFrom"].as_str().expect("a path").to_owned();
        self.app.fetch(&path, here()).await.expect("it begins")
    }

    /// Takes all of what `method` offers.
    pub(crate) async fn fetch(&self, method: &str, params: Value) -> io::Result<Bytes> {
        whole(self.begin_fetch(method, params).await.body).await
    }

    /// Sends what `method` asks for; returns what comes of it, or the error as it is told.
    pub(crate) async fn send(&self, method: &str, params: Value, what: Received) -> Result<Value, Value> {
        let answer = self.call(method, params).await;
        let path = answer["$sendTo"].as_str().expect("a path").to_owned();
        let sent: Result<Ended, Refusal> = self.app.receive(&path, here(), what).await;
        let Ended { result, to_admin } = sent.expect("it is taken");
        result.map(|answer| answer.decode().expect("JSON")).map_err(|error| error.to_json(to_admin))
    }
}

impl Lab {
    /// Returns what the first `length` bytes of a disk hold.
    pub(crate) fn content(&self, disk: Object, length: usize) -> Vec<u8> {
        let mut content = vec![0; length];
        self.sim.with(|world| world.disks.read(disk, 0, &mut content));
        content
    }

    /// Makes a halted VM with a disk of 20 MiB, of which three blocks hold something.
    pub(crate) fn packed(&self) -> (Object, Object) {
        self.packed_on(0, "NFS storage")
    }

    /// The same in a pool, on a storage of it.
    pub(crate) fn packed_on(&self, pool: usize, sr: &str) -> (Object, Object) {
        self.sim.with_pool(pool, |world| {
            let sr = world.by_name("SR", sr).expect("the storage");
            let memory = 1_i64 << 30;
            let vm = [
                ("name_label", "packed".into()),
                ("power_state", "Halted".into()),
                ("VCPUs_max", 1_i64.into()),
                ("VCPUs_at_startup", 1_i64.into()),
                ("memory_static_max", memory.into()),
                ("memory_dynamic_max", memory.into()),
                ("memory_dynamic_min", memory.into()),
                ("HVM_boot_policy", "BIOS order".into()),
                ("reference_label", "debian-12".into()),
            ];
            let vm = world.create("VM", vm);
            let fields = [
                ("name_label", "disk".into()),
                ("SR", sr.into()),
                ("managed", true.into()),
                ("type", "user".into()),
                ("virtual_size", (20_i64 << 20).into()),
            ];
            let disk = world.create("VDI", fields);
            let vbd = [
                ("VM", vm.into()),
                ("VDI", disk.into()),
                ("type", "Disk".into()),
                ("mode", "RW".into()),
                ("userdevice", "0".into()),
            ];
            world.create("VBD", vbd);
            for block in [0_u64, 5, 9] {
                let text = format!("block {block} ").repeat(BLOCK / 8);
                world.disks.write(disk, block * BLOCK as u64, &text.as_bytes()[..BLOCK]);
            }
            (vm, disk)
        })
    }

    /// Waits until no task of a transfer is left at any pool.
    pub(crate) async fn tidy(&self) {
        let is_ours = |name: &str| name.starts_with("[XO]");
        crate::test_app::eventually(async || {
            let left = (0..self.sim.pools()).any(|pool| {
                self.sim.with_pool(pool, |world| world.all("task").any(|task| is_ours(world.text(task, "name_label"))))
            });
            (!left).then_some(())
        })
        .await;
    }
}
