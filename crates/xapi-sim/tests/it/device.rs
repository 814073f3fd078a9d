//! Devices of VMs and the metrics that belong to them.

use serde_json::json;

use crate::{
    client::Client,
    lab::{Lab, failure},
};

#[tokio::test]
async fn each_device_has_metrics_of_its_own_that_only_events_tell_of() {
    let lab = Lab::small().await;
    let client = Client::login(lab.sim.http_addr()).await;
    let all = client.events(&["*"], "", 5.0).await;
    let count = |class: &str| all.brief().iter().filter(|told| *told == &format!("{class} add")).count();
    assert_eq!(count("vbd_metrics"), count("vbd"));
    assert_eq!(count("vif_metrics"), count("vif"));
    for method in ["VBD_metrics.get_all_records", "VIF_metrics.get_all_records"] {
        assert_eq!(lab.call(method, []).await, Err(failure::<&str>("MESSAGE_REMOVED", [])), "{method}");
    }
}

#[tokio::test]
async fn copies_get_metrics_and_what_goes_takes_them_along() {
    let lab = Lab::small().await;
    let client = Client::login(lab.sim.http_addr()).await;
    let before = client.events(&["*"], "", 5.0).await;
    let copy = lab.run("VM.clone", [json!(lab.vm("legacy-crm")), json!("copy")]).await.expect("cloned");
    let made = client.events(&["vbd_metrics", "vif_metrics"], before.token(), 5.0).await;
    assert_eq!(made.brief(), ["vif_metrics add", "vbd_metrics add"]);
    lab.run("VM.destroy", [copy]).await.expect("destroyed");
    let gone = client.events(&["vbd_metrics", "vif_metrics"], made.token(), 5.0).await;
    assert_eq!(gone.brief(), ["vif_metrics del", "vbd_metrics del"]);
}
