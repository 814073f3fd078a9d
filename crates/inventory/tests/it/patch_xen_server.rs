//! Updates of XenServer up to 8.2: a public list, archives, images and programs.

use app::Config;
use serde_json::{Value, json};
use xapi_sim::{
    Sim,
    feed::{Feed, Flaw, Update},
    profile::{self, Profile},
};
use xapi_types::Failure;

use crate::{Lab, rolling::three, test_app::TestApp};

/// A pool of XenServer, and the list of its updates.
pub(crate) struct Place {
    pub(crate) lab: Lab,
    pub(crate) feed: Feed,
}

impl Place {
    async fn new(profile: &'static Profile, version: &str, updates: Vec<Update>) -> Self {
        Self::on(Sim::builder().world("small").pace(0.005), profile, version, updates).await
    }

    async fn on(sim: xapi_sim::sim::Builder, profile: &'static Profile, version: &str, updates: Vec<Update>) -> Self {
        let feed = Feed::start(version, updates).await.expect("the list is served");
        let sim = sim.profile(profile).start().await.expect("the simulated pool starts");
        let mut config = Config::default();
        config.updates.feed = feed.url();
        let test = TestApp::with(config, inventory::ops).await;
        let admin = test.admin().await;
        let lab = Lab { test, sim, admin, folder: None };
        lab.connect(0).await;
        Self { lab, feed }
    }

