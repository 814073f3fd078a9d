use std::io::Read;

use app::{Caller as Asker, Download, Refusal, acl::Rule};
use bzip2::read::BzDecoder;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use xapi_sim::{Object, fault::Spoilt};

use crate::{Lab, test_app::HERE};

const PATH: &str = "/system-status";

impl Lab {
    /// Calls `method` and begins the download that it offers.
    async fn offered(&self, method: &str, params: Value) -> Download {
        let answer = self.admin.call(method, params).await;
        let path = answer["$getFrom"].as_str().expect("a path");
        self.test.app.fetch(path, Asker { user: None, address: HERE }).await.expect("it waits")
    }

    fn hosts(&self) -> [(Object, String); 2] {
        ["xcp-lab-1", "xcp-lab-2"].map(|name| self.named("host", name)).map(|host| (host, self.id(host)))
    }

    fn asked(&self) -> [usize; 2] {
        self.hosts().map(|(host, _)| self.sim.requests(host, PATH))
    }
}

/// Returns what arrives, and the error that ends it.
async fn received(download: Download) -> (Vec<u8>, Option<String>) {
    let mut pieces = download.body.into_stream();
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => all.extend_from_slice(&piece),
            Err(error) => return (all, Some(error.to_string())),
        }
    }
    (all, None)
}

/// Returns names and contents of the files in a tar.
fn untar(mut tar: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    loop {
        let (header, rest) = tar.split_at(512);
        if header.iter().all(|byte| *byte == 0) {
            assert!(rest.len() >= 512 && rest.iter().all(|byte| *byte == 0), "two blocks of zeros end it");
            return files;
        }
        let text = |from: usize, to: usize| {
            let field = header[from..to].split(|byte| [0, b' '].contains(byte)).next().unwrap();
            String::from_utf8(field.to_vec()).unwrap()
        };
        let octal = |from, to| u32::from_str_radix(&text(from, to), 8).unwrap();
        let sum: u32 = header
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        assert_eq!(octal(148, 156), sum, "the checksum");
        assert_eq!(text(257, 263), "ustar");
        let length = octal(124, 136) as usize;
        files.push((text(0, 100), rest[..length].to_vec()));
        tar = &rest[length.next_multiple_of(512)..];
    }
}

fn unpack(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut tar = Vec::new();
    BzDecoder::new(archive).read_to_end(&mut tar).expect("it is bzip2");
    untar(&tar)
}

/// Says whether an archive is that of a host.
fn is_of(archive: &[u8], host: &str) -> bool {
    let files = unpack(archive);
    let is_inventory = |(name, content): &(String, Vec<u8>)| {
        name.ends_with("/etc/xensource-inventory") && String::from_utf8_lossy(content).contains(host)
    };
    files.iter().any(is_inventory)
}

#[tokio::test]
async fn a_host_tells_its_status_when_it_is_fetched() {
    let lab = Lab::new().await;
    let [_, (_, id)] = lab.hosts();
    let download = lab.offered("host.getSystemStatus", json!({ "id": id })).await;
    assert_eq!(download.file_name.as_deref(), Some("xcp-lab-2-system-status.tar.bz2"));
    assert_eq!(lab.asked(), [0, 0]);
    let (archive, error) = received(download).await;
    assert_eq!((error, lab.asked()), (None, [0, 1]), "the host itself is asked");
    assert!(is_of(&archive, &id));
}

#[tokio::test]
async fn a_pool_has_the_status_of_each_host_in_a_tar() {
    let lab = Lab::new().await;
    let pool = lab.sim.with(|world| world.list("pool")[0]);
    let download = lab.offered("pool.getSystemStatuses", json!({ "id": lab.id(pool) })).await;
    let name = format!("{}-system-statuses.tar", lab.field(pool, "name_label"));
    assert_eq!((download.content_type, download.file_name), ("application/x-tar", Some(name)));
    let download = lab.offered("pool.getSystemStatuses", json!({ "id": lab.id(pool) })).await;
    let (tar, error) = received(download).await;
    assert_eq!((error, lab.asked()), (None, [1, 1]));
    let files = untar(&tar);
    assert_eq!(files.len(), 2);
    for (host, id) in lab.hosts() {
        let name = format!("{}-{id}-system-status.tar.bz2", lab.field(host, "name_label"));
        let (_, archive) = files.iter().find(|(file, _)| *file == name).unwrap_or_else(|| panic!("{name} is there"));
        assert!(is_of(archive, &id));
    }
}

