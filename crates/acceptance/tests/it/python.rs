//! Clients that run on Python: installed once into the target folder, in the versions that `foreign/python` pins.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::binary;

/// The folder of the programs that the packages bring.
pub(crate) static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let pins = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/python/requirements.txt");
    let folder = binary::FOLDER.join("../foreign/python");
    let (wanted, marker) = (std::fs::read(&pins).unwrap(), folder.join("installed"));
    if !std::fs::read(&marker).is_ok_and(|installed| installed == wanted) {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        run(Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder));
        let pip = folder.join("venv/bin/pip");
        run(Command::new(pip).args(["install", "--quiet", "--no-deps", "-r"]).arg(&pins));
        std::fs::write(marker, wanted).unwrap();
    }
    folder.join("venv/bin")
});

fn run(command: &mut Command) {
    let output = command.output().expect("Python is needed for the tests with clients that are made of it");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {stdout}{stderr}");
}
