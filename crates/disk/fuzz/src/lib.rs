//! What the targets do with an image: `cargo +nightly fuzz run vhd` in `crates/disk`, likewise `qcow2` and `vmdk`. Whatever
//! comes is read or refused; a panic, a minute or two GiB of memory is a finding.

use std::{future::Future, sync::Arc};

use disk::{Content, Result, Source, Storage, storage::Memory};

/// Bytes that are read of a disk: who claims to be larger need not be read to the end.
const ENOUGH: u64 = 4 << 20;

/// Runs a target.
pub fn run(target: impl Future<Output = Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    // An error is as good an end as any.
    drop(runtime.block_on(target));
}

/// Keeps an image in memory.
pub fn storage(image: &[u8]) -> Arc<dyn Storage> {
    Arc::new(Memory::new(image))
}

/// Reads what is there, as far as it makes sense.
pub async fn read(source: impl Source) -> Result<()> {
    let size = source.size().min(ENOUGH);
    let mut at = 0;
    while at < size {
        for extent in source.extents(at..size).await? {
            assert_eq!(extent.offset, at);
            at = extent.end();
        }
    }
    for at in (0..size).step_by(1 << 20) {
        let length = usize::try_from((size - at).min(1 << 20)).expect("small");
        assert_eq!(source.read_at(at, length).await?.len(), length);
    }
    Ok(())
}

/// Reads a content as far as it makes sense.
pub async fn drain(mut content: Content) -> Result<()> {
    let mut bytes = 0;
    while let Some(piece) = content.next().await? {
        bytes += piece.data.len() as u64;
        if bytes > ENOUGH {
            break;
        }
    }
    Ok(())
}

/// Mends the checksums of a VHD, without which nothing behind them is seen.
pub fn mend(image: &[u8]) -> Vec<u8> {
    let mut image = image.to_vec();
    let end = image.len().saturating_sub(512);
    for (range, field) in [(0..512, 64), (512..1536, 36), (end..image.len(), 64)] {
        let Some(bytes) = image.get_mut(range).filter(|bytes| bytes.len() >= 512) else { continue };
        bytes[field..field + 4].fill(0);
        let sum = bytes.iter().fold(0u32, |sum, byte| sum + u32::from(*byte));
        bytes[field..field + 4].copy_from_slice(&(!sum).to_be_bytes());
    }
    image
}
