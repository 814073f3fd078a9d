//! What disks hold: written over HTTP, and each disk's own from then on.

use serde_json::json;

use crate::{
    client::{Raw, SOON, exchange},
    lab::Lab,
};

/// Writes `bytes` at an offset of a disk, as `import_raw_vdi` takes pieces.
async fn write(lab: &Lab, vdi: &str, offset: u64, bytes: &[u8]) {
    let session = lab.session();
    let mut body = Vec::new();
    for (offset, bytes) in [(offset, bytes), (0, b"")] {
        body.extend_from_slice(&offset.to_le_bytes());
        body.extend_from_slice(&u32::try_from(bytes.len()).expect("a short piece").to_le_bytes());
        body.extend_from_slice(bytes);
    }
    let mut raw = Raw::connect(lab.sim.http_addr()).await;
    let head = format!(
        "PUT /import_raw_vdi/?session_id={session}&vdi={vdi}&chunked=true HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    raw.send(head.as_bytes()).await;
    raw.send(&body).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
}

/// Reads a disk as `export_raw_vdi` sends it, and returns the five bytes at an offset.
async fn read(lab: &Lab, vdi: &str, offset: usize) -> String {
    let request = format!("GET /export_raw_vdi/?session_id={}&vdi={vdi}&format=raw HTTP/1.1\r\n\r\n", lab.session());
    let reply = exchange(lab.sim.http_addr(), request.as_bytes()).await;
    assert_eq!(reply.status, "HTTP/1.1 200 OK");
    String::from_utf8_lossy(&reply.body[offset..offset + 5]).into_owned()
}

/// Makes a disk of 4 MiB.
async fn disk(lab: &Lab) -> String {
    lab.disk(&lab.named_object("SR", "NFS storage"), 4 << 20).await.expect("made")
}

/// Does what makes a disk of a disk.
async fn made(lab: &Lab, method: &str, vdi: &str) -> String {
    let result = match method {
        "VDI.copy" => lab.run(method, [json!(vdi), json!(lab.named_object("SR", "NFS storage"))]).await,
        _ => lab.run(method, [json!(vdi)]).await,
    };
    result.expect("made").as_str().expect("a reference").to_owned()
}

#[tokio::test]
async fn what_is_made_of_a_disk_has_a_content_of_its_own() {
    let lab = Lab::small().await;
    for method in ["VDI.snapshot", "VDI.clone", "VDI.copy"] {
        let vdi = disk(&lab).await;
        write(&lab, &vdi, 0, b"first").await;
        let other = made(&lab, method, &vdi).await;
        assert_eq!(read(&lab, &other, 0).await, "first", "{method}");
        write(&lab, &vdi, 0, b"later").await;
        write(&lab, &vdi, 3 << 20, b"more!").await;
        assert_eq!(read(&lab, &other, 0).await, "first", "{method}: the disk was written");
        assert_eq!(read(&lab, &other, 3 << 20).await, "\0\0\0\0\0", "{method}: the disk was written elsewhere");
        if method != "VDI.snapshot" {
            write(&lab, &other, 2, b"own").await;
            assert_eq!(read(&lab, &vdi, 0).await, "later", "{method}: the other was written");
        }
        let left = read(&lab, &other, 0).await;
        lab.run("VDI.destroy", [json!(vdi)]).await.expect("destroyed");
        lab.sim.finish_all();
        assert_eq!(read(&lab, &other, 0).await, left, "{method}: the disk is gone, and its blocks merged");
    }
}

#[tokio::test]
async fn a_chain_of_snapshots_keeps_each_content_whichever_goes_first() {
    let lab = Lab::small().await;
    for gone in 0..3 {
        let vdi = disk(&lab).await;
        let mut snapshots = Vec::new();
        for text in [b"one  ", b"two  ", b"three"] {
            write(&lab, &vdi, 1 << 20, text).await;
            snapshots.push(made(&lab, "VDI.snapshot", &vdi).await);
        }
        write(&lab, &vdi, 1 << 20, b"now  ").await;
        lab.run("VDI.destroy", [json!(snapshots[gone])]).await.expect("destroyed");
        lab.sim.finish_all();
        for (at, text) in ["one  ", "two  ", "three"].into_iter().enumerate().filter(|(at, _)| *at != gone) {
            assert_eq!(read(&lab, &snapshots[at], 1 << 20).await, text, "without snapshot {gone}");
        }
        assert_eq!(read(&lab, &vdi, 1 << 20).await, "now  ");
    }
}

#[tokio::test]
async fn a_disk_takes_what_was_written_and_a_snapshot_shares_it() {
    let lab = Lab::small().await;
    let vdi = disk(&lab).await;
    let used = |vdi: String| {
        let lab = &lab;
        async move { lab.get("VDI", "physical_utilisation", &vdi).await.as_u64().expect("a number") }
    };
    let empty = used(vdi.clone()).await;
    write(&lab, &vdi, 0, b"first").await;
    let written = used(vdi.clone()).await;
    assert_eq!(written, empty + (2 << 20), "a block of 2 MiB");
    let snapshot = made(&lab, "VDI.snapshot", &vdi).await;
    assert!(used(snapshot).await < written && used(vdi.clone()).await < written, "the base copy has it");
    let parent = lab.get("VDI", "sm_config", &vdi).await["vhd-parent"].clone();
    let base = lab.text("VDI.get_by_uuid", [parent]).await;
    assert_eq!(used(base.clone()).await, written);
    assert_eq!(lab.get("VDI", "managed", &base).await, false);
}
