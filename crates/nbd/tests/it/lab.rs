//! A folder for disks, programs that serve or read them, and our server.

use std::{path::PathBuf, process::Command, sync::Arc};

use disk::{raw::Raw, storage::File};
use nbd::{
    Server,
    client::Address,
    server::{Export, Options, Shelf},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A folder that goes with the test.
pub(crate) struct Lab(TempDir);

impl Lab {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Makes a raw disk of `size` bytes with data at these places.
    pub(crate) fn disk(&self, name: &str, size: u64, data: &[(u64, &[u8])]) {
        let file = std::fs::File::create(self.path(name)).unwrap();
        file.set_len(size).unwrap();
        for (at, data) in data {
            std::os::unix::fs::FileExt::write_all_at(&file, data, *at).unwrap();
        }
    }

    /// Runs a program in the folder and returns what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        self.try_run(program, arguments).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(program).args(arguments).current_dir(self.0.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}; `cargo xtask setup` installs it"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        Err(format!("{program} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Runs a program while our server is at work.
    pub(crate) async fn meanwhile(self: &Arc<Self>, program: &str, arguments: &[&str]) -> String {
        self.try_meanwhile(program, arguments).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn try_meanwhile(self: &Arc<Self>, program: &str, arguments: &[&str]) -> Result<String, String> {
        let (lab, program) = (Arc::clone(self), program.to_owned());
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let run = move || lab.try_run(&program, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// Serves a disk by `qemu-nbd`, which returns when it is ready.
    pub(crate) fn qemu(&self, arguments: &[&str]) -> Qemu {
        let (socket, pid) = (self.path("qemu.sock"), self.path("qemu.pid"));
        let pid_file = format!("--pid-file={}", pid.display());
        let given = ["--fork", &pid_file, "--persistent", "--shared=8", "-k", socket.to_str().unwrap()];
        // Its standard output stays open in the background, so nothing is read of it.
        let status = Command::new("qemu-nbd")
            .args(given)
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.unwrap().success(), "qemu-nbd {arguments:?}");
        Qemu { pid: std::fs::read_to_string(pid).unwrap().trim().to_owned(), address: Address::Unix(socket) }
    }

    pub(crate) async fn export(&self, name: &str, writable: bool) -> Export {
        let path = self.path(name);
        let file = if writable { File::edit(path).await } else { File::open(path).await };
        let raw = Raw::open(Arc::new(file.unwrap())).await.unwrap();
        if writable { Export::writable(Arc::new(raw.clone()), Box::new(raw)) } else { Export::read_only(Arc::new(raw)) }
    }
}

/// A running `qemu-nbd`, which ends with the test.
pub(crate) struct Qemu {
    pid: String,
    pub(crate) address: Address,
}

impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(&self.pid).status();
    }
}

/// Our server on a port of its own.
pub(crate) struct Running {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) server: Server,
    pub(crate) port: u16,
}

impl Running {
    pub(crate) async fn start(options: Options) -> Self {
        let shelf = Arc::new(Shelf::default());
        let server = Server::new(shelf.clone(), options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = server.clone();
        tokio::spawn(async move { serving.serve(listener).await });
        Self { shelf, server, port }
    }

    pub(crate) fn address(&self) -> Address {
        Address::Tcp { host: "127.0.0.1".to_owned(), port: self.port }
    }

    pub(crate) fn uri(&self, export: &str) -> String {
        format!("nbd://127.0.0.1:{}/{export}", self.port)
    }
}

/// Bytes that do not repeat soon.
pub(crate) fn noise(length: usize, seed: u32) -> Vec<u8> {
    let next = |n: usize| u32::try_from(n).unwrap().wrapping_add(seed).wrapping_mul(2_654_435_761).rotate_left(7);
    (0..length.div_ceil(4)).flat_map(|n| (next(n) | 1).to_le_bytes()).take(length).collect()
}

/// The same numbers each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Returns a number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }
}
