//! What installing would do, for a dry run.

use app::{Cx, On};
use op::Result;
use serde::Serialize;
use serde_json::{Value, json};

use super::{missing, regime::Regime, xen_server};

/// A step: updates that go on hosts before those of the next step.
#[derive(Serialize)]
struct Step {
    hosts: Vec<Named>,
    /// Updates, as `pool.listMissingPatches` tells them, but only by what names them.
    patches: Vec<Value>,
}

#[derive(Serialize)]
struct Named {
    id: String,
    #[serde(rename = "name_label")]
    name: String,
}

/// What names an update.
const NAMES: [&str; 4] = ["id", "name", "version", "release"];

/// Returns what would be installed on which host, in which order: a sentence, and the steps.
///
/// # Errors
///
/// Why that cannot be told, and what stands against it.
pub(super) async fn of(cx: &Cx, regime: Regime, hosts: &[On], wanted: Option<&[String]>) -> Result<(String, Value)> {
    let mut steps = Vec::new();
    if regime.is_whole() {
        for host in hosts {
            let lacks = missing::missing(cx, host).await?;
            if !lacks.is_empty() {
                steps.push(Step { hosts: vec![Named::of(host)], patches: lacks.iter().map(naming).collect() });
            }
        }
    } else {
        let feed = cx.app.updates().feed().await?;
        for due in xen_server::due(&feed, hosts, wanted).await? {
            let hosts = due.hosts.into_iter().map(Named::of).collect();
            let patch = json!({ "id": due.hotfix.uuid, "name": due.hotfix.name });
            steps.push(Step { hosts, patches: vec![patch] });
        }
    }
    let sentence = match &steps[..] {
        [] => "nothing would be installed: no host lacks an update".to_owned(),
        steps => format!("{} would be installed", steps.iter().map(Step::phrase).collect::<Vec<_>>().join(", then ")),
    };
    Ok((sentence, json!(steps)))
}

fn naming(patch: &Value) -> Value {
    let named = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), patch.get(*name)?.clone())));
    Value::Object(named.collect())
}

impl Named {
    fn of(host: &On) -> Self {
        Self { id: host.object.id().to_owned(), name: host.object.text("name_label").unwrap_or_default() }
    }
}

impl Step {
    fn phrase(&self) -> String {
        let hosts: Vec<_> = self.hosts.iter().map(|host| format!("`{}`", host.name)).collect();
        let on = format!("on host{} {}", if hosts.len() == 1 { "" } else { "s" }, hosts.join(", "));
        match &self.patches[..] {
            [patch] => format!("update `{}` {on}", patch["name"].as_str().unwrap_or_default()),
            patches => format!("{} updates {on}", patches.len()),
        }
    }
}
