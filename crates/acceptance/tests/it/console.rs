//! Consoles in a browser: noVNC in Chromium.

use std::time::Duration;

use serde_json::{Map, Value, json};
use xapi_sim::font;

use crate::client::{ADMIN, PASSWORD};
use crate::node;
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
