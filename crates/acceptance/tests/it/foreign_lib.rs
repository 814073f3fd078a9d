//! The original's client library, npm `xo-lib`.

use serde_json::{Map, Value, json};

use crate::client::{ADMIN, PASSWORD};
use crate::node;
use crate::server::Server;

#[tokio::test]
async fn the_client_library_of_the_original_lists_calls_and_follows() {
    let server = Server::demo().await;
    let printed = node::run("xo-lib.js", &[server.url().trim_end_matches('/'), ADMIN, PASSWORD]).await;
    let seen: Map<String, Value> = printed
        .lines()
        .flat_map(|line| serde_json::from_str::<Map<String, Value>>(line).expect("the script prints JSON"))
        .collect();

    assert_eq!(seen["stranger"]["code"], 2, "{}", seen["stranger"]);
    assert_eq!(seen["wrongPassword"]["code"], 3);
    assert_eq!(seen["user"], json!({ "email": ADMIN, "permission": "admin" }));
    assert_eq!(seen["onlyVms"], true);
    for kind in
        ["VM", "VM-controller", "VM-template", "SR", "VBD", "VDI", "VIF", "PIF", "PBD", "host", "network", "pool"]
    {
        assert!(seen["types"].as_array().unwrap().contains(&json!(kind)), "no `{kind}` in {}", seen["types"]);
    }
    assert_eq!(seen["started"], true);
    assert_eq!(seen["again"]["code"], 13, "{}", seen["again"]);
    assert_eq!(seen["named"], true);
    assert_eq!(seen["unknownMethod"]["code"], -32601);
    assert_eq!(seen["missing"]["code"], 10);
    assert_eq!(seen["missing"]["data"]["errors"][0]["params"], json!({ "missingProperty": "id" }));
    assert_eq!(seen["noSuchVm"]["code"], 1);
    assert_eq!(seen["noSuchVm"]["data"], json!({ "id": "nope", "type": "VM" }));
    assert_eq!(seen["byToken"], ADMIN);
}
