//! What hosts tell of their hardware, by scripts that only some of them have.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xapi::params;
use xapi_types::code;

use crate::{failure, kind};

/// Answers of hosts that do not have a script, or an older one.
const NO_SUCH_SCRIPT: &[&str] = &[code::XENAPI_MISSING_PLUGIN, UNKNOWN_FUNCTION];

/// The script is there and has no such function; XAPI has no constant for what its interpreter of scripts raises.
const UNKNOWN_FUNCTION: &str = "UNKNOWN_XENAPI_PLUGIN_FUNCTION";

/// Runs a script of a host and returns the text that it printed.
pub(super) async fn script(host: &On, name: &str, function: &str) -> Result<String> {
    let params = params![host.reference(), name, function, xapi::Value::Struct(Vec::new())];
    host.pool.call_as("host.call_plugin", params).await
}

/// Returns nothing where the host has no such script.
fn if_there(answer: Result<String>) -> Result<Option<String>> {
    match answer {
        Err(Error::HostOffline { .. }) => Ok(None),
        Err(error) if failure::code(&error).is_some_and(|code| NO_SUCH_SCRIPT.contains(&code)) => Ok(None),
        answer => answer.map(Some),
    }
}

fn read(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| Error::failed(format!("the host printed no JSON object: {error}")))
}

/// List the disks of a host with their parts, as `lsblk` does.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetBlockdevices {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetBlockdevices {
    type Output = Map<String, Value>;
    const SPEC: Spec = Spec::objects("host.getBlockdevices", &[Need::administrate("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Map<String, Value>> {
        let host = cx.on(&self.id)?;
        read(&script(&host, "lsblk.py", "list_block_devices").await?)
    }
}

/// Return the state of the software RAID of a host; `null` where it cannot tell.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetMdadmHealth {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetMdadmHealth {
    type Output = Option<Map<String, Value>>;
    const SPEC: Spec = Spec::objects("host.getMdadmHealth", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Option<Map<String, Value>>> {
        let host = cx.on(&self.id)?;
        if_there(script(&host, "raid.py", "check_raid_pool").await)?.as_deref().map(read).transpose()
    }
}

/// Return the health of the disks of a host, by device; `null` where it cannot tell.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetSmartctlHealth {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetSmartctlHealth {
    type Output = Option<Map<String, Value>>;
    const SPEC: Spec = Spec::objects("host.getSmartctlHealth", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Option<Map<String, Value>>> {
        let host = cx.on(&self.id)?;
        if_there(script(&host, "smartctl.py", "health").await)?.as_deref().map(read).transpose()
    }
}

/// Return what the disks of a host tell of themselves, by device; `null` where it cannot tell.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetSmartctlInformation {
    /// Host.
    id: Id<kind::Host>,
    /// Devices to tell of, as `host.getSmartctlHealth` names them; all when left out.
    device_names: Option<Vec<String>>,
}

impl Op<Cx> for GetSmartctlInformation {
    type Output = Option<Map<String, Value>>;
    const SPEC: Spec = Spec::objects("host.getSmartctlInformation", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Option<Map<String, Value>>> {
        let host = cx.on(&self.id)?;
        let text = if_there(script(&host, "smartctl.py", "information").await)?;
        let mut devices = text.as_deref().map(read).transpose()?;
        if let (Some(devices), Some(names)) = (&mut devices, self.device_names) {
            devices.retain(|device, _| names.contains(device));
        }
        Ok(devices)
    }
}

/// Whether the cores of a host run two threads each.
#[derive(Serialize, JsonSchema)]
pub(super) struct Smt {
    enabled: bool,
}

/// Return whether the cores of a host run two threads each; no where it cannot tell.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetSmt {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for GetSmt {
    type Output = Smt;
    const SPEC: Spec =
        Spec::objects("host.getSmt", &[Need::view("id", "read")]).read().rest(&[Rest::get("/hosts/{id}/smt")]);
    async fn run(self, cx: Cx) -> Result<Smt> {
        Ok(Smt { enabled: hyper_threading(&cx.on(&self.id)?).await?.unwrap_or(false) })
    }
}

async fn hyper_threading(host: &On) -> Result<Option<bool>> {
    let answer = if_there(script(host, "hyperthreading.py", "get_hyperthreading").await)?;
    Ok(answer.map(|answer| answer.trim().eq_ignore_ascii_case("true")))
}

/// Return whether the cores of a host run two threads each; `null` where it cannot tell.
#[derive(Deserialize, JsonSchema)]
pub(super) struct IsHyperThreadingEnabled {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for IsHyperThreadingEnabled {
    type Output = Option<bool>;
    const SPEC: Spec = Spec::objects("host.isHyperThreadingEnabled", &[Need::administrate("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Option<bool>> {
        hyper_threading(&cx.on(&self.id)?).await
    }
}
