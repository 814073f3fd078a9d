//! What a pool does to virtual machines: it says so itself, with the error of the call.

use op::{Error, Result};
use xapi::{Value, params};

use super::{Step, id_of, ignore, storage::expect_room};
use crate::Connection;

/// Calls that only some states of a VM let pass, each with the name that the pool knows it by.
const RENAMED: &[(&str, &str)] = &[
    ("forget_data_source_archives", "data_source_op"),
    ("record_data_source", "data_source_op"),
    ("set_VCPUs_at_startup", "changing_VCPUs"),
    ("set_VCPUs_max", "changing_VCPUs"),
    ("set_VCPUs_number_live", "changing_VCPUs_live"),
    ("set_memory_dynamic_max", "changing_dynamic_range"),
    ("set_memory_dynamic_min", "changing_dynamic_range"),
    ("set_memory_dynamic_range", "changing_dynamic_range"),
    ("set_memory_limits", "changing_static_range"),
    ("set_memory_static_max", "changing_static_range"),
    ("set_memory_static_min", "changing_static_range"),
];

/// … and those that the pool knows by their own name.
const GUARDED: &[&str] = &[
    "checkpoint",
    "clean_reboot",
    "clean_shutdown",
    "clone",
    "copy",
    "destroy",
    "hard_reboot",
    "hard_shutdown",
    "make_into_template",
    "migrate_send",
    "pause",
    "pool_migrate",
    "provision",
    "resume",
    "resume_on",
    "revert",
    "snapshot",
    "start",
    "start_on",
    "suspend",
    "unpause",
];

/// What only a guest with tools does.
const OF_GUESTS: &[&str] = &["changing_VCPUs_live", "clean_reboot", "clean_shutdown", "pool_migrate", "suspend"];

/// Asks whether the pool would do `method` to a VM.
pub(super) async fn ask_vm(
    pool: &Connection,
    prepared: &[Step],
    method: &str,
    name: &str,
    params: &[Value],
) -> Result<()> {
    let vm = params.first().and_then(Value::as_str).unwrap_or_default();
    let name = match name {
        "set_is_a_template" if params.get(1) == Some(&true.into()) => "make_into_template",
        name => name,
    };
    let renamed = RENAMED.iter().find(|(method, _)| *method == name).map(|(_, operation)| *operation);
    let plain = GUARDED.contains(&name).then_some(name);
    let Some(operation) = renamed.or(plain) else { return Ok(()) };
    // Whoever makes a field larger in two steps, or lifts a block, is asked as if the first were done.
    let is_done = |method: &str, value: Value| {
        prepared.iter().any(|step| {
            step.method == method
                && step.params.first().and_then(Value::as_str) == Some(vm)
                && step.params.get(1) == Some(&value)
        })
    };
    match pool.ask("VM.assert_operation_valid", params![vm, operation], method).await.map(ignore) {
        // What stands behind the block is not told before it is lifted.
        Err(Error::OperationBlocked { .. }) if is_done("VM.remove_from_blocked_operations", operation.into()) => {}
        Err(error) if is_done("VM.set_is_a_template", false.into()) && is_of_templates(&error) => {}
        Err(error) => return Err(error),
        Ok(()) => expect_guest(pool, vm, operation, method, params).await?,
    }
    let host = params.get(1).and_then(Value::as_str);
    match (name, host) {
        ("pool_migrate" | "resume_on" | "start_on", Some(host)) => {
            pool.ask("VM.assert_can_boot_here", params![vm, host], method).await.map(ignore)
        }
        ("copy", _) => expect_room(pool, params.get(2), method).await,
        _ => Ok(()),
    }
}

/// Refuses what only a guest with tools does, which a pool answers to the call and not always to the question.
async fn expect_guest(pool: &Connection, vm: &str, operation: &str, method: &str, params: &[Value]) -> Result<()> {
    let is_forced = params.get(2).and_then(|options| options.get("force")).and_then(Value::as_str) == Some("true");
    if !(OF_GUESTS.contains(&operation) || operation == "checkpoint") || is_forced {
        return Ok(());
    }
    let allowed: Vec<String> = pool.ask("VM.get_allowed_operations", params![vm], method).await?;
    if operation == "checkpoint" {
        let state: String = pool.ask("VM.get_power_state", params![vm], method).await?;
        let sleeps = state != "Running" || allowed.iter().any(|allowed| allowed == "suspend");
        let refused = || Error::refused("its guest tools do not offer `suspend`, so its memory cannot be kept");
        return if sleeps { Ok(()) } else { Err(refused()) };
    }
    if allowed.iter().any(|allowed| allowed == operation) {
        return Ok(());
    }
    let feature = method.rsplit('.').next().unwrap_or(method).to_owned();
    Err(Error::VmLacksFeature { object: id_of(pool, vm), feature })
}

/// Returns whether only a template or a snapshot is refused like this.
fn is_of_templates(error: &Error) -> bool {
    match error {
        Error::VmIsTemplate { .. } => true,
        Error::Failed { data, .. } => data.get("code").is_some_and(|code| code == "VM_IS_SNAPSHOT"),
        _ => false,
    }
}
