//! Our client against `qemu-nbd`.

use std::{
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use bytes::Bytes;
use disk::{Content, Source, State, raw::Raw, storage::File};
use futures_util::future;
use nbd::{
    Client, Error,
    client::{Address, Options},
};

use crate::lab::{Lab, noise};

const MIB: u64 = 1 << 20;

#[tokio::test]
async fn a_disk_is_read_whole_and_in_parts_over_several_connections() {
    let lab = Lab::new();
    let data = noise(5 << 20, 1);
    lab.disk("disk.raw", 64 * MIB, &[(3 * MIB + 512, &data), (60 * MIB, &data[..1 << 20])]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "-x", "disk", "disk.raw"]);
    let options = Options { connections: 3, in_flight: 4, ..Options::default() };
    let client = Client::connect(&qemu.address, "disk", options).await.unwrap();
    assert_eq!((client.export().size, client.connections()), (64 * MIB, 3));
    assert!(client.export().is_read_only() && client.export().structured && client.export().tells_allocation());
    let whole = client.read(0, usize::try_from(64 * MIB).unwrap()).await.unwrap();
    assert!(whole == lab.read("disk.raw"));
    let reads = (0..100_u64).map(|n| client.read(n * 12_345, 4096 + usize::try_from(n).unwrap()));
    for (n, read) in future::join_all(reads).await.into_iter().enumerate() {
        let at = n * 12_345;
        assert!(read.unwrap() == whole[at..at + 4096 + n], "part {n}");
    }
    client.close().await;
}

#[tokio::test]
async fn holes_are_told_and_need_not_be_read() {
    let lab = Lab::new();
    lab.disk("disk.raw", 64 * MIB, &[(3 * MIB, &noise(1 << 20, 2))]);
    lab.run("qemu-img", &["convert", "-O", "qcow2", "disk.raw", "disk.qcow2"]);
    let qemu = lab.qemu(&["-r", "-f", "qcow2", "disk.qcow2"]);
    let client = Client::connect(&qemu.address, "", Options::default()).await.unwrap();
    let extents = client.extents(0..64 * MIB).await.unwrap();
    let seen: Vec<_> = extents.iter().map(|extent| (extent.offset, extent.end(), extent.state)).collect();
    let expected = [(0, 3 * MIB, State::Zero), (3 * MIB, 4 * MIB, State::Data), (4 * MIB, 64 * MIB, State::Zero)];
    assert_eq!(seen, expected);
    let inside = client.extents(3 * MIB + 100..3 * MIB + 700).await.unwrap();
    assert_eq!((inside.len(), inside[0].offset, inside[0].length), (1, 3 * MIB + 100, 600));
    let content = Content::of(Arc::new(client)).await.unwrap();
    assert_eq!(content.map().unwrap().allocated() * content.map().unwrap().block_size(), MIB);
    disk::raw::write(content, Arc::new(File::create(lab.path("copy.raw")).await.unwrap())).await.unwrap();
    lab.run("qemu-img", &["compare", "-f", "raw", "-F", "raw", "disk.raw", "copy.raw"]);
}

#[tokio::test]
async fn dirty_bitmaps_of_qemu_are_told() {
    let lab = Lab::new();
    lab.run("qemu-img", &["create", "-q", "-f", "qcow2", "disk.qcow2", "8M"]);
    lab.run("qemu-img", &["bitmap", "--add", "-g", "65536", "disk.qcow2", "b0"]);
    lab.run("qemu-io", &["-c", "write -P 7 1M 64k", "disk.qcow2"]);
    let qemu = lab.qemu(&["-r", "-f", "qcow2", "-B", "b0", "disk.qcow2"]);
    let context = "qemu:dirty-bitmap:b0";
    let options = Options { contexts: vec![context.to_owned()], ..Options::default() };
    let client = Client::connect(&qemu.address, "", options).await.unwrap();
    let told = client.status(context, 0..8 * MIB).await.unwrap();
    let told: Vec<_> = told.iter().map(|status| (status.length, status.flags)).collect();
    assert_eq!(told, [(MIB, 0), (64 << 10, 1), (7 * MIB - (64 << 10), 0)]);
    let unknown = client.status("qemu:dirty-bitmap:b1", 0..512).await.unwrap_err();
    assert_eq!(unknown.to_string(), "the export has no context `qemu:dirty-bitmap:b1`");
}

#[tokio::test]
async fn a_disk_is_written_and_flushed() {
    let lab = Lab::new();
    lab.disk("disk.raw", 16 * MIB, &[(8 * MIB, &noise(1 << 20, 3))]);
    let qemu = lab.qemu(&["-f", "raw", "disk.raw"]);
    let options = Options { connections: 2, request: 64 << 10, ..Options::default() };
    let client = Client::connect(&qemu.address, "", options).await.unwrap();
    let data = noise(3 << 20, 4);
    client.write(MIB, Bytes::from(data.clone())).await.unwrap();
    client.write_zeros(8 * MIB..8 * MIB + (512 << 10)).await.unwrap();
    client.flush().await.unwrap();
    let mut expected = vec![0; 16 << 20];
    expected[8 << 20..9 << 20].copy_from_slice(&noise(1 << 20, 3));
    expected[8 << 20..(8 << 20) + (512 << 10)].fill(0);
    expected[1 << 20..4 << 20].copy_from_slice(&data);
    assert!(lab.read("disk.raw") == expected);
    assert!(client.read(0, 16 << 20).await.unwrap() == expected);
    let beyond = client.write(16 * MIB - 512, Bytes::from(vec![0; 1024])).await.unwrap_err();
    assert!(matches!(beyond, Error::Misuse(_)), "{beyond}");
}

