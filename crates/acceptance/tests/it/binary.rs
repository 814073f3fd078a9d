//! The binaries under test, built when they are not up to date.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Folder of the profile that the tests were built with, such as `target/debug`.
pub(crate) static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().expect("the test knows its own file");
    let folder = test.ancestors().nth(2).expect("tests stand in `deps` of their profile").to_owned();
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--profile", profile, "-p", "xo-server", "-p", "xo-cli"])
        .arg("--target-dir")
        .arg(folder.parent().expect("profiles stand in the target folder"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "the binaries under test do not build");
    folder
});

/// Returns the path of a binary, after building it if needed.
pub(crate) fn path(name: &str) -> PathBuf {
    FOLDER.join(name)
}
