//! Images whose every field has been changed, and which have been cut anywhere: they are read or refused, within bounds of
//! memory, and never a panic.

mod images;

use std::{future::Future, sync::Arc, time::Duration};

use disk::{
    Content, Result, Source, Storage,
    qcow2::{self, Qcow2},
    storage::Memory,
    vhd::{self, Vhd},
    vhd_dir::{self, VhdDir},
    vmdk::{self, Vmdk},
};

use crate::lab::{Lab, alone, memory};

/// What the process may take more than before, in KiB, as it reads any of these images. They are below 200 KiB; what is read
/// at once, and what tables may take, is bounded.
const MORE: u64 = 160 << 10;
/// Bytes that are read of a disk: who claims to be larger need not be read to the end.
const ENOUGH: u64 = 1 << 20;
/// What one image may take; none takes a hundredth.
const LIMIT: Duration = Duration::from_secs(60);

/// Reads what is there, as far as it makes sense.
async fn read(source: Arc<dyn Source>) -> Result<()> {
    let size = source.size().min(ENOUGH);
    let mut at = 0;
    while at < size {
        let extents = source.extents(at..size).await?;
        assert!(!extents.is_empty(), "no extents at {at}");
        for extent in extents {
            assert_eq!(extent.offset, at);
            at = extent.end();
        }
    }
    assert_eq!(at, size);
    for at in (0..size).step_by(256 << 10) {
        let length = (size - at).min(256 << 10);
        let data = source.read_at(at, usize::try_from(length).unwrap()).await?;
        assert_eq!(data.len() as u64, length);
    }
    let end = source.size().saturating_sub(4096);
    source.read_at(end, usize::try_from(source.size() - end).unwrap()).await?;
    Ok(())
}

async fn drain(mut content: Content) -> Result<()> {
    let mut bytes = 0;
    while let Some(piece) = content.next().await? {
        bytes += piece.data.len() as u64;
        if bytes > 2 * ENOUGH {
            break;
        }
    }
    Ok(())
}

/// Changes an image in every way, and gives each to `attempt`; counts those that are refused. `repair` mends checksums.
async fn each<F: Future<Output = Result<()>>>(
    image: &[u8],
    fields: &[std::ops::Range<usize>],
    repair: impl Fn(&mut [u8]),
    attempt: impl Fn(Vec<u8>) -> F,
) {
    attempt(image.to_vec()).await.expect("the image itself is read");
    let before = memory();
    let (mut tried, mut refused) = (0, 0);
    let mut count = |done: Result<()>| {
        tried += 1;
        if let Err(error) = done {
            refused += 1;
            assert!(!error.what().is_empty() && error.to_string().len() > 10, "{error}");
        }
    };
    for field in fields {
        for at in field.clone() {
            for change in changes(image, at) {
                let mut changed = image.to_vec();
                changed[at..at + change.len()].copy_from_slice(&change);
                repair(&mut changed);
                let done = tokio::time::timeout(LIMIT, attempt(changed)).await;
                count(done.unwrap_or_else(|_| panic!("{change:?} at {at} takes forever")));
            }
        }
    }
    for length in (0..image.len()).step_by(image.len() / 97).chain((image.len() - 1100..image.len()).step_by(29)) {
        count(attempt(image[..length].to_vec()).await);
    }
    let after = memory();
    assert!(refused > tried / 20, "{refused} of {tried} are refused");
    assert!(after[0] - before[0] < MORE, "resident: {} KiB became {}", before[0], after[0]);
    // What is asked for and not used; threads for blocking work have stacks.
    assert!(after[1] - before[1] < 4 * MORE, "virtual: {} KiB became {}", before[1], after[1]);
    println!("{refused} of {tried} are refused; {before:?} KiB became {after:?}");
}

