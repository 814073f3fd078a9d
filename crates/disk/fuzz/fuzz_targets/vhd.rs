#![no_main]

use std::io::Cursor;

use disk::vhd::{self, Vhd};
use disk_fuzz::{drain, mend, read, run, storage};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|image: &[u8]| {
    let image = &mend(image)[..];
    run(async { vhd::check(storage(image)).await.map(drop) });
    run(async { read(Vhd::open(storage(image)).await?).await });
    run(async { drain(vhd::decode(Cursor::new(image.to_vec()), Some(image.len() as u64)).await?.content).await });
});
