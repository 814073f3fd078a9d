//! The table of what is shown of each operation.

use std::{collections::BTreeMap, fmt::Write};

use op::Access;

use super::{bad, run::recorded, state};
use crate::{generated::check, lab::only_looks};

/// Operations without a recipe, and where else they are seen to work.
const ELSEWHERE: &[(&str, &str)] = &[
    ("api.cancelCall", "needs a call that goes on: `xo-server/tests/it/action.rs`"),
    ("host.installSupplementalPack", "needs a file: `inventory/tests/it/supplemental_pack.rs`"),
    ("pool.installSupplementalPack", "needs a file: `inventory/tests/it/supplemental_pack.rs`"),
    ("disk.exportContent", "sends a file: `inventory/tests/it/disk_transfer.rs`"),
    ("disk.import", "needs a file: `inventory/tests/it/disk_transfer.rs`"),
    ("disk.importContent", "needs a file: `inventory/tests/it/disk_transfer.rs`"),
    ("disk.importOnSr", "REST asks it: `rest/transfer.rs`"),
    ("vm.export", "sends a file: `inventory/tests/it/vm_export.rs`"),
    ("vm.import", "needs a file: `inventory/tests/it/vm_export.rs`"),
    ("vm.importInPool", "REST asks it: `rest/transfer.rs`"),
    ("vm.warmMigration", "needs two pools: `inventory/tests/it/vm_warm.rs`"),
    ("pool.mergeInto", "needs two pools: `inventory/tests/it/pool_merge.rs`"),
    ("pool.abandonRolling", "needs three hosts: `inventory/tests/it/rolling.rs`"),
    ("pool.resumeRolling", "needs three hosts: `inventory/tests/it/rolling.rs`"),
    ("pool.rollingReboot", "needs three hosts: `inventory/tests/it/rolling.rs`"),
    ("pool.rollingUpdate", "needs three hosts: `inventory/tests/it/rolling.rs`"),
    ("alarm.get", "REST asks it: `rest/message.rs`"),
    ("alarm.getAll", "REST asks it: `rest/message.rs`"),
    ("alarm.getOf", "REST asks it: `rest/message.rs`"),
    ("host.getAuditLog", "REST asks it: `rest/host.rs`"),
    ("host.getLogs", "REST asks it: `rest/host.rs`"),
    ("host.getSmt", "REST asks it: `rest/host.rs`"),
    ("mcp.getStatus", "REST asks it: `rest/site.rs`"),
    ("message.getOf", "REST asks it: `rest/message.rs`"),
    ("pool.addHost", "REST asks it: `rest/pool.rs`"),
    ("pool.emergencyShutdown", "REST asks it: `rest/pool.rs`"),
    ("pool.getDashboard", "REST asks it: `rest/pool.rs`"),
    ("pool.stats", "REST asks it: `rest/pool.rs`"),
    ("sr.create", "REST asks it: `rest/storage.rs`"),
    ("system.getDashboard", "REST asks it: `rest/site.rs`"),
    ("system.getGuiRoutes", "REST asks it: `rest/site.rs`"),
    ("system.ping", "REST asks it: `rest/site.rs`"),
    ("vbd.create", "REST asks it: `rest/storage.rs`"),
    ("vdi.create", "REST asks it: `rest/storage.rs`"),
    ("vdi.moveTo", "REST asks it: `rest/storage.rs`"),
    ("vif.create", "REST asks it: `rest/vif.rs`"),
    ("vm.createInPool", "REST asks it: `rest/vm.rs`"),
    ("vm.duplicate", "REST asks it: `rest/vm.rs`"),
    ("vm.getDashboard", "REST asks it: `rest/vm.rs`"),
    ("vm.getVdis", "REST asks it: `rest/vm.rs`"),
    ("vm.revertSnapshot", "REST asks it: `rest/vm.rs`"),
    ("api.abortTask", "REST asks it: `rest/task.rs`"),
    ("api.deleteTask", "REST asks it: `rest/task.rs`"),
    ("api.deleteTasks", "REST asks it: `rest/task.rs`"),
    ("api.getTask", "REST asks it: `rest/task.rs`"),
    ("api.getTasks", "REST asks it: `rest/task.rs`"),
    ("stats.subscribeLoad", "a client of its own is told: `inventory/tests/it/load.rs`"),
    ("api.subscribeTasks", "a client of its own is told: `told_of_tasks.rs`"),
    ("api.subscribeRecords", "a client of its own is told: `told_of_records.rs`"),
    ("api.unsubscribeRecords", "a client of its own is told: `told_of_records.rs`"),
    ("api.unsubscribeTasks", "a client of its own is told: `told_of_tasks.rs`"),
];

/// Operations that act, and no state of what they act on stands against it.
const ANY_STATE: &[(&str, &str)] = &[
    ("message.delete", "a message has no state"),
    ("server.enable", "one that cannot be reached is told: `access/tests/it/server.rs`"),
    ("task.cancel", "a task that has ended is as wanted"),
    ("task.destroy", "a task goes in any state"),
    ("vbd.delete", "a disk that is plugged in is unplugged before"),
    ("vif.delete", "an interface that is plugged in is unplugged before"),
    ("vm.copyToTemplate", "a snapshot can always be cloned"),
    ("vm.ejectCd", "a VM without a disc is as wanted"),
];

