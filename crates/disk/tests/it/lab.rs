//! A folder for images, programs that read them, and disks to put into them.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use disk::{Content, Encoded, Source, raw::Raw, storage::File};
use tempfile::TempDir;

/// A folder that goes with the test.
pub(crate) struct Lab(TempDir);

impl Lab {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a raw disk with some data here and there: at its start, its end, across blocks, single sectors.
    pub(crate) async fn disk(&self, name: &str, size: u64, seed: u64) -> Arc<dyn Source> {
        let path = self.path(name);
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(size).unwrap();
        let mut random = Random(seed);
        let places = [0, size / 3, size / 2, size - 512].into_iter().chain((0..12).map(|_| random.next() % size));
        for place in places.collect::<Vec<_>>() {
            let offset = place / 512 * 512;
            let most = [512, 4096, 100 << 10, 3 << 20][usize::try_from(random.next() % 4).unwrap()];
            let length = most.min(size - offset);
            std::os::unix::fs::FileExt::write_all_at(&file, &random.bytes(length), offset).unwrap();
        }
        self.raw(name).await
    }

    pub(crate) async fn raw(&self, name: &str) -> Arc<dyn Source> {
        Arc::new(Raw::open(self.open(name).await).await.unwrap())
    }

    pub(crate) async fn open(&self, name: &str) -> Arc<File> {
        Arc::new(File::open(self.path(name)).await.unwrap())
    }

    pub(crate) async fn create(&self, name: &str) -> Arc<File> {
        Arc::new(File::create(self.path(name)).await.unwrap())
    }

    /// Writes the bytes into a file; there are as many as were told before.
    pub(crate) async fn keep(&self, name: &str, encoded: Encoded) -> u64 {
        let told = encoded.length();
        let mut file = tokio::fs::File::create(self.path(name)).await.unwrap();
        let written = encoded.write_to(&mut file).await.unwrap();
        assert!(told.is_none_or(|told| told == written), "{told:?} bytes were told, {written} came");
        written
    }

    /// Writes the first bytes into a file, which then gets the length that was told: the rest is a hole.
    pub(crate) async fn keep_start(&self, name: &str, mut encoded: Encoded, most: u64) {
        let length = encoded.length().unwrap();
        let mut file = std::fs::File::create(self.path(name)).unwrap();
        let mut written = 0;
        while written < most {
            let part = futures_util::StreamExt::next(&mut encoded).await.unwrap().unwrap();
            written += part.len() as u64;
            std::io::Write::write_all(&mut file, &part).unwrap();
        }
        file.set_len(length).unwrap();
    }

    /// Opens a file as a stream, which hands out little at once.
    pub(crate) async fn stream(&self, name: &str) -> tokio::io::BufReader<tokio::fs::File> {
        tokio::io::BufReader::with_capacity(10_007, tokio::fs::File::open(self.path(name)).await.unwrap())
    }

    /// Runs a program in the folder and returns what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        run(self.0.path(), program, arguments).unwrap_or_else(|error| panic!("{error}"))
    }

    /// `qemu-img compare` of two images of these formats, which must hold the same.
    pub(crate) fn same(&self, one: (&str, &str), other: (&str, &str)) {
        self.run("qemu-img", &["compare", "-f", one.0, "-F", other.0, one.1, other.1]);
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; it is in Debian's qemu-utils"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!("{program} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The same numbers each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 20
    }

    pub(crate) fn bytes(&mut self, length: u64) -> Vec<u8> {
        (0..length.div_ceil(8))
            .flat_map(|_| (self.next() * 0x10001).to_le_bytes())
            .take(usize::try_from(length).unwrap())
            .collect()
    }
}

/// The whole disk in memory, for small ones.
pub(crate) async fn bytes_of(mut content: Content) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(content.size()).unwrap()];
    while let Some(piece) = content.next().await.unwrap() {
        let start = usize::try_from(piece.offset).unwrap();
        bytes[start..start + piece.data.len()].copy_from_slice(&piece.data);
    }
    bytes
}

/// What the source holds, in memory, for small ones.
pub(crate) async fn read_all(source: &dyn Source) -> Vec<u8> {
    source.read_at(0, usize::try_from(source.size()).unwrap()).await.unwrap().to_vec()
}

/// Runs a test that is ignored otherwise in a process of its own, so that memory is its own.
pub(crate) fn alone(name: &str) {
    let test = std::env::current_exe().unwrap();
    let arguments = ["--exact", name, "--ignored", "--nocapture"];
    let output =
        Command::new(test).args(arguments).env("RUST_BACKTRACE", "0").env("MALLOC_ARENA_MAX", "2").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Returns what a process has taken at most: resident and virtual, in KiB.
pub(crate) fn memory() -> [u64; 2] {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    [field("VmHWM:"), field("VmPeak:")]
}
