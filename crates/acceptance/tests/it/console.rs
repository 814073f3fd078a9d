//! Consoles in a browser, by noVNC in Chromium, and in a plain VNC client.

use std::time::Duration;

use serde_json::{Map, Value, json};
use xapi_sim::font;

use crate::client::{ADMIN, PASSWORD};
use crate::node;
use crate::python;
use crate::server::Server;

/// How long a browser may take for all of it, on a machine that is busy.
const BROWSER: Duration = Duration::from_mins(6);

/// Returns the letters of simulated screens: their rows of points, in hexadecimal, to the letter.
fn letters() -> String {
    let row = |letter: char, y: usize| {
        let bits = (0..font::WIDTH).fold(0, |bits, x| bits * 2 + u8::from(font::is_set(letter, x, y)));
        format!("{bits:02x}")
    };
    let cell = |letter: char| (0..font::HEIGHT).map(|y| row(letter, y)).collect::<String>();
    let letters: Map<String, Value> = (' '..='~').map(|letter| (cell(letter), letter.to_string().into())).collect();
    Value::Object(letters).to_string()
}

#[tokio::test]
async fn a_browser_looks_at_a_vm_that_moves_reboots_and_stops() {
    let server = Server::demo().await;
    let url = server.url();
    let arguments = [url.trim_end_matches('/'), ADMIN, PASSWORD, "web-1", "legacy-crm", &letters()];
    let printed = node::run_within(BROWSER, "console.js", &arguments).await;
    let seen: Map<String, Value> = printed
        .lines()
        .flat_map(|line| serde_json::from_str::<Map<String, Value>>(line).expect("the script prints JSON"))
        .collect();
    assert_eq!(seen.get("pageError"), None);
    assert_eq!(seen["name"], "QEMU (web-1)");
    assert_eq!((&seen["typed"], &seen["migrated"], &seen["rebooted"]), (&json!(true), &json!(true), &json!(true)));
    assert_eq!(seen["events"], json!(["desktopname", "connect"]), "noVNC has noticed nothing");
    assert_eq!(seen["sockets"], 1);
    assert_eq!(seen["stopped"]["clean"], true);
    assert_eq!(seen["halted"]["clean"], false);
    assert_eq!(seen["why"], json!([409, "VM state is halted but should be running"]));
}

#[tokio::test]
async fn a_plain_vnc_client_looks_through_the_server_and_at_the_host() {
    let server = Server::demo().await;
    let (mut client, vms) = server.with_vms().await;
    let (vm, _) = vms.iter().find(|(_, vm)| vm["name_label"] == "web-1").expect("the demo has it");
    // The host on which it runs has its console.
    let hosts = client.ok("xo.getAllObjects", json!({ "filter": { "type": "host" } })).await;
    let home = vms[vm]["$container"].as_str().expect("it runs");
    let master = client.ok("server.getAll", json!({})).await[0]["host"].as_str().expect("a text").to_owned();
    let (_, port) = master.rsplit_once(':').expect("a port");
    let url = format!("http://{}:{port}", hosts[home]["address"].as_str().expect("an address"));
    let token = client.ok("token.create", json!({})).await;
    let token = token.as_str().expect("a text");
    let address = server.address.to_string();
    let arguments = [&address, token, vm, "web-1", &url, "root", "password", &letters()];
    let printed = python::run("vnc.py", &arguments).await;
    let seen: Map<String, Value> = printed
        .lines()
        .flat_map(|line| serde_json::from_str::<Map<String, Value>>(line).expect("the script prints JSON"))
        .collect();
    assert_eq!(seen["name"], "QEMU (web-1)");
    assert_eq!(seen["tunnel"], "HTTP/1.1 200 OK");
    for what in ["typed", "typedAtTheHost", "bothSee", "entered"] {
        assert_eq!(seen[what], true, "{what}: {printed}");
    }
    assert_eq!(seen["closed"], json!([1000]), "the server answers the end of the client");
}