/// Operations that ask hosts by another way than calls, and where that way fails.
const OTHER_WAY: &[(&str, &str)] = &[
    ("host.getSystemStatus", "the archive is asked for after the answer: `inventory/tests/it/system_status.rs`"),
    ("host.stats", "statistics come by another way: `inventory/tests/it/stats.rs`"),
    ("pool.getSystemStatuses", "the archive is asked for after the answer: `inventory/tests/it/system_status.rs`"),
    ("server.add", "connects by itself: `access/tests/it/server.rs`"),
    ("server.disable", "nothing is asked of a pool to leave it"),
    ("server.enable", "connects by itself: `access/tests/it/server.rs`"),
    ("server.remove", "nothing is asked of a pool to leave it"),
    ("server.set", "connects by itself: `access/tests/it/server.rs`"),
    ("sr.stats", "statistics come by another way: `inventory/tests/it/stats.rs`"),
    ("vm.stats", "statistics come by another way: `inventory/tests/it/stats.rs`"),
];

/// Returns how often a pool fails in the middle of an operation here, or why it does not.
fn mid_way(calls: &[u64]) -> String {
    match calls.iter().sum() {
        0 => "- asks no pool".to_owned(),
        count => format!("x {count}"),
    }
}

/// Returns why nothing is in the wrong state for an operation.
fn any_state(name: &str, methods: &[&str]) -> Option<&'static str> {
    if let Some((_, reason)) = ANY_STATE.iter().find(|(op, _)| *op == name) {
        return Some(reason);
    }
    let sets = |method: &str| {
        let name = method.rsplit('.').next().unwrap_or(method);
        ["set_", "add_", "remove_"].iter().any(|start| name.starts_with(start))
    };
    match methods {
        [] => Some("asks no pool"),
        all if all.iter().all(|method| only_looks(method) || *method == "host.call_plugin") => Some("only looks"),
        all if all.iter().all(|method| sets(method) || only_looks(method)) => Some("sets fields"),
        _ => None,
    }
}

#[test]
fn generated_table_of_what_is_shown_of_each_operation_is_current() {
    let ops = xo_server::ops();
    let mut works: BTreeMap<&str, Vec<&[(String, u64)]>> = BTreeMap::new();
    for (recipe, calls) in recorded() {
        works.entry(recipe.op).or_default().push(calls);
    }
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for refusal in state::all() {
        *refused.entry(refusal.recipe.op).or_default() += 1;
    }
    let mut table = String::from(
        "# What is shown of each operation: that it works | that a bad parameter is refused | a missing right | a wrong state |\n\
         # and that nothing stays behind where the pool fails in the middle. `x` with how often, or `-` with why not.\n",
    );
    let mut open = Vec::new();
    for name in ops.names() {
        let recipes = works.get(name).map_or(&[][..], Vec::as_slice);
        let elsewhere = ELSEWHERE.iter().find(|(op, _)| *op == name).map(|(_, reason)| *reason);
        let happy = match (recipes.len(), elsewhere) {
            (0, Some(reason)) => format!("- {reason}"),
            (0, None) => {
                open.push(format!("{name} has no recipe"));
                continue;
            }
            (count, _) => format!("x {count}"),
        };
        let parameter = match bad::ways_of(&ops, name) {
            0 => "- takes none".to_owned(),
            count => format!("x {count}"),
        };
        // Each is in the table of access, as nobody and with each role.
        let right = match ops.spec(name).expect("it is in the table").access {
            Access::Public => "- anybody may",
            Access::SignedIn | Access::Objects | Access::Admin | Access::Privilege(..) => "x",
        };
        let methods: Vec<&str> =
            recipes.iter().flat_map(|calls| calls.iter()).map(|(method, _)| method.as_str()).collect();
        let state = match (refused.get(name), any_state(name, &methods)) {
            (Some(count), _) => format!("x {count}"),
            (None, _) if elsewhere.is_some() => "- as the first".to_owned(),
            (None, Some(reason)) => format!("- {reason}"),
            (None, None) => {
                open.push(format!("{name} is not refused by a state ({methods:?})"));
                continue;
            }
        };
        let counts: Vec<u64> = recipes.iter().flat_map(|calls| calls.iter()).map(|(_, count)| *count).collect();
        let other_way = OTHER_WAY.iter().find(|(op, _)| *op == name).filter(|_| counts.is_empty());
        let mid_way = if let Some((_, reason)) = other_way {
            format!("- {reason}")
        } else if elsewhere.is_some() {
            "- as the first".to_owned()
        } else {
            mid_way(&counts)
        };
        writeln!(table, "{name}: {happy} | {parameter} | {right} | {state} | {mid_way}").expect("a text takes it");
    }
    assert!(open.is_empty(), "{} questions are open:\n{}", open.len(), open.join("\n"));
    check("crates/xo-server/tests/golden/five.txt", &table);
}
