//! Clients that run on Python: installed once into the target folder, in the versions that `foreign/python` pins.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::binary;
use crate::wait::LIMIT;

/// The folder of the programs that the packages bring.
pub(crate) static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let pins = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/python/requirements.txt");
    let folder = binary::FOLDER.join("../foreign/python");
    let (wanted, marker) = (std::fs::read(&pins).unwrap(), folder.join("installed"));
    if !std::fs::read(&marker).is_ok_and(|installed| installed == wanted) {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        check(Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder));
        let pip = folder.join("venv/bin/pip");
        check(Command::new(pip).args(["install", "--quiet", "--no-deps", "-r"]).arg(&pins));
        std::fs::write(marker, wanted).unwrap();
    }
    folder.join("venv/bin")
});

/// Runs a script of `foreign/python` and returns what it printed.
pub(crate) async fn run(script: &str, arguments: &[&str]) -> String {
    let programs = tokio::task::spawn_blocking(|| PROGRAMS.clone()).await.unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/python").join(script);
    let mut python = tokio::process::Command::new(programs.join("python"));
    python.arg(path).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1").kill_on_drop(true);
    let output = tokio::time::timeout(LIMIT, python.output()).await.expect("the script ends in time").unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}: {}\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}

fn check(command: &mut Command) {
    let output = command.output().expect("Python is needed for the tests with clients that are made of it");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {stdout}{stderr}");
}
