use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn a_destroyed_task_vanishes_at_the_pool_and_here() {
    let lab = Lab::new().await;
    let task = lab.sim.with(|world| world.create("task", [("name_label", "t".into()), ("status", "pending".into())]));
    let id = lab.sim.with(|world| world.uuid(task).to_owned());
    lab.becomes(&id, |_| true).await;
    assert_eq!(lab.admin.call("task.destroy", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    let error = lab.admin.refused("task.cancel", json!({ "id": id })).await;
    let expected = json!({ "message": format!("no such task {id}"), "code": 1, "data": { "id": id, "type": "task" } });
    assert_eq!(error, expected);
}

#[tokio::test]
async fn a_task_that_may_not_be_cancelled_says_so() {
    let lab = Lab::new().await;
    let task = lab.sim.with(|world| world.create("task", [("name_label", "t".into()), ("status", "pending".into())]));
    let id = lab.sim.with(|world| world.uuid(task).to_owned());
    lab.becomes(&id, |_| true).await;
    lab.sim.fail_next("task.cancel", "OPERATION_NOT_ALLOWED", ["no"]);
    let error = lab.admin.refused("task.cancel", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "OPERATION_NOT_ALLOWED");
}
