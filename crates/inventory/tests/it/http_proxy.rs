//! Pools, updates and files that are behind an HTTP proxy: all goes through it, and what it does wrong is told.

use app::{Config, db::NewServer};
use futures_util::StreamExt;
use serde_json::json;
use xapi_sim::{
    Sim,
    feed::{Feed, Update},
    profile,
    sim::Builder,
};

use crate::{
    Lab,
    proxy::{HttpProxy, Mood},
    test_app::{TestApp, eventually},
    transfer::{BLOCK, received, whole},
};

/// Starts with a pool that is reached through one proxy; updates and files are fetched through another.
async fn behind(sim: Builder, feed: Option<&Feed>) -> (Lab, [HttpProxy; 2]) {
    let sim = sim.start().await.expect("the simulated pool starts");
    let proxies = [HttpProxy::start().await, HttpProxy::start().await];
    let [to_pool, to_files] = &proxies;
    let mut config = Config::default();
    config.http_proxy = Some(to_files.url());
    config.transfers.local_urls = true;
    // Long enough for a busy machine, short enough to wait for.
    config.transfers.stall = app::Duration::from_millis(2_000);
    if let Some(feed) = feed {
        config.updates.feed = feed.url();
    }
    let test = TestApp::with(config, inventory::ops).await;
    let admin = test.admin().await;
    let new = NewServer {
        host: format!("http://{}", sim.http_addr()),
        username: "root".to_owned(),
        password: "password".into(),
        label: None,
        allow_unauthorized: false,
        enabled: true,
        http_proxy: Some(to_pool.url()),
    };
    let server = test.app.db().servers().add(new).await.expect("the server is new");
    test.app.connect(&server).await.expect("the pool is connected");
    (Lab { test, sim, admin, folder: None }, proxies)
}

fn small() -> Builder {
    Sim::builder().world("small").pace(0.005)
}

fn len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

