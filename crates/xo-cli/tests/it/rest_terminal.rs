//! `xo-cli rest` at a terminal.

use crate::peer::{Peer, TOKEN, Traits};
use crate::program::Home;
use crate::terminal::at_terminal;

async fn shown(traits: Traits, words: &[&str]) -> String {
    let peer = Peer::with(traits).await;
    let home = Home::registered(&peer.url, TOKEN);
    std::fs::write(home.folder.path().join("disk"), vec![b'y'; 3_000_000]).unwrap();
    at_terminal(&home, words, &[("NO_COLOR", "1")], None).await.replace("\r\n", "\n")
}

#[tokio::test]
async fn a_list_of_objects_is_a_table() {
    let table = shown(Traits::default(), &["rest", "get", "vms", "fields=name_label"]).await;
    assert_eq!(table, "id  name_label  href\n 0  web 0       vms/0\n 1  db\u{fffd}[2J      vms/1\n");
    let json = shown(Traits::default(), &["rest", "get", "--json", "vms", "fields=name_label"]).await;
    assert!(json.starts_with("[\n  {\n    \"id\": 0,\n"), "{json}");
    let many = Traits { many_objects: 3000, ..Traits::default() };
    let table = shown(many, &["rest", "get", "vms", "fields=name_label"]).await;
    assert_eq!(table.lines().count(), 3001);
}

#[tokio::test]
async fn what_is_too_long_for_a_table_is_cut() {
    let table = shown(Traits::default(), &["rest", "get", "vms", "fields=*"]).await;
    let long = &"long ".repeat(12)[..59];
    assert!(table.contains(&format!("\n 0  web 0       {long}…  vms/0\n")), "{table}");
}

#[tokio::test]
async fn an_object_is_a_line_a_property() {
    let object = shown(Traits::default(), &["rest", "get", "vms/1a"]).await;
    assert_eq!(object, "id: 1a\nmemory: 1.0\nCPUs:\n  number: 2\ntags: a, b\n");
}

#[tokio::test]
async fn paths_are_a_line_each() {
    assert_eq!(shown(Traits::default(), &["rest", "get"]).await, "tasks\nvms\n");
    assert_eq!(shown(Traits::default(), &["rest", "post", "vms/1a/actions/start"]).await, "tasks/0abc\n");
}

#[tokio::test]
async fn texts_are_shown_as_they_are_and_files_are_not() {
    assert_eq!(shown(Traits::default(), &["rest", "get", "events"]).await, "event: init\ndata: {}\n\n");
    let text = shown(Traits::default(), &["rest", "get", "vdis/1.raw"]).await;
    assert!(text.contains("the answer is a file (application/octet-stream); add `--output <file>`"), "{text}");
}

#[tokio::test]
async fn what_comes_of_many_objects_is_a_line_for_each() {
    let words = ["rest", "post", "vms/actions/start", "filter=name_label:web", "sync=true"];
    let text = shown(Traits::default(), &words).await;
    assert_eq!(text, "failed  VM `web`: no host can take it\n1 failed\nerror: 1 of 1 objects: not done\n");
}

#[tokio::test]
async fn transfers_show_their_progress() {
    let down = shown(Traits::default(), &["rest", "get", "--output", "saved", "vdis/1.raw"]).await;
    assert!(down.contains("of 292.97 KiB"), "{down}");
    let up = shown(Traits::default(), &["rest", "put", "vdis/1.raw", "@=disk"]).await;
    assert!(up.contains("of 2.86 MiB") && up.contains("id: new"), "{up}");
}
