//! Content of disks over HTTP.

use xapi_sim::{Sim, World};
use xapi_types::Value;

use crate::{
    client::{Client, Raw, SOON, exchange},
    rpc::start,
};

/// Makes a pool with a disk of 1 MiB.
fn disk(world: &mut World) {
    let host = world.create("host", [("name_label", "xen1".into())]);
    world.create("pool", [("master", host.into())]);
    let sr = world.create("SR", [("name_label", "local".into()), ("type", "ext".into())]);
    world.create(
        "VDI",
        [
            ("name_label", "disk".into()),
            ("SR", sr.into()),
            ("virtual_size", (1 << 20).into()),
            ("managed", true.into()),
        ],
    );
}

/// Logs in and makes a task, for a transfer to end.
async fn with_task(sim: &Sim) -> (Client, Value) {
    let client = Client::login(sim.http_addr()).await;
    let task = client.ok("task.create", &["transfer".into(), "".into()]).await;
    (client, task)
}

fn target(path: &str, client: &Client, task: &Value, more: &str) -> String {
    format!("{path}?session_id={}&task_id={}{more}", client.session, task.as_str().unwrap())
}

#[tokio::test]
async fn what_is_imported_is_exported() {
    let sim = start(disk).await;
    let vdi = sim.named("VDI", "disk").unwrap();
    let content: Vec<u8> = (0..1u32 << 20).map(|at| (at % 251) as u8).collect();
    let (client, task) = with_task(&sim).await;
    let path = target("/import_raw_vdi/", &client, &task, &format!("&vdi={vdi}"));
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(format!("PUT {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n", content.len()).as_bytes()).await;
    raw.send(&content).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
    let result = client.ok("task.get_result", &[task]).await;
    assert_eq!(result.as_str(), Some(format!("<value>{vdi}</value>").as_str()));

    let (client, task) = with_task(&sim).await;
    let path = target("/export_raw_vdi/", &client, &task, &format!("&vdi={vdi}&format=raw"));
    let reply = exchange(sim.http_addr(), format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).await;
    assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
    assert!(reply.body == content, "{} bytes came back, or others", reply.body.len());
    assert_eq!(client.ok("task.get_status", &[task]).await.as_str(), Some("success"));
}

#[tokio::test]
async fn pieces_are_written_where_they_say() {
    let sim = start(disk).await;
    let vdi = sim.named("VDI", "disk").unwrap();
    let (client, task) = with_task(&sim).await;
    let path = target("/import_raw_vdi/", &client, &task, &format!("&vdi={vdi}&chunked=true"));
    let mut body = Vec::new();
    for (offset, bytes) in [(4096u64, &b"later"[..]), (0, b"first"), (0, b"")] {
        body.extend_from_slice(&offset.to_le_bytes());
        body.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
        body.extend_from_slice(bytes);
    }
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(format!("PUT {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes()).await;
    raw.send(&body).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK");
    let mut read = [0; 5];
    sim.with(|world| world.disks.read(vdi, 4096, &mut read));
    assert_eq!(&read, b"later");
}

#[tokio::test]
async fn more_than_the_disk_holds_fails_the_task() {
    let sim = start(disk).await;
    let vdi = sim.named("VDI", "disk").unwrap();
    let (client, task) = with_task(&sim).await;
    let path = target("/import_raw_vdi/", &client, &task, &format!("&vdi={vdi}"));
    let mut raw = Raw::connect(sim.http_addr()).await;
    raw.send(format!("PUT {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n", 2 << 20).as_bytes()).await;
    raw.send(&vec![1; 1 << 20]).await;
    raw.send(&[1]).await;
    assert_eq!(raw.reply(SOON).await.status, "HTTP/1.1 200 OK", "the head comes before the work");
    assert_eq!(client.ok("task.get_status", &[task]).await.as_str(), Some("failure"));
}

#[tokio::test]
async fn a_transfer_without_a_disk_or_a_session_is_refused() {
    let sim = start(disk).await;
    let (client, task) = with_task(&sim).await;
    let path = target("/export_raw_vdi/", &client, &task, "&vdi=nobody");
    let reply = exchange(sim.http_addr(), format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).await;
    assert_eq!(reply.status, "HTTP/1.1 500 Internal Error");
    assert!(reply.text().contains("HANDLE_INVALID: [ VDI; nobody ]"), "{}", reply.text());
    let reply = exchange(sim.http_addr(), b"PUT /import_raw_vdi HTTP/1.1\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(reply.status, "HTTP/1.1 401 Unauthorised");
}
