//! Operations that no inventory has, on many objects: one that breaks, and one that only this server keeps.

use app::{Cx, failure, model::Kind};
use op::{Any, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use xapi_sim::Sim;

use crate::Lab;

/// Break on one object.
#[derive(Deserialize, JsonSchema)]
struct Break {
    /// Object.
    id: Id<Any>,
    /// Object to break on.
    on: String,
}

impl Op<Cx> for Break {
    type Output = String;
    const SPEC: Spec = Spec::objects("toy.break", &[Need::administrate("id", "break")]);
    async fn run(self, _: Cx) -> Result<String> {
        assert_ne!(self.id.as_str(), self.on, "it breaks here");
        Ok(self.id.into_string())
    }
}

/// Keep a note on an object, here.
#[derive(Deserialize, JsonSchema)]
struct Note {
    /// Object.
    id: Id<Any>,
}

impl Op<Cx> for Note {
    type Output = ();
    const SPEC: Spec = Spec::objects("toy.note", &[Need::administrate("id", "note")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let settings = cx.app.db().settings();
        let known: Option<String> = settings.get("note").await.map_err(failure)?;
        if known.as_deref() == Some(&self.id) {
            return Ok(());
        }
        settings.set("note", &self.id.as_str()).await.map_err(failure)
    }
}

async fn lab() -> (Lab, Vec<String>) {
    let sim = Sim::builder().world("small").pace(0.005);
    let lab = Lab::with(sim, |ops| {
        ops.add::<Break>().add::<Note>();
    })
    .await;
    let ids = lab.test.app.store().snapshot().of_kind(Kind::Vm).map(|vm| vm.id().to_owned()).take(3).collect();
    (lab, ids)
}

#[tokio::test]
async fn what_breaks_on_one_object_breaks_nothing_else() {
    let (lab, ids) = lab().await;
    let report = lab.admin.call("toy.break", json!({ "selection": { "ids": ids }, "on": ids[1] })).await;
    assert_eq!(report["counts"], json!({ "done": 2, "failed": 1, "refused": 0, "would": 0, "skipped": 0 }));
    assert_eq!(report["objects"][1]["why"], "the operation stopped unexpectedly");
    assert_eq!(report["objects"][2]["result"], ids[2]);
}

#[tokio::test]
async fn a_dry_run_keeps_nothing_here_either() {
    let (lab, ids) = lab().await;
    let note = async || lab.test.app.db().settings().get::<String>("note").await.expect("the database answers");
    let told = lab.admin.call("toy.note", json!({ "id": ids[0], "dryRun": true })).await;
    let would = told["objects"][0]["would"].as_str().expect("a sentence");
    assert!(would.ends_with(": this would be noted here, its pool would not be touched"), "{would}");
    assert_eq!(note().await, None);
    lab.admin.call("toy.note", json!({ "id": ids[0] })).await;
    assert_eq!(note().await.as_ref(), Some(&ids[0]));
    let told = lab.admin.call("toy.note", json!({ "id": ids[0], "dryRun": true })).await;
    assert!(told["objects"][0]["would"].as_str().expect("a sentence").ends_with(": nothing would change"), "{told}");
}
