//! Pools that become one, and pools with room.

use serde_json::{Value, json};
use xapi_sim::{Sim, fault::Spoilt};

use crate::{Lab, test_app::eventually};

const NORTH: usize = 0;
const BRANCH: usize = 1;

fn pool_id(lab: &Lab, pool: usize) -> String {
    lab.sim.with_pool(pool, |world| world.uuid(world.pool()).to_owned())
}

/// The application, connected to two pools, of which the second may join the first.
async fn sites() -> Lab {
    let lab = Lab::on(Sim::builder().world("two-pools").pace(0.005)).await;
    ready(&lab);
    lab
}

/// Makes the branch fit to join: nothing runs, and its processor is of the same make.
fn ready(lab: &Lab) {
    lab.sim.with_pool(BRANCH, |world| {
        for vm in world.list("VM") {
            if !world.flag(vm, "is_control_domain") {
                world.set(vm, "power_state", "Halted");
            }
        }
        world.put(world.master(), "cpu_info", "vendor", "AuthenticAMD");
    });
}

#[tokio::test]
async fn a_host_joins_a_pool_and_its_server_is_forgotten() {
    let lab = sites().await;
    let server = lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let host = lab.sim.with_pool(BRANCH, |world| world.uuid(world.master()).to_owned());
    assert_eq!(lab.admin.call("pool.mergeInto", json!({ "sources": [source], "target": target })).await, true);
    lab.becomes(&host, |host| host["$pool"] == target.as_str()).await;
    lab.vanishes(&source).await;
    assert!(lab.test.app.db().servers().get(&server.id).await.expect("the database answers").is_none());
}

/// Tries to merge the branch into the north, which is refused and leaves both connected.
async fn refused(lab: &Lab, params: Value) -> Value {
    let error = lab.admin.refused("pool.mergeInto", params).await;
    for pool in [NORTH, BRANCH] {
        assert!(lab.test.app.store().get(&pool_id(lab, pool)).is_some());
    }
    error
}

#[tokio::test]
async fn why_a_host_cannot_join_is_told() {
    let lab = sites().await;
    lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let params = json!({ "source": source, "target": target });
    lab.sim.with_pool(BRANCH, |world| world.put(world.master(), "cpu_info", "vendor", "GenuineIntel"));
    let error = refused(&lab, params.clone()).await;
    let expected = "host `branch-1` cannot join: its processor is of another kind; `force` passes over that";
    assert_eq!((&error["message"], &error["data"]["code"]), (&json!(expected), &json!("HOSTS_NOT_HOMOGENEOUS")));
    lab.sim.fail_next("pool.join_force", "INTERNAL_ERROR", ["asked"]);
    let forced = json!({ "source": source, "target": target, "force": true });
    assert_eq!(refused(&lab, forced).await["data"]["params"], json!(["asked"]));
    let itself = refused(&lab, json!({ "source": target, "target": target })).await;
    assert_eq!(itself["data"]["params"], json!(["Host is already part of a pool"]));
    assert_eq!(refused(&lab, json!({ "target": target })).await["message"], "`sources` names no pool");
    assert_eq!(refused(&lab, json!({ "sources": ["nope"], "target": target })).await["data"]["id"], "nope");
    let host = lab.sim.with_pool(BRANCH, |world| {
        world.put(world.master(), "software_version", "product_version", "8.2.1");
        world.uuid(world.master()).to_owned()
    });
    lab.becomes(&host, |host| host["version"] == "8.2.1").await;
    let expected = "host `branch-1` runs XCP-ng 8.2.1 and the pool XCP-ng 8.3.0; update it first";
    assert_eq!(refused(&lab, params.clone()).await["message"], expected);
    let user = lab.test.user("somebody").await;
    assert_eq!(user.refused("pool.mergeInto", params).await["code"], 2);
}

/// Gives the master of a pool an update, of the pool's for XenServer 7.1 and later.
fn update(lab: &Lab, pool: usize, name: &str) {
    lab.sim.with_pool(pool, |world| {
        let update = world.create("pool_update", [("name_label", name.into())]);
        world.add(world.master(), "updates", update);
    });
}

/// Gives the master of a pool a patch of older releases.
fn patch(lab: &Lab, pool: usize, name: &str) {
    lab.sim.with_pool(pool, |world| {
        let patch = world.create("pool_patch", [("name_label", name.into())]);
        let applied = world.create("host_patch", [("pool_patch", patch.into()), ("host", world.master().into())]);
        world.set(world.master(), "patches", xapi_sim::Datum::set([applied]));
    });
}

