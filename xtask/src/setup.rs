//! What a fresh clone lacks: npm packages, clients of other projects, a browser.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::run::Run;

/// Oldest Node.js that the web build runs on.
const NODE: (u32, u32) = (20, 19);

/// Installs the npm packages of `folder` as its lock file has them, unless that was done.
///
/// # Errors
///
/// If Node.js is missing or too old, or npm fails.
pub(crate) fn npm_packages(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("cannot read `{}`", folder.join("package-lock.json").display()))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    check_node()?;
    Run::npm(folder, ["ci", "--no-audit", "--no-fund"]).check()?;
    fs::write(&installed, lock).with_context(|| format!("cannot write `{}`", installed.display()))
}

fn check_node() -> Result<()> {
    let output = std::process::Command::new("node").arg("--version").output();
    let output = output.context("Node.js is not installed: the web interface needs version 20.19 or newer")?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE {
        bail!("Node.js {version} is too old: the web interface needs version 20.19 or newer");
    }
    Ok(())
}

/// Installs Debian's Chromium where this user may, for the browser tests.
///
/// # Errors
///
/// If there is no Chromium and it cannot be installed, with what to do.
pub(crate) fn chromium() -> Result<()> {
    if Path::new("/usr/bin/chromium").exists() {
        return Ok(());
    }
    apt(&["chromium"]).context("the browser tests need Chromium at /usr/bin/chromium")
}

/// Installs what makes a Python virtual environment, for the Python client of XAPI.
///
/// # Errors
///
/// If there is none and it cannot be installed, with what to do.
pub(crate) fn python() -> Result<()> {
    if Run::new("python3").args(["-c", "import venv, ensurepip"]).quietly() {
        return Ok(());
    }
    apt(&["python3", "python3-venv"]).context("the tests with the Python client of XAPI need Python 3 with venv")
}

/// Installs the foreign tools that read and write disk images, for the tests of ours.
///
/// # Errors
///
/// If they are not there and cannot be installed, with what to do.
pub(crate) fn disk_tools() -> Result<()> {
    let there = |tool: &&str| Path::new("/usr/bin").join(tool).exists();
    if ["qemu-img", "qemu-nbd", "nbdinfo", "nbdcopy"].iter().all(there) {
        return Ok(());
    }
    apt(&["qemu-utils", "libnbd-bin"]).context("the tests of disk images need qemu-img, qemu-nbd, nbdinfo and nbdcopy")
}

/// Installs what makes certificates, for the browser tests.
///
/// # Errors
///
/// If it is not there and cannot be installed, with what to do.
pub(crate) fn openssl() -> Result<()> {
    if Path::new("/usr/bin/openssl").exists() {
        return Ok(());
    }
    apt(&["openssl"]).context("the browser tests of certificates need openssl")
}

fn apt(packages: &[&str]) -> Result<()> {
    let install = format!("apt-get install -y {}", packages.join(" "));
    let root = std::process::Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    if !root {
        bail!("run `sudo {install}` once, then try again");
    }
    let packages_known = || Run::new("apt-get").args(["install", "-y", "--no-install-recommends"]).args(packages);
    if packages_known().env("DEBIAN_FRONTEND", "noninteractive").check().is_ok() {
        return Ok(());
    }
    Run::new("apt-get").args(["update"]).check()?;
    packages_known().env("DEBIAN_FRONTEND", "noninteractive").check()
}
