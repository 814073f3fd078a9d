//! What the sensors of a host's board measure.

use std::collections::BTreeMap;

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hardware::script;
use crate::kind;

/// The script of hosts that asks the board.
const SCRIPT: &str = "ipmitool.py";

/// Return what the sensors of the board of a host measure, by what they measure; nothing where it has none.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetIpmiSensors {
    /// Host.
    id: Id<kind::Host>,
}

/// A sensor.
#[derive(Debug, Deserialize, PartialEq, Serialize, JsonSchema)]
pub(super) struct Sensor {
    /// Name that the board has for it.
    name: String,
    /// What it measures, with its unit: `10920 RPM`.
    value: String,
    /// How it stands: `ok`, `nc`, `cr`, `ns` …
    event: String,
}

impl Op<Cx> for GetIpmiSensors {
    type Output = BTreeMap<&'static str, Vec<Sensor>>;
    const SPEC: Spec = Spec::objects("host.getIpmiSensors", &[Need::administrate("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<BTreeMap<&'static str, Vec<Sensor>>> {
        let host = cx.on(&self.id)?;
        if script(&host, SCRIPT, "is_ipmi_device_available").await?.trim() != "true" {
            return Ok(BTreeMap::new());
        }
        let text = script(&host, SCRIPT, "get_all_sensors").await?;
        let sensors: Vec<Sensor> = serde_json::from_str(&text)
            .map_err(|error| Error::failed(format!("the host printed no list of sensors: {error}")))?;
        let mut sorted = BTreeMap::<_, Vec<_>>::new();
        for sensor in sensors {
            sorted.entry(measures(&sensor.value)).or_default().push(sensor);
        }
        Ok(sorted)
    }
}

/// Returns what a sensor measures, which its unit tells.
fn measures(value: &str) -> &'static str {
    let unit = value.trim().split_once(' ').map_or("", |(_, unit)| unit);
    match unit.to_ascii_lowercase().as_str() {
        "rpm" => "fanSpeed",
        "watts" => "power",
        "volts" => "voltage",
        "amps" => "current",
        unit if unit.starts_with("degrees") => "temperature",
        _ => "other",
    }
}
