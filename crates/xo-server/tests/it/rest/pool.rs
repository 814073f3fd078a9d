//! Pools.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::lab::Rest;

#[tokio::test]
async fn a_vm_is_made_in_a_pool_of_a_template_and_what_is_said() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let path = format!("/pools/{pool}/actions/create_vm");
    let template = rest.id("vm-templates", "name_label:debian-12-cloud").await;
    let (network, sr) = (rest.id("networks", "name_label:DMZ").await, rest.id("srs", "SR_type:nfs").await);
    let body = json!({
        "template": template, "name_label": "new", "name_description": "made by REST", "memory": 2_147_483_648_u64,
        "cpus": 2, "autoPoweron": true, "boot": true, "high_availability": "",
        "vifs": [{ "network": network, "mtu": 1400, "mac": "00:16:3e:01:02:03", "ipv4_allowed": ["192.0.2.9"] }],
        "vdis": [{ "name_label": "more", "size": 1_073_741_824, "sr": sr }, { "userdevice": "0", "name_label": "root" }],
        "cloud_config": "#cloud-config\nhostname: new\n",
    });
    let id = rest.made(&path, "vms", body).await;
    let vm = rest.until(&format!("/vms/{id}"), |vm| vm["power_state"] == "Running").await;
    assert_eq!((&vm["name_label"], &vm["name_description"]), (&json!("new"), &json!("made by REST")));
    assert_eq!((&vm["CPUs"]["number"], &vm["auto_poweron"]), (&json!(2), &json!(true)));
    let inherited = rest.json(&format!("/vm-templates/{template}")).await["VIFs"].as_array().map_or(0, Vec::len);
    let vifs = vm["VIFs"].as_array().expect("a list");
    assert_eq!(vifs.len(), inherited + 1, "the interfaces of the template stay");
    let vif =
        rest.json(&format!("/vifs?fields=MTU,allowedIpv4Addresses&filter=MAC:\"00:16:3e:01:02:03\" $VM:{id}")).await;
    assert_eq!((&vif[0]["MTU"], &vif[0]["allowedIpv4Addresses"]), (&json!(1400), &json!(["192.0.2.9"])));
    let disks = rest.json(&format!("/vms/{id}/vdis?fields=name_label")).await;
    let names: Vec<_> = disks.as_array().expect("a list").iter().map(|disk| disk["name_label"].clone()).collect();
    assert!(names.contains(&json!("root")) && names.contains(&json!("more")), "{names:?}");
}

#[tokio::test]
async fn disks_and_interfaces_of_the_template_go_where_that_is_said() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let path = format!("/pools/{pool}/actions/create_vm");
    let template = rest.id("vm-templates", "name_label:debian-12-cloud").await;
    let whole = rest.json(&format!("/vm-templates/{template}")).await;
    let vif = whole["VIFs"][0].as_str().expect("the template has an interface");
    let place = rest.json(&format!("/vifs/{vif}")).await["device"].clone();
    let body = json!({
        "template": template, "name_label": "bare",
        "vifs": [{ "device": place, "destroy": true }], "vdis": [{ "userdervice": "0", "destroy": true }],
    });
    let id = rest.made(&path, "vms", body).await;
    let vm = rest.until(&format!("/vms/{id}"), |vm| vm["VIFs"] == json!([])).await;
    assert_eq!(vm["power_state"], "Halted");
    assert_eq!(rest.json(&format!("/vms/{id}/vdis")).await, json!([]));
    for (wrong, said) in [
        (json!({ "vdis": [{ "userdevice": "9", "name_label": "n" }] }), "has no disk at `9`"),
        (json!({ "vdis": [{ "name_label": "n" }] }), "has no `size`"),
        (json!({ "vdis": [{ "destroy": true }] }), "names no `userdevice`"),
        (json!({ "vdis": [{ "userdevice": "0" }, { "userdevice": "0" }] }), "twice"),
        (json!({ "vifs": [{ "destroy": true }] }), "names no `device`"),
        (json!({ "vifs": [{ "mac": "00:16:3e:01:02:03" }] }), "names no `network`"),
        (json!({ "network_config": "x" }), "goes with"),
        (json!({ "install": { "method": "cdrom", "repository": "nope" } }), "no such VDI nope"),
    ] {
        let mut body = json!({ "template": template, "name_label": "wrong" });
        body.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
        let refused = rest.act(&path, body).await;
        let error = refused.json()["error"].clone();
        assert!(refused.status.is_client_error(), "{said}: {} {}", refused.status, refused.text);
        assert!(error.as_str().is_some_and(|error| error.contains(said)), "{said}: {error}");
    }
    assert_eq!(rest.json("/vms?filter=name_label:wrong").await, json!([]), "nothing of it stays behind");
}

#[tokio::test]
async fn hosts_of_a_pool_tell_what_they_measure() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let stats = rest.json(&format!("/pools/{pool}/stats?granularity=minutes")).await;
    let hosts = stats.as_object().expect("by host");
    assert!(hosts.len() == 2 && hosts.values().all(|host| host["interval"] == 60), "{stats}");
    rest.lab.sim.fail_next("/rrd_updates", "INTERNAL_ERROR", ["no numbers"]);
    let stats = rest.json(&format!("/pools/{pool}/stats?granularity=hours")).await;
    let failed = |host: &&Value| host["error"]["message"].is_string();
    assert_eq!(stats.as_object().expect("by host").values().filter(failed).count(), 1, "{stats}");
    let wrong = rest.get(&format!("/pools/{pool}/stats?granularity=x")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_host_of_the_pool_cannot_join_it_again() {
    let rest = Rest::new().await;
    let (pool, host) = (rest.id("pools", "").await, rest.id("hosts", "").await);
    let again = rest.act(&format!("/pools/{pool}/actions/add_host"), json!({ "host": host })).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let unknown = rest.act(&format!("/pools/{pool}/actions/add_host"), json!({ "host": "nope" })).await;
    assert_eq!(unknown.json()["data"], json!({ "id": "nope", "type": "host" }));
}

#[tokio::test]
async fn a_pool_is_managed_by_another_network() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let path = format!("/pools/{pool}/actions/management_reconfigure");
    let network = rest.id("networks", "name_label:/^Management$/").await;
    rest.done(&path, json!({ "network": network })).await;
    let isolated = rest.id("networks", "name_label:Isolated").await;
    let refused = rest.act(&path, json!({ "network": isolated })).await;
    assert!(refused.status.is_client_error(), "{} {}", refused.status, refused.text);
}

#[tokio::test]
async fn a_whole_pool_goes_off_at_once() {
    let rest = Rest::new().await;
    let pool = rest.id("pools", "").await;
    let path = format!("/pools/{pool}/actions/emergency_shutdown");
    // A guest that cannot be suspended holds its host.
    let refused = rest.act(&path, json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    for vm in rest.json("/vms?fields=id&filter=power_state:/running|paused/i").await.as_array().expect("a list") {
        let id = vm["id"].as_str().expect("an id");
        rest.act(&format!("/vms/{id}/actions/hard_shutdown"), json!({})).await;
    }
    rest.done(&path, json!({})).await;
    let sim = &rest.lab.sim;
    let off = || sim.with(|world| world.list("host").into_iter().all(|host| !world.flag(host, "enabled")));
    assert!(off(), "no host of the pool takes VMs");
}
