//! Telling uploads apart.

use archive::{Compression, Format, Upload, sniff, sniff::START, xva::WriteOptions};
use tokio::io::AsyncReadExt;

use crate::{
    lab::{Lab, two_disks, written},
    ovf::VMWARE,
};

/// Looks at the start of a file as it is, and compressed by two programs.
async fn check(lab: &Lab, file: &str, expected: Format) {
    lab.run("gzip", &["-qkf", file]);
    lab.run("zstd", &["-qkf", file]);
    let compressed = [("", Compression::None), (".gz", Compression::Gzip), (".zst", Compression::Zstd)];
    for (extension, compression) in compressed {
        let bytes = lab.read(&format!("{file}{extension}"));
        let start = &bytes[..bytes.len().min(START)];
        assert_eq!(sniff(start).await, (compression, expected), "{file}{extension}");
        let mut upload = Upload::open(&bytes[..]).await.unwrap();
        assert_eq!((upload.compression, upload.format), (compression, expected));
        let mut content = Vec::new();
        upload.content.read_to_end(&mut content).await.unwrap();
        assert!(content == lab.read(file), "{file}{extension} comes as another");
    }
}

#[tokio::test]
async fn images_and_archives_are_told_apart() {
    let lab = Lab::new();
    lab.write("vm.xva", &written(&two_disks(), WriteOptions::default()).await);
    check(&lab, "vm.xva", Format::Xva).await;
    lab.write("vm.ovf", VMWARE.as_bytes());
    check(&lab, "vm.ovf", Format::Ovf).await;
    lab.run("tar", &["cf", "vm.ova", "./vm.ovf"]);
    check(&lab, "vm.ova", Format::Ova).await;
    lab.run("tar", &["cf", "other.tar", "vm.xva"]);
    check(&lab, "other.tar", Format::Tar).await;
    for (file, format, expected) in [
        ("a.vhd", "vpc", Format::Vhd),
        ("a.qcow2", "qcow2", Format::Qcow2),
        ("a.vmdk", "vmdk", Format::Vmdk),
        ("a.vhdx", "vhdx", Format::Vhdx),
        ("a.raw", "raw", Format::Raw),
    ] {
        lab.run("qemu-img", &["create", "-q", "-f", format, file, "8M"]);
        check(&lab, file, expected).await;
    }
    let mut iso = vec![0; 40 << 10];
    iso[32_768..32_774].copy_from_slice(b"\x01CD001");
    lab.write("a.iso", &iso);
    check(&lab, "a.iso", Format::Iso).await;
    lab.write("short", b"KDM");
    check(&lab, "short", Format::Raw).await;
    lab.write("empty", b"");
    assert_eq!(sniff(b"").await, (Compression::None, Format::Raw));
    lab.write("html", b"<html><body>404</body></html>");
    check(&lab, "html", Format::Raw).await;
}

#[tokio::test]
async fn damaged_compression_is_an_error_and_no_raw_disk() {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend_from_slice(&[0xff; 5000]);
    assert!(Upload::open(&bytes[..]).await.is_err());
    assert_eq!(sniff(&bytes).await, (Compression::Gzip, Format::Raw));
}
