#![no_main]

use std::io::Cursor;

use disk::vmdk::{self, Vmdk};
use disk_fuzz::{drain, read, run, storage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|image: &[u8]| {
    run(async { vmdk::check(storage(image)).await.map(drop) });
    run(async { read(Vmdk::open(storage(image)).await?).await });
    run(async { drain(vmdk::decode(Cursor::new(image.to_vec())).await?.content).await });
});
