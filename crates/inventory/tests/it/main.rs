//! Tests of the operations on the running application and a simulated pool on its ports.

mod error;
mod object;
mod tag;
mod task;
#[path = "../../../app/tests/it/test_app.rs"]
#[allow(dead_code, reason = "each crate uses its part")]
mod test_app;
mod vm_set;

use std::sync::Arc;

use app::{db::NewServer, model};
use serde_json::Value;
use test_app::{Caller, TestApp, eventually};
use xapi_sim::{Object, Sim};

/// The application, connected to a simulated pool, and its administrator.
struct Lab {
    test: TestApp,
    sim: Sim,
    admin: Caller,
}

impl Lab {
    async fn new() -> Self {
        Self::on(Sim::builder().world("small")).await
    }

    async fn on(sim: xapi_sim::sim::Builder) -> Self {
        let sim = sim.start().await.expect("the simulated pool starts");
        let test = TestApp::new(inventory::ops).await;
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
        Self { test, sim, admin }
    }

    /// Returns our object of one of the simulator's.
    fn object(&self, object: Object) -> Arc<model::Object> {
        let uuid = self.sim.with(|world| world.uuid(object).to_owned());
        self.test.app.store().get(&uuid).expect("the object is shown")
    }

    fn id(&self, object: Object) -> String {
        self.object(object).id().to_owned()
    }

    /// Returns a VM that is no template, snapshot or control domain, in that power state.
    fn vm(&self, power_state: &str) -> Object {
        let is_plain = |world: &xapi_sim::World, vm| {
            let flags = ["is_a_template", "is_a_snapshot", "is_control_domain"];
            flags.iter().all(|flag| !world.flag(vm, flag)) && world.text(vm, "power_state") == power_state
        };
        self.sim.with(|world| world.list("VM").into_iter().find(|vm| is_plain(world, *vm))).expect("such a VM")
    }

    /// Waits until the object `id` is as wanted, and returns what clients get of it.
    async fn becomes(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async || {
            let object = self.test.app.store().get(id)?;
            Some(object.decode::<Value>().expect("objects are JSON")).filter(|object| wanted(object))
        };
        eventually(look).await
    }

    /// Waits until the object `id` is gone.
    async fn vanishes(&self, id: &str) {
        eventually(async || self.test.app.store().get(id).is_none().then_some(())).await;
    }
}
