//! The official clients of other languages, against the simulator.
//!
//! They are installed below `target` on first use, in the versions that `tests/foreign` pins.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};
use xapi_sim::Sim;

/// Longest time to install a client, on a machine that is busy with other things.
const INSTALLED_WITHIN: Duration = Duration::from_mins(15);

/// Longest time for a client's whole run.
const DONE_WITHIN: Duration = Duration::from_mins(4);

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign")
}

/// Runs a program that must succeed, and returns what it wrote.
async fn run(program: &Path, arguments: &[&str], folder: &Path, limit: Duration) -> String {
    let shown = format!("`{} {}`", program.display(), arguments.join(" "));
    let child =
        Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(limit, child).await.unwrap_or_else(|_| panic!("{shown} took longer than {limit:?}"));
    let output = output.unwrap_or_else(|error| panic!("{shown} cannot be started; is it installed? {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown} failed ({}):\n{out}\n{err}", output.status);
    out.into_owned()
}

/// Returns a folder below `target` in which `install` has put a client, as `pinned` says.
async fn installed<F: Future<Output = ()>>(name: &str, pinned: &str, install: impl FnOnce(PathBuf) -> F) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder");
    let folder = target.join("foreign").join(name);
    let (wanted, done) = (fs::read_to_string(source().join(pinned)).expect("the pins are committed"), "installed");
    if fs::read_to_string(folder.join(done)).is_ok_and(|there| there == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder can be written");
    install(folder.clone()).await;
    fs::write(folder.join(done), wanted).expect("the target folder can be written");
    folder
}

async fn small() -> Sim {
    Sim::builder().world("small").pace(0.05).start().await.expect("the world `small` starts")
}

/// A VM of the world `small` that is halted.
const HALTED: &str = "sandbox";

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_starts_snapshots_and_destroys() {
    let folder = installed("xapi-sim-python", "requirements.txt", |folder| async move {
        run(Path::new("python3"), &["-m", "venv", "venv"], &folder, INSTALLED_WITHIN).await;
        let pins = source().join("requirements.txt");
        let arguments = ["install", "--quiet", "-r", pins.to_str().expect("a readable path")];
        run(&folder.join("venv/bin/pip"), &arguments, &folder, INSTALLED_WITHIN).await;
    })
    .await;
    let sim = small().await;
    let (script, url) = (source().join("client.py"), format!("https://{}", sim.https_addr()));
    let arguments = [script.to_str().expect("a readable path"), &url, HALTED];
    let said = run(&folder.join("venv/bin/python"), &arguments, &folder, DONE_WITHIN).await;
    let expected = [
        "listed some",
        "start success",
        "snapshot before True True",
        "destroyed HANDLE_INVALID",
        "start again VM_BAD_POWER_STATE halted running",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_client_watches_and_sees_its_changes() {
    let folder = installed("xapi-sim-node", "package-lock.json", |folder| async move {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(source().join(file), folder.join(file)).expect("the target folder can be written");
        }
        let arguments = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        run(Path::new("npm"), &arguments, &folder, INSTALLED_WITHIN).await;
    })
    .await;
    let sim = small().await;
    // Modules are looked for beside the script.
    fs::copy(source().join("client.mjs"), folder.join("client.mjs")).expect("the target folder can be written");
    let url = format!("https://{}", sim.https_addr());
    let said = run(Path::new("node"), &["client.mjs", &url, HALTED], &folder, DONE_WITHIN).await;
    let expected = [
        "watched all classes",
        "master known",
        "change seen",
        "start seen",
        "start again VM_BAD_POWER_STATE halted running",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}