#[tokio::test]
async fn writing_what_is_read_only_is_refused_before_it_is_sent() {
    let lab = Lab::new();
    lab.disk("disk.raw", MIB, &[]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "disk.raw"]);
    let client = Client::connect(&qemu.address, "", Options::default()).await.unwrap();
    let error = client.write(0, Bytes::from_static(&[1; 512])).await.unwrap_err();
    assert_eq!(error.to_string(), "the export is read-only");
}

#[tokio::test]
async fn exports_are_listed_and_those_that_are_not_there_are_named() {
    let lab = Lab::new();
    lab.disk("disk.raw", MIB, &[]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "-x", "a disk", "-D", "what it is", "disk.raw"]);
    let listed = Client::list(&qemu.address, &Options::default()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|export| (export.name.as_str(), export.description.as_str())).collect();
    assert_eq!(listed, [("a disk", "what it is")]);
    let error = Client::connect(&qemu.address, "another", Options::default()).await.unwrap_err();
    assert!(matches!(&error, Error::NoExport { export, .. } if export == "another"), "{error}");
}

#[tokio::test]
async fn a_server_that_goes_away_fails_what_is_asked() {
    let lab = Lab::new();
    lab.disk("disk.raw", MIB, &[]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "disk.raw"]);
    let client = Client::connect(&qemu.address, "", Options::default()).await.unwrap();
    client.read(0, 512).await.unwrap();
    drop(qemu);
    // The server is told to end; reads go on until it has.
    let error = loop {
        if let Err(error) = client.read(0, 512).await {
            break error;
        }
    };
    assert!(error.is_fatal(), "{error}");
    assert_eq!(client.connections(), 0);
    assert!(client.read(0, 512).await.unwrap_err().is_fatal());
}

#[tokio::test]
async fn nobody_there_is_said_with_the_address() {
    let lab = Lab::new();
    let address = Address::Unix(lab.path("nobody"));
    let error = Client::connect(&address, "", Options::default()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot connect to the NBD server `{}`", lab.path("nobody").display()));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = Address::Tcp { host: "::1".to_owned(), port };
    let error = Client::connect(&address, "", Options::default()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot connect to the NBD server `[::1]:{port}`"));
}

#[tokio::test]
async fn a_disk_whose_size_is_no_multiple_of_blocks_is_read_to_its_end() {
    let lab = Lab::new();
    let data = noise(3000, 5);
    lab.write("disk.raw", &data);
    let qemu = lab.qemu(&["-r", "-f", "raw", "disk.raw"]);
    let client = Client::connect(&qemu.address, "", Options::default()).await.unwrap();
    // QEMU fills the last sector up.
    let size = usize::try_from(client.export().size).unwrap();
    assert!(client.read(0, size).await.unwrap()[..3000] == data);
    assert!(client.read(2999, 1).await.unwrap() == data[2999..]);
    assert!(client.read(0, 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_disk_of_ours_is_compared_by_raw() {
    // The source that reads a file and the one that reads the same by network agree.
    let lab = Lab::new();
    lab.disk("disk.raw", 4 * MIB, &[(MIB, &noise(100_000, 6))]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "disk.raw"]);
    let options = Options { reply: Duration::from_secs(60), ..Options::default() };
    let remote = Client::connect(&qemu.address, "", options).await.unwrap();
    let local = Raw::open(Arc::new(File::open(lab.path("disk.raw")).await.unwrap())).await.unwrap();
    for (offset, length) in [(0, 512), (MIB - 512, 4096), (4 * MIB - 512, 512)] {
        assert_eq!(remote.read_at(offset, length).await.unwrap(), local.read_at(offset, length).await.unwrap());
    }
    let error = remote.read_at(4 * MIB, 512).await.unwrap_err();
    assert_eq!(error.kind(), disk::Kind::Misuse);
}

#[tokio::test]
async fn who_gives_up_waiting_leaves_the_connection_to_others() {
    let lab = Lab::new();
    let data = noise(4 << 20, 7);
    lab.disk("disk.raw", 4 * MIB, &[(0, &data)]);
    let qemu = lab.qemu(&["-r", "-f", "raw", "disk.raw"]);
    let client = Client::connect(&qemu.address, "", Options { in_flight: 2, ..Options::default() }).await.unwrap();
    for n in 0..50 {
        // Looked at once, or a few times, and dropped.
        let mut read = Box::pin(client.read(0, 1 << 20));
        for _ in 0..n % 5 {
            let _ = read.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            tokio::task::yield_now().await;
        }
    }
    assert!(client.read(0, 4 << 20).await.unwrap() == data);
    assert_eq!(client.connections(), 1);
}

#[tokio::test]
async fn an_export_is_written_as_any_disk_is() {
    let lab = Lab::new();
    lab.disk("from.raw", 8 * MIB, &[(MIB, &noise(2 << 20, 8)), (8 * MIB - 512, &[7; 512])]);
    lab.disk("to.raw", 8 * MIB, &[]);
    let qemu = lab.qemu(&["-f", "raw", "to.raw"]);
    let mut sink: Box<dyn disk::Sink> = Box::new(Client::connect(&qemu.address, "", Options::default()).await.unwrap());
    let from = Raw::open(Arc::new(File::open(lab.path("from.raw")).await.unwrap())).await.unwrap();
    let mut content = Content::of(Arc::new(from)).await.unwrap();
    while let Some(piece) = content.next().await.unwrap() {
        sink.write_at(piece.offset, piece.data).await.unwrap();
    }
    sink.flush().await.unwrap();
    assert!(lab.read("to.raw") == lab.read("from.raw"));
    let error = sink.write_at(sink.size(), Bytes::from_static(&[1; 512])).await.unwrap_err();
    assert_eq!(error.kind(), disk::Kind::Misuse);
}
