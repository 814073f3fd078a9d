//! Any bytes as what a server says to a client that reads, writes and asks which blocks there are.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use nbd::{Client, client::Options};
use tokio::io::{join, sink};

fuzz_target!(|said: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a thread is enough");
    let said = std::io::Cursor::new(said.to_vec());
    let _ = runtime.block_on(async {
        let client = Client::over(join(said, sink()), "server", "disk", Options::default()).await?;
        let size = client.export().size;
        let length = usize::try_from(size.min(4096)).expect("it is small");
        assert_eq!(client.read(0, length).await?.len(), length);
        client.status("base:allocation", 0..size).await?;
        client.write(0, Bytes::from_static(&[9; 512])).await?;
        client.flush().await
    });
});
