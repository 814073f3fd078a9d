use tokio::net::TcpListener;

use crate::peer::{Peer, TOKEN, Traits};
use crate::program::{Home, finish};

#[tokio::test]
async fn a_certificate_that_cannot_be_verified_is_refused_with_a_way_out() {
    let peer = Peer::with(Traits { tls: true, ..Traits::default() }).await;
    let home = Home::registered(&peer.url, TOKEN);
    for words in [&["list-commands"][..], &["test.echo"], &["register", &peer.url, "u", "p"]] {
        let text = home.run(words).await.failed(3);
        assert!(text.starts_with(&format!("error: certificate of `{}` is refused: ", peer.url)), "{text}");
        assert!(text.ends_with("`--allowUnauthorized` (`--au`) accepts it anyway\n"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
    home.run(&["--au", "test.echo"]).await.ok();
}

#[tokio::test]
async fn accepting_a_certificate_is_remembered() {
    let peer = Peer::with(Traits { tls: true, ..Traits::default() }).await;
    for option in ["--au", "--allowUnauthorized"] {
        let home = Home::new();
        home.run(&["register", option, &peer.url, "admin@admin.net", "admin"]).await.ok();
        home.run(&["test.echo"]).await.ok();
        let whole = home.run(&["vm.export", "vm=whole", "@=-"]).await.ok();
        assert_eq!(whole.len(), 300_000);
        home.run(&["register", "--token", TOKEN, &peer.url]).await.failed(3);
        home.run(&["test.echo"]).await.ok();
    }
}

#[tokio::test]
async fn a_certificate_of_a_known_authority_needs_no_option() {
    let peer = Peer::with(Traits { tls: true, ..Traits::default() }).await;
    let home = Home::registered(&peer.url, TOKEN);
    let file = home.folder.path().join("authority.pem");
    std::fs::write(&file, peer.certificate.as_ref().unwrap()).unwrap();
    finish(home.command(&["test.echo"]).env("SSL_CERT_FILE", file).spawn().unwrap()).await.ok();
}

#[tokio::test]
async fn an_unreachable_server_is_told_in_one_line() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let home = Home::registered(&format!("http://{address}"), TOKEN);
    let text = home.run(&["test.echo"]).await.failed(3);
    assert_eq!(text, format!("error: cannot connect to `http://{address}/`: connection refused\n"));
    let text = home.run(&["--url", "http://t@host.invalid", "test.echo"]).await.failed(3);
    assert!(
        text.starts_with("error: cannot connect to `http://host.invalid/`: ") && text.lines().count() == 1,
        "{text}"
    );
}

#[tokio::test]
async fn something_else_at_the_address_is_noticed() {
    let peer = Peer::start().await;
    let home = Home::new();
    let text = home.run(&["--url", &format!("http://t@{}/elsewhere", peer.address), "test.echo"]).await.failed(3);
    assert_eq!(
        text,
        format!(
            "error: `http://{}/elsewhere/` answered 404 Not Found instead of opening a WebSocket; is it a Xen Orchestra server?\n",
            peer.address
        )
    );
    let text = home.run(&["--url", &format!("https://t@{}", peer.address), "test.echo"]).await.failed(3);
    assert!(text.contains("does not speak TLS; is it an `http://` address?"), "{text}");
}

#[tokio::test]
async fn a_server_that_wants_https_is_followed_there_and_nowhere_else() {
    let secure = Peer::with(Traits { tls: true, ..Traits::default() }).await;
    let plain = Peer::with(Traits { redirect_to: Some(secure.url.clone()), ..Traits::default() }).await;
    let home = Home::new();
    home.run(&["register", "--au", &plain.url, "admin@admin.net", "admin"]).await.ok();
    let config = std::fs::read_to_string(home.config()).unwrap();
    assert!(config.contains(&secure.url), "{config}");

    let other = Peer::start().await;
    let plain = Peer::with(Traits { redirect_to: Some(other.url.clone()), ..Traits::default() }).await;
    let text = home.run(&["register", &plain.url, "admin@admin.net", "admin"]).await.failed(3);
    assert!(text.contains("answered 302 Found instead of opening a WebSocket"), "{text}");
    assert!(other.calls("session.signIn").await.is_empty());
}

#[tokio::test]
async fn a_connection_that_ends_in_a_call_is_told() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let text = home.run(&["test.hang_up"]).await.failed(3);
    assert!(text.starts_with("error: ") && text.contains(&peer.url) && text.lines().count() == 1, "{text}");
}

#[tokio::test]
async fn a_token_that_is_no_longer_good_says_how_to_get_another() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, "old");
    let text = home.run(&["test.echo"]).await.failed(3);
    assert_eq!(
        text,
        format!(
            "error: `{0}` refuses the token, which may have expired; `xo-cli register {0} <username>` gets a new one\n",
            peer.url
        )
    );
}
