//! What needs no pool: users, rules, tokens, views.

use serde_json::{Value, json};
use xapi_sim::World;

use super::{Recipe, after, id, made, on};
use crate::lab::Lab;

pub(super) async fn user(lab: &Lab) -> Value {
    lab.admin.call("user.create", json!({ "email": "bob", "password": "pw" })).await
}

/// Leaves a message at the pool that needs a look.
pub(in crate::five) fn alarm(world: &mut World) -> String {
    let vm = id(world, "VM", "web-1");
    let body = "value: 0.98\nconfig:\n<variable><name value=\"cpu_usage\"/></variable>";
    let fields = [
        ("name", "ALARM".into()),
        ("priority", 3_i64.into()),
        ("cls", "VM".into()),
        ("obj_uuid", vm.into()),
        ("body", body.into()),
    ];
    made(world, "message", fields)
}

pub(super) async fn group(lab: &Lab) -> (Value, Value) {
    let (user, group) = (user(lab).await, lab.admin.call("group.create", json!({ "name": "ops" })).await);
    lab.admin.call("group.addUser", json!({ "id": group, "userId": user })).await;
    (group, user)
}

async fn config(lab: &Lab) -> Value {
    let params = json!({ "name": "cc", "template": "#cloud-config\n" });
    lab.admin.call("cloudConfig.create", params).await["id"].clone()
}

async fn filter(lab: &Lab) -> Value {
    let params = json!({ "type": "VM", "name": "web", "filter": "tags:web" });
    lab.admin.call("sharedFilter.create", params).await
}

async fn view(lab: &Lab) -> Value {
    lab.admin.call("view.subscribe", json!({ "type": "VM" })).await["id"].clone()
}

pub(super) async fn server(lab: &Lab) -> Value {
    lab.admin.call("server.getAll", json!({})).await[0]["id"].clone()
}

