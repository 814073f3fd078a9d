//! What is about the server and all its pools.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::{Rest, sent};
use crate::view::Served;

#[tokio::test]
async fn anybody_learns_that_the_server_answers_and_where_its_pages_are() {
    let rest = Rest::new().await;
    let ping = sent(rest.bare(Method::GET, "/ping")).await.json();
    assert!(
        ping["result"] == "pong" && ping["timestamp"].as_i64().is_some_and(|time| time > 1_700_000_000_000),
        "{ping}"
    );
    assert_eq!(sent(rest.bare(Method::GET, "/gui-routes")).await.json(), json!({ "xo5": "/", "xo6": "/" }));
    assert_eq!(sent(rest.bare(Method::GET, "/mcp/status")).await.json(), json!({ "enabled": true }));
    let wrong = sent(rest.bare(Method::GET, "/ping").header("cookie", "authenticationToken=wrong")).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn all_pools_are_seen_at_a_glance() {
    let rest = Rest::new().await;
    let dashboard = rest.json("/dashboard").await;
    let vms = rest.json("/vms?fields=power_state").await;
    let in_state = |state: &str| {
        let all = vms.as_array().expect("a list").iter();
        all.filter(|vm| vm["power_state"] == state).count()
    };
    let (running, halted, total) = (in_state("Running"), in_state("Halted"), vms.as_array().map_or(0, Vec::len));
    let (paused, suspended) = (in_state("Paused"), in_state("Suspended"));
    assert!(running > 0 && halted > 0 && paused > 0 && suspended > 0);
    assert_eq!(
        dashboard["vmsStatus"],
        json!({
            "active": running + paused, "inactive": halted + suspended, "running": running, "halted": halted,
            "paused": paused, "suspended": suspended, "unknown": 0, "total": total,
        })
    );
    assert_eq!(dashboard["hostsStatus"], json!({ "disabled": 0, "running": 2, "halted": 0, "unknown": 0, "total": 2 }));
    assert_eq!((&dashboard["nPools"], &dashboard["nHosts"]), (&json!(1), &json!(2)));
    assert_eq!(
        dashboard["poolsStatus"],
        json!({ "connected": 1, "disconnected": 0, "unreachable": 0, "unknown": 0, "total": 1 })
    );
    let size = &dashboard["storageRepositories"]["size"];
    let of = |name: &str| size[name].as_f64().expect("a number");
    assert!(of("total") > of("used") && of("used") > 0.0, "{size}");
    assert!((of("available") + of("used") - of("total")).abs() < 1.0, "{size}");
    for part in ["nCpus", "memorySize", "srSize"] {
        assert!(dashboard["resourcesOverview"][part].as_f64().is_some_and(|value| value > 0.0), "{dashboard}");
    }
    let lines = rest.get("/dashboard?ndjson=true").await;
    assert_eq!(lines.content_type, "application/x-ndjson");
    let mut merged = json!({});
    for line in lines.text.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let (name, value) = line.as_object().and_then(|line| line.iter().next()).expect("a property");
        merged[name] = value.clone();
    }
    assert_eq!(merged, dashboard);
    let stranger = rest.stranger().await;
    let refused = rest.as_holder(&stranger, Method::GET, "/dashboard", None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn assistants_are_shut_out_where_the_configuration_says_so() {
    let mut config = app::Config::default();
    config.mcp.enabled = false;
    let rest = Rest::on(Served::with(config).await);
    let expected = json!({ "error": "service unavailable", "data": { "serviceName": "mcp" } });
    for request in
        [rest.bare(Method::GET, "/mcp/status"), rest.request(Method::GET, "/vms").header("x-xo-client", "mcp")]
    {
        let refused = sent(request).await;
        assert_eq!((refused.status, refused.json()), (StatusCode::SERVICE_UNAVAILABLE, expected.clone()));
    }
    assert_eq!(rest.get("/vms").await.status, StatusCode::OK, "others are answered");
}
