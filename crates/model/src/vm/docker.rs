//! Containers in machines, which the container plugin of hosts reports as XML in `other_config`.

use serde::Serialize;
use serde_json::Value;
use xapi_types::class;

use crate::{text, xml};

/// Containers in a machine.
#[derive(Clone, Debug, Serialize)]
pub struct Docker {
    /// Whether they are watched.
    pub enabled: bool,
    /// What the engine says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<Value>,
    /// Containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub containers: Option<Vec<Value>>,
    /// Containers, as the engine lists them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<Value>,
    /// Version of the engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Value>,
}

/// Reads what the plugin has left, if it has.
pub(super) fn of(record: &class::Vm) -> Option<Docker> {
    let monitor = text::of(&record.other_config, "xscontainer-monitor")?;
    let part = |key: &str| {
        let text = text::of(&record.other_config, key)?;
        xml::tree(text).get_mut(key).map(Value::take)
    };
    let process = part("docker_ps");
    let containers = process.as_ref().map(|process| match process.get("item") {
        Some(Value::Array(items)) => items.clone(),
        Some(item) => vec![item.clone()],
        None => Vec::new(),
    });
    Some(Docker {
        enabled: monitor.eq_ignore_ascii_case("true"),
        info: part("docker_info"),
        containers,
        process,
        version: part("docker_version"),
    })
}
