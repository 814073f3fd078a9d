use std::io;

use app::{Caller as Asker, Content, Ended, Received, Refusal, acl::Rule};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use crate::{
    Lab,
    test_app::{Caller, HERE, eventually},
};

/// What the hosts of the simulator call the pack of [`iso`].
const PACK: &str = "vendor:drivers";

/// Returns an image of a pack.
fn iso() -> Vec<u8> {
    let mut image = vec![0; 100 * 2048];
    let mut write = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    write(16 * 2048, b"\x01CD001\x01");
    write(16 * 2048 + 40, b"drivers                         ");
    write(16 * 2048 + 318, b"vendor   ");
    write(80 * 2048, b"the files of the pack");
    image
}

fn received(image: Vec<u8>, told: bool) -> Received {
    let length = told.then_some(image.len() as u64);
    let pieces: Vec<Bytes> = image.chunks(10_000).map(Bytes::copy_from_slice).collect();
    Received { length, content_type: None, body: Content::parts(pieces.into_iter()) }
}

/// Returns an image that breaks off after `pieces` pieces.
fn cut(pieces: usize) -> Received {
    let image = iso();
    let length = Some(image.len() as u64);
    let good: Vec<_> = image.chunks(10_000).take(pieces).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let body = stream::iter(good.into_iter().chain([Err(io::Error::other("the client is gone"))]));
    Received { length, content_type: None, body: Content::stream(body) }
}

fn here() -> Asker<'static> {
    Asker { user: None, address: HERE }
}

impl Lab {
    /// Returns which of the hosts have the pack.
    fn have(&self) -> [bool; 2] {
        self.both().map(|host| !self.entry(host, "software_version", PACK).is_empty())
    }

    async fn path(&self, caller: &Caller, on: &Value) -> String {
        let method =
            if on.get("pool").is_some() { "pool.installSupplementalPack" } else { "host.installSupplementalPack" };
        let answer = caller.call(method, on.clone()).await;
        answer["$sendTo"].as_str().expect("a path").to_owned()
    }

    /// Sends `what` as the administrator, and returns what comes of it: the result, or the error as it is told.
    async fn send(&self, on: &Value, what: Received) -> Result<Value, Value> {
        let path = self.path(&self.admin, on).await;
        let Ended { result, to_admin } = self.test.app.receive(&path, here(), what).await.expect("it is taken");
        assert!(to_admin);
        result.map(|answer| answer.decode().expect("JSON")).map_err(|error| error.to_json(true))
    }

    /// Leaves only storage that a single host sees.
    async fn without_shared_storage(&self) {
        let shared = self.sim.with(|world| {
            let mut shared = world.list("SR");
            shared.retain(|sr| world.flag(*sr, "shared") && world.text(*sr, "content_type") == "user");
            for sr in &shared {
                world.put(*sr, "other_config", "xo:maintenanceState", "{}");
            }
            shared
        });
        assert!(!shared.is_empty());
        for sr in shared {
            self.becomes(&self.id(sr), |sr| sr["inMaintenanceMode"] == true).await;
        }
    }
}

#[tokio::test]
async fn a_pack_is_installed_on_a_host_and_its_disk_goes() {
    let lab = Lab::new().await;
    let [_, host] = lab.both();
    let before = lab.census();
    let on = json!({ "host": lab.id(host) });
    assert_eq!(lab.send(&on, received(iso(), true)).await, Ok(json!(true)));
    assert_eq!((lab.have(), lab.census()), ([false, true], before.clone()));
    assert_eq!((lab.called("VDI.create"), lab.called("VDI.destroy")), (1, 1));
    // It has it now.
    let error = lab.send(&on, received(iso(), true)).await.expect_err("it has it");
    assert_eq!(error["data"]["code"], "XENAPI_PLUGIN_FAILURE", "{error}");
    assert_eq!(
        error["data"]["params"],
        json!(["install", "InstallFailure", format!("UPDATE_ALREADY_APPLIED: {PACK}")])
    );
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn a_pack_whose_length_is_not_told_is_installed_too() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    let before = lab.census();
    assert_eq!(lab.send(&json!({ "host": lab.id(host) }), received(iso(), false)).await, Ok(json!(true)));
    assert_eq!((lab.have(), lab.census()), ([true, false], before));
}

#[tokio::test]
async fn all_hosts_of_a_pool_install_from_one_disk_where_they_share_storage() {
    let lab = Lab::new().await;
    let before = lab.census();
    assert_eq!(lab.send(&json!({ "pool": lab.pool_id() }), received(iso(), true)).await, Ok(json!(true)));
    assert_eq!((lab.have(), lab.census()), ([true, true], before));
    assert_eq!(lab.called("VDI.create"), 1);
}

