//! Any bytes as an OVA: an end or an error, never a panic, in bounded memory.
#![no_main]

use archive::ova::Reader;
use libfuzzer_sys::fuzz_target;
use tokio::io::AsyncReadExt;

fuzz_target!(|bytes: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a thread is enough");
    let _ = runtime.block_on(async {
        let mut ova = Reader::open(bytes).await?;
        let mut buffer = [0; 700];
        while let Some(member) = ova.next().await? {
            // Some of it, so that the rest is passed over.
            let read = ova.content().read(&mut buffer).await.unwrap_or_default();
            assert!(read as u64 <= member.size);
        }
        ova.finish().await
    });
});