    /// Returns the names of the updates that a host lacks.
    async fn lacks(&self, host: &str) -> Vec<String> {
        let host = self.lab.id(self.lab.named("host", host));
        self.lab.test.app.updates().forget_missing(&host);
        let list = self.lab.admin.call("pool.listMissingPatches", json!({ "host": host })).await;
        let list = list.as_array().expect("a list");
        list.iter().map(|patch| patch["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// Returns what of updates is at the pool: updates, patches, disks.
    pub(crate) fn left(&self) -> (usize, usize, usize) {
        self.lab.sim.with(|world| {
            let isos = world.all("VDI").filter(|vdi| world.text(*vdi, "name_label") == "[XO] Patch ISO").count();
            (world.all("pool_update").count(), world.all("pool_patch").count(), isos)
        })
    }

    async fn install(&self, more: Value) -> Value {
        let mut params = json!({ "pool": self.lab.pool() });
        params.as_object_mut().expect("it is one").extend(more.as_object().expect("it is one").clone());
        self.lab.admin.call("pool.installPatches", params).await
    }

    async fn refused(&self) -> String {
        let error = self.lab.admin.refused("pool.installPatches", json!({ "pool": self.lab.pool() })).await;
        error["message"].as_str().expect("text").to_owned()
    }
}

/// Three updates: the last in the list is needed by the first.
fn updates() -> Vec<Update> {
    let base = Update::new("XS71E001").guidance("restartHost").size(3_000_000);
    let next = Update::new("XS71E002").guidance("restartXAPI").requires(&[&base]);
    let against = Update::new("XS71E003").conflicts(&[&base]);
    let paid = Update::new("XS71E004").paid();
    vec![next, base, against, paid]
}

pub(crate) async fn seven_one() -> Place {
    Place::new(&profile::XENSERVER_7_1, "7.1.2", updates()).await
}

#[tokio::test]
async fn what_a_host_lacks_is_listed_with_all_that_the_list_tells_in_the_order_of_needs() {
    let place = seven_one().await;
    assert_eq!(place.lacks("xcp-lab-1").await, ["XS71E001", "XS71E002", "XS71E004"]);
    let host = place.lab.id(place.lab.named("host", "xcp-lab-1"));
    let list = place.lab.admin.call("pool.listMissingPatches", json!({ "host": host })).await;
    let [next, base, ..] = &updates()[..] else { unreachable!() };
    let whole = json!({
        "uuid": next.uuid(), "id": next.uuid(), "name": "XS71E002", "description": "What XS71E002 mends",
        "documentationUrl": "https://support.example.org/XS71E002",
        "url": place.feed.url().replace("xenserver/updates.xml", "XS71E002.zip"), "date": "2017-03-01T00:00:00Z",
        "guidance": "restartXAPI", "guidances": "restartXAPI", "paid": false, "upgrade": false, "conflicts": [],
        "requirements": [base.uuid()],
    });
    assert_eq!(list[1], whole);
    assert_eq!(place.feed.lists(), 1, "the list is good for a day");
    place.lab.sim.with(|world| {
        let host = world.by_name("host", "xcp-lab-2").expect("it");
        world.put(host, "license_params", "sku_type", "free");
    });
    assert_eq!(place.lacks("xcp-lab-2").await, ["XS71E001", "XS71E002"], "what is paid for is not for everybody");
}

#[tokio::test]
async fn images_go_on_all_hosts_in_order_and_leave_no_disk() {
    let place = seven_one().await;
    assert_eq!(place.install(json!({})).await, true);
    for host in ["xcp-lab-1", "xcp-lab-2"] {
        assert_eq!(place.lacks(host).await, [""; 0], "{host}");
        let id = place.lab.id(place.lab.named("host", host));
        place.lab.becomes(&id, |host| host["rebootRequired"] == true).await;
    }
    assert_eq!(place.left(), (3, 0, 0));
    let calls = place.lab.sim.calls();
    assert_eq!((calls["pool_update.apply"], calls["pool_update.precheck"]), (6, 6));
    assert_eq!(calls["host.restart_agent"], 2, "one of them wants that");
    assert_eq!(place.feed.archives("XS71E001"), 1, "once for both");
    assert_eq!(place.install(json!({})).await, true);
    assert_eq!(place.feed.archives("XS71E001"), 1, "nothing is lacking");
}

#[tokio::test]
async fn one_update_goes_on_one_host_with_what_it_needs_and_the_hosts_differ() {
    let place = seven_one().await;
    let (lab, two) = (&place.lab, place.lab.id(place.lab.named("host", "xcp-lab-2")));
    let wanted = updates()[0].uuid().to_owned();
    let params = json!({ "hosts": [two], "patches": [wanted] });
    assert_eq!(lab.admin.call("pool.installPatches", params).await, true);
    assert_eq!(place.lacks("xcp-lab-2").await, ["XS71E004"]);
    assert_eq!(place.lacks("xcp-lab-1").await.len(), 3);
    let one = lab.id(lab.named("host", "xcp-lab-1"));
    lab.becomes(&two, |host| host["rebootRequired"] == true).await;
    let difference = json!({ "source": one, "target": two });
    let mut names = lab.admin.call("pool.getPatchesDifference", difference).await;
    names.as_array_mut().expect("a list").sort_unstable_by_key(ToString::to_string);
    assert_eq!(names, json!(["XS71E001", "XS71E002"]));
    // What is at the pool already is sent again for a host that lacks it.
    assert_eq!(place.install(json!({ "patches": [wanted] })).await, true);
    assert_eq!(place.lacks("xcp-lab-1").await, ["XS71E004"]);
    assert_eq!(place.left().2, 0);
    for (patches, why) in [(json!(["nope"]), "does not have it"), (json!([updates()[2].uuid()]), "does not go with")] {
        let params = json!({ "pool": lab.pool(), "patches": patches });
        let error = lab.admin.refused("pool.installPatches", params).await;
        assert!(error["message"].as_str().is_some_and(|text| text.contains(why)), "{error}");
    }
}

#[tokio::test]
async fn programs_go_on_old_hosts() {
    let updates = vec![Update::new("XS70E001").old().guidance("restartHost"), Update::new("XS70E002").old()];
    let place = Place::new(&profile::XENSERVER_7_0, "7.0.0", updates).await;
    assert_eq!(place.lacks("xcp-lab-1").await, ["XS70E001", "XS70E002"]);
    assert_eq!(place.install(json!({})).await, true);
    assert_eq!((place.lacks("xcp-lab-1").await, place.lacks("xcp-lab-2").await), (vec![], vec![]));
    let calls = place.lab.sim.calls();
    assert_eq!((calls["pool_patch.apply"], place.left()), (4, (0, 2, 0)));
}

#[tokio::test]
async fn a_program_that_breaks_off_leaves_nothing() {
    let place = Place::new(&profile::XENSERVER_7_0, "7.0.0", vec![Update::new("XS70E001").old()]).await;
    for flaw in [Flaw::Checksum, Flaw::Cut, Flaw::Bomb, Flaw::Missing, Flaw::Traversal, Flaw::Tampered] {
        place.feed.spoil("XS70E001", flaw);
        let message = place.refused().await;
        assert!(message.contains("XS70E001"), "{flaw:?}: {message}");
        assert_eq!(place.left(), (0, 0, 0), "{flaw:?}");
    }
    place.feed.mend();
    for method in ["pool_patch.precheck", "pool_patch.apply", "/pool_patch_upload"] {
        place.lab.sim.fail_next(method, "INTERNAL_ERROR", ["the reason"]);
        let message = place.refused().await;
        assert!(message.contains("the reason"), "{method}: {message}");
        assert_eq!(place.left(), (0, 0, 0), "{method}");
    }
    assert_eq!(place.install(json!({})).await, true);
}

#[tokio::test]
async fn an_archive_that_is_not_good_is_refused_and_leaves_nothing() {
    let place = seven_one().await;
    for (flaw, why) in [
        (Flaw::Checksum, "its checksum is wrong"),
        (Flaw::Cut, ""),
        (Flaw::Bomb, "it is longer than its"),
        (Flaw::Traversal, "is no name of a file"),
        (Flaw::Missing, "no `.iso` is in it"),
        (Flaw::Tampered, "INVALID_UPDATE"),
    ] {
        place.feed.spoil("XS71E001", flaw);
        let message = place.refused().await;
        assert!(message.contains("update `XS71E001`") && message.contains(why), "{flaw:?}: {message}");
        assert_eq!(place.left(), (0, 0, 0), "{flaw:?}");
    }
    place.feed.mend();
    place.feed.instead_of("XS71E001", 404, b"");
    assert!(place.refused().await.contains("it answers 404"));
    assert_eq!(place.left(), (0, 0, 0));
}

#[tokio::test]
async fn wherever_the_pool_fails_what_is_on_no_host_is_taken_back_and_the_rest_told() {
    for method in ["VDI.create", "import_raw_vdi", "pool_update.introduce", "pool_update.precheck", "pool_update.apply"]
    {
        let place = seven_one().await;
        place.lab.sim.fail_next(method, "INTERNAL_ERROR", ["the reason"]);
        let message = place.refused().await;
        assert!(message.contains("XS71E001") && message.contains("the reason"), "{method}: {message}");
        assert_eq!(place.left(), (0, 0, 0), "{method}");
    }
    let place = seven_one().await;
    // The second host of the second update.
    place.lab.sim.fail_after("pool_update.apply", 3, &Failure::new("INTERNAL_ERROR", ["the reason"]));
    let message = place.refused().await;
    assert!(message.contains("update `XS71E002`") && message.contains("installed before: XS71E001"), "{message}");
    assert_eq!(place.left(), (2, 0, 0), "what is on a host stays");
    assert_eq!(place.install(json!({})).await, true, "it goes on from there");
    assert_eq!((place.lacks("xcp-lab-1").await, place.lacks("xcp-lab-2").await), (vec![], vec![]));
}

#[tokio::test]
async fn a_list_that_is_away_or_none_is_told() {
    let place = seven_one().await;
    let host = json!({ "host": place.lab.id(place.lab.named("host", "xcp-lab-1")) });
    let bomb = b"<!DOCTYPE p [<!ENTITY a \"aaaa\">]><patchdata>&a;</patchdata>";
    for (status, body, why) in [
        (503, &b""[..], "it answers 503"),
        (200, b"<html><body>Sign in</body></html>", "it begins with `html`"),
        (200, bomb, "a document type is not taken"),
        (200, b"\xff\xfe", "utf-8"),
    ] {
        place.feed.instead(status, body);
        let error = place.lab.admin.refused("pool.listMissingPatches", host.clone()).await;
        let message = error["message"].as_str().expect("text");
        assert!(message.contains(why) && message.contains("/xenserver/updates.xml"), "{message}");
    }
    place.feed.mend();
    assert_eq!(place.lacks("xcp-lab-1").await.len(), 3, "it is tried again");
}

#[tokio::test]
async fn archives_are_got_in_the_name_of_the_user() {
    let place = seven_one().await;
    place.feed.only_for("ann", "s3cret-key");
    let message = place.refused().await;
    assert!(message.contains("XenServer credentials"), "{message}");
    let change = |user: &mut app::db::User| {
        let who = json!({ "username": "ann", "apikey": "s3cret-key" });
        user.preferences.insert("xsCredentials".to_owned(), who);
    };
    place.lab.test.app.db().users().update(&place.lab.admin.id(), change).await.expect("the database takes it");
    let user = place.lab.test.app.db().users().by_email("admin@admin.net").await.expect("it reads").expect("the user");
    let again = place.lab.test.signed_in(&user).await;
    assert_eq!(again.call("pool.installPatches", json!({ "pool": place.lab.pool() })).await, true);
    assert_eq!(place.left(), (3, 0, 0));
}

#[tokio::test]
async fn a_rolling_update_installs_first_and_restarts_the_hosts_then() {
    let place = Place::on(three().pace(0.005), &profile::XENSERVER_7_1, "7.1.2", updates()).await;
    let lab = &place.lab;
    assert_eq!(lab.admin.call("pool.rollingUpdate", json!({ "pool": lab.pool() })).await, true);
    for host in ["one", "two", "three"] {
        assert_eq!(place.lacks(host).await, [""; 0]);
        let id = lab.id(lab.named("host", host));
        lab.becomes(&id, |host| host["rebootRequired"] == false && host["enabled"] == true).await;
    }
    let calls = lab.sim.calls();
    assert_eq!((calls["host.reboot"], calls["pool_update.apply"], place.feed.archives("XS71E001")), (3, 9, 1));
    place.feed.spoil("XS71E001", Flaw::Cut);
    assert_eq!(lab.admin.call("pool.rollingUpdate", json!({ "pool": lab.pool() })).await, true, "nothing is lacking");
}
