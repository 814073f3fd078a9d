use serde_json::json;
use xapi_sim::Object;

use crate::Lab;

fn value(lab: &Lab, object: Object) -> String {
    lab.sim.with(|world| world.entry(object, "other_config", "XenCenter.CustomFields.owner").to_owned())
}

#[tokio::test]
async fn a_field_is_added_changed_and_removed() {
    let lab = Lab::new().await;
    for class in ["VM", "host", "pool", "SR", "network"] {
        let object = if class == "VM" { lab.vm("Halted") } else { lab.sim.with(|world| world.list(class)[0]) };
        let id = lab.id(object);
        let field = |value: &str| json!({ "id": id, "name": "owner", "value": value });
        assert_eq!(lab.admin.call("customField.add", field("ann")).await, true);
        assert_eq!(value(&lab, object), "ann");
        let error = lab.admin.refused("customField.add", field("bob")).await;
        assert_eq!(error["data"]["code"], "MAP_DUPLICATE_KEY");
        assert_eq!(lab.admin.call("customField.set", field("bob")).await, true);
        assert_eq!(value(&lab, object), "bob");
        let gone = json!({ "id": id, "name": "owner" });
        assert_eq!(lab.admin.call("customField.remove", gone.clone()).await, true);
        assert_eq!(value(&lab, object), "");
        assert_eq!(lab.admin.call("customField.remove", gone).await, true);
    }
}

#[tokio::test]
async fn what_has_no_fields_and_what_is_no_field_is_refused() {
    let lab = Lab::new().await;
    let id = lab.id(lab.vm("Halted"));
    assert_eq!(lab.admin.refused("customField.set", json!({ "id": id, "name": "", "value": "v" })).await["code"], 10);
    assert_eq!(
        lab.admin.refused("customField.set", json!({ "id": "nope", "name": "n", "value": "v" })).await["code"],
        1
    );
    let task = lab.sim.with(|world| world.create("task", [("name_label", "t".into()), ("status", "pending".into())]));
    let uuid = lab.sim.with(|world| world.uuid(task).to_owned());
    lab.becomes(&uuid, |_| true).await;
    let error = lab.admin.refused("customField.add", json!({ "id": uuid, "name": "n", "value": "v" })).await;
    assert_eq!(error["message"], "objects of type `task` have no custom fields");
}
