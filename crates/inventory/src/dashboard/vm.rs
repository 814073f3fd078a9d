//! A VM at a glance.

use app::Cx;
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{alarm, kind};

/// Properties of a VM that are told as they are, where it has them.
const PROPERTIES: [&str; 12] = [
    "id",
    "power_state",
    "uuid",
    "name_description",
    "mainIpAddress",
    "$pool",
    "virtualizationMode",
    "tags",
    "pvDriversDetected",
    "pvDriversVersion",
    "pvDriversUpToDate",
    "startTime",
];

/// Tell the state of a VM: what it is, alarms.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetDashboard {
    /// VM.
    id: Id<kind::Vm>,
}

/// A VM at a glance.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    /// What it is: some of its properties under their names, and `host`, where it is.
    quick_info: Map<String, Value>,
    /// Ids of alarms.
    alarms: Vec<String>,
    /// How it is backed up; nothing is yet.
    backups_info: Backups,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Backups {
    /// Latest runs of jobs that it is in.
    last_runs: Vec<Value>,
    /// Whether a job protects it: `not-in-active-job` where none does.
    vm_protection: &'static str,
    /// Its latest copy elsewhere.
    replication: Map<String, Value>,
    /// Its latest backups.
    backup_archives: Vec<Value>,
}

impl Op<Cx> for GetDashboard {
    type Output = Dashboard;
    const SPEC: Spec = Spec::objects("vm.getDashboard", &[Need::view("id", "read")])
        .read()
        .quiet()
        .rest(&[Rest::sections("/vms/{id}/dashboard")]);
    async fn run(self, cx: Cx) -> Result<Dashboard> {
        let vm = cx.object(&self.id)?;
        let whole: Map<String, Value> =
            vm.decode().map_err(|error| Error::failed(format!("`{}` cannot be read: {error}", vm.id())))?;
        Ok(Dashboard {
            quick_info: quick(&whole),
            alarms: alarm::ids_about(&cx, &vm)?,
            backups_info: Backups {
                last_runs: Vec::new(),
                vm_protection: "not-in-active-job",
                replication: Map::new(),
                backup_archives: Vec::new(),
            },
        })
    }
}

fn quick(vm: &Map<String, Value>) -> Map<String, Value> {
    let part = |property: &str, inner: &str| {
        let value = vm.get(property).and_then(|value| value.get(inner)).cloned();
        value.map_or_else(|| json!({}), |value| json!({ inner: value }))
    };
    let mut quick: Map<_, _> =
        PROPERTIES.iter().filter_map(|name| Some(((*name).to_owned(), vm.get(*name)?.clone()))).collect();
    quick.insert("CPUs".to_owned(), part("CPUs", "number"));
    quick.insert("memory".to_owned(), part("memory", "size"));
    quick.insert("os_version".to_owned(), part("os_version", "name"));
    let mut creation = part("creation", "date");
    if let Some(user) = vm.get("creation").and_then(|creation| creation.get("user")) {
        creation["user"] = user.clone();
    }
    quick.insert("creation".to_owned(), creation);
    // The container of a VM that runs nowhere may be its pool.
    let container = vm.get("$container").filter(|container| vm.get("$pool") != Some(container));
    quick.extend(container.map(|host| ("host".to_owned(), host.clone())));
    quick.entry("pvDriversDetected").or_insert(Value::Bool(false));
    quick
}
