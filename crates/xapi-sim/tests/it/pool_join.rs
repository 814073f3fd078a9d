//! A host that leaves the pool of its own for another.

use tokio::time::timeout;
use xapi_sim::{Object, Sim, World, fault::Spoilt};
use xapi_types::Value;

use crate::client::{Client, SOON, until_closed, until_open};

const NORTH: usize = 0;
const BRANCH: usize = 1;

async fn pools() -> (Sim, Client) {
    let sim = Sim::builder().world("two-pools").explicit().start().await.expect("the world starts");
    let branch = Client::login(sim.addresses(BRANCH)[0].http).await;
    (sim, branch)
}

/// Makes the branch fit to join: nothing runs, and its processor is of the same make.
fn prepare(sim: &Sim) {
    sim.with_pool(BRANCH, |world| {
        for vm in world.list("VM") {
            if !world.flag(vm, "is_control_domain") {
                world.set(vm, "power_state", "Halted");
            }
        }
        world.put(world.master(), "cpu_info", "vendor", "AuthenticAMD");
    });
}

fn arguments(sim: &Sim) -> [Value; 3] {
    let address = sim.addresses(NORTH)[0].http.ip().to_string();
    [address.as_str().into(), "root".into(), "password".into()]
}

/// Calls `pool.join` and lets all happen that it waits for.
async fn join(sim: &Sim, branch: &Client, method: &str) -> Result<Value, xapi_types::Failure> {
    let arguments = arguments(sim);
    let asked = branch.call(method, &arguments);
    let steps = async {
        loop {
            sim.finish_all();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = timeout(SOON, asked) => answer.expect("it is answered"),
        () = steps => unreachable!("it goes on for ever"),
    }
}

fn hosts(world: &mut World) -> usize {
    world.all("host").count()
}

#[tokio::test]
async fn a_host_joins_with_its_storage_and_vms() {
    let (sim, branch) = pools().await;
    prepare(&sim);
    let told = sim.with_pool(BRANCH, |world| {
        let vm = world.by_name("VM", "branch-fw").expect("a VM");
        let disk = world.by_name("VDI", "branch-fw disk").expect("its disk");
        world.disks.write(disk, 3 << 20, &[9; 32]);
        (world.uuid(world.master()).to_owned(), world.uuid(vm).to_owned(), world.uuid(disk).to_owned())
    });
    join(&sim, &branch, "pool.join").await.expect("it joins");
    sim.with_pool(NORTH, |world| {
        let host = world.by_uuid("host", &told.0).expect("the host");
        let vm = world.by_uuid("VM", &told.1).expect("its VM");
        let disk = world.by_uuid("VDI", &told.2).expect("its disk");
        let mut bytes = [0; 32];
        world.disks.read(disk, 3 << 20, &mut bytes);
        assert_eq!(bytes, [9; 32]);
        assert_eq!(world.object(world.objects(vm, "VBDs")[0], "VDI"), disk);
        let network = world.object(world.objects(vm, "VIFs")[0], "network");
        assert_eq!(world.text(network, "bridge"), "xenbr0");
        let san = world.by_name("SR", "North SAN").expect("the array");
        let sees = |pbd| world.object(pbd, "host") == host && world.flag(pbd, "currently_attached");
        assert!(world.objects(san, "PBDs").into_iter().any(sees));
        assert_eq!(world.all("SR").filter(|sr| world.flag(*sr, "is_tools_sr")).count(), 1);
    });
    becomes_member(&sim, &branch).await;
}

/// Waits until the ports of the branch say who the master is.
async fn becomes_member(sim: &Sim, branch: &Client) {
    timeout(SOON, async {
        loop {
            sim.finish_all();
            let answer = branch.bare("session.login_with_password", &["root".into(), "password".into()]).await;
            if let Err(failure) = answer {
                let master = sim.addresses(NORTH)[0].http.ip().to_string();
                assert_eq!((failure.code.as_str(), failure.param(0)), ("HOST_IS_SLAVE", &*master));
                break;
            }
        }
    })
    .await
    .expect("its ports say who the master is");
}

#[tokio::test]
async fn faults_reach_a_host_that_has_joined() {
    let (sim, branch) = pools().await;
    prepare(&sim);
    let address = sim.addresses(BRANCH)[0];
    let members = sim.addresses(NORTH).len();
    join(&sim, &branch, "pool.join").await.expect("it joins");
    becomes_member(&sim, &branch).await;
    assert_eq!(sim.addresses(NORTH)[members..], [address]);
    let host = sim.with_pool(NORTH, |world| world.by_name("host", "branch-1").expect("the host"));
    let login = ["root".into(), "password".into()];
    let local = "session.slave_local_login_with_password";
    sim.fail_next(local, "INTERNAL_ERROR", ["asked"]);
    assert_eq!(branch.bare(local, &login).await.expect_err("it fails").param(0), "asked");
    branch.bare(local, &login).await.expect("it answers again");

    sim.kill(host);
    until_closed(address.http).await;
    sim.revive(host);
    until_open(address.http).await;
    assert_eq!(branch.bare("host.get_all", &login).await.expect_err("a member").code, "HOST_IS_SLAVE");

    // What the master hands on to it waits for it.
    let north = Client::login(sim.addresses(NORTH)[0].http).await;
    sim.mute(host);
    let asked = [host.to_string().as_str().into()];
    let time = north.call("host.get_servertime", &asked);
    tokio::pin!(time);
    tokio::select! {
        biased;
        _ = &mut time => panic!("it is mute"),
        answer = north.call("host.get_all", &[]) => assert!(answer.is_ok()),
    }
    sim.clear_faults();
    timeout(SOON, time).await.expect("in time").expect("it answers");

    // A VM can be sent to it, at the port that it has.
    let network = sim.with_pool(NORTH, |world| world.object(world.objects(host, "PIFs")[0], "network").to_string());
    let ticket = [asked[0].clone(), network.as_str().into(), Value::structure::<&str>([])];
    let ticket = north.ok("host.migrate_receive", &ticket).await;
    let there = format!("http://{}/services/xenops?", address.http);
    assert!(ticket.get("xenops").and_then(Value::as_str).is_some_and(|url| url.starts_with(&there)), "{ticket}");
}

/// Returns how many objects of each class the north has that a host brings.
fn census(world: &mut World) -> Vec<usize> {
    let classes = ["host", "host_metrics", "host_cpu", "network", "PIF", "SR", "PBD", "VDI", "VM", "VBD", "VIF"];
    classes.map(|class| world.all(class).count()).into()
}

#[tokio::test]
async fn a_host_that_does_not_hear_of_its_arrival_stays_in_its_pool_and_may_try_again() {
    let (sim, branch) = pools().await;
    prepare(&sim);
    let before = [NORTH, BRANCH].map(|pool| sim.with_pool(pool, census));
    sim.spoil_at("host.create", Spoilt::Cut);
    let lost = join(&sim, &branch, "pool.join").await.expect_err("nobody heard");
    assert_eq!(lost.code, "JOINING_HOST_CONNECTION_FAILED");
    assert_eq!([NORTH, BRANCH].map(|pool| sim.with_pool(pool, census)), before);
    assert_eq!(sim.pending(), [] as [(Object, String); 0]);
    join(&sim, &branch, "pool.join").await.expect("it joins");
    assert_eq!(sim.with_pool(NORTH, hosts), before[NORTH][0] + 1);
}

#[tokio::test]
async fn what_stands_against_it_is_told_and_nothing_changes() {
    let (sim, branch) = pools().await;
    let before = sim.with_pool(NORTH, hosts);
    let code = async |method| join(&sim, &branch, method).await.expect_err("it is refused").code;
    assert_eq!(code("pool.join").await, "HOSTS_NOT_HOMOGENEOUS");
    assert_eq!(code("pool.join_force").await, "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS");
    prepare(&sim);
    sim.fail_next("host.create", "INTERNAL_ERROR", ["no more"]);
    assert_eq!(code("pool.join").await, "INTERNAL_ERROR");
    sim.with_pool(BRANCH, |world| world.put(world.master(), "software_version", "product_version", "8.2.1"));
    assert_eq!(code("pool.join").await, "POOL_JOINING_HOST_MUST_HAVE_SAME_PRODUCT_VERSION");
    let wrong = [arguments(&sim)[0].clone(), "root".into(), "wrong".into()];
    assert_eq!(branch.err("pool.join", &wrong).await[0], "SESSION_AUTHENTICATION_FAILED");
    let nobody = ["127.0.1.99".into(), "root".into(), "password".into()];
    assert_eq!(branch.err("pool.join", &nobody).await, ["JOINING_HOST_CONNECTION_FAILED"]);
    let north = Client::login(sim.addresses(NORTH)[0].http).await;
    let itself = ["OPERATION_NOT_ALLOWED", "Host is already part of a pool"];
    assert_eq!(north.err("pool.join", &arguments(&sim)).await, itself);
    assert_eq!(sim.with_pool(NORTH, hosts), before);
    assert_eq!(sim.with_pool(BRANCH, hosts), 1);
}
