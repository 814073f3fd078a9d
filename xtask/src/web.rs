//! Building the web interface.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Result;

use crate::{root, run::Run, setup};

/// Returns the folder of the web interface.
pub(crate) fn folder() -> PathBuf {
    root().join("web")
}

/// Builds the web interface if its sources are newer than what was built.
///
/// # Errors
///
/// If Node.js is missing or too old, or the build fails.
pub(crate) fn build() -> Result<()> {
    let web = folder();
    setup::npm_packages(&web)?;
    let built = modified(&web.join("dist/index.html"));
    let sources = [web.join("src"), web.join("index.html"), web.join("package-lock.json"), web.join("vite.config.ts")];
    let newest = sources.iter().filter_map(|path| newest(path)).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    Run::npm(&web, ["run", "--silent", "build"]).check()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// Returns the latest time of change of a file or of anything in a folder.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = modified(path);
    let Ok(entries) = fs::read_dir(path) else { return own };
    entries.flatten().filter_map(|entry| newest(&entry.path())).max().max(own)
}
