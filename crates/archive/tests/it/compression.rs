//! Compressed archives against the programs that people have.

use archive::{
    Compression,
    xva::{ReadOptions, WriteOptions},
};

use crate::lab::{Lab, read, two_disks, written};

#[tokio::test]
async fn gzip_and_zstd_unpack_what_is_written() {
    let lab = Lab::new();
    let plain = written(&two_disks(), WriteOptions::default()).await;
    let options = |compression| WriteOptions { compression, ..Default::default() };
    lab.write("vm.xva.gz", &written(&two_disks(), options(Compression::Gzip)).await);
    lab.write("vm.xva.zst", &written(&two_disks(), options(Compression::Zstd)).await);
    lab.run("gzip", &["-dk", "vm.xva.gz"]);
    assert!(lab.read("vm.xva") == plain);
    lab.run("zstd", &["-dqf", "vm.xva.zst"]);
    assert!(lab.read("vm.xva") == plain);
}

#[tokio::test]
async fn what_gzip_and_zstd_have_packed_is_read_also_in_parts() {
    let lab = Lab::new();
    let plain = written(&two_disks(), WriteOptions::default()).await;
    let (start, end) = plain.split_at(plain.len() / 3);
    lab.write("start", start);
    lab.write("end", end);
    for (program, extension) in [("gzip", "gz"), ("zstd", "zst")] {
        lab.run(program, &["-qk", "start", "end"]);
        let parts = [lab.read(&format!("start.{extension}")), lab.read(&format!("end.{extension}"))].concat();
        assert_eq!(read(&parts, ReadOptions::default()).await.unwrap().len(), 2, "{program}");
    }
}

#[tokio::test]
async fn a_flipped_bit_of_the_compression_is_an_error() {
    for compression in [Compression::Gzip, Compression::Zstd] {
        let good = written(&two_disks(), WriteOptions { compression, ..Default::default() }).await;
        // The last bytes are the checksum of all.
        for place in [good.len() / 3, good.len() / 2, good.len() - 6, good.len() - 2] {
            let mut bad = good.clone();
            bad[place] ^= 0x10;
            read(&bad, ReadOptions::default()).await.expect_err("a bit was flipped");
        }
    }
}
