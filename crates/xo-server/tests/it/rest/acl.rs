//! Roles and privileges, and what they let people do.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::Rest;

#[tokio::test]
async fn a_role_is_created_filled_given_copied_and_deleted() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let group = rest.created("/groups", json!({ "name": "g" })).await;
    let id = rest.created("/acl-roles", json!({ "name": "r1", "description": "x" })).await;
    let path = format!("/acl-roles/{id}");
    let privilege = rest.privilege(&id, "allow vm read tags:a").await;
    let at = format!("/rest/v0/acl-privileges/{privilege}");
    let told = json!({
        "action": "read", "effect": "allow", "resource": "vm", "roleId": id, "selector": "tags:a", "id": privilege,
    });
    assert_eq!(rest.json(&format!("/acl-privileges/{privilege}")).await, told);
    assert_eq!(rest.json(&format!("{path}/privileges")).await, json!([at]));
    let change = json!({ "action": "start", "effect": "deny", "selector": null });
    rest.changed(Method::PATCH, &format!("/acl-privileges/{privilege}"), Some(change)).await;
    let told = json!({ "action": "start", "effect": "deny", "resource": "vm", "roleId": id, "id": privilege });
    assert_eq!(rest.json(&format!("/acl-privileges/{privilege}")).await, told);
    for holder in [format!("users/{}", bob.id), format!("groups/{group}")] {
        rest.changed(Method::PUT, &format!("{path}/{holder}"), None).await;
        rest.changed(Method::PUT, &format!("{path}/{holder}"), None).await;
    }
    assert_eq!(
        rest.json(&path).await,
        json!({
            "name": "r1", "description": "x", "id": id, "privilegeIds": [privilege], "userIds": [bob.id],
            "groupIds": [group],
        })
    );
    assert_eq!(rest.json(&format!("{path}/users")).await, json!([format!("/rest/v0/users/{}", bob.id)]));
    assert_eq!(rest.json(&format!("{path}/groups")).await, json!([format!("/rest/v0/groups/{group}")]));
    assert_eq!(rest.json(&format!("/groups/{group}")).await["aclRoleIds"], json!([id]));
    assert_eq!(rest.json(&format!("/groups/{group}/acl-roles?fields=name")).await[0]["name"], "r1");
    assert_eq!(bob.json(&format!("/users/{}/acl-privileges", bob.id)).await, json!([at]));
    assert_eq!(bob.json("/acl-privileges").await, json!([]));
    let copied = rest.post(&format!("{path}/actions/copy?sync=true"), json!({ "name": "r1copy" })).await;
    assert_eq!(copied.status, StatusCode::CREATED, "{}", copied.text);
    let copy = copied.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(copied.location, Some(format!("/rest/v0/acl-roles/{copy}")));
    let copy = rest.json(&format!("/acl-roles/{copy}")).await;
    assert_eq!((&copy["name"], &copy["description"], &copy["userIds"]), (&json!("r1copy"), &json!("x"), &json!([])));
    assert_eq!(copy["privilegeIds"].as_array().map(Vec::len), Some(1));
    rest.changed(Method::PATCH, &path, Some(json!({ "name": "r2" }))).await;
    rest.changed(Method::DELETE, &format!("{path}/users/{}", bob.id), None).await;
    rest.changed(Method::DELETE, &format!("{path}/groups/{group}"), None).await;
    assert_eq!(rest.json(&path).await["userIds"], json!([]));
    rest.changed(Method::DELETE, &format!("/acl-privileges/{privilege}"), None).await;
    rest.changed(Method::DELETE, &path, None).await;
    assert_eq!(rest.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_no_role_or_privilege_can_be_is_refused_where_it_is_wrong() {
    let rest = Rest::new().await;
    let role = rest.created("/acl-roles", json!({ "name": "r" })).await;
    let body = |change: Value| {
        let mut body = json!({ "roleId": role, "resource": "vm", "action": "read", "effect": "allow" });
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body
    };
    for (change, place) in [
        (json!({ "action": "nope" }), "body.action"),
        (json!({ "resource": "nope" }), "body.resource"),
        (json!({ "effect": "nope" }), "body.effect"),
        (json!({ "selector": { "status": "pending" } }), "body.selector"),
        (json!({ "selector": "a:(" }), "body.selector"),
        (json!({ "more": 1 }), "body.more"),
    ] {
        let answer = rest.post("/acl-privileges", body(change)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{place}: {}", answer.text);
        assert!(answer.json()["error"].get(place).is_some(), "{place}: {}", answer.text);
    }
    let unnamed = rest.post("/acl-roles", json!({})).await;
    assert_eq!(
        (unnamed.status.as_u16(), &unnamed.json()["error"]["body.name"]["message"]),
        (422, &json!("'name' is required"),)
    );
    assert_eq!(rest.post("/acl-privileges", body(json!({ "roleId": "nope" }))).await.status, StatusCode::NOT_FOUND);
    for (method, path) in [
        (Method::GET, "/acl-roles/nope".to_owned()),
        (Method::GET, "/acl-roles/nope/privileges".to_owned()),
        (Method::GET, "/acl-roles/nope/users".to_owned()),
        (Method::GET, "/acl-roles/nope/groups".to_owned()),
        (Method::PATCH, "/acl-roles/nope".to_owned()),
        (Method::DELETE, "/acl-roles/nope".to_owned()),
        (Method::POST, "/acl-roles/nope/actions/copy?sync=true".to_owned()),
        (Method::PUT, format!("/acl-roles/{role}/users/nope")),
        (Method::DELETE, format!("/acl-roles/{role}/groups/nope")),
        (Method::GET, "/acl-privileges/nope".to_owned()),
        (Method::PATCH, "/acl-privileges/nope".to_owned()),
        (Method::DELETE, "/acl-privileges/nope".to_owned()),
        (Method::GET, "/users/nope/acl-privileges".to_owned()),
    ] {
        let answer = rest.send(method, &path, None).await;
        assert_eq!((answer.status, &answer.json()["data"]["id"]), (StatusCode::NOT_FOUND, &json!("nope")), "{path}");
    }
}

#[tokio::test]
async fn roles_that_come_with_the_server_are_copied_and_nothing_else() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let all = rest.json("/acl-roles?fields=*").await;
    assert_eq!(all.as_array().map(Vec::len), Some(8));
    let role = all.as_array().expect("a list").iter().find(|role| role["roleTemplateId"] == 5).expect("it is there");
    assert_eq!((&role["name"], &role["isTemplate"]), (&json!("VMs administrator"), &json!(true)));
    assert_eq!(role.get("userIds"), None);
    let (id, privilege) = (role["id"].as_str().expect("an id"), role["privilegeIds"][0].as_str().expect("an id"));
    for (method, path, body, operation) in [
        (Method::DELETE, format!("/acl-roles/{id}"), None, "delete ACL V2 role"),
        (Method::PATCH, format!("/acl-roles/{id}"), Some(json!({ "name": "x" })), "update ACL V2 role"),
        (Method::PUT, format!("/acl-roles/{id}/users/{}", bob.id), None, "attach ACL V2 role"),
        (Method::DELETE, format!("/acl-privileges/{privilege}"), None, "delete ACL V2 privilege"),
        (Method::PATCH, format!("/acl-privileges/{privilege}"), Some(json!({ "effect": "deny" })), {
            "update ACL V2 privilege"
        }),
        (
            Method::POST,
            "/acl-privileges".to_owned(),
            Some(json!({ "roleId": id, "resource": "vm", "action": "*", "effect": "deny" })),
            "create ACL V2 privilege",
        ),
    ] {
        let answer = rest.send(method, &path, body).await;
        let expected = json!({
            "error": format!("forbidden operation: {operation}"),
            "data": { "operation": operation, "reason": "role is a template" },
        });
        assert_eq!((answer.status.as_u16(), answer.json()), (403, expected), "{path}");
    }
    let copied = rest.send(Method::POST, &format!("/acl-roles/{id}/actions/copy?sync=true"), None).await;
    let copy = copied.json()["id"].as_str().expect("an id").to_owned();
    rest.changed(Method::PUT, &format!("/acl-roles/{copy}/users/{}", bob.id), None).await;
    let (theirs, ours) = (bob.json("/vms").await, rest.json("/vms").await);
    assert_eq!(theirs, ours);
}

#[tokio::test]
async fn who_has_no_privilege_sees_nothing_but_itself() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    for list in ["vms", "users", "groups", "servers", "acl-roles", "acl-privileges", "hosts"] {
        assert_eq!(bob.json(&format!("/{list}")).await, json!([]), "{list}");
    }
    let own = bob.json(&format!("/users/{}", bob.id)).await;
    assert_eq!(own["name"], "bob");
    let new = json!({ "name": "q", "password": "q" });
    bob.lacks(Method::POST, "/users", Some(new), json!({ "action": "create", "resource": "user" })).await;
    let users = rest.json("/users?fields=id&filter=permission:admin").await;
    let admin = users[0]["id"].as_str().expect("an id").to_owned();
    let missing = |action: &str| json!({ "objectId": admin, "action": action, "resource": "user" });
    bob.lacks(Method::GET, &format!("/users/{admin}"), None, missing("read")).await;
    bob.lacks(Method::DELETE, &format!("/users/{admin}"), None, missing("delete")).await;
    let change = Some(json!({ "name": "x" }));
    bob.lacks(Method::PATCH, &format!("/users/{admin}"), change, missing("update:name")).await;
    let create = |resource: &str| json!({ "action": "create", "resource": resource });
    bob.lacks(Method::POST, "/groups", Some(json!({ "name": "x" })), create("group")).await;
    bob.lacks(Method::POST, "/acl-roles", Some(json!({ "name": "x" })), create("acl-role")).await;
    let privilege = json!({ "roleId": "x", "resource": "vm", "action": "*", "effect": "allow" });
    bob.lacks(Method::POST, "/acl-privileges", Some(privilege), create("acl-privilege")).await;
    let role = rest.created("/acl-roles", json!({ "name": "r" })).await;
    let missing = |action: &str| json!({ "objectId": role, "action": action, "resource": "acl-role" });
    let path = format!("/acl-roles/{role}");
    bob.lacks(Method::GET, &path, None, missing("read")).await;
    bob.lacks(Method::PUT, &format!("{path}/users/{}", bob.id), None, missing("update:users")).await;
    bob.lacks(Method::PATCH, &path, Some(json!({ "description": "x" })), missing("update:description")).await;
}

