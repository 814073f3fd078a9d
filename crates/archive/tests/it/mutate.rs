//! Whatever is changed in an archive, reading it ends, with its content or with an error.

use archive::xva::{BLOCK, Checksum, ReadOptions, WriteOptions};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

use crate::lab::{Filled, read, written};

/// How many archives are tried; `cargo fuzz` goes on from there.
const TRIES: u32 = 300;

#[tokio::test]
async fn no_change_of_bytes_makes_reading_panic() {
    let disks = [Filled::new("Ref:1", 3000, &[(0, b"a")]), Filled::new("Ref:12", 600, &[(0, b"b")])];
    let mut random = SmallRng::seed_from_u64(5);
    let good = written(&disks, WriteOptions { checksum: Checksum::Sha1, ..Default::default() }).await;
    assert!(good.len() < usize::try_from(BLOCK).unwrap());
    let mut read_anyway = 0;
    for _ in 0..TRIES {
        let mut bad = good.clone();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..bad.len());
            match random.random_range(0..5) {
                0 => bad[at] = random.random(),
                1 => bad[at] ^= 1 << random.random_range(0..8),
                2 => bad.truncate(at + 1),
                3 => {
                    let piece = bad[at..(at + 512).min(bad.len())].to_vec();
                    bad.splice(at..at, piece);
                }
                _ => drop(bad.drain(at..(at + random.random_range(0..600)).min(bad.len()))),
            }
        }
        let options = ReadOptions { ignore_checksums: random.random(), disks_optional: random.random() };
        read_anyway += u32::from(read(&bad, options).await.is_ok());
    }
    assert!(read_anyway < TRIES / 2, "most changes are noticed, {read_anyway} were not");
}

#[tokio::test]
async fn each_byte_of_each_header_is_changed_without_a_panic() {
    let disks = [Filled::new("Ref:1", 700, &[(0, b"a")])];
    let good = written(&disks, WriteOptions::default()).await;
    let headers: Vec<_> = (0..good.len()).step_by(512).filter(|at| &good[at + 257..at + 262] == b"ustar").collect();
    assert_eq!(headers.len(), 3);
    for at in headers.into_iter().flat_map(|header| header..header + 512) {
        for value in [0, 0x37, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            // The sum is mended, so that the field itself is looked at.
            let header = at / 512 * 512;
            let bytes = bad[header..header + 512].iter().enumerate();
            let sum: u32 = bytes.map(|(at, b)| if (148..156).contains(&at) { 32 } else { u32::from(*b) }).sum();
            if !(148..156).contains(&(at - header)) {
                bad[header + 148..header + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
            let _ = read(&bad, ReadOptions::default()).await;
        }
    }
}
