#![no_main]

use std::io::Cursor;

use disk::qcow2::{self, Qcow2};
use disk_fuzz::{drain, read, run, storage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|image: &[u8]| {
    run(async { qcow2::check(storage(image)).await.map(drop) });
    run(async { read(Qcow2::open(storage(image)).await?).await });
    run(async { drain(qcow2::decode(Cursor::new(image.to_vec())).await?.content).await });
});
