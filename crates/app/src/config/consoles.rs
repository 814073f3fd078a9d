//! The `[consoles]` section, which is our own.

use serde::Deserialize;

use crate::Duration;

/// Consoles of VMs and hosts.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Consoles {
    /// Consoles open at the same time; each holds a connection to a host.
    pub total: usize,
    /// Of these, how many one user may have.
    pub per_user: usize,
    /// How long a console stays open in which nobody types or moves the pointer.
    pub idle: Duration,
    /// How long a console whose VM starts anew or moves waits for the next.
    pub follow: Duration,
    /// How long the client or the host may take nothing of what is sent to it.
    pub stall: Duration,
}

impl Default for Consoles {
    fn default() -> Self {
        Self {
            total: 1000,
            per_user: 64,
            idle: Duration::from_millis(12 * 3_600_000),
            follow: Duration::from_millis(2 * 60_000),
            stall: Duration::from_millis(60_000),
        }
    }
}

impl Consoles {
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        let spans = [("idle", self.idle), ("follow", self.follow), ("stall", self.stall)];
        if let Some((name, _)) = spans.into_iter().find(|(_, span)| span.0.is_zero()) {
            return Err((format!("consoles.{name}"), "no time at all; no console would stay open".to_owned()));
        }
        if let Some(name) = [("total", self.total), ("perUser", self.per_user)].iter().find(|(_, most)| *most == 0) {
            return Err((format!("consoles.{}", name.0), "none at all; no console could be opened".to_owned()));
        }
        Ok(())
    }
}
