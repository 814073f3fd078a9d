//! Updates of XCP-ng, by the script of its hosts: it asks the repositories that the host knows, through the proxy that the
//! host has, and this server downloads nothing.

use std::time::Duration;

use app::{Cx, On};
use op::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;
use tracing::info;
use xapi::params;

use crate::{entry, failure};

/// The script of hosts.
const SCRIPT: &str = "updater.py";

/// What it says while another of its functions works.
const BUSY: &str = "plugin is busy";

/// How often a list is asked for while the script is busy, as the original.
const ATTEMPTS: u32 = 10;

/// Rest between two attempts, as the original.
const REST: Duration = Duration::from_secs(2);

/// How long a host may go on with an update that was begun before, such as by a run of this server that was killed: as long
/// as downloading and installing all of a release may take.
const PATIENCE: Duration = Duration::from_mins(30);

/// Where a host keeps when it was updated last, in seconds since 1970: it is to be restarted if that was after its start.
const UPDATED: &str = "rpm_patch_installation_time";

/// A package that a host lacks.
#[derive(Debug, Deserialize, Serialize)]
struct Package {
    /// Name.
    name: String,
    version: String,
    release: String,
    description: String,
    /// The last change, where the package tells one.
    changelog: Option<Change>,
    /// Page of whoever makes it.
    url: String,
    /// Size of the download, in bytes.
    size: u64,
    license: String,
}

/// The last change of a package.
#[derive(Debug, Deserialize, Serialize)]
struct Change {
    /// Seconds since 1970.
    date: i64,
    author: String,
    description: String,
}

/// What the script prints: the list alone, or of older hosts in an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Printed {
    List(Vec<Package>),
    Result { result: Vec<Package> },
    Error { error: String },
}

async fn run(host: &On, function: &str) -> Result<Value> {
    let arguments = xapi::Value::Struct(Vec::new());
    let params = params![host.reference(), SCRIPT, function, arguments];
    let text: String = host.pool.call_as("host.call_plugin", params).await?;
    serde_json::from_str(&text).map_err(|error| garbled(function, &error))
}

fn garbled(function: &str, error: &serde_json::Error) -> Error {
    Error::failed(format!("the host printed no list of packages ({SCRIPT}, {function}): {error}"))
}

/// Returns the packages that a host lacks. One whose script is busy is asked again, for 20 seconds.
pub(super) async fn missing(host: &On) -> Result<Vec<Value>> {
    let mut attempt = 1;
    let printed = loop {
        match run(host, "check_update").await {
            Err(error) if attempt < ATTEMPTS && is_busy(&error) => {
                attempt += 1;
                tokio::time::sleep(REST).await;
            }
            printed => break printed?,
        }
    };
    let packages = match serde_json::from_value(printed).map_err(|error| garbled("check_update", &error))? {
        Printed::List(packages) | Printed::Result { result: packages } => packages,
        Printed::Error { error } => return Err(Error::failed(error)),
    };
    let values = packages.iter().map(serde_json::to_value).collect::<serde_json::Result<_>>();
    values.map_err(|error| garbled("check_update", &error))
}

fn is_busy(error: &Error) -> bool {
    failure::code(error) == Some("-1") && failure::param(error, 0).is_some_and(|text| text.contains(BUSY))
}

/// Installs all that a host lacks, and notes on it that it is to be restarted. What its script was busy with before comes to
/// its end first.
pub(super) async fn install(cx: &Cx, host: &On) -> Result<()> {
    let begun = Instant::now();
    let printed = loop {
        let arguments = xapi::Value::Struct(Vec::new());
        let params = params![host.reference(), SCRIPT, "update", arguments];
        match host.pool.call_async("host.call_plugin", params).await {
            Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE && !cx.stopped() && !cx.is_cancelled() => {
                tokio::time::sleep(REST).await;
            }
            printed => break printed?,
        }
    };
    check(printed.as_str().unwrap_or_default())?;
    let now = jiff::Timestamp::now().as_millisecond();
    let now = format!("{}.{:03}", now / 1000, now % 1000);
    entry::set(&host.pool, "host", &host.reference(), "other_config", UPDATED, Some(&now)).await?;
    info!(host.id = host.object.id(), "installed the updates of host `{}`", host.object.id());
    Ok(())
}

/// Refuses what the script prints of a run that failed.
fn check(printed: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Ran {
        returncode: Option<i64>,
        #[serde(default)]
        stderr: String,
    }
    // Older hosts print what they like.
    let Ok(ran) = serde_json::from_str::<Ran>(printed) else { return Ok(()) };
    match ran.returncode {
        None | Some(0) => Ok(()),
        Some(code) => Err(Error::failed(format!("the update ended with {code}: {}", ran.stderr.trim()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_ended_badly_is_an_error() {
        assert!(check(r#"{"returncode":0,"stdout":"Complete!","stderr":""}"#).is_ok() && check("").is_ok());
        let error = check(r#"{"returncode":1,"stderr":"No space left\n"}"#).expect_err("it failed");
        assert_eq!(error.to_string(), "the update ended with 1: No space left");
    }

    #[test]
    fn lists_are_read_as_older_and_newer_hosts_print_them() {
        let list = r#"[{"name":"a","version":"1","release":"2","description":"d","changelog":null,"url":"u","size":3,"license":"l"}]"#;
        let read = |text: &str| serde_json::from_str::<Printed>(text);
        assert!(matches!(read(list), Ok(Printed::List(packages)) if packages.len() == 1));
        assert!(
            matches!(read(&format!(r#"{{"result":{list}}}"#)), Ok(Printed::Result { result }) if result.len() == 1)
        );
        assert!(matches!(read(r#"{"error":"no network"}"#), Ok(Printed::Error { error }) if error == "no network"));
        assert!(read(r#"[{"name":"a"}]"#).is_err());
    }
}