pub(super) const RECIPES: &[Recipe] = &[
    on("acl.add", |w| json!({ "subject": "u", "object": id(w, "VM", "web-1"), "action": "viewer" })),
    on("acl.get", |_| json!({})),
    on("acl.getCurrentPermissions", |_| json!({})),
    on("acl.remove", |w| json!({ "subject": "u", "object": id(w, "VM", "web-1"), "action": "viewer" })),
    on("alarm.acknowledge", |w| json!({ "id": alarm(w), "note": "seen" })),
    after("alarm.unacknowledge", |lab| {
        Box::pin(async move {
            let alarm = lab.sim.with(alarm);
            lab.known().await;
            lab.did("alarm.acknowledge", json!({ "id": alarm })).await;
            json!({ "id": alarm })
        })
    }),
    on("alarm.list", |_| json!({ "limit": 5 })),
    on("api.closeAllConnections", |_| json!({})),
    on("api.getCalls", |_| json!({})),
    on("api.getConnections", |_| json!({})),
    on("cloudConfig.create", |_| json!({ "name": "cc", "template": "#cloud-config\n" })),
    on("cloudConfig.createNetworkConfig", |_| json!({ "name": "cc", "template": "version: 2\n" })),
    after("cloudConfig.delete", |lab| Box::pin(async move { json!({ "id": config(lab).await }) })),
    on("cloudConfig.getAll", |_| json!({})),
    on("cloudConfig.getAllNetworkConfigs", |_| json!({})),
    after("cloudConfig.update", |lab| Box::pin(async move { json!({ "id": config(lab).await, "name": "n" }) })),
    after("group.addUser", |lab| {
        Box::pin(async move {
            let group = lab.admin.call("group.create", json!({ "name": "ops" })).await;
            json!({ "id": group, "userId": user(lab).await })
        })
    }),
    on("group.create", |_| json!({ "name": "ops" })),
    after("group.delete", |lab| Box::pin(async move { json!({ "id": group(lab).await.0 }) })),
    on("group.getAll", |_| json!({})),
    after("group.removeUser", |lab| {
        Box::pin(async move {
            let (group, user) = group(lab).await;
            json!({ "id": group, "userId": user })
        })
    }),
    after("group.set", |lab| Box::pin(async move { json!({ "id": group(lab).await.0, "name": "n" }) })),
    after("group.setUsers", |lab| Box::pin(async move { json!({ "id": group(lab).await.0, "userIds": [] }) })),
    on("journal.query", |_| json!({ "limit": 3 })),
    on("log.delete", |_| json!({ "id": "no such entry", "namespace": "api" })),
    on("log.get", |_| json!({ "namespace": "api" })),
    on("network.getBondModes", |_| json!({})),
    on("pif.getIpv4ConfigurationModes", |_| json!({})),
    on("pif.getIpv6ConfigurationModes", |_| json!({})),
    on("role.getAll", |_| json!({})),
    on("server.add", |_| json!({ "host": "192.0.2.1", "username": "root", "password": "pw", "autoConnect": false })),
    after("server.disable", |lab| Box::pin(async move { json!({ "id": server(lab).await }) })),
    after("server.enable", |lab| Box::pin(async move { json!({ "id": server(lab).await }) })),
    on("server.getAll", |_| json!({})),
    after("server.remove", |lab| Box::pin(async move { json!({ "id": server(lab).await }) })),
    after("server.set", |lab| Box::pin(async move { json!({ "id": server(lab).await, "label": "n" }) })),
    on("session.getForbidden", |_| json!({ "ids": [], "methods": ["vm.start"] })),
    on("session.getUser", |_| json!({})),
    on("session.setNotifications", |_| json!({ "all": false })),
    on("session.signOut", |_| json!({})),
    after("session.signIn", |lab| {
        Box::pin(async move {
            user(lab).await;
            json!({ "email": "bob", "password": "pw" })
        })
    }),
    after("session.signInWithPassword", |lab| {
        Box::pin(async move {
            user(lab).await;
            json!({ "email": "bob", "password": "pw" })
        })
    }),
    after("session.signInWithToken", |lab| {
        Box::pin(async move { json!({ "token": lab.admin.call("token.create", json!({})).await }) })
    }),
    on("sharedFilter.create", |_| json!({ "type": "VM", "name": "web", "filter": "tags:web" })),
    after("sharedFilter.delete", |lab| Box::pin(async move { json!({ "id": filter(lab).await }) })),
    on("sharedFilter.getAll", |_| json!({})),
    after("sharedFilter.set", |lab| Box::pin(async move { json!({ "id": filter(lab).await, "name": "n" }) })),
    on("system.getMethodsInfo", |_| json!({})),
    on("system.getServerTimezone", |_| json!({})),
    on("system.getServerVersion", |_| json!({})),
    on("system.getVersion", |_| json!({})),
    on("system.listMethods", |_| json!({})),
    on("system.methodSignature", |_| json!({ "method": "vm.start" })),
    on("tag.getAllConfigured", |_| json!({})),
    on("tag.set", |_| json!({ "id": "t", "color": "#123456" })),
    on("test.createTask", |_| json!({ "name": "t", "duration": 1 })),
    after("test.changeConnectedXapiHostname", |lab| {
        Box::pin(async move {
            let host = lab.sim.with(|world| id(world, "host", "xcp-lab-1"));
            let member = format!("http://{}", lab.sim.addresses(0)[1].http);
            json!({ "hostname": member, "oldObject": host, "newObject": host })
        })
    }),
    after("test.getPermissionsForUser", |lab| Box::pin(async move { json!({ "userId": user(lab).await }) })),
    after("test.hasPermission", |lab| {
        Box::pin(async move {
            let vm = lab.sim.with(|world| id(world, "VM", "web-1"));
            json!({ "userId": user(lab).await, "objectId": vm, "permission": "view" })
        })
    }),
    on("test.wait", |_| json!({ "duration": "1 ms" })),
    on("token.create", |_| json!({ "description": "d" })),
    after("token.delete", |lab| {
        Box::pin(async move { json!({ "tokens": [lab.admin.call("token.create", json!({})).await] }) })
    }),
    after("token.deleteOwn", |lab| {
        Box::pin(async move { json!({ "tokens": [lab.admin.call("token.create", json!({})).await] }) })
    }),
    after("token.set", |lab| {
        Box::pin(async move { json!({ "id": lab.admin.call("token.create", json!({})).await, "description": "n" }) })
    }),
    after("user.changePassword", |lab| {
        Box::pin(async move {
            lab.admin.call("user.set", json!({ "id": lab.admin.id(), "password": "old" })).await;
            json!({ "oldPassword": "old", "newPassword": "new" })
        })
    }),
    after("user.removeAuthProvider", |lab| {
        Box::pin(async move {
            let user = user(lab).await;
            let provider = json!({ "ldap": { "id": "cn=bob" } });
            let set = |user: &mut app::db::User| user.auth_providers.clone_from(provider.as_object().expect("one"));
            lab.test.app.db().users().update(user.as_str().expect("an id"), set).await.expect("the user is there");
            json!({ "id": user, "authProvider": "ldap" })
        })
    }),
    on("user.create", |_| json!({ "email": "bob", "password": "pw", "permission": "none" })),
    after("user.delete", |lab| Box::pin(async move { json!({ "id": user(lab).await }) })),
    on("user.getAll", |_| json!({})),
    on("token.getAll", |_| json!({})),
    on("user.getAuthenticationTokens", |_| json!({})),
    after("user.set", |lab| Box::pin(async move { json!({ "id": user(lab).await, "email": "rob" }) })),
    on("vif.getLockingModeValues", |_| json!({})),
    after("view.select", |lab| Box::pin(async move { json!({ "id": view(lab).await }) })),
    on("view.subscribe", |_| json!({ "type": "VM", "sort": [], "limit": 5 })),
    after("view.unsubscribe", |lab| Box::pin(async move { json!({ "id": view(lab).await }) })),
    after("view.update", |lab| Box::pin(async move { json!({ "id": view(lab).await, "type": "VM", "limit": 3 }) })),
    on("vm.getHaValues", |_| json!({})),
    on("xo.getAllObjects", |_| json!({ "filter": "type:VM" })),
];
