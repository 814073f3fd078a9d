use serde_json::{Value, json};

use crate::start;

const USER: &str = "#cloud-config\nhostname: {name}";

#[tokio::test]
async fn texts_for_cloud_init_are_kept_changed_and_deleted() {
    let test = start().await;
    let admin = test.admin().await;
    let made = admin.call("cloudConfig.create", json!({ "name": "cc", "template": USER })).await;
    let id = made["id"].clone();
    assert_eq!(made, json!({ "name": "cc", "template": USER, "id": id }));
    let network = json!({ "name": "nc", "template": "network: {}" });
    let network = admin.call("cloudConfig.createNetworkConfig", network).await;
    let expected = json!({ "name": "nc", "template": "network: {}", "type": "network", "id": network["id"] });
    assert_eq!(network, expected);
    assert_eq!(admin.call("cloudConfig.update", json!({ "id": id, "name": "cc2" })).await, true);
    let bob = test.user("bob").await;
    let listed = bob.call("cloudConfig.getAll", json!({})).await;
    assert_eq!(listed, json!([{ "name": "cc2", "template": USER, "id": id }]));
    assert_eq!(bob.call("cloudConfig.getAllNetworkConfigs", json!({})).await, json!([expected]));
    admin.call("cloudConfig.update", json!({ "id": network["id"], "template": "not: [yaml" })).await;
    let listed = admin.call("cloudConfig.getAllNetworkConfigs", json!({})).await;
    assert_eq!((&listed[0]["name"], &listed[0]["template"]), (&json!("nc"), &json!("not: [yaml")));
    for gone in [&id, &network["id"]] {
        assert_eq!(admin.call("cloudConfig.delete", json!({ "id": gone })).await, true);
    }
    for list in ["cloudConfig.getAll", "cloudConfig.getAllNetworkConfigs"] {
        assert_eq!(admin.call(list, json!({})).await, json!([]));
    }
}

#[tokio::test]
async fn a_text_that_is_not_there_is_named_and_one_without_name_or_text_is_refused() {
    let test = start().await;
    let admin = test.admin().await;
    for method in ["cloudConfig.update", "cloudConfig.delete"] {
        let error = admin.refused(method, json!({ "id": "nope" })).await;
        assert_eq!(error["data"], json!({ "id": "nope", "type": "cloudConfig" }), "{method}");
    }
    for params in [json!({ "name": "x" }), json!({ "template": "x" }), json!({ "name": "", "template": "x" })] {
        assert_eq!(admin.refused("cloudConfig.create", params).await["code"], 10);
    }
}

#[tokio::test]
async fn who_is_no_administrator_reads_and_changes_nothing() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let id = admin.call("cloudConfig.create", json!({ "name": "cc", "template": USER })).await["id"].clone();
    let new = json!({ "name": "x", "template": "x" });
    let calls: [(&str, Value); 4] = [
        ("cloudConfig.create", new.clone()),
        ("cloudConfig.createNetworkConfig", new),
        ("cloudConfig.update", json!({ "id": id, "name": "x" })),
        ("cloudConfig.delete", json!({ "id": id })),
    ];
    for (method, params) in calls {
        assert_eq!(bob.refused(method, params).await["code"], 2, "{method}");
    }
    assert_eq!(bob.call("cloudConfig.getAll", json!({})).await[0]["name"], "cc");
}
