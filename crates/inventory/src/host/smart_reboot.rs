//! Restarting a host with its VMs asleep.

use std::time::Duration;

use app::{Cx, On};
use op::{Error, Result};
use serde_json::json;
use tracing::warn;
use xapi::params;
use xapi_types::{class, enums::VmPowerState};

use super::clear::restore;

/// How long a host may take to be up again; large servers test their memory for a quarter of an hour.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Between looks at what is known of the host; it costs no call.
const LOOK: Duration = Duration::from_millis(500);

/// Suspends the VMs of a host, restarts it, waits for it and resumes them there.
pub(super) async fn run(cx: &Cx, host: &On, bypass_blocked: bool) -> Result<()> {
    let record = super::record(host).await?;
    let mut guests = Vec::new();
    for vm in record.resident_vms.iter().filter(|vm| **vm != record.control_domain) {
        let guest: class::Vm = host.pool.call_as("VM.get_record", params![vm]).await?;
        guests.push(Guest::new(vm.to_string(), &guest));
    }
    let blocked = guests.iter().filter(|guest| guest.blocked.is_some());
    let blocked: Vec<_> = blocked.map(|guest| guest.id.as_str()).collect();
    if !blocked.is_empty() && !bypass_blocked {
        return Err(Error::incorrect_state(host.object.id(), "vmsWithBlockedSuspend", json!(blocked), json!([])));
    }
    let before = Up::of(cx, host);
    let mut asleep = Vec::new();
    let went = async {
        for guest in &guests {
            guest.suspend(host).await?;
            asleep.push(guest);
        }
        host.pool.call("host.disable", params![host.reference()]).await?;
        let rebooted = host.pool.call_async("host.reboot", params![host.reference()]).await;
        if rebooted.is_err() {
            restore(host, record.enabled).await;
        }
        rebooted.map(drop)
    }
    .await;
    let back = match went {
        Ok(()) => wait(cx, host, before).await,
        Err(error) => Err(error),
    };
    let mut resumed = Ok(());
    for guest in asleep {
        if let Err(error) = guest.resume(host).await {
            warn!(vm.id = guest.id, "cannot resume a VM that was suspended while its host restarted: {error}");
            resumed = Err(error);
        }
    }
    back.and(resumed)
}

/// A VM of the host.
struct Guest {
    reference: String,
    id: String,
    is_paused: bool,
    /// Why it must not be suspended.
    blocked: Option<String>,
}

impl Guest {
    fn new(reference: String, record: &class::Vm) -> Self {
        let blocked = record.blocked_operations.iter().find(|(operation, _)| operation == "suspend");
        Self {
            reference,
            id: record.uuid.to_string(),
            is_paused: record.power_state == VmPowerState::Paused,
            blocked: blocked.map(|(_, reason)| reason.to_string()),
        }
    }

    async fn suspend(&self, host: &On) -> Result<()> {
        let Some(reason) = &self.blocked else { return suspend(host, &self.reference, self.is_paused).await };
        host.pool.call("VM.remove_from_blocked_operations", params![&self.reference, "suspend"]).await?;
        let suspended = suspend(host, &self.reference, self.is_paused).await;
        let block = params![&self.reference, "suspend", reason];
        if let Err(error) = host.pool.call("VM.add_to_blocked_operations", block).await {
            warn!(vm.id = self.id, "cannot block `suspend` again: {error}");
        }
        suspended
    }

    async fn resume(&self, host: &On) -> Result<()> {
        let params = params![&self.reference, host.reference(), self.is_paused, true];
        host.pool.call_async("VM.resume_on", params).await.map(drop)
    }
}

/// Suspends a VM; a paused one goes on for that long, since only a running guest can put itself to sleep.
pub(super) async fn suspend(host: &On, vm: &str, is_paused: bool) -> Result<()> {
    if is_paused {
        host.pool.call_async("VM.unpause", params![vm]).await?;
    }
    host.pool.call_async("VM.suspend", params![vm]).await.map(drop)
}

/// What tells that a host has started anew.
#[derive(Clone, Copy, PartialEq)]
struct Up {
    is_enabled: bool,
    start_time: Option<f64>,
}

impl Up {
    fn of(cx: &Cx, host: &On) -> Option<Self> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shown {
            enabled: bool,
            #[serde(rename = "power_state")]
            power_state: String,
            start_time: Option<f64>,
        }
        let shown: Shown = cx.object(host.object.id()).ok()?.decode().ok()?;
        let is_enabled = shown.enabled && shown.power_state == "Running";
        Some(Self { is_enabled, start_time: shown.start_time })
    }
}

/// Waits until a host has started anew and takes VMs.
async fn wait(cx: &Cx, host: &On, before: Option<Up>) -> Result<()> {
    let look = async {
        loop {
            let now = Up::of(cx, host);
            let is_new = now
                .is_some_and(|now| now.is_enabled && before.is_none_or(|before| now.start_time != before.start_time));
            if is_new {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let waited = tokio::time::timeout(LIMIT, look).await;
    waited.map_err(|_| Error::refused(format!("host `{}` is not up again after 20 minutes", host.object.id())))
}
