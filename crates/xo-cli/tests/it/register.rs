use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::peer::{NEW_TOKEN, Peer, TOKEN, Traits};
use crate::program::Home;

fn config(home: &Home) -> Value {
    serde_json::from_slice(&std::fs::read(home.config()).unwrap()).unwrap()
}

#[tokio::test]
async fn registering_saves_a_token_and_no_password() {
    let (peer, home) = (Peer::start().await, Home::new());
    let run = home.run(&["register", &peer.url, "admin@admin.net", "admin"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert_eq!(run.stderr, "Successfully logged with admin@admin.net\n");

    assert_eq!(std::fs::metadata(home.config()).unwrap().permissions().mode() & 0o777, 0o600);
    let saved = config(&home);
    assert_eq!(saved["server"], peer.url.as_str());
    assert_eq!(saved["token"], NEW_TOKEN);
    assert!(saved.get("allowUnauthorized").is_none());
    let keys: Vec<_> = saved.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["clientId", "server", "token"]);
    let created = &peer.calls("token.create").await[0];
    assert_eq!(created["client"]["id"], saved["clientId"]);
    assert!(created["description"].as_str().unwrap().starts_with("xo-cli@"), "{created}");
    assert!(created.get("expiresIn").is_none(), "the server decides on the usual life time: {created}");

    assert_eq!(home.run(&["test.echo", "a=b"]).await.json(), json!({ "a": "b" }));
    assert_eq!(peer.calls("session.signIn").await[1], json!({ "token": NEW_TOKEN }));
}

#[tokio::test]
async fn registering_again_asks_under_the_same_name() {
    let (peer, home) = (Peer::start().await, Home::new());
    for _ in 0..2 {
        home.run(&["register", &peer.url, "admin@admin.net", "admin"]).await.ok();
    }
    let created = peer.calls("token.create").await;
    assert_eq!(created[0]["client"], created[1]["client"]);
}

#[tokio::test]
async fn a_life_time_and_a_one_time_password_are_passed_on() {
    let peer = Peer::with(Traits { otp: Some("123456".into()), ..Traits::default() }).await;
    for (duration, expected) in [("2 days", json!("2 days")), ("3600000", json!(3_600_000))] {
        let words = ["register", "--expiresIn", duration, "--otp", "123456", &peer.url, "admin@admin.net", "admin"];
        Home::new().run(&words).await.ok();
        assert_eq!(peer.calls("token.create").await.last().unwrap()["expiresIn"], expected);
    }
    let text = Home::new().run(&["register", &peer.url, "admin@admin.net", "admin"]).await.failed(3);
    assert!(text.contains("refuses this user name or password"), "{text}");
}

#[tokio::test]
async fn a_token_can_be_registered() {
    let (peer, home) = (Peer::start().await, Home::new());
    let run = home.run(&["register", "--token", TOKEN, &peer.url]).await;
    assert_eq!(run.stderr, "Successfully logged with admin@admin.net\n");
    assert_eq!(config(&home)["token"], TOKEN);
    assert!(peer.calls("token.create").await.is_empty());

    home.run(&["register", "--expiresIn=1 hour", &format!("--token={TOKEN}"), &peer.url]).await.ok();
    assert_eq!(config(&home)["token"], NEW_TOKEN);
    assert_eq!(peer.calls("token.create").await[0]["expiresIn"], "1 hour");
}

#[tokio::test]
async fn a_password_left_out_is_read_from_standard_input() {
    let (peer, home) = (Peer::start().await, Home::new());
    let words = ["register", &peer.url, "admin@admin.net"];
    home.run_with_input(&words, b"admin\nmore").await.ok();
    assert_eq!(peer.calls("session.signIn").await[0], json!({ "email": "admin@admin.net", "password": "admin" }));
    let text = home.run(&words).await.failed(2);
    assert!(text.starts_with("error: cannot read the password"), "{text}");
}

#[tokio::test]
async fn a_refused_sign_in_changes_nothing() {
    let (peer, home) = (Peer::start().await, Home::registered("http://other/", "t"));
    let before = std::fs::read(home.config()).unwrap();
    let text = home.run(&["register", &peer.url, "admin@admin.net", "hunter2"]).await.failed(3);
    assert_eq!(text, format!("error: `{}` refuses this user name or password: `admin@admin.net`\n", peer.url));
    let text = home.run(&["register", "--token", "hunter2", &peer.url]).await.failed(3);
    assert!(text.contains("refuses the token") && !text.contains("hunter2"), "{text}");
    assert_eq!(std::fs::read(home.config()).unwrap(), before);
}

#[tokio::test]
async fn slips_in_the_arguments_are_named() {
    let home = Home::new();
    for (words, expected) in [
        (&["register"][..], "expected [--allowUnauthorized]"),
        (&["register", "http://x"], "a user name or `--token` is missing"),
        (&["register", "http://x", "u", "p", "more"], "unexpected argument `more`"),
        (&["register", "--foo", "http://x", "u", "p"], "unknown option `--foo`"),
        (&["register", "--token", "t", "http://x", "u"], "`--token` and the user name `u` exclude each other"),
        (&["register", "http://x", "u", "p", "--otp"], "`--otp` needs a value"),
        (&["register", "ftp://x", "u", "p"], "`ftp://x` is not the address of a server"),
        (&["unregister", "now"], "expected nothing but `--revoke`"),
    ] {
        let text = home.run(words).await.failed(2);
        assert!(text.starts_with(&format!("error: {expected}")), "{words:?}: {text}");
    }
}

#[tokio::test]
async fn a_new_token_stands_alone_on_standard_output() {
    let (peer, home) = (Peer::start().await, Home::new());
    let run = home.run(&["create-token", "--expiresIn", "1 day", &peer.url, "admin@admin.net", "admin"]).await;
    assert_eq!(run.stdout, format!("{NEW_TOKEN}\n"));
    assert!(!home.config().exists(), "nothing is registered");
    let run = home.run(&["create-token", "--token", TOKEN, &peer.url]).await;
    assert_eq!(run.stdout, format!("{NEW_TOKEN}\n"));
}

#[tokio::test]
async fn unregistering_forgets_the_credentials() {
    let (peer, home) = (Peer::start().await, Home::new());
    home.run(&["register", &peer.url, "admin@admin.net", "admin"]).await.ok();
    assert_eq!(home.run(&["unregister"]).await.ok(), "");
    assert!(!std::fs::read_to_string(home.config()).unwrap().contains(NEW_TOKEN));
    let text = home.run(&["list-commands"]).await.failed(2);
    assert!(text.starts_with("error: no server is registered; run `xo-cli register"), "{text}");
    assert!(peer.calls("token.deleteOwn").await.is_empty());
    home.run(&["unregister"]).await.ok();
}

#[tokio::test]
async fn unregistering_can_revoke_the_token() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    home.run(&["unregister", "--revoke"]).await.ok();
    assert_eq!(peer.calls("token.deleteOwn").await, [json!({ "tokens": [TOKEN] })]);
    assert_eq!(config(&home), json!({}));
}
