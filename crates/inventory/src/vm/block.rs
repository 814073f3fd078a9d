//! Operations that the owner of a VM has blocked.

use std::collections::BTreeMap;

use app::On;
use op::{Error, Result};
use serde::Deserialize;
use tracing::warn;
use xapi::params;

/// What of a VM this reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blocks {
    #[serde(default)]
    blocked_operations: BTreeMap<String, String>,
}

/// Takes those of `operations` that are blocked from the blocked ones; returns what they were blocked with.
pub(super) async fn lift(vm: &On, operations: &[&'static str]) -> Result<Vec<(&'static str, String)>> {
    let blocks: Blocks = vm.object.decode().map_err(|error| Error::failed(error.to_string()))?;
    let mut lifted = Vec::new();
    for &operation in operations {
        if let Some(reason) = blocks.blocked_operations.get(operation) {
            let params = params![vm.reference(), operation];
            vm.pool.call("VM.remove_from_blocked_operations", params).await?;
            lifted.push((operation, reason.clone()));
        }
    }
    Ok(lifted)
}

/// Blocks operations again.
pub(super) async fn restore(vm: &On, lifted: Vec<(&'static str, String)>) {
    for (operation, reason) in lifted {
        let params = params![vm.reference(), operation, reason];
        if let Err(error) = vm.pool.call("VM.add_to_blocked_operations", params).await {
            warn!(vm.id = vm.object.id(), "cannot block `{operation}` again: {error}");
        }
    }
}
