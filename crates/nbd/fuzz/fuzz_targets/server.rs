//! Any bytes as what a client says to a server.
#![no_main]

use std::sync::Arc;

use disk::{raw::Raw, storage::Memory};
use libfuzzer_sys::fuzz_target;
use nbd::{
    Server,
    server::{Export, Options, Shelf},
};
use tokio::io::{join, sink};

fuzz_target!(|said: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a thread is enough");
    let said = std::io::Cursor::new(said.to_vec());
    runtime.block_on(async {
        let shelf = Arc::new(Shelf::default());
        let raw = Raw::open(Arc::new(Memory::new(&[7; 4096]))).await.expect("memory can be read");
        shelf.put("", Export::writable(Arc::new(raw.clone()), Box::new(raw)));
        let server = Server::new(shelf, Options::default());
        assert!(server.connected(join(said, sink())));
        while server.clients() > 0 {
            tokio::task::yield_now().await;
        }
    });
});