#[tokio::test]
async fn vms_and_disks_go_out_and_come_in_through_the_proxy_of_their_server() {
    let (lab, [proxy, other]) = behind(small(), None).await;
    let (vm, disk) = lab.packed();
    let (vm, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let hosts: Vec<String> = lab.sim.addresses(0).iter().map(|host| format!("CONNECT {}", host.http)).collect();
    let through = || {
        let asked = proxy.asked();
        assert!(!asked.is_empty() && asked.iter().all(|one| hosts.contains(one)), "{asked:?}");
    };
    through();

    let before = proxy.passed();
    let archive = lab.admin.fetch("vm.export", json!({ "vm": vm })).await.expect("all of it");
    assert!(archive.len() > 3 * BLOCK && proxy.passed().0 >= before.0 + len(&archive));
    through();
    let before = proxy.passed();
    lab.admin.send("vm.import", json!({ "sr": sr }), received(&archive)).await.expect("it is made");
    assert!(proxy.passed().1 >= before.1 + len(&archive));
    through();

    let (before, id) = (proxy.passed(), lab.id(disk));
    let image = lab.admin.fetch("disk.exportContent", json!({ "id": id, "format": "raw" })).await.expect("all of it");
    // Holes come as what is between blocks.
    assert!(proxy.passed().0 >= before.0 + 3 * BLOCK as u64);
    through();
    let before = proxy.passed();
    let made = lab.admin.send("disk.import", json!({ "sr": sr, "name": "in", "type": "raw" }), received(&image)).await;
    let made = lab.sim.by_uuid("VDI", made.expect("it is made").as_str().expect("an id")).expect("the disk");
    assert!(lab.content(made, 10 * BLOCK) == lab.content(disk, 10 * BLOCK));
    assert!(proxy.passed().1 >= before.1 + 3 * BLOCK as u64);
    through();
    assert_eq!(other.asked(), [""; 0], "that of the configuration is not that of this server");
    lab.tidy().await;
}

#[tokio::test]
async fn disks_are_read_by_nbd_through_the_proxy_of_their_server() {
    let (lab, [proxy, _other]) = behind(small(), None).await;
    crate::disk_nbd::offer(&lab, "nbd");
    let (_, disk) = lab.packed();
    let id = lab.id_soon(disk).await;
    let host = lab.named("host", "xcp-lab-1");
    let at = lab
        .sim
        .with(|world| format!("CONNECT {}:{}", world.text(host, "address"), world.hidden(host, "NBD port").as_int()));
    proxy.asked();
    let before = proxy.passed().0;
    let params = json!({ "id": id, "format": "raw", "preferNbd": true, "nbdConcurrency": 3 });
    let image = lab.admin.fetch("disk.exportContent", params).await.expect("all of it");
    assert!(image == lab.content(disk, image.len()) && proxy.passed().0 >= before + 3 * BLOCK as u64);
    assert_eq!(proxy.asked().iter().filter(|asked| **asked == at).count(), 3);
    assert_eq!(lab.sim.requests(host, "nbd"), 3);
    // It ends in the middle: of ten blocks four are asked for at once.
    lab.sim.with(|world| world.disks.fill(disk, 10 * BLOCK as u64, 1));
    let params = json!({ "id": id, "format": "raw", "preferNbd": true, "nbdConcurrency": 1 });
    let mut pieces = lab.admin.begin_fetch("disk.exportContent", params).await.body.into_stream();
    pieces.next().await.expect("a piece").expect("it is good");
    proxy.cut();
    let mut error = None;
    while let Some(piece) = pieces.next().await {
        error = piece.err().or(error);
    }
    let error = error.expect("it ends early").to_string();
    let named = format!("(through the proxy `http://{}`)", proxy.address());
    assert!(error.contains("the disk `disk`, by NBD from `127.0.0.1:") && error.contains(&named), "{error}");
    lab.tidy().await;
}

#[tokio::test]
async fn a_proxy_that_ends_in_the_middle_of_an_export_ends_it_and_no_snapshot_stays() {
    let (lab, [proxy, _other]) = behind(small(), None).await;
    let (vm, _) = lab.packed();
    let id = lab.id_soon(vm).await;
    lab.admin.call("vm.start", json!({ "id": id })).await;
    let before = lab.census();
    let mut pieces = lab.admin.begin_fetch("vm.export", json!({ "vm": id })).await.body.into_stream();
    pieces.next().await.expect("a piece").expect("it is good");
    assert!(lab.census() != before);
    proxy.cut();
    let mut error = None;
    while let Some(piece) = pieces.next().await {
        error = piece.err().or(error);
    }
    let error = error.expect("it ends early").to_string();
    assert!(!error.is_empty(), "it says why");
    drop(pieces);
    eventually(async || (lab.census() == before).then_some(())).await;
    lab.tidy().await;
}

#[tokio::test]
async fn updates_come_through_the_proxy_of_the_configuration() {
    let updates = vec![Update::new("XS71E001").size(3_000_000)];
    let feed = Feed::start("7.1.2", updates).await.expect("the list is served");
    let (lab, [to_pool, proxy]) = behind(small().profile(&profile::XENSERVER_7_1), Some(&feed)).await;
    let (pool, host) = (lab.pool(), lab.id(lab.named("host", "xcp-lab-1")));
    let missing = async || {
        lab.test.app.updates().forget_missing(&host);
        lab.admin.call("pool.listMissingPatches", json!({ "host": host })).await
    };
    let install = async || {
        let error = lab.admin.refused("pool.installPatches", json!({ "pool": pool })).await.to_string();
        assert!(!error.contains("pr0xy-password"), "{error}");
        error
    };
    let list = feed.url();
    let archive = list.replace("xenserver/updates.xml", "XS71E001.zip");

    // It does not let the list through.
    let named = format!("through the proxy `http://{}`", proxy.address());
    for (mood, why) in [
        (Mood::Refuses("407 Proxy Authentication Required"), "does not accept the user or the password"),
        (Mood::Refuses("502 Bad Gateway"), "it answers 502"),
        (Mood::Closes, "error sending request"),
    ] {
        proxy.set(mood);
        let error = install().await;
        assert!(error.contains(&named) && error.contains(why), "{error}");
    }
    assert!(proxy.asked().iter().all(|asked| *asked == format!("GET {list}")));

    // It lets it through, and then no archive.
    proxy.set(Mood::Passes);
    assert_eq!(missing().await[0]["name"], "XS71E001");
    assert_eq!((proxy.asked(), feed.lists()), (vec![format!("GET {list}")], 1));
    proxy.set(Mood::Refuses("403 Forbidden"));
    let error = install().await;
    assert!(error.contains(&named) && error.contains("it answers 403"), "{error}");
    assert_eq!((proxy.asked(), feed.archives("XS71E001")), (vec![format!("GET {archive}")], 0));

    proxy.set(Mood::Passes);
    let (before, to_host) = (proxy.passed().0, to_pool.passed().1);
    assert_eq!(lab.admin.call("pool.installPatches", json!({ "pool": pool })).await, true);
    assert_eq!((proxy.asked(), feed.archives("XS71E001")), (vec![format!("GET {archive}")], 1));
    let (came, went) = (proxy.passed().0 - before, to_pool.passed().1 - to_host);
    assert!(went >= 3_000_000, "{went} bytes to the host");
    assert!(came > 0, "{came} bytes of the archive");
    assert_eq!(missing().await, json!([]));
}

#[tokio::test]
async fn files_are_fetched_through_the_proxy_of_the_configuration() {
    let (lab, [_to_pool, proxy]) = behind(small(), None).await;
    let (vm, disk) = lab.packed();
    let (id, sr) = (lab.id_soon(vm).await, lab.id(lab.named("SR", "NFS storage")));
    let archive = lab.admin.fetch("vm.export", json!({ "vm": id })).await.expect("all of it");
    let url = crate::import_url::serve(crate::import_url::file(&archive, archive.len())).await;
    let before = lab.census();
    let refused = async || {
        let error = lab.admin.refused("vm.import", json!({ "sr": sr, "url": url })).await.to_string();
        let named = format!("through the proxy `http://{}`", proxy.address());
        assert!(error.contains(&named) && !error.contains("pr0xy-password"), "{error}");
        assert_eq!(lab.census(), before);
        error
    };
    proxy.set(Mood::Refuses("407 Proxy Authentication Required"));
    assert!(refused().await.contains("does not accept the user or the password"));
    proxy.set(Mood::Silent);
    assert!(refused().await.contains("timed out"));
    proxy.set(Mood::Passes);
    assert_eq!(proxy.asked().len(), 2);
    let made = lab.admin.call("vm.import", json!({ "sr": sr, "url": url })).await;
    let made = lab.sim.by_uuid("VM", made.as_str().expect("an id")).expect("the VM");
    let copy = lab.sim.with(|world| world.object(world.objects(made, "VBDs")[0], "VDI"));
    assert!(lab.content(copy, 10 * BLOCK) == lab.content(disk, 10 * BLOCK));
    assert!(proxy.passed().0 >= len(&archive));
    assert_eq!(proxy.asked(), [format!("GET {url}")]);
    let whole_again = lab.admin.begin_fetch("vm.export", json!({ "vm": id })).await.body;
    assert!(whole(whole_again).await.expect("all of it").len() > 3 * BLOCK);
    lab.tidy().await;
}
