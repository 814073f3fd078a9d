use op::Access;
use serde_json::json;

use crate::start;

#[tokio::test]
async fn a_stranger_is_refused_by_every_operation_that_is_not_public() {
    let test = start().await;
    let stranger = test.stranger();
    for name in test.app.ops().names() {
        let needed = match test.app.ops().spec(name).unwrap().access {
            Access::Public => continue,
            Access::Admin => json!({ "permission": "admin", "object": {} }),
            Access::SignedIn | Access::Objects => json!({ "object": {} }),
        };
        let error = stranger.refused(name, json!({})).await;
        assert_eq!(error, json!({ "message": "not enough permissions", "code": 2, "data": needed }), "{name}");
    }
}

#[tokio::test]
async fn a_user_without_rights_is_refused_by_every_operation_of_administrators_before_its_parameters_are_read() {
    let test = start().await;
    let user = test.user("low").await;
    let mut seen = 0;
    for name in test.app.ops().names() {
        if test.app.ops().spec(name).unwrap().access != Access::Admin {
            continue;
        }
        seen += 1;
        let error = user.refused(name, json!({ "nonsense": 1 })).await;
        let data = json!({ "permission": "admin", "object": {} });
        assert_eq!(error, json!({ "message": "not enough permissions", "code": 2, "data": data }), "{name}");
    }
    assert!(seen > 3);
}
