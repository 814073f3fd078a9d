//! Who may do what, on the whole table of operations and a simulated pool.

use app::{
    db::NewServer,
    model::{Kind, Object},
};
use serde_json::{Map, Value, json};
use xapi_sim::Sim;

use crate::test_app::{Caller, TestApp, eventually};

/// The server's operations, connected to a simulated pool.
struct Lab {
    test: TestApp,
    admin: Caller,
    /// Runs as long as it is here.
    _sim: Sim,
}

impl Lab {
    async fn new() -> Self {
        let sim = Sim::builder().world("small").pace(0.005).start().await.expect("the simulated pool starts");
        let test = TestApp::new(|ops| *ops = xo_server::ops()).await;
        let admin = test.admin().await;
        let new = NewServer {
            host: format!("http://{}", sim.http_addr()),
            username: "root".to_owned(),
            password: "password".into(),
            label: None,
            allow_unauthorized: false,
            enabled: true,
            http_proxy: None,
        };
        let server = test.app.db().servers().add(new).await.expect("the server is new");
        test.app.connect(&server).await.expect("the pool is connected");
        Self { test, admin, _sim: sim }
    }

    /// Returns the id of the first object of a kind that is as wanted.
    fn id(&self, kind: Kind, wanted: impl Fn(&Object) -> bool) -> String {
        let found = self.test.app.store().snapshot().of_kind(kind).find(|object| wanted(object));
        found.unwrap_or_else(|| panic!("there is such a {kind}")).id().to_owned()
    }

    async fn grant(&self, subject: &str, object: &str, role: &str) {
        self.admin.call("acl.add", json!({ "subject": subject, "object": object, "action": role })).await;
    }
}

async fn seen(caller: &Caller) -> Map<String, Value> {
    let objects = caller.call("xo.getAllObjects", json!({})).await;
    objects.as_object().expect("objects come by id").clone()
}

/// What the table of the original says when a right is missing.
fn refusal(right: &str, id: &str) -> Value {
    json!({
        "message": "not enough permissions",
        "code": 2,
        "data": { "permission": right, "object": { "id": id } },
    })
}

#[tokio::test]
async fn an_operator_of_one_vm_sees_just_that_and_starts_it() {
    let lab = Lab::new().await;
    let bob = lab.test.user("bob").await;
    let halted = |vm: &Object| {
        let vm = vm.decode::<Value>().expect("objects are JSON");
        vm["power_state"] == "Halted" && vm["blockedOperations"] == json!({})
    };
    let (vm, other) = (lab.id(Kind::Vm, halted), lab.id(Kind::Vm, |vm| !halted(vm)));
    assert!(seen(&bob).await.is_empty());
    assert_eq!(bob.refused("vm.start", json!({ "id": vm })).await, refusal("operate", &vm));

    lab.grant(&bob.id(), &vm, "viewer").await;
    assert_eq!(seen(&bob).await[&vm]["type"], "VM");
    assert_eq!(bob.refused("vm.start", json!({ "id": vm })).await, refusal("operate", &vm));

    lab.grant(&bob.id(), &vm, "operator").await;
    bob.call("vm.start", json!({ "id": vm })).await;
    let runs = async || {
        let vm = lab.test.app.store().get(&vm)?;
        (vm.text("power_state")? == "Running").then_some(())
    };
    eventually(runs).await;
    assert_eq!(bob.refused("vm.start", json!({ "id": other })).await, refusal("operate", &other));
    assert_eq!(bob.refused("vm.delete", json!({ "id": vm })).await, refusal("administrate", &vm));
    let kinds: Vec<_> = seen(&bob).await.values().map(|object| object["type"].clone()).collect();
    assert!(
        kinds.iter().all(|kind| ["VM", "VDI", "VBD", "VIF", "VTPM", "VM-snapshot", "message"]
            .contains(&kind.as_str().expect("kinds are text"))),
        "{kinds:?}"
    );
    assert_eq!(kinds.iter().filter(|kind| *kind == "VM").count(), 1);

    for role in ["viewer", "operator"] {
        lab.admin.call("acl.remove", json!({ "subject": bob.id(), "object": vm, "action": role })).await;
    }
    assert!(seen(&bob).await.is_empty());
    assert_eq!(bob.refused("vm.stop", json!({ "id": vm })).await, refusal("operate", &vm));
}
