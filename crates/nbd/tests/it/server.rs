//! Our server against `nbdinfo`, `nbdcopy` and `qemu-img`, and against our client.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future;
use nbd::{
    Client, Error,
    client::Options as ClientOptions,
    server::{Export, Options},
};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::lab::{Lab, Running, noise};

const MIB: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nbdinfo_sees_exports_as_they_are() {
    let lab = Arc::new(Lab::new());
    lab.disk("one.raw", 8 * MIB, &[(MIB, &noise(1 << 20, 1))]);
    lab.disk("two.raw", 512, &[]);
    let running = Running::start(Options::default()).await;
    running.shelf.put("one", lab.export("one.raw", false).await.described("the first"));
    running.shelf.put("two", lab.export("two.raw", true).await);
    let info = lab.meanwhile("nbdinfo", &[&running.uri("one")]).await;
    for line in [
        "protocol: newstyle-fixed without TLS, using structured packets",
        "export-size: 8388608 (8M)",
        "is_read_only: true",
        "can_multi_conn: true",
        "base:allocation",
        "block_size_minimum: 512",
        "block_size_maximum: 33554432",
        "description: the first",
    ] {
        assert!(info.contains(line), "{line} is not in {info}");
    }
    let list = lab.meanwhile("nbdinfo", &["--list", &running.uri("")]).await;
    assert!(list.contains("export=\"one\"") && list.contains("export=\"two\""), "{list}");
    assert!(list.contains("is_read_only: false"), "{list}");
    let map = lab.meanwhile("nbdinfo", &["--map", &running.uri("one")]).await;
    let map: Vec<Vec<_>> = map.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(map.len(), 3, "{map:?}");
    assert_eq!(map[0], ["0", "1048576", "3", "hole,zero"]);
    assert_eq!(map[1], ["1048576", "1048576", "0", "data"]);
    assert_eq!(map[2], ["2097152", "6291456", "3", "hole,zero"]);
    let error = lab.try_meanwhile("nbdinfo", &[&running.uri("three")]).await.unwrap_err();
    assert!(error.contains("No such file or directory for export: three"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nbdcopy_copies_disks_out_and_in() {
    let lab = Arc::new(Lab::new());
    lab.disk("from.raw", 64 * MIB, &[(MIB, &noise(5 << 20, 2)), (50 * MIB + 512, &noise(100_352, 3))]);
    lab.disk("to.raw", 64 * MIB, &[(30 * MIB, &noise(1 << 20, 4))]);
    let running = Running::start(Options::default()).await;
    running.shelf.put("from", lab.export("from.raw", false).await);
    running.shelf.put("to", lab.export("to.raw", true).await);
    lab.meanwhile("nbdcopy", &[&running.uri("from"), "out.raw"]).await;
    assert!(lab.read("out.raw") == lab.read("from.raw"));
    lab.meanwhile("nbdcopy", &["--flush", "from.raw", &running.uri("to")]).await;
    assert!(lab.read("to.raw") == lab.read("from.raw"));
    // Between two exports, over several connections each.
    lab.disk("again.raw", 64 * MIB, &[]);
    running.shelf.put("again", lab.export("again.raw", true).await);
    lab.meanwhile("nbdcopy", &["--connections=4", "--flush", &running.uri("to"), &running.uri("again")]).await;
    assert!(lab.read("again.raw") == lab.read("from.raw"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn qemu_img_converts_and_compares_what_is_served() {
    let lab = Arc::new(Lab::new());
    lab.disk("disk.raw", 32 * MIB, &[(MIB, &noise(3 << 20, 5))]);
    let running = Running::start(Options::default()).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let uri = running.uri("disk");
    lab.meanwhile("qemu-img", &["convert", "-f", "raw", "-O", "qcow2", &uri, "out.qcow2"]).await;
    lab.meanwhile("qemu-img", &["compare", "-f", "raw", "-F", "qcow2", &uri, "out.qcow2"]).await;
    lab.disk("empty.raw", 32 * MIB, &[]);
    running.shelf.put("empty", lab.export("empty.raw", true).await);
    lab.meanwhile("qemu-img", &["convert", "-n", "-f", "qcow2", "-O", "raw", "out.qcow2", &running.uri("empty")]).await;
    lab.run("qemu-img", &["compare", "-f", "raw", "-F", "raw", "disk.raw", "empty.raw"]);
}

#[tokio::test]
async fn clients_of_ours_read_write_and_see_what_others_wrote() {
    let lab = Lab::new();
    lab.disk("disk.raw", 8 * MIB, &[]);
    let running = Running::start(Options::default()).await;
    running.shelf.put("disk", lab.export("disk.raw", true).await);
    let options = ClientOptions { connections: 4, ..ClientOptions::default() };
    let one = Client::connect(&running.address(), "disk", options).await.unwrap();
    let two = Client::connect(&running.address(), "disk", ClientOptions::default()).await.unwrap();
    assert_eq!((one.connections(), running.server.clients()), (4, 5));
    let data = Bytes::from(noise(5 << 20, 6));
    one.write(MIB, data.clone()).await.unwrap();
    assert!(two.read(MIB, 5 << 20).await.unwrap() == data);
    two.write_zeros(MIB..2 * MIB).await.unwrap();
    one.flush().await.unwrap();
    assert!(one.read(MIB, 1 << 20).await.unwrap().iter().all(|byte| *byte == 0));
    // What does not fit blocks is refused by the client already.
    assert!(matches!(one.write(1, Bytes::from_static(b"x")).await, Err(Error::Misuse(_))));
    let many = (0..200).map(|n| one.read(n * 4096, 4096));
    assert!(future::join_all(many).await.into_iter().all(|read| read.is_ok()));
    one.close().await;
    drop(two);
    running.server.stop().await;
    assert_eq!(running.server.clients(), 0);
}

/// A disk on which nothing can be read.
struct Broken;

impl disk::Source for Broken {
    fn size(&self) -> u64 {
        MIB
    }

    fn read_at(&self, offset: u64, _: usize) -> future::BoxFuture<'_, disk::Result<Bytes>> {
        let error = disk::Error::new(disk::Kind::Io, "disk", "it is broken").at(offset);
        Box::pin(future::ready(Err(error)))
    }
}

#[tokio::test]
async fn a_disk_that_fails_fails_the_request_and_not_the_connection() {
    let running = Running::start(Options::default()).await;
    running.shelf.put("broken", Export::read_only(Arc::new(Broken)));
    let client = Client::connect(&running.address(), "broken", ClientOptions::default()).await.unwrap();
    for _ in 0..2 {
        let error = client.read(512, 1024).await.unwrap_err();
        assert_eq!(error.to_string(), "the NBD server cannot read 1024 bytes at 512: input or output failed");
        assert!(!error.is_fatal());
    }
    assert_eq!(client.connections(), 1);
}

#[tokio::test]
async fn one_client_too_many_is_left_and_a_place_becomes_free() {
    let lab = Lab::new();
    lab.disk("disk.raw", MIB, &[]);
    let running = Running::start(Options { connections: 1, ..Options::default() }).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let address = running.address();
    let connect = || Client::connect(&address, "disk", ClientOptions::default());
    let first = connect().await.unwrap();
    assert!(connect().await.is_err());
    first.close().await;
    // The server hears the goodbye a moment later.
    while running.server.clients() > 0 {
        tokio::task::yield_now().await;
    }
    connect().await.unwrap();
}

#[tokio::test]
async fn silent_clients_are_left() {
    let lab = Lab::new();
    lab.disk("disk.raw", MIB, &[]);
    let soon = Duration::from_millis(50);
    let running = Running::start(Options { handshake: soon, idle: soon, ..Options::default() }).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    // One that does not choose.
    let mut stream = TcpStream::connect(("127.0.0.1", running.port)).await.unwrap();
    let mut greeting = Vec::new();
    stream.read_to_end(&mut greeting).await.unwrap();
    assert_eq!(greeting.len(), 18);
    // One that asks for nothing more.
    let running = Running::start(Options { idle: soon, ..Options::default() }).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let client = Client::connect(&running.address(), "disk", ClientOptions::default()).await.unwrap();
    while client.connections() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(client.read(0, 512).await, Err(Error::Closed(_) | Error::Io { .. })));
}

#[tokio::test]
async fn requests_wait_for_memory_and_all_are_answered() {
    let lab = Lab::new();
    let data = noise(16 << 20, 7);
    lab.write("disk.raw", &data);
    let running = Running::start(Options { memory: 0, ..Options::default() }).await;
    running.shelf.put("disk", lab.export("disk.raw", true).await);
    let options = ClientOptions { request: 16 << 20, connections: 4, ..ClientOptions::default() };
    let client = Client::connect(&running.address(), "disk", options).await.unwrap();
    let data = Bytes::from(data);
    let writes = future::join_all((0..8).map(|_| client.write(0, data.clone())));
    let reads = future::join_all((0..8).map(|_| client.read(0, 16 << 20)));
    let (writes, reads) = future::join(writes, reads).await;
    assert!(writes.into_iter().all(|written| written.is_ok()));
    assert!(reads.into_iter().all(|read| read.unwrap() == data));
}

#[tokio::test]
async fn nothing_is_read_and_written_without_asking() {
    let lab = Lab::new();
    lab.disk("disk.raw", MIB, &[]);
    let running = Running::start(Options::default()).await;
    running.shelf.put("disk", lab.export("disk.raw", true).await);
    let client = Client::connect(&running.address(), "disk", ClientOptions::default()).await.unwrap();
    assert!(client.read(MIB, 0).await.unwrap().is_empty());
    client.write(0, Bytes::new()).await.unwrap();
    client.write_zeros(512..512).await.unwrap();
    assert!(client.status("base:allocation", 0..0).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_knows_as_little_as_those_of_hosts_is_read_all_the_same() {
    let lab = Arc::new(Lab::new());
    lab.disk("disk.raw", 8 * MIB, &[(MIB, &noise(1 << 20, 8))]);
    let running = Running::start(Options { plain: true, ..Options::default() }).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let info = lab.meanwhile("nbdinfo", &[&running.uri("disk")]).await;
    assert!(info.contains("newstyle-fixed without TLS, using simple packets"), "{info}");
    lab.meanwhile("nbdcopy", &[&running.uri("disk"), "out.raw"]).await;
    assert!(lab.read("out.raw") == lab.read("disk.raw"));
    let client = Client::connect(&running.address(), "disk", ClientOptions::default()).await.unwrap();
    assert!(!client.export().structured && !client.export().tells_allocation());
    assert!(client.read(0, 8 << 20).await.unwrap() == lab.read("disk.raw"));
    let error = Client::connect(&running.address(), "other", ClientOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::NoExport { .. }), "{error}");
}

#[tokio::test]
async fn connections_go_over_streams_that_somebody_else_has_made() {
    let lab = Lab::new();
    let data = noise(1 << 20, 9);
    lab.write("disk.raw", &data);
    let running = Running::start(Options::default()).await;
    running.shelf.put("disk", lab.export("disk.raw", false).await);
    let dial = || async {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        assert!(running.server.connected(theirs), "there is room");
        Ok(ours)
    };
    let options = ClientOptions { connections: 3, ..ClientOptions::default() };
    let client = Client::dialled(dial, "server", "disk", options).await.unwrap();
    assert_eq!((client.connections(), running.server.clients()), (3, 3));
    assert!(client.read(0, 1 << 20).await.unwrap() == data);
    let fails = || async { Err::<TcpStream, _>(Error::Closed("dialling")) };
    let error = Client::dialled(fails, "server", "disk", ClientOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::Closed("dialling")), "{error}");
}
