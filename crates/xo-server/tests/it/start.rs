//! Start, first start, stop, and what keeps it from starting.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use crate::process::{Daemon, refused};

const ANY: &str = "127.0.0.1:0";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn the_first_start_makes_an_administrator_and_tells_the_password_once() {
    let folder = folder();
    let mut first = Daemon::start(folder.path(), &["--listen", ANY]);
    let line = first.line();
    let password = line
        .strip_prefix("created the administrator `admin@admin.net` with the password `")
        .and_then(|rest| rest.strip_suffix("`, which is not shown again"))
        .unwrap_or_else(|| panic!("{line}"))
        .to_owned();
    assert_eq!(password.len(), 20);
    assert!(first.address().starts_with("http://127.0.0.1:"));
    first.signal("-TERM");
    let (code, log) = first.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(&password), "the password is in the log");
    let mut second = Daemon::start(folder.path(), &["--listen", ANY]);
    assert!(second.line().starts_with("listening on "));
    let mode = fs::metadata(folder.path().join("data")).expect("it is made").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_first_start_that_cannot_tell_the_password_makes_no_administrator() {
    let folder = folder();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("every Linux has it");
    let mut command = crate::process::command(folder.path(), &["--listen", ANY]);
    let output = command.stdout(full).output().expect("it starts");
    let message = String::from_utf8(output.stderr).expect("messages are text");
    assert!(!output.status.success() && message.contains("cannot print the password of the first"), "{message}");
    let mut again = Daemon::start(folder.path(), &["--listen", ANY]);
    assert!(again.line().starts_with("created the administrator"));
}

#[test]
fn a_lost_password_is_replaced_while_the_server_is_stopped() {
    let folder = folder();
    let recover = |name: &str| {
        let output = crate::process::command(folder.path(), &["--recover-account", name]).output().expect("it starts");
        (String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"))
    };
    let (created, log) = recover("me@example.org");
    assert!(created.starts_with("created the administrator `me@example.org`: the password is `"), "{created}{log}");
    let mut daemon = Daemon::start(folder.path(), &["--listen", ANY]);
    assert!(daemon.address().starts_with("http"));
    let (nothing, error) = recover("me@example.org");
    assert!(nothing.is_empty() && error.contains("is in use by another server; stop it"), "{error}");
    drop(daemon);
    let (changed, log) = recover("ME@example.org");
    assert!(changed.starts_with("changed the administrator `ME@example.org`: the password is `"), "{changed}{log}");
    let password = changed.split('`').nth(3).expect("in quotes");
    assert!(password.len() == 20 && !log.contains(password), "{log}");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let folder = folder();
    let config = folder.path().join("config.toml");
    fs::write(&config, "[http.mounts]\n'/v5' = 'nowhere'\n").expect("the folder can be written");
    let mut daemon = Daemon::start(folder.path(), &["--listen", ANY, "--config", config.to_str().expect("text")]);
    daemon.address();
    daemon.signal("-TERM");
    let log = daemon.end().1;
    let told = format!(
        "`http.mounts./v5` of the configuration names the folder `{}`",
        folder.path().join("nowhere").display()
    );
    assert!(log.contains(&told), "{log}");
}

#[test]
fn a_port_alone_is_one_on_every_address() {
    let folder = folder();
    let mut daemon = Daemon::start(folder.path(), &["--listen", ":0"]);
    assert!(daemon.address().starts_with("http://[::]:"));
}

#[test]
fn a_signal_stops_it_in_order() {
    let folder = folder();
    for signal in ["-TERM", "-INT"] {
        let mut daemon = Daemon::start(folder.path(), &["--listen", ANY]);
        daemon.address();
        daemon.signal(signal);
        let (code, log) = daemon.end();
        assert_eq!(code, Some(0), "{signal}: {log}");
        assert!(log.contains("stopped"), "{log}");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let folder = folder();
    let taken = TcpListener::bind(ANY).expect("a port is free");
    let address = taken.local_addr().expect("it has one").to_string();
    assert_eq!(
        refused(folder.path(), &["--listen", &address]),
        format!(
            "error: cannot listen on `{address}`: the port is in use; stop the other program or choose another port\n"
        )
    );
}

#[test]
fn an_address_that_is_none_is_refused() {
    let folder = folder();
    for address in ["localhost", "127.0.0.1:http", "ftp://127.0.0.1:0"] {
        let message = refused(folder.path(), &["--listen", address]);
        assert!(message.starts_with(&format!("error: cannot listen on `{address}`: write `host:port`")), "{message}");
    }
}

#[test]
fn an_unknown_key_of_the_configuration_is_named_with_its_file() {
    let folder = folder();
    let config = folder.path().join("config.toml");
    fs::write(&config, "[http]\nredirectToHttp = true\n").expect("the folder can be written");
    let path = config.to_str().expect("text");
    let message = refused(folder.path(), &["--config", path]);
    assert!(message.contains(path) && message.contains("redirectToHttp"), "{message}");
    let missing = folder.path().join("missing.toml");
    let message = refused(folder.path(), &["--config", missing.to_str().expect("text")]);
    assert!(message.starts_with(&format!("error: cannot read config file `{}`", missing.display())), "{message}");
}

#[test]
fn the_configuration_says_where_to_listen() {
    let folder = folder();
    let config = "[http.listen.a]\nhostname = '127.0.0.1'\nport = 0\n[http.listen.b]\nhostname = '127.0.0.1'\nport = 0\nautoCert = true\n";
    fs::create_dir_all(folder.path().join("xo-server")).expect("the folder can be written");
    fs::write(folder.path().join("xo-server/config.toml"), config).expect("the folder can be written");
    let mut daemon = Daemon::start(folder.path(), &[]);
    assert!(daemon.address().starts_with("http://127.0.0.1:"));
    assert!(daemon.address().starts_with("https://127.0.0.1:"));
    let key = fs::metadata(folder.path().join("data/tls/key.pem")).expect("it is made");
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[test]
fn two_servers_do_not_share_a_database() {
    let folder = folder();
    let mut first = Daemon::start(folder.path(), &["--listen", ANY]);
    first.address();
    let message = refused(folder.path(), &["--listen", ANY]);
    assert!(message.contains("is in use by another server"), "{message}");
}

#[test]
fn a_log_filter_that_is_none_is_refused() {
    let folder = folder();
    let mut command = crate::process::command(folder.path(), &["--listen", ANY]);
    let output = command.env("RUST_LOG", "xapi=loud").output().expect("it starts");
    let message = String::from_utf8(output.stderr).expect("messages are text");
    assert!(message.starts_with("error: RUST_LOG is not a log filter: `xapi=loud`"), "{message}");
}

#[test]
fn a_demo_stays_on_this_machine_and_apart() {
    let folder = folder();
    let message = refused(folder.path(), &["--demo", "--listen", "0.0.0.0:0"]);
    assert!(
        message.contains("can be reached from other machines") && message.contains("--demo-allow-remote"),
        "{message}"
    );
    let message = refused(folder.path(), &["--demo=medium", "--listen", ANY]);
    assert!(message.contains("error: there is no demo `medium`"), "{message}");
    let mut demo = Daemon::start(folder.path(), &["--demo", "--listen", ANY]);
    demo.address();
    assert_eq!(demo.line(), "sign in as `admin@admin.net` with the password `admin`");
    assert!(folder.path().join("data/demo/small/xo-server.sqlite").exists());
    assert!(!folder.path().join("data/xo-server.sqlite").exists());
}
