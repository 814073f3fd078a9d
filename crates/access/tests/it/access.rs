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
            Access::Admin | Access::Privilege(..) => json!({ "permission": "admin", "object": {} }),
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
        if !matches!(test.app.ops().spec(name).unwrap().access, Access::Admin | Access::Privilege(..)) {
            continue;
        }
        seen += 1;
        let error = user.refused(name, json!({ "nonsense": 1 })).await;
        let data = json!({ "permission": "admin", "object": {} });
        assert_eq!(error, json!({ "message": "not enough permissions", "code": 2, "data": data }), "{name}");
    }
    assert!(seen > 3);
}

/// A privilege that is about nothing that exists lets through to the operation, which then has to ask: what it answers is
/// a refusal, or that there is nothing of the kind.
#[tokio::test]
async fn every_operation_asks_whether_a_privilege_is_about_what_it_is_called_on() {
    let test = start().await;
    let (admin, low) = (test.admin().await, test.user("low").await);
    let role = admin.call("aclRole.create", json!({ "name": "narrow" })).await;
    for resource in ["acl-privilege", "acl-role", "group", "server", "user"] {
        let privilege = json!({
            "roleId": role, "resource": resource, "action": "*", "effect": "allow", "selector": "id:nothing",
        });
        admin.call("aclPrivilege.create", privilege).await;
    }
    admin.call("aclRole.addUser", json!({ "id": role, "userId": low.id() })).await;
    let privilege = admin.call("aclPrivilege.list", json!({})).await;
    let own = privilege.as_array().unwrap().iter().find(|privilege| privilege["roleId"] == role).unwrap();
    let group = admin.call("group.create", json!({ "name": "g" })).await;
    let new = json!({ "host": "127.0.0.1:1", "username": "u", "password": "p", "autoConnect": false });
    let server = admin.call("server.add", new).await;
    let mut asked = 0;
    for name in test.app.ops().names() {
        let Access::Privilege(resource, _) = test.app.ops().spec(name).unwrap().access else { continue };
        let id = match resource {
            "acl-privilege" => own["id"].clone(),
            "acl-role" => role.clone(),
            "group" => group.clone(),
            "server" => server.clone(),
            "user" => admin.id().into(),
            other => panic!("{name}: nobody told this test of `{other}`"),
        };
        let all = json!({
            "id": id, "name": "n", "email": "e", "password": "p", "host": "127.0.0.2:1", "username": "u",
            "userId": low.id(), "userIds": [low.id()], "groupId": group, "roleId": role,
            "resource": "vm", "action": "*", "effect": "allow",
        });
        let params: serde_json::Map<_, _> = all
            .as_object()
            .unwrap()
            .iter()
            .filter(|(param, _)| test.app.ops().takes(name, param))
            .map(|(param, value)| (param.clone(), value.clone()))
            .collect();
        asked += 1;
        if name.ends_with(".getAll") {
            assert_eq!(low.call(name, json!({})).await, json!([]), "{name}");
            continue;
        }
        let error = low.refused(name, params.into()).await;
        assert_eq!((&error["code"], &error["message"]), (&json!(2), &json!("not enough permissions")), "{name}");
    }
    assert!(asked > 15, "{asked}");
}
