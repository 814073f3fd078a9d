//! Operations that the owner of a VM has blocked.

use app::On;
use op::Result;
use tracing::warn;
use xapi::params;
use xapi_types::{Map, enums::VmOperations};

/// Takes those of `operations` that are blocked from the blocked ones; returns what they were blocked with.
pub(super) async fn lift(vm: &On, operations: &[&'static str]) -> Result<Vec<(&'static str, String)>> {
    // Asked of the pool: what is shown may be older than a change that has just been made.
    let blocked: Map<VmOperations, String> =
        vm.pool.call_as("VM.get_blocked_operations", params![vm.reference()]).await?;
    let mut lifted = Vec::new();
    for &operation in operations {
        if let Some((_, reason)) = blocked.iter().find(|(blocked, _)| blocked == operation) {
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
