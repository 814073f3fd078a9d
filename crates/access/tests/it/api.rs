use app::CloseReason;
use serde_json::json;

use crate::start;

#[tokio::test]
async fn connections_are_listed_with_their_address_and_user() {
    let test = start().await;
    let (admin, stranger) = (test.admin().await, test.stranger());
    let listed = admin.call("api.getConnections", json!({})).await;
    let expected = json!([{ "user_ip": "192.0.2.1", "user_id": admin.id() }, { "user_ip": "192.0.2.1" }]);
    assert_eq!(listed, expected);
    drop(stranger);
    assert_eq!(admin.call("api.getConnections", json!({})).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_connection_is_closed_when_an_administrator_says_so() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    assert_eq!(admin.call("api.closeAllConnections", json!({})).await, true);
    for caller in [admin, bob] {
        assert_eq!(caller.session.closed().await, CloseReason::Administrator);
    }
}