#[tokio::test]
async fn a_host_whose_updates_or_licence_differ_is_told_in_what() {
    let lab = sites().await;
    lab.connect(BRANCH).await;
    let params = json!({ "source": pool_id(&lab, BRANCH), "target": pool_id(&lab, NORTH) });
    let why = async |wanted: fn(&xapi_types::class::Host) -> bool| {
        // Both are compared as they are known here.
        for pool in [NORTH, BRANCH] {
            let host = lab.sim.with_pool(pool, |world| world.uuid(world.master()).to_owned());
            eventually(async || {
                let object = lab.test.app.store().get(&host)?;
                object.get().is_some_and(wanted).then_some(())
            })
            .await;
        }
        refused(&lab, params.clone()).await["message"].as_str().expect("text").to_owned()
    };
    for name in ["XS71E002", "XS71E001"] {
        update(&lab, NORTH, name);
    }
    update(&lab, BRANCH, "XS71E003");
    let expected = "host `branch-1` lacks updates that the pool has: `XS71E001`, `XS71E002`; install them on it first";
    assert_eq!(why(|host| !host.updates.is_empty()).await, expected);
    for name in ["XS71E001", "XS71E002"] {
        update(&lab, BRANCH, name);
    }
    let expected = "host `branch-1` has updates that the pool lacks: `XS71E003`; install them in the pool first";
    assert_eq!(why(|host| host.updates.len() > 1).await, expected);
    update(&lab, NORTH, "XS71E003");
    patch(&lab, NORTH, "XS62E001");
    patch(&lab, BRANCH, "XS62E002");
    let expected = "host `branch-1` lacks updates that the pool has: `XS62E001`; install them on it first";
    assert_eq!(why(|host| host.updates.len() == 3 && host.patches.len() == 1).await, expected);
    for pool in [NORTH, BRANCH] {
        lab.sim.with_pool(pool, |world| world.set(world.master(), "patches", xapi_sim::Datum::set::<&str>([])));
    }
    lab.sim.with_pool(NORTH, |world| world.put(world.master(), "software_version", "xapi_build", "24.19.3"));
    lab.sim.with_pool(BRANCH, |world| world.put(world.master(), "software_version", "xapi_build", "24.19.1"));
    let expected = "host `branch-1` runs XAPI 24.19.1 and the pool 24.19.3; install the same updates on both, and \
                    restart them";
    assert_eq!(
        why(|host| host.patches.is_empty()
            && host.software_version.get("xapi_build").is_some_and(|build| build != "24.19.2"))
        .await,
        expected
    );
    for (pool, edition) in [(NORTH, "enterprise-per-socket"), (BRANCH, "free")] {
        lab.sim.with_pool(pool, |world| world.set(world.master(), "edition", edition));
    }
    let expected =
        "host `branch-1` has the licence `free` and the pool `enterprise-per-socket`; license them alike first";
    assert_eq!(why(|host| ["free", "enterprise-per-socket"].contains(&&*host.edition)).await, expected);
    assert!(!lab.sim.calls().contains_key("pool.join"));
}

#[tokio::test]
async fn a_host_that_does_not_hear_of_its_arrival_stays_and_may_be_tried_again() {
    let lab = sites().await;
    lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let params = json!({ "sources": [source], "target": target });
    let host = lab.sim.with_pool(BRANCH, |world| world.uuid(world.master()).to_owned());
    lab.sim.spoil_at("host.create", Spoilt::Cut);
    let error = refused(&lab, params.clone()).await;
    let expected = "host `branch-1` cannot join: the connection to the master of the pool failed; it stays in its own \
                    pool";
    assert_eq!(error["message"], expected);
    lab.becomes(&host, |host| host["$pool"] == source.as_str()).await;
    assert_eq!(lab.sim.with_pool(NORTH, |world| world.by_uuid("host", &host)), None);
    assert_eq!(lab.admin.call("pool.mergeInto", params).await, true);
    lab.becomes(&host, |host| host["$pool"] == target.as_str()).await;
}

