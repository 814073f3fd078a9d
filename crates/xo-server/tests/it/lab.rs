//! The application as the server assembles it, for tests that need no process.

use std::collections::BTreeMap;

use app::model::{Kind, Object};
use serde_json::json;
use xapi_sim::Sim;

use crate::test_app::{Caller, TestApp};

/// The server's operations, connected to a simulated pool.
pub(crate) struct Lab {
    pub(crate) test: TestApp,
    pub(crate) admin: Caller,
    pub(crate) sim: Sim,
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::on(Sim::builder().world("small").pace(0.005)).await
    }

    pub(crate) async fn on(sim: xapi_sim::sim::Builder) -> Self {
        Self::with(app::Config::default(), sim).await
    }

    /// The same, with a configuration of its own.
    pub(crate) async fn with(config: app::Config, sim: xapi_sim::sim::Builder) -> Self {
        let sim = sim.start().await.expect("the simulated pool starts");
        let test = TestApp::with(config, |ops| *ops = xo_server::ops()).await;
        let admin = test.admin().await;
        test.connect(sim.http_addr()).await;
        Self { test, admin, sim }
    }

    /// Returns the id of the first object of a kind that is as wanted.
    pub(crate) fn id(&self, kind: Kind, wanted: impl Fn(&Object) -> bool) -> String {
        let found = self.test.app.store().snapshot().of_kind(kind).find(|object| wanted(object));
        found.unwrap_or_else(|| panic!("there is such a {kind}")).id().to_owned()
    }

    /// Returns how often each method that changes something was called at the pool.
    pub(crate) fn changing(&self) -> BTreeMap<String, u64> {
        self.sim.calls().into_iter().filter(|(method, _)| !only_looks(method)).collect()
    }

    pub(crate) async fn grant(&self, subject: &str, object: &str, role: &str) {
        self.admin.call("acl.add", json!({ "subject": subject, "object": object, "action": role })).await;
    }
}

/// Returns whether a method changes nothing that anybody would miss: sessions come and go, and tasks that have ended are
/// deleted in their own time.
pub(crate) fn only_looks(method: &str) -> bool {
    let (class, name) = method.split_once('.').expect("a method has a name");
    ["event", "session"].contains(&class)
        || name.starts_with("get_")
        || name.starts_with("assert_")
        || ["host.migrate_receive", "task.destroy"].contains(&method)
}

impl Lab {
    /// Gives a user a copy of a role that comes with the server, and returns its id.
    pub(crate) async fn give(&self, user: &str, template: &str) -> String {
        let roles = self.admin.call("aclRole.list", json!({})).await;
        let found = roles.as_array().expect("a list").iter().find(|role| role["name"] == template);
        let copy = self.admin.call("aclRole.copy", json!({ "id": found.expect("it is there")["id"] })).await;
        self.admin.call("aclRole.addUser", json!({ "id": copy, "userId": user })).await;
        copy.as_str().expect("ids are text").to_owned()
    }
}