#[tokio::test]
async fn hosts_of_a_pool_that_tell_nothing_or_not_all_have_the_reason_in_the_tar() {
    let lab = Lab::new().await;
    let pool = lab.id(lab.sim.with(|world| world.list("pool")[0]));
    let [(_, first), (second, _)] = lab.hosts();
    lab.sim.spoil_at(PATH, Spoilt::Cut);
    let cut = lab.offered("pool.getSystemStatuses", json!({ "id": pool })).await;
    let (tar, error) = received(cut).await;
    assert_eq!(error, None);
    let files = untar(&tar);
    let (texts, archives): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| name.ends_with("-status.txt"));
    assert_eq!((texts.len(), archives.len()), (1, 1));
    let reason = String::from_utf8_lossy(&texts[0].1);
    assert!(reason.contains("in the middle of an archive"), "{reason}");
    unpack(&archives[0].1);

    lab.sim.kill(second);
    let download = lab.offered("pool.getSystemStatuses", json!({ "id": pool })).await;
    let (tar, error) = received(download).await;
    assert_eq!(error, None);
    let files = untar(&tar);
    let named = |id: &str| files.iter().find(|(name, _)| name.contains(id)).expect("it is there");
    assert!(is_of(&named(&first).1, &first));
    assert!(files.iter().any(|(name, _)| name.starts_with("xcp-lab-2-") && name.ends_with("-status.txt")), "{files:?}");
}

#[tokio::test]
async fn a_host_that_breaks_off_or_tells_something_else_is_an_error_to_who_fetches() {
    let lab = Lab::new().await;
    let [_, (host, id)] = lab.hosts();
    for (how, some, reason) in [
        (Spoilt::Cut, true, "in the middle of an archive"),
        (Spoilt::Html, false, "no archive"),
        (Spoilt::Garbage, false, "no archive"),
    ] {
        lab.sim.spoil_at(PATH, how);
        let download = lab.offered("host.getSystemStatus", json!({ "id": id })).await;
        let (archive, error) = received(download).await;
        let error = error.expect("it is not whole");
        assert!(error.contains(reason) && error.contains(&id), "{how:?}: {error}");
        assert_eq!(!archive.is_empty(), some, "{how:?}");
    }
    lab.sim.fail_next(PATH, "SYSTEM_STATUS_RETRIEVAL_FAILED", ["no tool"]);
    let download = lab.offered("host.getSystemStatus", json!({ "id": id })).await;
    let error = download.body.into_stream().try_next().await.unwrap_err().to_string();
    assert!(error.contains("HTTP status 500"), "{error}");
    // It goes down between the offer and the download.
    let download = lab.offered("host.getSystemStatus", json!({ "id": id })).await;
    lab.sim.kill(host);
    let (archive, error) = received(download).await;
    assert!(archive.is_empty() && error.is_some());
}

#[tokio::test]
async fn a_host_that_is_down_and_who_may_not_are_refused_and_nobody_is_asked() {
    let lab = Lab::new().await;
    let [_, (host, id)] = lab.hosts();
    let pool = lab.id(lab.sim.with(|world| world.list("pool")[0]));
    let user = lab.test.user("low").await;
    for (method, id) in [("host.getSystemStatus", &id), ("pool.getSystemStatuses", &pool)] {
        assert_eq!(user.refused(method, json!({ "id": id })).await["code"], 2, "{method}");
        assert_eq!(lab.admin.refused(method, json!({ "id": "nobody" })).await["code"], 1, "{method}");
        assert_eq!(lab.admin.refused(method, json!({})).await["code"], 10, "{method}");
    }
    lab.sim.with(|world| {
        let metrics = world.object(host, "metrics");
        world.set(metrics, "live", false);
    });
    lab.becomes(&id, |host| host["power_state"] != "Running").await;
    assert_eq!(lab.admin.refused("host.getSystemStatus", json!({ "id": id })).await["code"], 18);
    assert_eq!(lab.asked(), [0, 0]);
}

#[tokio::test]
async fn who_loses_the_right_before_the_download_does_not_get_it_and_no_host_is_asked() {
    let lab = Lab::new().await;
    let [_, (_, id)] = lab.hosts();
    let user = lab.test.user("low").await;
    let rule = Rule::new(user.id(), &id, "admin");
    lab.test.app.add_rule(rule.clone()).await.expect("the rule is new");
    let answer = user.call("host.getSystemStatus", json!({ "id": id })).await;
    let path = answer["$getFrom"].as_str().expect("a path");
    lab.test.app.remove_rule(rule).await.expect("the rule is there");
    let refused = lab.test.app.fetch(path, Asker { user: None, address: HERE }).await.expect_err("the right is gone");
    assert!(matches!(refused, Refusal::Denied(op::Error::Unauthorized { .. })), "{refused:?}");
    assert_eq!(lab.asked(), [0, 0]);
}

#[tokio::test]
async fn no_more_than_four_archives_are_made_at_once_and_the_next_waits() {
    let lab = Lab::new().await;
    let [(_, one), (_, two)] = lab.hosts();
    let mut begun = Vec::new();
    for id in [&one, &two, &one, &two] {
        let mut pieces = lab.offered("host.getSystemStatus", json!({ "id": id })).await.body.into_stream();
        pieces.next().await.expect("a piece").expect("it is good");
        begun.push(pieces);
    }
    let fifth = lab.offered("host.getSystemStatus", json!({ "id": one })).await;
    let fifth = tokio::spawn(received(fifth));
    // Asked for and answered after it, so it would have been at the host by now.
    lab.admin.call("host.getBlockdevices", json!({ "id": one })).await;
    assert_eq!(lab.asked(), [2, 2]);
    begun.clear();
    assert_eq!(fifth.await.expect("no panic").1, None);
    assert_eq!(lab.asked(), [3, 2]);
}
