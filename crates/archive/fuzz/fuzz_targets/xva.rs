//! Any bytes as an XVA: an end or an error, never a panic, in bounded memory.
#![no_main]

use archive::xva::{ReadOptions, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a thread is enough");
    // The first byte chooses what is asked of the archive.
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let options = ReadOptions { ignore_checksums: choice & 1 != 0, disks_optional: choice & 2 != 0 };
    let _ = runtime.block_on(async {
        let mut xva = Reader::open(bytes, options).await?;
        while let Some(disk) = xva.next_disk().await? {
            let mut end = 0;
            while let Some(block) = xva.next_block().await? {
                assert!(block.at >= end && !block.data.is_empty());
                end = block.at + block.data.len() as u64;
                assert!(end <= disk.virtual_size);
            }
        }
        xva.finish().await
    });
});