/// Returns what is put at a byte: other bits, and on the bounds of numbers extreme ones of 2, 4 and 8 bytes.
fn changes(image: &[u8], at: usize) -> Vec<Vec<u8>> {
    let byte = image[at];
    let mut changes: Vec<Vec<u8>> =
        [0, 0xff, byte ^ 1, byte ^ 0x80, byte.wrapping_add(3)].map(|byte| vec![byte]).into();
    for size in [2, 4, 8].into_iter().filter(|size| at.is_multiple_of(*size) && at + size <= image.len()) {
        changes.push(vec![0xff; size]);
        changes.push(vec![0; size]);
        for (high, rest) in [(0x7f, 0xff), (0x80, 0), (0, 0xff), (0x3f, 0xff), (0x01, 0)] {
            let big: Vec<u8> = std::iter::once(high).chain(std::iter::repeat(rest)).take(size).collect();
            changes.push(big.iter().rev().copied().collect());
            changes.push(big);
        }
    }
    changes.retain(|change| image[at..at + change.len()] != change[..]);
    changes.dedup();
    changes
}

fn storage(bytes: &[u8]) -> Arc<dyn Storage> {
    Arc::new(Memory::new(bytes))
}

async fn try_vhd(bytes: Vec<u8>) -> Result<()> {
    let report = vhd::check(storage(&bytes)).await;
    let random = async { read(Arc::new(Vhd::open(storage(&bytes)).await?)).await };
    let random = random.await;
    let length = bytes.len() as u64;
    let stream = async { drain(vhd::decode(std::io::Cursor::new(bytes), Some(length)).await?.content).await };
    random.and(stream.await).and(report.map(drop))
}

async fn try_qcow2(bytes: Vec<u8>) -> Result<()> {
    let report = qcow2::check(storage(&bytes)).await;
    let random = async { read(Arc::new(Qcow2::open(storage(&bytes)).await?)).await };
    let random = random.await;
    let stream = async { drain(qcow2::decode(std::io::Cursor::new(bytes)).await?.content).await };
    random.and(stream.await).and(report.map(drop))
}

async fn try_vmdk(bytes: Vec<u8>) -> Result<()> {
    let report = vmdk::check(storage(&bytes)).await;
    let random = async { read(Arc::new(Vmdk::open(storage(&bytes)).await?)).await };
    let random = random.await;
    let stream = async { drain(vmdk::decode(std::io::Cursor::new(bytes)).await?.content).await };
    random.and(stream.await).and(report.map(drop))
}

#[test]
fn vhds_are_read_or_refused() {
    alone("hostile::vhds");
}

#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn vhds() {
    for difference in [false, true] {
        let image = images::vhd(difference);
        let last = image.len() - 512..image.len() - 400;
        let fields = [0..100, 512..620, 1088..1112, 2048..2048 + 64, 2560..2600, last];
        each(&image, &fields, |_| {}, try_vhd).await;
        each(&image, &fields, images::repair_vhd, try_vhd).await;
    }
}

#[test]
fn qcow2s_are_read_or_refused() {
    alone("hostile::qcow2s");
}

#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn qcow2s() {
    for (image, tables) in images::qcow2s().await {
        let fields: Vec<_> = std::iter::once(0..160).chain(tables).collect();
        each(&image, &fields, |_| {}, try_qcow2).await;
    }
}

#[test]
fn vmdks_are_read_or_refused() {
    alone("hostile::vmdks");
}

#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn vmdks() {
    let (image, tables) = images::vmdk().await;
    let fields: Vec<_> = [0..80, 512..560, 65536..65536 + 32].into_iter().chain(tables).collect();
    each(&image, &fields, |_| {}, try_vmdk).await;
    let (image, tables) = images::sparse_vmdk(&Lab::new());
    let fields: Vec<_> = std::iter::once(0..80).chain(tables).collect();
    each(&image, &fields, |_| {}, try_vmdk).await;
}

#[test]
fn vhd_directories_are_read_or_refused() {
    alone("hostile::vhd_dirs");
}

#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn vhd_dirs() {
    for difference in [false, true] {
        let image = images::vhd_dir(difference);
        let fields = [0..100, 512..620, 1536..image.len()];
        each(&image, &fields, |_| {}, try_vhd_dir).await;
        each(&image, &fields, images::repair_vhd_dir, try_vhd_dir).await;
    }
}

async fn try_vhd_dir(bytes: Vec<u8>) -> Result<()> {
    let files = || Arc::new(images::Files::of(&bytes));
    let report = vhd_dir::check(files()).await;
    let random = async { read(Arc::new(VhdDir::open(files()).await?)).await };
    random.await.and(report.map(drop))
}
