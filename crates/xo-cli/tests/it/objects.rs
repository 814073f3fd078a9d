use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::peer::{Peer, TOKEN, Traits};
use crate::program::{Home, LIMIT};

#[tokio::test]
async fn objects_are_printed_as_a_json_array() {
    for no_ndjson in [false, true] {
        let peer = Peer::with(Traits { no_ndjson, ..Traits::default() }).await;
        let home = Home::registered(&peer.url, TOKEN);
        let all = home.run(&["list-objects"]).await.json();
        assert_eq!(all.as_array().unwrap().len(), 3);
        assert_eq!(all[0]["name_label"], "web \"1\"");
        let names = home.run(&["list-objects", "--type", "--name_label", "--CPUs"]).await.ok();
        let expected = json!([
            { "type": "VM", "name_label": "web \"1\"", "CPUs": { "number": 2 } },
            { "type": "VM", "name_label": "db" },
            { "type": "VM-template", "name_label": "Debian 12" }
        ]);
        assert_eq!(names, format!("{expected:#}\n"), "laid out as JSON usually is, properties in the order asked for");
    }
}

#[tokio::test]
async fn conditions_are_given_to_the_server() {
    for no_ndjson in [false, true] {
        let peer = Peer::with(Traits { no_ndjson, ..Traits::default() }).await;
        let home = Home::registered(&peer.url, TOKEN);
        home.run(&["list-objects", "type=VM-template", "auto_poweron=true", "CPUs=json:{\"number\":2}"]).await.ok();
        let filter = json!({ "type": "VM-template", "auto_poweron": true, "CPUs": { "number": 2 } });
        assert_eq!(peer.calls("xo.getAllObjects").await[0], json!({ "ndjson": true, "filter": filter }));
        if no_ndjson {
            assert_eq!(peer.calls("xo.getAllObjects").await[1], json!({ "filter": filter }));
        }
    }
}

#[tokio::test]
async fn a_large_inventory_is_printed_in_little_memory() {
    const MANY: usize = 50_000;
    let peer = Peer::with(Traits { many_objects: MANY, ..Traits::default() }).await;
    let home = Home::registered(&peer.url, TOKEN);
    let mut child = home.command(&["list-objects"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut stdout = child.stdout.take().unwrap();
    let mut text = Vec::new();
    let mut peak_kib = 0;
    let reading = async {
        // As long as we do not read on, the program waits with the rest of its output and can be looked at.
        let last = format!("many-{}", MANY - 100);
        loop {
            let read = stdout.read_buf(&mut text).await.unwrap();
            if read == 0 {
                break;
            }
            let tail = &text[text.len().saturating_sub(read + last.len())..];
            if peak_kib == 0 && tail.windows(last.len()).any(|part| part == last.as_bytes()) {
                let status = std::fs::read_to_string(&status).unwrap();
                let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
                peak_kib = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap();
            }
        }
    };
    tokio::time::timeout(LIMIT, reading).await.expect("the list ends in time");
    assert!(child.wait().await.unwrap().success());
    let list: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
    assert_eq!(list.len(), MANY + 3);
    assert!(text.len() > 50 << 20, "the list of {} bytes is too short to show anything", text.len());
    assert!(0 < peak_kib && peak_kib < 50 << 10, "{peak_kib} KiB for a list of {} bytes", text.len());
}

#[tokio::test]
async fn who_stops_reading_is_not_complained_to() {
    let peer = Peer::with(Traits { many_objects: 20_000, ..Traits::default() }).await;
    let home = Home::registered(&peer.url, TOKEN);
    let mut child = home.command(&["list-objects"]).spawn().unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).await.unwrap();
    let run = crate::program::finish(child).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(141), ""));
}
