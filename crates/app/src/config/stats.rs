//! The `[stats]` section, which is our own.

use serde::Deserialize;

use crate::Duration;

/// Statistics of hosts and of what runs on them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Stats {
    /// How often a host is asked for its load, and that of its VMs, while somebody looks at a list that shows it.
    pub load_period: Duration,
}

impl Default for Stats {
    fn default() -> Self {
        Self { load_period: Duration::from_millis(15_000) }
    }
}

impl Stats {
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        if self.load_period.0.is_zero() {
            return Err(("stats.loadPeriod".to_owned(), "no time at all; hosts would do nothing else".to_owned()));
        }
        Ok(())
    }
}