/// Whoever makes an administrator, or takes its password, could do anything afterwards.
#[tokio::test]
async fn administrators_are_touched_by_those_only_who_may_change_permissions() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let role = rest.role(&bob.id, &["allow user create", "allow user update:password", "allow user delete"]).await;
    let eve = rest.created("/users", json!({ "name": "eve", "password": "e" })).await;
    let other = rest.created("/users", json!({ "name": "boss", "password": "b", "permission": "admin" })).await;
    let password = Some(json!({ "password": "new" }));
    let changed = bob.send(Method::PATCH, &format!("/users/{eve}"), password.clone()).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text);
    let missing = json!({ "objectId": other, "action": "update:permission", "resource": "user" });
    bob.lacks(Method::PATCH, &format!("/users/{other}"), password.clone(), missing.clone()).await;
    bob.lacks(Method::DELETE, &format!("/users/{other}"), None, missing).await;
    let new = json!({ "name": "more", "password": "m", "permission": "admin" });
    let missing = json!({ "action": "update:permission", "resource": "user" });
    bob.lacks(Method::POST, "/users", Some(new.clone()), missing).await;
    rest.privilege(&role, "allow user update:permission").await;
    assert_eq!(bob.send(Method::POST, "/users", Some(new)).await.status, StatusCode::CREATED);
    assert_eq!(bob.send(Method::PATCH, &format!("/users/{other}"), password).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_privilege_lets_act_on_what_its_selector_chooses_at_every_door() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let halted = rest.json("/vms?fields=id,blockedOperations&filter=power_state:halted").await;
    let free = |vm: &&Value| vm["blockedOperations"] == json!({});
    let vm = halted.as_array().expect("a list").iter().find(free).expect("there is one")["id"].clone();
    let vm = vm.as_str().expect("an id").to_owned();
    let start = format!("/vms/{vm}/actions/start?sync=true");
    let missing = json!({ "objectId": vm, "action": "start", "resource": "vm" });
    bob.lacks(Method::POST, &start, None, missing.clone()).await;
    let role = rest.role(&bob.id, &["allow vm read", "allow vm start tags:mine"]).await;
    bob.lacks(Method::POST, &start, None, missing.clone()).await;
    rest.changed(Method::PUT, &format!("/vms/{vm}/tags/mine"), None).await;
    let tagged =
        async || rest.json(&format!("/vms/{vm}")).await["tags"].as_array()?.contains(&"mine".into()).then_some(());
    crate::test_app::eventually(tagged).await;
    let denial = rest.privilege(&role, &format!("deny vm start id:{vm}")).await;
    bob.lacks(Method::POST, &start, None, missing).await;
    rest.changed(Method::DELETE, &format!("/acl-privileges/{denial}"), None).await;
    // The same at the other door.
    let mut client = rest.lab.client_of(&bob.token).await;
    assert_eq!(client.call("vm.start", json!({ "id": vm })).await, json!(true));
    let missing = json!({ "objectId": vm, "action": "update:tags", "resource": "vm" });
    bob.lacks(Method::DELETE, &format!("/vms/{vm}/tags/mine"), None, missing).await;
}

