use serde_json::json;

use crate::Lab;

#[tokio::test]
async fn devices_of_a_host_are_offered_and_given() {
    let lab = Lab::new().await;
    let host = lab.sim.with(|world| world.list("host")[0]);
    let (device, group) = lab.sim.with(|world| {
        let group = world.create("USB_group", [("name_label", "Sticks".into())]);
        let device = world.create("PUSB", [("host", host.into()), ("USB_group", group.into()), ("path", "1-1".into())]);
        (device, group)
    });
    for object in [device, group] {
        let id = lab.sim.with(|world| world.uuid(object).to_owned());
        lab.becomes(&id, |_| true).await;
    }
    let id = lab.id(device);
    lab.sim.fail_next("PUSB.set_passthrough_enabled", "INTERNAL_ERROR", ["asked"]);
    let error = lab.admin.refused("pusb.set", json!({ "id": id, "enabled": true })).await;
    assert_eq!(error["data"]["params"], json!(["asked"]));
    assert_eq!(lab.admin.call("pusb.set", json!({ "id": id })).await, true);
    assert_eq!(lab.admin.refused("pusb.set", json!({ "id": id, "enabled": 1 })).await["code"], 10);
    lab.sim.fail_next("PUSB.scan", "INTERNAL_ERROR", ["asked"]);
    assert_eq!(
        lab.admin.refused("pusb.scan", json!({ "host": lab.id(host) })).await["data"]["params"],
        json!(["asked"])
    );
    let vm = lab.id(lab.vm("Halted"));
    lab.sim.fail_next("VUSB.create", "INTERNAL_ERROR", ["asked"]);
    let params = json!({ "vm": vm, "usbGroup": lab.id(group) });
    assert_eq!(lab.admin.refused("vusb.create", params).await["data"]["params"], json!(["asked"]));
    for method in ["vusb.unplug", "vusb.destroy"] {
        assert_eq!(lab.admin.refused(method, json!({ "id": id })).await["data"]["type"], "VUSB");
    }
}
