use serde_json::json;

use super::{Refusal, refused, refused_after};
use crate::five::recipe::app::alarm;

pub(super) const REFUSALS: &[Refusal] = &[
    refused_after("alarm.acknowledge", "25", |lab| {
        Box::pin(async move {
            let alarm = lab.sim.with(alarm);
            lab.known().await;
            lab.did("alarm.acknowledge", json!({ "id": alarm })).await;
            json!({ "id": alarm })
        })
    }),
    refused("alarm.unacknowledge", "25", |w| json!({ "id": alarm(w) })),
    refused_after("cloudConfig.delete", "1", |lab| {
        Box::pin(async move {
            let params = json!({ "name": "cc", "template": "#cloud-config\n" });
            let id = lab.admin.call("cloudConfig.create", params).await["id"].clone();
            lab.admin.call("cloudConfig.delete", json!({ "id": id })).await;
            json!({ "id": id })
        })
    }),
    refused_after("server.add", "16", |lab| {
        Box::pin(async move {
            let server = lab.admin.call("server.getAll", json!({})).await[0]["host"].clone();
            json!({ "host": server, "username": "root", "password": "pw", "autoConnect": false })
        })
    }),
    refused_after("sharedFilter.create", "-32000", |lab| {
        Box::pin(async move {
            let params = json!({ "type": "VM", "name": "web", "filter": "tags:web" });
            lab.admin.call("sharedFilter.create", params.clone()).await;
            params
        })
    }),
    refused("test.changeConnectedXapiHostname", "ECONNREFUSED", |w| {
        let host = w.uuid(w.master());
        json!({ "hostname": "127.0.0.1:1", "oldObject": host, "newObject": host })
    }),
    refused_after("user.create", "-32000", |lab| {
        Box::pin(async move {
            let user = json!({ "email": "bob", "password": "pw" });
            lab.admin.call("user.create", user.clone()).await;
            user
        })
    }),
    refused_after("user.delete", "10", |lab| Box::pin(async move { json!({ "id": lab.admin.id() }) })),
    refused("session.signInWithPassword", "3", |_| json!({ "email": "bob", "password": "pw" })),
    refused("session.signIn", "3", |_| json!({ "email": "bob", "password": "pw" })),
    refused("session.signInWithToken", "3", |_| json!({ "token": "gone" })),
    refused("user.changePassword", "3", |_| json!({ "oldPassword": "old", "newPassword": "new" })),
];
