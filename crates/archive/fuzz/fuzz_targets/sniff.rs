//! Any bytes as an upload: it is something, and comes as it is.
#![no_main]

use archive::{Compression, Upload, sniff};
use libfuzzer_sys::fuzz_target;
use tokio::io::AsyncReadExt;

fuzz_target!(|bytes: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a thread is enough");
    runtime.block_on(async {
        let (compression, format) = sniff(bytes).await;
        let Ok(upload) = Upload::open(bytes).await else { return };
        assert_eq!((upload.compression, upload.format), (compression, format));
        let mut content = Vec::new();
        // No more than a little of what a bomb would be.
        let read = upload.content.take(1 << 20).read_to_end(&mut content).await;
        assert!(compression != Compression::None || read.is_ok() && content == bytes);
    });
});
