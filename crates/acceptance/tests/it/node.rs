//! Clients of the original, which run on Node.js: installed once into the target folder, as the lock file has them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use crate::binary;
use crate::wait::LIMIT;

/// Folder where the packages are installed and our scripts stand.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/node");
    let folder = binary::FOLDER.join("../foreign/node");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = std::fs::read(source.join("package-lock.json")).unwrap();
    let marker = folder.join(".installed-lock.json");
    for file in std::fs::read_dir(&source).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
    }
    if std::fs::read(&marker).is_ok_and(|installed| installed == lock) {
        return folder;
    }
    // Scripts of packages are not run: none of these clients needs one.
    let npm =
        Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder).output();
    let npm = npm.expect("Node.js with npm is needed for the tests with clients of the original");
    assert!(npm.status.success(), "npm ci: {}", String::from_utf8_lossy(&npm.stderr));
    std::fs::write(marker, lock).unwrap();
    folder
});

/// Runs a script of `foreign/node` and returns what it printed.
pub(crate) async fn run(script: &str, arguments: &[&str]) -> String {
    run_within(LIMIT, script, arguments).await
}

/// The same, for one that may take so long.
pub(crate) async fn run_within(limit: Duration, script: &str, arguments: &[&str]) -> String {
    let folder = tokio::task::spawn_blocking(|| FOLDER.clone()).await.unwrap();
    let mut node = tokio::process::Command::new("node");
    node.arg(script).args(arguments).current_dir(folder).kill_on_drop(true);
    let output = tokio::time::timeout(limit, node.output()).await.expect("the script ends in time").unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}: {}\n{stdout}\n{stderr}", output.status);
    stdout.into_owned()
}