#[tokio::test]
async fn each_property_and_each_way_to_stop_has_a_privilege_of_its_own() {
    let rest = Rest::new().await;
    let bob = rest.other("bob").await;
    let running = rest.json("/vms?fields=id,blockedOperations&filter=power_state:running").await;
    let free = |vm: &&Value| vm["blockedOperations"] == json!({});
    let vm = running.as_array().expect("a list").iter().find(free).expect("there is one")["id"].clone();
    let vm = vm.as_str().expect("an id").to_owned();
    let role = rest.role(&bob.id, &["allow vm read", "allow vm update:nameLabel", "allow vm shutdown:hard"]).await;
    let mut client = rest.lab.client_of(&bob.token).await;
    assert_eq!(client.call("vm.set", json!({ "id": vm, "name_label": "renamed" })).await, json!(true));
    let cx = |token: &str| {
        let token = token.to_owned();
        let app = rest.lab.app().clone();
        async move {
            let session = app.session(app::Peer { address: crate::test_app::HERE, user_agent: None });
            app.sign_in(&session, app::Credentials::Token(op::Secret::new(token))).await.expect("it is good");
            app::Cx::new(app, session)
        }
    };
    let cx = cx(&bob.token).await;
    let may = |name: &str, params: Value| match rest.lab.app().ops().check_access(name, params, &cx) {
        Ok(()) => None,
        Err(op::Error::Unauthorized { missing: Some(missing), .. }) => Some(missing.action),
        Err(error) => panic!("{name}: {error}"),
    };
    assert_eq!(may("vm.set", json!({ "id": vm, "name_label": "x", "CPUs": 2 })), Some("update:cpus".to_owned()));
    assert_eq!(may("vm.set", json!({ "id": vm })), Some("update".to_owned()));
    assert_eq!(may("vm.stop", json!({ "id": vm, "force": true })), None);
    assert_eq!(may("vm.stop", json!({ "id": vm, "force": false })), Some("shutdown:clean".to_owned()));
    rest.privilege(&role, "allow vm update").await;
    rest.privilege(&role, "allow vm shutdown").await;
    assert_eq!(may("vm.set", json!({ "id": vm, "name_label": "x", "CPUs": 2 })), None);
    assert_eq!(may("vm.stop", json!({ "id": vm })), None);
    let clean = format!("/vms/{vm}/actions/clean_reboot?sync=true");
    let missing = json!({ "objectId": vm, "action": "reboot:clean", "resource": "vm" });
    bob.lacks(Method::POST, &clean, None, missing).await;
    let stopped = bob.send(Method::POST, &format!("/vms/{vm}/actions/hard_shutdown?sync=true"), None).await;
    assert_eq!(stopped.status, StatusCode::NO_CONTENT, "{}", stopped.text);
}

/// Of each right that an operation asks for there is a privilege, or it says that only one for everything will do.
#[tokio::test]
async fn finer_rights_are_actions_that_privileges_can_name() {
    let ops = xo_server::ops();
    let mut wrong = Vec::new();
    for name in ops.names() {
        let kinds: std::collections::HashMap<_, _> = ops.ids(name).collect();
        for need in ops.spec(name).expect("it is there").needs {
            let kinds = kinds[need.param].iter().filter_map(|kind| app::model::Kind::parse(kind));
            let resources: Vec<_> = kinds.filter_map(app::acl::resource_of).collect();
            let mut actions = vec![need.action];
            if let op::Refined::By(_, yes, no) = need.refined {
                actions = vec![yes, no];
            }
            for action in actions {
                let known = resources.iter().any(|resource| app::acl::is_action(resource, action));
                if need.level != op::Level::None && !resources.is_empty() && !known {
                    wrong.push(format!("{name}: `{action}` on {}", resources.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
