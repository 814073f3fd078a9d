//! How fast XVA is written and read, in MiB/s of disk, by checksum and compression, and how much memory that takes.
//!
//! The disk is 1 GiB of which every block has data, half of it noise and half zeros, as disks of systems compress. What
//! is written goes nowhere; what is read is made while it is read, so that neither is kept.

use std::time::{Duration, Instant};

use archive::{
    Compression,
    xva::{BLOCK, Checksum, Object, Ova, ReadOptions, Reader, Version, WriteOptions, Writer},
};
use tokio::io::{AsyncWrite, duplex, sink};
use xapi_types::Value;

/// Blocks of the disk.
const BLOCKS: u64 = 1024;
/// Between who writes and who reads, in bytes.
const BETWEEN: usize = 1 << 20;
/// The disk.
const DISK: &str = "Ref:1";

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(run());
}

async fn run() {
    for (name, compression, checksum) in [
        ("xxHash", Compression::None, Checksum::XxHash),
        ("SHA-1", Compression::None, Checksum::Sha1),
        ("xxHash, gzip", Compression::Gzip, Checksum::XxHash),
        ("xxHash, zstd", Compression::Zstd, Checksum::XxHash),
    ] {
        let options = WriteOptions { compression, checksum, modified: 0 };
        let started = Instant::now();
        write(sink(), options).await;
        let written = started.elapsed();
        let started = Instant::now();
        let (to, from) = duplex(BETWEEN);
        let writing = tokio::spawn(write(to, options));
        let mut xva = Reader::open(from, ReadOptions::default()).await.expect("it was just made");
        let mut blocks = 0;
        while xva.next_disk().await.expect("all disks are there").is_some() {
            while xva.next_block().await.expect("all blocks are there").is_some() {
                blocks += 1;
            }
        }
        xva.finish().await.expect("it has an end");
        writing.await.expect("it does not panic");
        assert_eq!(blocks, BLOCKS);
        println!("{name}: written {:.0} MiB/s; written and read {:.0} MiB/s", speed(written), speed(started.elapsed()));
    }
    println!("memory at most: {}", most_memory().unwrap_or_else(|| "unknown".to_owned()));
}

fn speed(elapsed: Duration) -> f64 {
    BLOCKS as f64 / elapsed.as_secs_f64()
}

async fn write(output: impl AsyncWrite + Unpin, options: WriteOptions) {
    let mut xva = Writer::create(output, &machine(), options).await.expect("the description is right");
    xva.begin_disk(DISK).await.expect("the description has it");
    let mut block: Vec<u8> = (0..BLOCK / 4)
        .map(|n| u32::try_from(n).expect("it is small").wrapping_mul(2_654_435_761).rotate_left(9))
        .flat_map(u32::to_le_bytes)
        .collect();
    for part in block.chunks_mut(8192) {
        part[4096..].fill(0);
    }
    for at in 0..BLOCKS {
        block[..8].copy_from_slice(&at.to_le_bytes());
        xva.write(at * BLOCK, &block).await.expect("it goes nowhere, or is read");
    }
    xva.finish().await.expect("all is there");
}

fn machine() -> Ova {
    let size = Value::Int(i64::try_from(BLOCKS * BLOCK).expect("it is small"));
    let text = |text: &str| Value::String(text.into());
    let version = Version {
        hostname: "bench".into(),
        date: "2024-01-31".into(),
        product_version: "8.3.0".into(),
        product_brand: "XCP-ng".into(),
        build_number: "0".into(),
        xapi_major: 1,
        xapi_minor: 20,
        export_vsn: 2,
    };
    let objects = vec![
        Object::new("VBD", "Ref:0", Value::structure([("type", text("Disk")), ("VDI", text(DISK))])),
        Object::new("VDI", DISK, Value::structure([("virtual_size", size)])),
    ];
    Ova { version, objects }
}

/// Returns how much memory the process has had at most.
fn most_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|most| most.trim().to_owned())
}
