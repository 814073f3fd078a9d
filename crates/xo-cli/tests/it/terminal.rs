//! What differs at a terminal: each test makes a pseudo-terminal and sits before it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::peer::{Peer, TOKEN};
use crate::program::{Home, LIMIT};

struct Terminal {
    /// What the user's side types on.
    keyboard: File,
    /// The program's side.
    line: File,
    shown: Receiver<Vec<u8>>,
}

impl Terminal {
    fn new() -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
        let no_controlling_terminal = OpenptFlags::NOCTTY.bits().cast_signed();
        let line = File::options().read(true).write(true).custom_flags(no_controlling_terminal).open(name).unwrap();
        tcsetwinsize(&line, Winsize { ws_row: 24, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let keyboard = File::from(keyboard);
        let mut screen = keyboard.try_clone().unwrap();
        let (sender, shown) = mpsc::channel();
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            // Reading fails once nobody holds the program's side any more.
            while let Ok(length) = screen.read(&mut part) {
                if sender.send(part[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { keyboard, line, shown }
    }

    /// Tells whether what is typed appears on the screen.
    fn echoes(&self) -> bool {
        tcgetattr(&self.line).unwrap().local_modes.contains(LocalModes::ECHO)
    }
}

/// Runs the program at a terminal and returns all that it showed. `secret` is typed once the terminal hides it.
pub(crate) async fn at_terminal(
    home: &Home,
    words: &[&str],
    environment: &[(&str, &str)],
    secret: Option<&str>,
) -> String {
    let mut terminal = Terminal::new();
    let side = || Stdio::from(terminal.line.try_clone().unwrap());
    let mut command = home.command(words);
    command.env("TERM", "xterm-256color").env_remove("NO_COLOR").envs(environment.iter().copied());
    command.stdin(side()).stdout(side()).stderr(side());
    let mut child = command.spawn().unwrap();
    drop(command);
    let secret = secret.map(str::to_owned);
    let reading = tokio::task::spawn_blocking(move || {
        let started = Instant::now();
        let mut shown = Vec::new();
        let next = |shown: &mut Vec<u8>| match terminal.shown.recv_timeout(Duration::from_millis(10)) {
            Ok(part) => shown.extend(part),
            Err(RecvTimeoutError::Timeout) => assert!(started.elapsed() < LIMIT, "{}", String::from_utf8_lossy(shown)),
            Err(RecvTimeoutError::Disconnected) => {}
        };
        if let Some(secret) = secret {
            while terminal.echoes() {
                next(&mut shown);
            }
            terminal.keyboard.write_all(secret.as_bytes()).unwrap();
        }
        (terminal, shown)
    });
    let (terminal, mut shown) = reading.await.unwrap();
    tokio::time::timeout(LIMIT, child.wait()).await.expect("the run ends in time").unwrap();
    assert!(terminal.echoes(), "the terminal is left as it was");
    drop(terminal.line);
    shown.extend(terminal.shown.iter().flatten());
    String::from_utf8_lossy(&shown).into_owned()
}

#[tokio::test]
async fn the_password_is_asked_for_and_not_shown() {
    let (peer, home) = (Peer::start().await, Home::new());
    let words = ["register", &peer.url, "admin@admin.net"];
    let shown = at_terminal(&home, &words, &[], Some("admin\n")).await;
    assert!(shown.contains("Password of admin@admin.net"), "{shown}");
    assert!(shown.contains("Successfully logged with admin@admin.net"), "{shown}");
    assert_eq!(peer.calls("session.signIn").await[0]["password"], "admin");
    assert!(!shown.replace("admin@admin.net", "").contains("admin"), "{shown}");
}

#[tokio::test]
async fn colours_are_for_terminals_that_want_them() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let shown = at_terminal(&home, &["test.echo", "a=b"], &[], None).await;
    assert!(shown.contains("\u{1b}["), "{shown:?}");
    let shown = at_terminal(&home, &["test.echo", "a=b"], &[("NO_COLOR", "1")], None).await;
    assert_eq!(shown.replace("\r\n", "\n"), "{\n  \"a\": \"b\"\n}\n");
    assert_eq!(home.run(&["test.echo", "a=b"]).await.ok(), "{\n  \"a\": \"b\"\n}\n");
}

#[tokio::test]
async fn what_comes_of_many_objects_is_a_line_for_each() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let words = ["vm.start", "selection=json:{\"filter\":\"name_label:web\"}", "dryRun=true"];
    let shown = at_terminal(&home, &words, &[("NO_COLOR", "1")], None).await;
    assert_eq!(
        shown.replace("\r\n", "\n"),
        "would    VM `web` is Halted: it would be started\nrefused  VM `db\u{fffd}[2J`: it is running\n1 refused, 1 would\n"
    );
    let json = home.run(&words).await.json();
    assert_eq!(json["objects"][1]["outcome"], "refused");
    assert_eq!(peer.calls("vm.start").await[0]["selection"]["filter"], "name_label:web");
    let run = home.run(&words[..2]).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 1 of 2 objects: not done\n"));
}

#[tokio::test]
async fn a_transfer_shows_its_progress_at_a_terminal() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    std::fs::write(home.folder.path().join("vm.xva"), vec![b'y'; 3_000_000]).unwrap();
    let shown = at_terminal(&home, &["vm.import", "sr=imported", "@=vm.xva"], &[], None).await;
    assert!(shown.contains("of 2.86 MiB") && shown.contains("6e2fa1b2-new"), "{shown:?}");
}

#[tokio::test]
async fn texts_of_the_server_cannot_steer_the_terminal() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let words = ["vm.\u{1b}]0;owned\u{7}x"];
    let shown = at_terminal(&home, &words, &[("NO_COLOR", "1")], None).await;
    assert!(shown.contains("method not found") && !shown.contains("\u{1b}]0"), "{shown:?}");
}
