//! Starts that cannot succeed: told in a line, with an exit code, and without a trace of secrets.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use tokio::net::TcpListener;

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
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = tempfile::tempdir().unwrap();
    refused(&run(data.path(), &["--demo", "--listen", &address]).await, &[&address, "in use"]);
}

#[tokio::test]
async fn a_bad_key_of_the_configuration_is_named_with_its_file() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("config.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "[authentication]\ndefaultTokenValidty = '1 day'\n").unwrap();
    refused(&run(data.path(), &["--config", path]).await, &[path, "defaultTokenValidty"]);
    std::fs::write(&file, "[http\n").unwrap();
    refused(&run(data.path(), &["--config", path]).await, &[path]);
    refused(&run(data.path(), &["--config", "/no/such/file.toml"]).await, &["/no/such/file.toml"]);
}

#[tokio::test]
async fn an_unknown_option_is_named() {
    let data = tempfile::tempdir().unwrap();
    refused(&run(data.path(), &["--dmeo"]).await, &["--dmeo"]);
}

#[tokio::test]
async fn the_demo_does_not_listen_beyond_loopback() {
    let data = tempfile::tempdir().unwrap();
    refused(&run(data.path(), &["--demo", "--listen", "0.0.0.0:0"]).await, &["0.0.0.0"]);
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
async fn the_password_of_the_first_start_is_printed_once_only() {
    let (mut server, password) = Server::first_start().await;
    let mut client = crate::client::Client::connect(server.address).await.unwrap();
    let credentials = serde_json::json!({ "email": "admin@admin.net", "password": password });
    client.ok("session.signIn", credentials.clone()).await;
    server.terminate().await;
    let server = server.again().await;
    assert!(!server.printed().contains(&password), "{}", server.printed());
    let mut client = crate::client::Client::connect(server.address).await.unwrap();
    client.ok("session.signIn", credentials).await;
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

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused() {
    let server = Server::start(&[]).await;
    refused(&run(&server.data_folder(), &[]).await, &[server.data_folder().to_str().unwrap()]);
    let mut client = crate::client::Client::connect(server.address).await.unwrap();
    client.ok("system.getServerVersion", serde_json::json!({})).await;
}
