use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn a_deleted_message_vanishes_at_the_pool_and_here() {
    let lab = Lab::new().await;
    let message = lab.sim.with(|world| {
        let vm = world.list("VM")[0];
        let uuid = world.uuid(vm).to_owned();
        world.create("message", [("name", "VM_STARTED".into()), ("cls", "VM".into()), ("obj_uuid", uuid.into())])
    });
    let id = lab.sim.with(|world| world.uuid(message).to_owned());
    lab.becomes(&id, |_| true).await;
    assert_eq!(lab.admin.call("message.delete", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    assert!(lab.sim.with(|world| world.by_uuid("message", &id).is_none()));
    let error = lab.admin.refused("message.delete", json!({ "id": id })).await;
    assert_eq!(error["data"], json!({ "id": id, "type": "message" }));
}
