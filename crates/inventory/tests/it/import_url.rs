//! Files that the server fetches itself.

use app::acl::Rule;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{Lab, transfer::BLOCK};

/// Serves `answer`, whole, to whoever asks; returns the URL.
pub(crate) async fn serve(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let _ = client.read(&mut request).await;
                let _ = client.write_all(&answer).await;
                let _ = client.shutdown().await;
            });
        }
    });
    format!("http://{address}/files/packed?secret=x")
}

/// Returns an answer with this file, or the first `sent` bytes of it.
pub(crate) fn file(content: &[u8], sent: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", content.len());
    [head.as_bytes(), &content[..sent]].concat()
}

#[tokio::test]
async fn vms_and_disks_are_made_of_files_that_the_server_fetches() {
    let lab = Lab::new().await;
    let (vm, disk) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    let url = serve(file(&archive, archive.len())).await;
    let made = lab.admin.call("vm.import", json!({ "sr": sr, "url": url })).await;
    let made = lab.sim.by_uuid("VM", made.as_str().expect("an id")).expect("the VM");
    let copy = lab.sim.with(|world| world.object(world.objects(made, "VBDs")[0], "VDI"));
    assert!(lab.content(copy, 10 * BLOCK) == lab.content(disk, 10 * BLOCK));
    let raw = lab.content(disk, 10 * BLOCK);
    let url = serve(file(&raw, raw.len())).await;
    let made = lab.admin.call("disk.import", json!({ "sr": sr, "url": url, "name": "fetched", "type": "raw" })).await;
    let made = lab.sim.by_uuid("VDI", made.as_str().expect("an id")).expect("the disk");
    assert!(lab.content(made, 10 * BLOCK) == raw);
    lab.tidy().await;
}

#[tokio::test]
async fn what_cannot_be_fetched_is_told_without_secrets_and_leaves_nothing() {
    let lab = Lab::new().await;
    let (vm, _) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    let before = lab.census();
    let none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
    let round = b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n".to_vec();
    for (url, expected) in [
        (serve(none).await, "it answers 404"),
        (serve(round).await, "cannot be fetched"),
        (serve(file(&archive, archive.len() / 2)).await, "breaks off"),
        ("http://127.0.0.1:1/x?secret=x".to_owned(), "cannot be fetched"),
        ("file:///etc/passwd".to_owned(), "begins with something else"),
    ] {
        let error = lab.admin.refused("vm.import", json!({ "sr": sr, "url": url })).await.to_string();
        assert!(error.contains(expected) && !error.contains("secret=x"), "{error}");
        crate::test_app::eventually(async || (lab.census() == before).then_some(())).await;
    }
    // Whoever may import may not have the server ask around for that.
    let user = lab.test.user("bob").await;
    lab.test.app.add_rule(Rule::new(user.id(), sr.clone(), "admin")).await.expect("the rule is good");
    let error = user.refused("vm.import", json!({ "sr": sr, "url": "http://127.0.0.1:1/" })).await;
    assert_eq!(error["code"], 2, "{error}");
    lab.tidy().await;
}