#[tokio::test]
async fn a_joined_host_is_a_member_like_the_others() {
    let lab = sites().await;
    lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let (host, vm, sr) = lab.sim.with_pool(BRANCH, |world| {
        let uuid = |class, name| world.uuid(world.by_name(class, name).expect("it is there")).to_owned();
        (uuid("host", "branch-1"), uuid("VM", "branch-fw"), uuid("SR", "Local storage"))
    });
    let master = lab.becomes(&target, |_| true).await["master"].clone();
    assert_eq!(lab.admin.call("pool.mergeInto", json!({ "sources": [source], "target": target })).await, true);
    for id in [&host, &vm, &sr] {
        lab.becomes(id, |object| object["$pool"] == target.as_str()).await;
    }
    lab.vanishes(&source).await;
    lab.becomes(&target, |pool| pool["master"] == master).await;
    lab.becomes(&host, |host| host["enabled"] == true).await;
    // Its ports are those of a member: it is asked itself for what it measures.
    let joined = lab.sim.with_pool(NORTH, |world| world.by_uuid("host", &host).expect("it is there"));
    eventually(async || {
        let asked = lab.test.app.call(&lab.admin.session, "host.stats", json!({ "host": host })).await;
        asked.ok().filter(|_| lab.sim.requests(joined, "/rrd_updates") > 0).map(drop)
    })
    .await;
    assert_eq!(lab.admin.call("host.disable", json!({ "id": host })).await, true);
    lab.becomes(&host, |host| host["enabled"] == false).await;
}

#[tokio::test]
async fn a_host_whose_answer_is_lost_is_found_in_its_new_pool() {
    let lab = Lab::on(Sim::builder().world("two-pools").explicit()).await;
    ready(&lab);
    let server = lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let (host, object) = lab.sim.with_pool(BRANCH, |world| (world.uuid(world.master()).to_owned(), world.master()));
    let goes_on = async {
        eventually(async || lab.sim.pending().iter().any(|(_, what)| what == "join").then_some(())).await;
        lab.sim.cut(object);
        loop {
            lab.sim.finish_all();
            tokio::task::yield_now().await;
        }
    };
    let params = json!({ "sources": [source], "target": target });
    let answer = tokio::select! {
        answer = lab.admin.call("pool.mergeInto", params) => answer,
        () = goes_on => unreachable!("it goes on for ever"),
    };
    assert_eq!(answer, true);
    lab.becomes(&host, |host| host["$pool"] == target.as_str()).await;
    lab.vanishes(&source).await;
    assert!(lab.test.app.db().servers().get(&server.id).await.expect("the database answers").is_none());
}