#[tokio::test]
async fn hosts_without_common_storage_get_a_disk_each_from_one_upload() {
    let lab = Lab::new().await;
    lab.without_shared_storage().await;
    let before = lab.census();
    assert_eq!(lab.send(&json!({ "pool": lab.pool_id() }), received(iso(), true)).await, Ok(json!(true)));
    assert_eq!((lab.have(), lab.census()), ([true, true], before));
    assert_eq!(lab.called("VDI.create"), 2);
}

#[tokio::test]
async fn a_host_of_a_pool_that_fails_is_named_and_the_others_have_the_pack() {
    let lab = Lab::new().await;
    let [one, two] = lab.both();
    let before = lab.census();
    assert_eq!(lab.send(&json!({ "host": lab.id(one) }), received(iso(), true)).await, Ok(json!(true)));
    let error = lab.send(&json!({ "pool": lab.pool_id() }), received(iso(), true)).await.expect_err("one has it");
    let message = error["message"].as_str().expect("text");
    assert!(message.starts_with(&format!("the pack is on 1 of 2 hosts; host `{}`: ", lab.id(one))), "{message}");
    assert!(error["data"]["hosts"].get(lab.id(two)).is_none(), "{error}");
    assert_eq!((lab.have(), lab.census()), ([true, true], before));
}

#[tokio::test]
async fn what_is_no_pack_is_refused_by_us_or_by_the_host_and_leaves_nothing() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    let before = lab.census();
    let on = json!({ "host": lab.id(host) });
    for nothing in [Vec::new(), vec![0; 100_000]] {
        let error = lab.send(&on, received(nothing, true)).await.expect_err("it is no image");
        assert_eq!(error["code"], 10, "{error}");
    }
    assert_eq!(lab.called("VDI.create"), 0, "the pool is not asked");
    let mut blank = iso();
    blank[16 * 2048 + 40..16 * 2048 + 72].fill(b' ');
    let error = lab.send(&on, received(blank, true)).await.expect_err("it is no pack");
    assert_eq!(error["data"]["code"], "XENAPI_PLUGIN_FAILURE", "{error}");
    assert_eq!((lab.have(), lab.census()), ([false, false], before));
}

#[tokio::test]
async fn a_peer_that_fails_midway_leaves_nothing_behind() {
    let lab = Lab::new().await;
    lab.without_shared_storage().await;
    let before = lab.census();
    let [host, _] = lab.both();
    for on in [json!({ "host": lab.id(host) }), json!({ "pool": lab.pool_id() })] {
        for (method, code) in [
            ("VDI.create", "SR_FULL"),
            ("task.create", "INTERNAL_ERROR"),
            ("import_raw_vdi", "VDI_IO_ERROR"),
            ("VDI.get_uuid", "INTERNAL_ERROR"),
        ] {
            lab.sim.fail_next(method, code, ["told"]);
            let error = lab.send(&on, received(iso(), true)).await.expect_err("it fails");
            let told = error["data"]["code"] == code || error["message"].as_str().unwrap_or_default().contains(code);
            assert!(told, "{on} {method}: {error}");
            assert_eq!(lab.census(), before, "{on} {method}");
            // Where the image was for several, the others have it.
            lab.sim.with(|world| {
                for host in world.list("host") {
                    world.remove(host, "software_version", PACK);
                }
            });
        }
    }
    // The host that was to install it says something else than that it worked.
    let tell = "sim:plugin:install-supp-pack.install";
    lab.sim.with(|world| world.put(host, "other_config", tell, "the disk is full"));
    let error = lab.send(&json!({ "host": lab.id(host) }), received(iso(), true)).await.expect_err("it fails");
    assert_eq!((error["message"].as_str(), lab.census()), (Some("the disk is full"), before));
}

#[tokio::test]
async fn a_client_that_goes_leaves_nothing_behind() {
    let lab = Lab::new().await;
    let before = lab.census();
    let [host, _] = lab.both();
    for shared in [true, false] {
        if !shared {
            lab.without_shared_storage().await;
        }
        for on in [json!({ "host": lab.id(host) }), json!({ "pool": lab.pool_id() })] {
            for pieces in [0, 2, 10] {
                let error = lab.send(&on, cut(pieces)).await.expect_err("it breaks off");
                assert!(error.to_string().contains("the client is gone"), "{on} {pieces}: {error}");
                assert_eq!(lab.census(), before, "{on} {pieces}");
            }
        }
    }
    assert_eq!((lab.have(), lab.called("host.call_plugin")), ([false, false], 0));
}

#[tokio::test]
async fn a_disk_that_a_host_still_reads_is_deleted_when_it_lets_go() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    let before = lab.census();
    lab.sim.fail("VDI.destroy", 2, &xapi_types::Failure::new("VDI_IN_USE", ["x", "destroy"]));
    assert_eq!(lab.send(&json!({ "host": lab.id(host) }), received(iso(), true)).await, Ok(json!(true)));
    assert_eq!((lab.census(), lab.called("VDI.destroy")), (before, 3));
    // One that cannot be deleted is told.
    lab.sim.fail_next("VDI.destroy", "SR_BACKEND_FAILURE_80", ["told"]);
    let [_, other] = lab.both();
    let error = lab.send(&json!({ "host": lab.id(other) }), received(iso(), true)).await.expect_err("a disk stays");
    assert!(error["message"].as_str().unwrap().starts_with("the disk that held the image stays: "), "{error}");
    assert_eq!(lab.have(), [true, true]);
}

