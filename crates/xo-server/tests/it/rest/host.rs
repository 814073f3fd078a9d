//! Hosts.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::Rest;

/// Returns the ids of the master and of the other host.
async fn hosts(rest: &Rest) -> (String, String) {
    let master = rest.json("/pools?fields=master").await[0]["master"].as_str().expect("a master").to_owned();
    let other = rest.id("hosts", &format!("!id:{master}")).await;
    (master, other)
}

#[tokio::test]
async fn a_host_is_disabled_enabled_and_emptied() {
    let rest = Rest::new().await;
    let (_, host) = hosts(&rest).await;
    let at = format!("/hosts/{host}");
    rest.done(&format!("{at}/actions/disable"), json!({})).await;
    rest.until(&at, |host| host["enabled"] == false).await;
    rest.done(&format!("{at}/actions/enable"), json!({})).await;
    rest.until(&at, |host| host["enabled"] == true).await;
    let alone = rest.act(&format!("{at}/actions/disable"), json!({ "force": true })).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", alone.text);
    // VMs of it with disks that the other host does not have stay, which `force` puts up with.
    let body = json!({ "evacuate": true, "force": true, "autoEnable": true });
    rest.done(&format!("{at}/actions/disable"), body).await;
    rest.until(&at, |host| host["enabled"] == false).await;
}

#[tokio::test]
async fn a_host_without_vms_restarts_and_goes_off_and_on() {
    let rest = Rest::new().await;
    let (_, host) = hosts(&rest).await;
    let at = format!("/hosts/{host}");
    let resident = rest.json(&format!("/vms?fields=id&filter=$container:{host}")).await;
    for vm in resident.as_array().expect("a list") {
        let vm = vm["id"].as_str().expect("an id");
        rest.act(&format!("/vms/{vm}/actions/hard_shutdown"), json!({})).await;
    }
    let detached = rest.act(&format!("{at}/actions/scan_pifs"), json!({})).await;
    assert_eq!(detached.status, StatusCode::NO_CONTENT, "{}", detached.text);
    let before = rest.json(&at).await["startTime"].clone();
    rest.done(&format!("{at}/actions/clean_reboot"), json!({ "bypassVersionCheck": true })).await;
    let is_up = |host: &Value| host["enabled"] == true && host["power_state"] == "Running";
    rest.until(&at, |host| is_up(host) && host["startTime"] != before).await;
    let excess = rest.act(&format!("{at}/actions/clean_reboot"), json!({ "suspendResidentVms": true })).await;
    assert_eq!(excess.status, StatusCode::UNPROCESSABLE_ENTITY);
    rest.done(&format!("{at}/actions/clean_shutdown"), json!({ "bypassEvacuate": true })).await;
    rest.until(&at, |host| host["power_state"] == "Halted").await;
    let stats = rest.get(&format!("{at}/stats")).await;
    assert_eq!(stats.status, StatusCode::CONFLICT, "{}", stats.text);
}

#[tokio::test]
async fn what_a_host_keeps_is_sent_as_it_comes() {
    let rest = Rest::new().await;
    let (master, other) = hosts(&rest).await;
    let audit = rest.get(&format!("/hosts/{other}/audit.txt")).await;
    assert_eq!((audit.status, &*audit.content_type), (StatusCode::OK, "text/plain; charset=utf-8"));
    assert!(audit.text.contains("'VM.start'"), "{}", audit.text);
    let logs = rest.request(Method::GET, &format!("/hosts/{master}/logs.tgz")).send().await.expect("an answer");
    assert_eq!((logs.status(), logs.headers()["content-type"].as_bytes()), (StatusCode::OK, &b"application/gzip"[..]));
    assert!(logs.bytes().await.expect("it ends").starts_with(&[0x1f, 0x8b]), "it is a gzip");
    // Any operation that offers a file sends it at once over REST.
    let status = rest.request(Method::GET, &format!("/hosts/{master}/system_status")).send().await;
    let status = status.expect("an answer");
    let name = status.headers()["content-disposition"].to_str().expect("a text").to_owned();
    assert!(name.starts_with("attachment") && name.contains("system-status.tar.bz2"), "{name}");
    assert!(status.bytes().await.expect("it ends").starts_with(b"BZh"));
    rest.lab.sim.fail_next("/audit_log", "INTERNAL_ERROR", ["no log"]);
    let broken = rest.get(&format!("/hosts/{master}/audit.txt")).await;
    assert_eq!(broken.status, StatusCode::BAD_GATEWAY, "{}", broken.text);
    assert!(broken.json()["error"].is_string(), "{}", broken.text);
}

#[tokio::test]
async fn what_is_measured_is_told_as_over_json_rpc() {
    let rest = Rest::new().await;
    let (host, _) = hosts(&rest).await;
    let stats = rest.json(&format!("/hosts/{host}/stats?granularity=seconds")).await;
    assert!(stats["interval"] == 5 && stats["stats"]["cpus"]["0"].is_array(), "{stats}");
    let wrong = rest.get(&format!("/hosts/{host}/stats?granularity=years")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    assert_eq!(rest.json(&format!("/hosts/{host}/smt")).await, json!({ "enabled": true }));
    rest.done(&format!("/hosts/{host}/actions/restart_toolstack"), json!({})).await;
}

#[tokio::test]
async fn a_host_is_managed_by_an_interface_of_its_own() {
    let rest = Rest::new().await;
    let (master, other) = hosts(&rest).await;
    let pif = rest.id("pifs", &format!("$host:{other} management?")).await;
    let foreign = rest.act(&format!("/hosts/{master}/actions/management_reconfigure"), json!({ "pif": pif })).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", foreign.text);
    rest.done(&format!("/hosts/{other}/actions/management_reconfigure"), json!({ "pif": pif })).await;
}

#[tokio::test]
async fn a_host_goes_off_at_once_and_is_forgotten() {
    let rest = Rest::new().await;
    let (_, host) = hosts(&rest).await;
    let at = format!("/hosts/{host}");
    let early = rest.act(&format!("{at}/actions/forget"), json!({})).await;
    assert!(early.status.is_client_error(), "{} {}", early.status, early.text);
    rest.done(&format!("{at}/actions/emergency_shutdown"), json!({})).await;
    rest.until(&at, |host| host["power_state"] == "Halted").await;
    rest.done(&format!("{at}/actions/forget"), json!({})).await;
    rest.until_gone(&at).await;
}
