//! No secret reaches a log, however much is logged.

use serde_json::json;

use crate::client::Client;
use crate::server::Server;
use crate::wait::until;

#[tokio::test]
async fn no_secret_reaches_the_log_at_any_level() {
    let mut server = Server::configured("[logs]\nfilter = 'trace'\n").await;
    let mut client = Client::signed_in(server.address).await;
    let mut secrets = vec!["hunter2-wrong", "hunter2-of-bob", "hunter2-of-bob-again"]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let bob = client.ok("user.create", json!({ "email": "bob", "password": "hunter2-of-bob" })).await;
    client.ok("user.set", json!({ "id": bob, "password": "hunter2-of-bob-again" })).await;
    let token = client.ok("token.create", json!({ "description": "a description" })).await.as_str().unwrap().to_owned();

    let mut other = Client::connect(server.address).await.unwrap();
    other.refused("session.signIn", json!({ "email": "nobody", "password": "hunter2-wrong" })).await;
    other.refused("session.signIn", json!({ "token": "hunter2-wrong" })).await;
    other.ok("session.signIn", json!({ "token": token })).await;
    other.ok("session.signIn", json!({ "email": "bob", "password": "hunter2-of-bob-again" })).await;
    let http = reqwest_client();
    let url = format!("{}api/", server.url());
    let _ = http.get(&url).header("cookie", format!("token={token}")).send().await;
    let form = "username=bob&password=hunter2-of-bob-again&remember-me=on";
    let form = http
        .post(format!("{}signin/local", server.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let cookies: Vec<_> = form
        .send()
        .await
        .unwrap()
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect();
    let cookie = cookies
        .iter()
        .find_map(|cookie| cookie.strip_prefix("token=")?.split(';').next())
        .expect("a token in a cookie");
    secrets.extend([token, cookie.to_owned()]);

    assert_eq!(server.terminate().await, Some(0));
    until("the log is complete", async || server.printed().contains("stopped").then_some(())).await;
    let printed = server.printed();
    for secret in &secrets {
        let lines: Vec<_> = printed.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{lines:#?}");
    }
}

fn reqwest_client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}