#[tokio::test]
async fn a_cancelled_upload_leaves_nothing_behind() {
    let lab = Lab::new().await;
    let before = lab.census();
    let [host, _] = lab.both();
    let path = lab.path(&lab.admin, &json!({ "host": lab.id(host) })).await;
    let image = iso();
    let length = Some(image.len() as u64);
    let begin = Bytes::from(image).slice(..100_000);
    let body = Content::stream(futures_util::StreamExt::chain(stream::iter([Ok(begin)]), stream::pending()));
    let app = lab.test.app.clone();
    let what = Received { length, content_type: None, body };
    let upload = tokio::spawn(async move { app.receive(&path, here(), what).await.expect("it is taken") });
    let task = eventually(async || {
        let task = lab.test.app.tasks().all().into_iter().next()?;
        (lab.census() != before && task.percent()? > 0).then_some(task)
    })
    .await;
    assert_eq!(task.properties["method"], "host.installSupplementalPack");
    assert!(lab.test.app.tasks().cancel(&task.id));
    let error = upload.await.expect("no panic").result.expect_err("it is cancelled");
    assert!(error.to_string().contains("it has been cancelled"), "{error}");
    assert_eq!((lab.have(), lab.census()), ([false, false], before));
}

#[tokio::test]
async fn hosts_that_are_down_and_those_who_may_not_are_refused() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    let user = lab.test.user("low").await;
    let (host_id, pool) = (lab.id(host), lab.pool_id());
    let on = [
        ("host.installSupplementalPack", json!({ "host": host_id })),
        ("pool.installSupplementalPack", json!({ "pool": pool })),
    ];
    for (method, params) in &on {
        assert_eq!(user.refused(method, params.clone()).await["code"], 2, "{method}");
        assert_eq!(lab.admin.refused(method, json!({})).await["code"], 10, "{method}");
        let name = method.split('.').next().unwrap();
        assert_eq!(lab.admin.refused(method, json!({ name: "nope" })).await["code"], 1, "{method}");
    }
    // What is in a pack runs as root: a right on the host is not enough.
    lab.test.app.add_rule(Rule::new(user.id(), &host_id, "admin")).await.expect("the rule is new");
    assert_eq!(user.refused(on[0].0, on[0].1.clone()).await["code"], 2);
    // Who is no administrator any more when the upload begins.
    let path = lab.path(&lab.admin, &on[0].1).await;
    let allow = async |permission: &str| {
        let change = |user: &mut app::db::User| user.permission = permission.to_owned();
        lab.test.app.db().users().update(&lab.admin.id(), change).await.expect("the database takes it");
    };
    allow("none").await;
    let refused = lab.test.app.receive(&path, here(), received(iso(), true)).await.expect_err("the right is gone");
    assert!(matches!(refused, Refusal::Denied(op::Error::Unauthorized { .. })), "{refused:?}");
    allow("admin").await;

    // It goes down before the upload, and then it is down.
    let path = lab.path(&lab.admin, &on[0].1).await;
    lab.sim.with(|world| {
        let metrics = world.object(host, "metrics");
        world.set(metrics, "live", false);
    });
    lab.becomes(&host_id, |host| host["power_state"] != "Running").await;
    let ended = lab.test.app.receive(&path, here(), received(iso(), true)).await.expect("it is taken");
    assert_eq!(ended.result.expect_err("it is down").code(), 18);
    for (method, params) in on {
        assert_eq!(lab.admin.refused(method, params).await["code"], 18, "{method}");
    }
    assert_eq!((lab.have(), lab.called("VDI.create")), ([false, false], 0));
}

#[tokio::test]
async fn an_image_that_has_room_nowhere_is_refused() {
    let lab = Lab::new().await;
    let [host, _] = lab.both();
    let before = lab.census();
    let mut what = received(iso(), true);
    what.length = Some(1 << 60);
    let error = lab.send(&json!({ "host": lab.id(host) }), what).await.expect_err("it is too large");
    let message = error["message"].as_str().expect("text");
    assert!(message.starts_with(&format!("no storage that host `{}` reaches has ", lab.id(host))), "{message}");
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn a_dry_run_asks_for_no_image() {
    let lab = Lab::new().await;
    let params = json!({ "pool": lab.pool_id(), "dryRun": true });
    let report = lab.admin.call("pool.installSupplementalPack", params).await;
    let would = report["objects"][0]["would"].as_str().unwrap_or_else(|| panic!("{report}"));
    assert!(
        would.ends_with("the supplemental pack would be installed on each of its hosts, once it is sent"),
        "{would}"
    );
}
