//! What privileges are about besides objects of pools: users, groups, servers, and roles themselves.

use serde_json::{Value, json};

use super::{
    Recipe, after,
    app::{group, server, user},
    on,
};
use crate::lab::Lab;

async fn role(lab: &Lab) -> Value {
    lab.admin.call("aclRole.create", json!({ "name": "r", "description": "d" })).await
}

async fn privilege(lab: &Lab) -> Value {
    let role = role(lab).await;
    let new = json!({ "roleId": role, "resource": "vm", "action": "start", "effect": "allow", "selector": "tags:a" });
    lab.admin.call("aclPrivilege.create", new).await
}

pub(super) const RECIPES: &[Recipe] = &[
    after("aclPrivilege.create", |lab| {
        Box::pin(async move {
            json!({ "roleId": role(lab).await, "resource": "vm", "action": "start", "effect": "deny", "selector": "tags:a" })
        })
    }),
    after("aclPrivilege.delete", |lab| Box::pin(async move { json!({ "id": privilege(lab).await }) })),
    after("aclPrivilege.get", |lab| Box::pin(async move { json!({ "id": privilege(lab).await }) })),
    after("aclPrivilege.set", |lab| {
        Box::pin(async move {
            json!({ "id": privilege(lab).await, "resource": "host", "action": "read", "effect": "deny", "selector": "tags:b" })
        })
    }),
    after("aclRole.addGroup", |lab| {
        Box::pin(async move { json!({ "id": role(lab).await, "groupId": group(lab).await.0 }) })
    }),
    after("aclRole.addUser", |lab| {
        Box::pin(async move { json!({ "id": role(lab).await, "userId": user(lab).await }) })
    }),
    after("aclRole.copy", |lab| {
        Box::pin(async move { json!({ "id": role(lab).await, "name": "n", "description": "d" }) })
    }),
    after("aclRole.delete", |lab| Box::pin(async move { json!({ "id": role(lab).await }) })),
    after("aclRole.get", |lab| Box::pin(async move { json!({ "id": role(lab).await }) })),
    after("aclRole.getGroups", |lab| Box::pin(async move { json!({ "id": role(lab).await }) })),
    after("aclRole.getPrivileges", |lab| Box::pin(async move { json!({ "id": role(lab).await }) })),
    after("aclRole.getUsers", |lab| Box::pin(async move { json!({ "id": role(lab).await }) })),
    after("aclRole.removeGroup", |lab| {
        Box::pin(async move { json!({ "id": role(lab).await, "groupId": group(lab).await.0 }) })
    }),
    after("aclRole.removeUser", |lab| {
        Box::pin(async move { json!({ "id": role(lab).await, "userId": user(lab).await }) })
    }),
    after("aclRole.set", |lab| {
        Box::pin(async move { json!({ "id": role(lab).await, "name": "n", "description": "d" }) })
    }),
    after("group.get", |lab| Box::pin(async move { json!({ "id": group(lab).await.0 }) })),
    after("group.getAclRoles", |lab| Box::pin(async move { json!({ "id": group(lab).await.0 }) })),
    after("group.getUsers", |lab| Box::pin(async move { json!({ "id": group(lab).await.0 }) })),
    after("server.get", |lab| Box::pin(async move { json!({ "id": server(lab).await }) })),
    after("user.createToken", |lab| {
        Box::pin(async move {
            json!({ "id": lab.admin.id(), "description": "d", "client": { "id": "c" }, "expiresIn": "1 day" })
        })
    }),
    after("user.get", |lab| Box::pin(async move { json!({ "id": user(lab).await }) })),
    after("user.getAclPrivileges", |lab| Box::pin(async move { json!({ "id": user(lab).await }) })),
    after("user.getGroups", |lab| Box::pin(async move { json!({ "id": user(lab).await }) })),
    after("user.getTokens", |lab| {
        Box::pin(async move { json!({ "id": lab.admin.id(), "filter": "description:d", "limit": 2 }) })
    }),
    after("user.remove", |lab| Box::pin(async move { json!({ "id": user(lab).await }) })),
    after("user.update", |lab| {
        Box::pin(async move {
            json!({ "id": user(lab).await, "name": "rob", "password": "pw", "permission": "none", "preferences": { "lang": "en" } })
        })
    }),
    on("aclPrivilege.list", |_| json!({})),
    on("aclRole.create", |_| json!({ "name": "r", "description": "d" })),
    on("aclRole.list", |_| json!({})),
    on("group.list", |_| json!({})),
    on("server.list", |_| json!({})),
    on("user.add", |_| json!({ "name": "bob", "password": "pw", "permission": "none" })),
    on("user.list", |_| json!({})),
];
