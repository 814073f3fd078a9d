//! Updates of XCP-ng by the script of its hosts.

use serde_json::{Value, json};
use xapi_sim::{Sim, profile};

use crate::lab::{Failure, Lab, failure};

const BUSY: &str = "The updater plugin is busy (current operation: update)";

async fn script(lab: &Lab, host: &str, function: &str, args: Value) -> Result<Value, Failure> {
    let printed = lab.run("host.call_plugin", [json!(host), json!("updater.py"), json!(function), args]).await?;
    // Results of tasks are written as XML.
    let text = printed.as_str().expect("a text").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    Ok(serde_json::from_str(&text).unwrap_or_else(|_| json!(text)))
}

fn names(packages: &Value) -> Vec<&str> {
    packages.as_array().expect("a list").iter().map(|package| package["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn what_is_installed_is_not_missing_any_more() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    let packages = script(&lab, &host, "check_update", json!({})).await.expect("a list");
    assert_eq!(names(&packages), ["kernel", "xapi-core", "openssl-libs"]);
    script(&lab, &host, "install", json!({ "packages": "xapi-core" })).await.expect("installed");
    let packages = script(&lab, &host, "check_update", json!({})).await.expect("a list");
    assert_eq!(names(&packages), ["kernel", "openssl-libs"]);
    let ran = script(&lab, &host, "update", json!({})).await.expect("installed");
    assert_eq!(ran["returncode"], 0);
    assert_eq!(script(&lab, &host, "check_update", json!({})).await, Ok(json!([])));
    let installed = script(&lab, &host, "query_installed", json!({ "packages": "kernel,xcp-ng-linstor" })).await;
    assert_eq!(installed, Ok(json!({ "kernel": "kernel-1-1.x86_64", "xcp-ng-linstor": "" })));
    let other = lab.named_object("host", "xcp-lab-2");
    assert_eq!(names(&script(&lab, &other, "check_update", json!({})).await.expect("a list")).len(), 3);
}

#[tokio::test]
async fn the_script_does_one_thing_at_a_time() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    let args = [json!(host), json!("updater.py"), json!("update"), json!({})];
    let task = lab.begin("host.call_plugin", args).await.expect("it may");
    for function in ["check_update", "update"] {
        assert_eq!(script(&lab, &host, function, json!({})).await, Err(failure("-1", [BUSY, "", ""])));
    }
    let shown = lab.sim.with(|world| {
        let label = format!("Update host xcp-lab-1 (uuid: {})", world.uuid(host.parse().expect("a reference")));
        world.all("task").any(|task| world.text(task, "name_label") == label)
    });
    assert!(shown, "the host shows a task of its own");
    lab.finish("host.call_plugin", &task).await.expect("installed");
    assert_eq!(script(&lab, &host, "check_update", json!({})).await, Ok(json!([])));
}

#[tokio::test]
async fn the_script_knows_its_functions_and_other_products_have_none() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    assert_eq!(script(&lab, &host, "nope", json!({})).await, Err(failure("UNKNOWN_XENAPI_PLUGIN_FUNCTION", ["nope"])));
    let none = script(&lab, &host, "install", json!({})).await.expect_err("nothing to install");
    assert_eq!(none.code, "-1");
    let proxies = json!({ "proxies": r#"{"xcp-ng-base":"http://proxy:3128"}"# });
    script(&lab, &host, "set_proxies", proxies).await.expect("taken");
    let proxies = script(&lab, &host, "get_proxies", json!({})).await.expect("told");
    assert_eq!(proxies, json!({ "xcp-ng-base": "http://proxy:3128", "xcp-ng-updates": "_none_" }));
    let lab = Lab::of(Sim::builder().world("small").profile(&profile::XENSERVER_8)).await;
    let host = lab.named_object("host", "xcp-lab-1");
    let missing = script(&lab, &host, "check_update", json!({})).await;
    assert_eq!(missing, Err(failure("XENAPI_MISSING_PLUGIN", ["updater.py"])));
}