#[tokio::test]
async fn a_host_that_was_let_into_another_pool_by_others_is_shown_there() {
    let lab = Lab::on(Sim::builder().world("two-pools").pace(0.005)).await;
    ready(&lab);
    let server = lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let host = lab.sim.with_pool(BRANCH, |world| world.uuid(world.master()).to_owned());
    let master = lab.sim.addresses(NORTH)[0].http.ip().to_string();
    let others = lab.test.app.on(&source).expect("it is connected").pool;
    let joins = async {
        // Its answer may be lost when the agent restarts.
        others.call("pool.join", xapi::params![master, "root", "password"]).await.ok();
    };
    let shown = lab.becomes(&host, |host| host["$pool"] == target.as_str());
    tokio::join!(joins, shown);
    lab.vanishes(&source).await;
    // Its server says why it shows nothing any more.
    let expected = format!("belongs to another pool now, `{target}` instead of `{source}`; connect to that one anew");
    eventually(async || {
        let status = lab.test.app.pool_status(&server.id).error?;
        status["message"].as_str()?.ends_with(&expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_host_is_added_to_a_pool_by_its_own_name() {
    let lab = sites().await;
    let server = lab.connect(BRANCH).await;
    let (source, target) = (pool_id(&lab, BRANCH), pool_id(&lab, NORTH));
    let host = lab.sim.with_pool(BRANCH, |world| world.uuid(world.master()).to_owned());
    let params = json!({ "id": target, "host": host });
    let user = lab.test.user("somebody").await;
    assert_eq!(user.refused("pool.addHost", params.clone()).await["code"], 2);
    lab.sim.fail_next("pool.join_force", "INTERNAL_ERROR", ["asked"]);
    let forced = json!({ "id": target, "host": host, "force": true });
    assert_eq!(lab.admin.refused("pool.addHost", forced).await["data"]["params"], json!(["asked"]));
    let member = lab.id(lab.named("host", "north-3"));
    let other = lab.admin.refused("pool.addHost", json!({ "id": source, "host": member })).await;
    let expected = format!("host `{member}` is in a pool with others; detach it from there first");
    assert_eq!(other["message"], expected);
    assert_eq!(lab.admin.call("pool.addHost", params).await, true);
    lab.becomes(&host, |host| host["$pool"] == target.as_str()).await;
    lab.vanishes(&source).await;
    assert!(lab.test.app.db().servers().get(&server.id).await.expect("the database answers").is_none());
    let again = lab.admin.refused("pool.addHost", json!({ "id": target, "host": host })).await;
    assert_eq!(again["data"], json!({ "objectId": host, "objectType": "host" }));
}

#[tokio::test]
async fn pools_with_room_are_found() {
    let lab = sites().await;
    lab.connect(BRANCH).await;
    let found = async |params: Value| {
        let answer = lab.admin.call("pool.listPoolsMatchingCriteria", params).await;
        let mut ids: Vec<_> =
            answer.as_array().unwrap().iter().map(|pool| pool["id"].as_str().unwrap().to_owned()).collect();
        ids.sort_unstable();
        ids
    };
    let (north, branch) = (pool_id(&lab, NORTH), pool_id(&lab, BRANCH));
    let mut both = vec![north.clone(), branch.clone()];
    both.sort_unstable();
    assert_eq!(found(json!({})).await, both);
    assert_eq!(found(json!({ "poolNameRegExp": "^bran" })).await, [branch]);
    assert_eq!(found(json!({ "minHostCpus": 16 })).await, std::slice::from_ref(&north));
    assert_eq!(found(json!({ "minAvailableHostMemory": 64_u64 << 30 })).await, std::slice::from_ref(&north));
    assert_eq!(found(json!({ "srNameRegExp": "SAN", "minAvailableSrSize": 1_u64 << 40 })).await, [north]);
    assert_eq!(found(json!({ "minAvailableSrSize": 1_u64 << 50 })).await, [""; 0]);
    assert_eq!(found(json!({ "minHostVersion": "8.3" })).await, both);
    assert_eq!(found(json!({ "minHostVersion": "8.10" })).await, [""; 0]);
    for params in [json!({ "poolNameRegExp": "(" }), json!({ "minHostVersion": "new" })] {
        assert_eq!(lab.admin.refused("pool.listPoolsMatchingCriteria", params).await["code"], 10);
    }
    let user = lab.test.user("somebody").await;
    assert_eq!(user.call("pool.listPoolsMatchingCriteria", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_member_that_is_detached_leaves_its_pool() {
    let lab = sites().await;
    let host = lab.named("host", "north-3");
    let id = lab.id(host);
    assert_eq!(lab.admin.call("host.detach", json!({ "id": id })).await, true);
    lab.vanishes(&id).await;
    let master = lab.id(lab.named("host", "north-1"));
    let error = lab.admin.refused("host.detach", json!({ "id": master })).await;
    assert_eq!(error["data"]["code"], "HOST_CANNOT_DESTROY_SELF");
    eventually(async || lab.test.app.store().get(&master).map(drop)).await;
}

#[tokio::test]
async fn a_dry_run_says_what_stands_against_a_host_that_joins_or_leaves() {
    let lab = sites().await;
    lab.connect(BRANCH).await;
    let target = pool_id(&lab, NORTH);
    let host = lab.sim.with_pool(BRANCH, |world| world.uuid(world.master()).to_owned());
    let params = json!({ "id": target, "host": host, "dryRun": true });
    let report = lab.admin.call("pool.addHost", params.clone()).await;
    assert!(report["objects"][0]["would"].is_string(), "{report}");
    let (vm, uuid) = lab.sim.with_pool(BRANCH, |world| {
        let vm =
            world.all("VM").find(|vm| world.text(*vm, "power_state") == "Halted" && !world.flag(*vm, "is_a_template"));
        let vm = vm.expect("a VM");
        (vm, world.uuid(vm).to_owned())
    });
    for (state, says) in [("Running", "VMs run on it"), ("Suspended", "it has suspended VMs")] {
        lab.sim.with_pool(BRANCH, |world| world.set(vm, "power_state", state));
        lab.becomes(&uuid, |vm| vm["power_state"] == state).await;
        let report = lab.admin.call("pool.addHost", params.clone()).await;
        let object = &report["objects"][0];
        assert!(object["would"].is_null() && object.to_string().contains(says), "{report}");
    }
    let master = lab.sim.with_pool(NORTH, |world| world.uuid(world.master()).to_owned());
    let report = lab.admin.call("host.detach", json!({ "id": master, "dryRun": true })).await;
    let object = &report["objects"][0];
    assert!(object["would"].is_null() && object.to_string().contains("it is the master of its pool"), "{report}");
}
