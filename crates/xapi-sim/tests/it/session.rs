//! Sessions.

use xapi_types::{Failure, Value};

use crate::{
    client::Client,
    rpc::{named, small, start},
};

async fn login(client: &Client, params: &[&str]) -> Result<Value, Failure> {
    let params: Vec<Value> = params.iter().map(|param| Value::from(*param)).collect();
    client.bare("session.login_with_password", &params).await
}

#[tokio::test]
async fn a_session_says_whose_it_is_and_where() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let session = login(&client, &["root", "password", "2.21", "backup job"]).await.expect("root may log in");
    let record = client.ok("session.get_record", &[session]).await;
    assert_eq!(record.get("this_host"), Some(&named(&sim, "host", "xen1")));
    assert_eq!(record.get("auth_user_name").and_then(Value::as_str), Some("root"));
    assert_eq!(record.get("originator").and_then(Value::as_str), Some("backup job"));
    assert_eq!(record.get("is_local_superuser"), Some(&Value::Bool(true)));
}

#[tokio::test]
async fn logout_ends_one_session_and_no_other() {
    let sim = start(small).await;
    let (one, two) = (Client::login(sim.http_addr()).await, Client::login(sim.http_addr()).await);
    assert_ne!(one.session, two.session);
    one.ok("session.logout", &[]).await;
    assert_eq!(one.err("VM.get_all", &[]).await, ["SESSION_INVALID", &one.session]);
    two.ok("VM.get_all", &[]).await;
}

#[tokio::test]
async fn who_is_unknown_does_not_get_in() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let failure = login(&client, &["alice", "password"]).await.expect_err("there is only root");
    assert_eq!(failure.code, "SESSION_AUTHENTICATION_FAILED");
    assert_eq!(failure.params[0], "alice");
}

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_old_one() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    client.ok("session.change_password", &["".into(), "secret".into()]).await;
    client.ok("VM.get_all", &[]).await;
    let refused = login(&client, &["root", "password"]).await.expect_err("the old one");
    assert_eq!(refused.params, ["root", "Authentication failure"]);
    login(&client, &["root", "secret"]).await.expect("the new one");
}
