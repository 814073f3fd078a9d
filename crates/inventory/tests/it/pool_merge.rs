//! Pools that become one, and pools with room.

use serde_json::{Value, json};
use xapi_sim::Sim;

use crate::{Lab, test_app::eventually};

const NORTH: usize = 0;
const BRANCH: usize = 1;

fn pool_id(lab: &Lab, pool: usize) -> String {
    lab.sim.with_pool(pool, |world| world.uuid(world.pool()).to_owned())
}

/// The application, connected to two pools, of which the second may join the first.
async fn sites() -> Lab {
    let lab = Lab::on(Sim::builder().world("two-pools").pace(0.005)).await;
    lab.sim.with_pool(BRANCH, |world| {
        for vm in world.list("VM") {
            if !world.flag(vm, "is_control_domain") {
                world.set(vm, "power_state", "Halted");
            }
        }
        world.put(world.master(), "cpu_info", "vendor", "AuthenticAMD");
    });
    lab
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
    assert_eq!(refused(&lab, params.clone()).await["data"]["code"], "HOSTS_NOT_HOMOGENEOUS");
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
