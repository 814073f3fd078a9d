use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::peer::{Peer, TOKEN};
use crate::program::{Home, finish};

async fn home() -> (Peer, Home) {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    (peer, home)
}

/// Names of the files in the home, but for the configuration.
fn files(home: &Home) -> Vec<String> {
    let names = std::fs::read_dir(home.folder.path()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).filter(|name| name != "xo-cli").collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_download_is_saved_or_printed() {
    let (peer, home) = home().await;
    let run = home.run(&["vm.export", "vm=whole", "@=vm.xva"]).await;
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(std::fs::read(home.folder.path().join("vm.xva")).unwrap(), vec![b'x'; 300_000]);
    assert_eq!(files(&home), ["vm.xva"]);
    assert_eq!(home.run(&["vm.export", "vm=whole", "@=-"]).await.ok(), "x".repeat(300_000));
    home.run(&["vm.export", "vm=whole", "@=/dev/null"]).await.ok();
    let cookie = peer.uploads().await[0].headers["cookie"].clone();
    assert_eq!(cookie, format!("authenticationToken={TOKEN}; token={TOKEN}"));
}

#[tokio::test]
async fn the_token_goes_to_no_other_server() {
    let (_peer, home) = home().await;
    let thief = Peer::start().await;
    home.run(&["vm.stolen", &format!("to={}api/whole", thief.url), "@=vm.xva"]).await.ok();
    assert!(!thief.uploads().await[0].headers.contains_key("cookie"));
}

#[tokio::test]
async fn a_broken_download_leaves_nothing_behind() {
    let (_peer, home) = home().await;
    for kind in ["broken", "failing", "used", "refusing"] {
        std::fs::write(home.folder.path().join("old.xva"), "from yesterday").unwrap();
        for file in ["old.xva", "new.xva"] {
            let text = home.run(&["vm.export", &format!("vm={kind}"), &format!("@={file}")]).await.failed(1);
            assert!(text.starts_with("error: ") && text.lines().count() == 1, "{kind}: {text}");
        }
        assert_eq!(files(&home), ["old.xva"], "{kind}");
        assert_eq!(std::fs::read(home.folder.path().join("old.xva")).unwrap(), b"from yesterday");
    }
    let run = home.run(&["vm.export", "vm=broken", "@=-"]).await;
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: download broke off: "), "{}", run.stderr);
    let text = home.run(&["vm.export", "vm=whole", "@=no/such/folder/vm.xva"]).await.failed(1);
    assert!(text.starts_with("error: cannot create `no/such/folder/vm.xva`: "), "{text}");
}

#[tokio::test]
async fn an_interrupted_download_leaves_nothing_behind() {
    let (_peer, home) = home().await;
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let child = home.command(&["vm.export", "vm=endless", "@=vm.xva"]).spawn().unwrap();
        let started = tokio::time::Instant::now();
        let has_begun = |home: &Home| {
            files(home).iter().any(|name| {
                std::fs::metadata(home.folder.path().join(name)).is_ok_and(|metadata| metadata.len() > 200_000)
            })
        };
        while !has_begun(&home) {
            assert!(started.elapsed() < crate::program::LIMIT, "nothing arrives: {:?}", files(&home));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let id = child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        finish(child).await.failed(code);
        assert_eq!(files(&home), [""; 0], "{signal}");
    }
}

#[tokio::test]
async fn an_upload_announces_its_size_and_prints_the_result() {
    let (peer, home) = home().await;
    std::fs::write(home.folder.path().join("vm.xva"), vec![b'y'; 700_000]).unwrap();
    assert_eq!(home.run(&["vm.import", "sr=imported", "@=vm.xva"]).await.ok(), "6e2fa1b2-new\n");
    assert_eq!(home.run(&["vm.import", "--json", "sr=imported", "@=vm.xva"]).await.ok(), "\"6e2fa1b2-new\"\n");
    assert_eq!(home.run(&["vm.import", "sr=text", "@=vm.xva"]).await.ok(), "config successfully imported\n");
    let upload = &peer.uploads().await[0];
    assert_eq!(upload.headers["content-length"], "700000");
    assert_eq!(upload.body, vec![b'y'; 700_000]);
}

#[tokio::test]
async fn standard_input_can_be_uploaded() {
    let (peer, home) = home().await;
    let input = vec![b'z'; 600_000];
    assert_eq!(home.run_with_input(&["vm.import", "sr=imported", "@=-"], &input).await.ok(), "6e2fa1b2-new\n");
    let upload = &peer.uploads().await[0];
    assert_eq!(upload.headers["transfer-encoding"], "chunked");
    assert_eq!(upload.body, input);
}

#[tokio::test]
async fn a_refused_upload_says_why() {
    let (_peer, home) = home().await;
    std::fs::write(home.folder.path().join("vm.xva"), "short").unwrap();
    for (sr, expected) in [
        ("refusing", "not enough resources in resource set"),
        ("failing", "server answered 500 Internal Server Error: unknown error"),
        ("used", "the server no longer knows the address of the file"),
    ] {
        let text = home.run(&["vm.import", &format!("sr={sr}"), "@=vm.xva"]).await.failed(1);
        assert_eq!(text, format!("error: {expected}\n"));
    }
    let text = home.run(&["vm.import", "sr=imported", "@=missing.xva"]).await.failed(1);
    assert!(text.starts_with("error: cannot read `missing.xva`: "), "{text}");
}

#[tokio::test]
async fn a_file_that_is_missing_or_superfluous_is_told() {
    let (_peer, home) = home().await;
    let text = home.run(&["vm.export", "vm=whole"]).await.failed(2);
    assert_eq!(text, "error: `vm.export` gives a file: add `@=<file>`, or `@=-` for standard output\n");
    let text = home.run(&["vm.import", "sr=imported"]).await.failed(2);
    assert_eq!(text, "error: `vm.import` takes a file: add `@=<file>`, or `@=-` for standard input\n");
    let run = home.run(&["test.echo", "a=b", "@=file"]).await;
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr, "error: `test.echo` neither gives nor takes a file: `file` was not used\n");
    assert_eq!(files(&home), [""; 0]);
    let text = home.run(&["vm.export", "vm=whole", "@="]).await.failed(2);
    assert!(text.starts_with("error: `@=` needs a file"), "{text}");
}

#[tokio::test]
async fn an_ova_is_sent_as_any_file_whose_kind_the_server_sees() {
    let (peer, home) = home().await;
    std::fs::write(home.folder.path().join("appliance.OVA"), "a tar").unwrap();
    assert_eq!(home.run(&["vm.import", "sr=imported", "@=appliance.OVA"]).await.ok(), "6e2fa1b2-new\n");
    assert_eq!(peer.calls("vm.import").await.len(), 1);
}

#[tokio::test]
async fn who_stops_reading_a_download_is_not_complained_to() {
    let (_peer, home) = home().await;
    let mut child = home.command(&["vm.export", "vm=endless", "@=-"]).spawn().unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).await.unwrap();
    let run = finish(child).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(141), ""));
}
