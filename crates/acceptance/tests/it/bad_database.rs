//! Databases that cannot be used: named, with an exit code, and left as they are. (Other failing starts are tested in
//! `xo-server`.)

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use crate::server::{Server, command};
use crate::wait::LIMIT;

async fn run(data: &Path, arguments: &[&str]) -> Output {
    let child = command(data, arguments).spawn().unwrap();
    tokio::time::timeout(LIMIT, child.wait_with_output()).await.expect("the server ends in time").unwrap()
}

#[track_caller]
fn refused(output: &Output, expected: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(1..)), "{:?}: {text}", output.status);
    for expected in expected {
        assert!(text.contains(expected), "no `{expected}` in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_alone() {
    let mut server = Server::start(&[]).await;
    // In order, or the log beside the database would mend it.
    server.terminate().await;
    let (data, database) = (server.data_folder(), server.database());
    std::fs::write(&database, "this is not a database, however long it may be".repeat(1000)).unwrap();
    let before = std::fs::read(&database).unwrap();
    refused(&run(&data, &[]).await, &[database.to_str().unwrap()]);
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let mut server = Server::start(&[]).await;
    server.terminate().await;
    let (data, database) = (server.data_folder(), server.database());
    let newer = "INSERT INTO schema_steps (version, description, success, checksum, execution_time) \
                 VALUES (99999999999999, 'from the future', 1, x'00', 1)";
    let sqlite = std::process::Command::new("python3")
        .args(["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"])
        .arg(&database)
        .arg(newer)
        .output()
        .unwrap();
    assert!(sqlite.status.success(), "{}", String::from_utf8_lossy(&sqlite.stderr));
    refused(&run(&data, &[]).await, &["newer"]);
}

#[tokio::test]
async fn a_database_that_may_not_be_written_is_named() {
    let mut server = Server::start(&[]).await;
    server.terminate().await;
    let (data, database) = (server.data_folder(), server.database());
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o444)).unwrap();
    refused(&run(&data, &[]).await, &[database.to_str().unwrap(), "read-only"]);
}
