//! Conversion VHD → QCOW2 and back beside `qemu-img convert` in the same run: MiB of data a second, and the ratio.
//!
//! Run with `cargo bench -p disk --bench convert`; `-- 4096` for 4 GiB of data instead of 1 GiB. Images are in memory (`/dev/shm`), so that
//! programs are compared and not disks; `FOLDER` of the environment puts them elsewhere.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use disk::{
    Content,
    image::{self, Format, Target},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs of each, in turns, of which the best counts: other work on the machine makes some slower.
const RUNS: usize = 7;

fn main() {
    let mib = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1024_u64);
    let folder = std::env::var("FOLDER").unwrap_or_else(|_| "/dev/shm".into());
    let folder = tempfile::tempdir_in(folder).expect("the folder can be written");
    let path = |name: &str| folder.path().join(name);
    raw(&path("disk.raw"), mib);
    qemu(&["convert", "-f", "raw", "-O", "vpc", "-o", "force_size=on"], &path("disk.raw"), &path("disk.vhd"));
    std::fs::remove_file(path("disk.raw")).expect("it is there");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");

    let cases = [("vhd", "vpc", "qcow2", "qcow2"), ("qcow2", "qcow2", "vhd", "vpc"), ("qcow2", "qcow2", "raw", "raw")];
    for (from, qemu_from, to, qemu_to) in cases {
        let source = path(&format!("disk.{from}"));
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        for _ in 0..RUNS {
            let target = path(&format!("ours.{to}"));
            let start = Instant::now();
            runtime.block_on(convert(&source, to.parse().expect("a format"), &target));
            ours = ours.min(start.elapsed());
            std::fs::remove_file(target).expect("it is there");
            let target = path(&format!("disk.{to}"));
            let start = Instant::now();
            qemu(&["convert", "-f", qemu_from, "-O", qemu_to], &source, &target);
            theirs = theirs.min(start.elapsed());
            if to != "qcow2" {
                std::fs::remove_file(target).expect("it is there");
            }
        }
        let speed = |time: Duration| mib as f64 / time.as_secs_f64();
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64() * 100.0;
        println!("{from} → {to}: {:.0} MiB/s, qemu-img {:.0} MiB/s, {ratio:.0} %", speed(ours), speed(theirs));
    }
}

/// Makes a raw disk of which every other 16 MiB are data, and of these every eighth 64 KiB zeros.
fn raw(path: &Path, mib: u64) {
    let file = std::fs::File::create(path).expect("the folder can be written");
    file.set_len(mib << 21).expect("it can grow");
    let mut state = 1_u64;
    for start in (0..mib << 21).step_by(32 << 20) {
        let words = (0..(16 << 20) / 8_u64).map(|word| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if word >> 13 & 7 == 7 { 0 } else { state }
        });
        let data: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        std::os::unix::fs::FileExt::write_all_at(&file, &data, start).expect("there is room");
    }
}

fn qemu(arguments: &[&str], from: &Path, to: &Path) {
    let status = Command::new("qemu-img").args(arguments).args([from, to]).status();
    assert!(status.expect("qemu-img is installed").success());
}

async fn convert(from: &Path, format: Format, to: &Path) {
    let source = image::join(&image::open_chain(from, None).await.expect("it is an image")).expect("it is one");
    let content = Content::of(source).await.expect("it is an image");
    let target = Target { format, compress: false, fixed: false };
    image::write(content, target, to).await.expect("there is room");
}
