use serde_json::{Value, json};

use crate::Lab;

fn tags(object: &Value) -> Vec<&str> {
    object["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_tag_is_added_and_removed_on_every_kind_that_carries_tags() {
    let lab = Lab::new().await;
    for class in ["VM", "host", "pool", "SR", "network", "VDI"] {
        let object = if class == "VM" { lab.vm("Halted") } else { lab.sim.with(|world| world.list(class)[0]) };
        let id = lab.id(object);
        assert_eq!(lab.admin.call("tag.add", json!({ "id": id, "tag": "T 1/ü" })).await, true);
        lab.becomes(&id, |object| tags(object).contains(&"T 1/ü")).await;
        assert_eq!(lab.admin.call("tag.add", json!({ "id": id, "tag": "T 1/ü" })).await, true);
        assert_eq!(lab.admin.call("tag.remove", json!({ "id": id, "tag": "T 1/ü" })).await, true);
        lab.becomes(&id, |object| !tags(object).contains(&"T 1/ü")).await;
        assert_eq!(lab.admin.call("tag.remove", json!({ "id": id, "tag": "none" })).await, true);
    }
}

#[tokio::test]
async fn an_object_is_also_named_by_its_reference() {
    let lab = Lab::new().await;
    let vm = lab.object(lab.vm("Halted"));
    lab.admin.call("tag.add", json!({ "id": vm.xapi_ref().to_string(), "tag": "by-ref" })).await;
    lab.becomes(vm.id(), |object| tags(object).contains(&"by-ref")).await;
}

#[tokio::test]
async fn what_carries_no_tags_and_what_is_not_there_is_refused() {
    let lab = Lab::new().await;
    let task = lab.sim.with(|world| world.create("task", [("name_label", "t".into()), ("status", "pending".into())]));
    let uuid = lab.sim.with(|world| world.uuid(task).to_owned());
    lab.becomes(&uuid, |_| true).await;
    let error = lab.admin.refused("tag.add", json!({ "id": uuid, "tag": "x" })).await;
    assert_eq!((&error["code"], &error["message"]), (&json!(10), &json!("objects of type `task` have no tags")));
    let error = lab.admin.refused("tag.add", json!({ "id": "nope", "tag": "x" })).await;
    assert_eq!(error, json!({ "message": "no such object nope", "code": 1, "data": { "id": "nope", "type": null } }));
}

#[tokio::test]
async fn a_tag_gets_a_colour_and_loses_it() {
    let lab = Lab::new().await;
    let configured = async || lab.admin.call("tag.getAllConfigured", json!({})).await;
    assert_eq!(configured().await, json!([]));
    assert_eq!(lab.admin.call("tag.set", json!({ "id": "prod", "color": "#ff0000" })).await, true);
    assert_eq!(configured().await, json!([{ "color": "#ff0000", "id": "prod" }]));
    let error = lab.admin.refused("tag.set", json!({ "id": "prod", "color": "red" })).await;
    assert_eq!(error["data"]["errors"][0]["keyword"], "pattern");
    lab.admin.call("tag.set", json!({ "id": "prod", "color": null })).await;
    assert_eq!(configured().await, json!([]));
}
