//! Waiting for a host, by what its pool tells of it: no calls are made.

use std::time::Duration;

use app::{Cx, On, model::Kind};
use op::{Error, Result};
use xapi_types::class;

use super::record::{Host, stopping};

/// Between looks at what is known of the host; it costs no call.
const LOOK: Duration = Duration::from_millis(250);

/// How it stands with a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) is_live: bool,
    pub(super) is_enabled: bool,
    /// Seconds since 1970.
    pub(super) started: Option<f64>,
    /// Whether it is about to go down.
    pub(super) leaves: bool,
    /// Whether its VMs are on their way to other hosts.
    pub(super) is_emptied: bool,
}

impl Seen {
    /// Returns what is known of a host; nothing where its pool is not connected.
    pub(super) fn of(cx: &Cx, host: &str) -> Option<Self> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shown {
            enabled: bool,
            #[serde(rename = "power_state")]
            power_state: String,
            start_time: Option<f64>,
            #[serde(rename = "current_operations")]
            current_operations: std::collections::BTreeMap<String, String>,
        }
        let shown: Shown = cx.app.store().get(host)?.decode().ok()?;
        let does = |wanted: &[&str]| shown.current_operations.values().any(|name| wanted.contains(&name.as_str()));
        Some(Self {
            is_live: shown.power_state == "Running",
            is_enabled: shown.enabled,
            started: shown.start_time,
            leaves: does(&["reboot", "shutdown"]),
            is_emptied: does(&["evacuate"]),
        })
    }

    /// Returns whether the host has started anew since it was seen to have started `before`.
    pub(super) fn is_new(&self, before: Option<f64>) -> bool {
        self.started.is_some() && self.started != before
    }
}

/// Waits until `look` sees something of the host, but no longer than a restart may take.
///
/// # Errors
///
/// [`Error::Refused`] that says for what was waited in vain, and as soon as the server stops.
pub(super) async fn until<T>(cx: &Cx, host: &Host, what: &str, look: impl Fn(Seen) -> Option<T>) -> Result<T> {
    let limit = cx.app.config().xapi_options.restart_host_timeout.0;
    let wait = async {
        loop {
            if cx.app.stops() {
                return Err(stopping());
            }
            if let Some(found) = Seen::of(cx, &host.id).and_then(&look) {
                return Ok(found);
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let late = || format!("host `{}` {what} after {} seconds; look at its console", host.name, limit.as_secs());
    tokio::time::timeout(limit, wait).await.unwrap_or_else(|_| Err(Error::refused(late())))
}

/// Returns the ids of the connections of a host to storage that are attached.
pub(super) fn storage(cx: &Cx, host: &On) -> Vec<String> {
    let objects = cx.app.store().snapshot();
    let reference = host.reference();
    let is_ours = |pbd: &class::Pbd| pbd.currently_attached && pbd.host.to_string() == reference;
    let all = objects.of_pool(host.object.pool().as_str()).filter(|object| object.kind() == Kind::Pbd);
    all.filter(|pbd| pbd.get().is_some_and(is_ours)).map(|pbd| pbd.id().to_owned()).collect()
}

/// Waits until a host has its storage again.
///
/// # Errors
///
/// [`Error::Refused`] that names what is missing.
pub(super) async fn until_attached(cx: &Cx, host: &Host) -> Result<()> {
    let missing = || {
        let store = cx.app.store();
        let attached = |id: &str| store.get(id).and_then(|pbd| Some(pbd.get::<class::Pbd>()?.currently_attached));
        host.storage.iter().filter(|id| attached(id) == Some(false)).cloned().collect::<Vec<_>>()
    };
    let waited = until(cx, host, "does not have its storage", |_| missing().is_empty().then_some(())).await;
    waited.map_err(|error| match missing() {
        missing if missing.is_empty() || cx.app.stops() => error,
        missing => Error::refused(format!("{error}; connections {} are not attached", missing.join(", "))),
    })
}
