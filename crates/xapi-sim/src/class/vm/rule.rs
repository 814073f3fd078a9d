//! Which operation a VM permits: the rules, without the world they are asked about.
//!
//! The order of the checks decides which error a caller gets: blocked by the user, power state,
//! another operation, template, snapshot, control domain, guest features.

use xapi_types::{Failure, code};

// Codes that hosts raise and the data model does not list.
const VM_IS_SNAPSHOT: &str = "VM_IS_SNAPSHOT";
const REVERT_ONLY_ALLOWED_ON_SNAPSHOT: &str = "REVERT_ONLY_ALLOWED_ON_SNAPSHOT";

/// Operations in the order in which hosts test them; they list what is allowed in reverse.
pub(crate) const LISTED: &[&str] = &[
    "snapshot",
    "clone",
    "copy",
    "revert",
    "checkpoint",
    "start",
    "start_on",
    "pause",
    "unpause",
    "clean_shutdown",
    "clean_reboot",
    "provision",
    "hard_shutdown",
    "hard_reboot",
    "suspend",
    "resume",
    "resume_on",
    "pool_migrate",
    "migrate_send",
    "changing_dynamic_range",
    "changing_static_range",
    "changing_VCPUs_live",
    "changing_shadow_memory",
    "changing_NVRAM",
    "make_into_template",
    "export",
    "metadata_export",
    "destroy",
    "create_vtpm",
    "sysprep",
];

/// Power states, in the order in which errors name them.
const ALL: &[&str] = &["Halted", "Paused", "Suspended", "Running"];

/// What templates permit, besides reading.
const OF_TEMPLATES: &[&str] = &[
    "changing_dynamic_range",
    "changing_static_range",
    "changing_memory_limits",
    "changing_shadow_memory",
    "changing_NVRAM",
    "changing_VCPUs",
    "clone",
    "copy",
    "export",
    "metadata_export",
    "provision",
];

/// What snapshots permit.
const OF_SNAPSHOTS: &[&str] = &["revert", "clone", "copy", "export", "destroy", "hard_shutdown", "metadata_export"];

/// What control domains never do.
const NOT_OF_CONTROL_DOMAINS: &[&str] = &[
    "snapshot",
    "clone",
    "copy",
    "checkpoint",
    "pause",
    "unpause",
    "clean_shutdown",
    "clean_reboot",
    "hard_shutdown",
    "hard_reboot",
    "suspend",
    "pool_migrate",
    "migrate_send",
    "changing_VCPUs_live",
    "export",
    "destroy",
    "start",
    "start_on",
    "make_into_template",
    "sysprep",
];

/// What a running machine without cooperating guest does not offer.
///
/// Each with the features of which the guest must have announced one.
const OF_COOPERATIVE_GUESTS: &[(&str, &[&str])] = &[
    ("clean_shutdown", &["feature-shutdown", "feature-poweroff"]),
    ("clean_reboot", &["feature-shutdown", "feature-reboot"]),
    ("suspend", &["feature-suspend"]),
    ("pool_migrate", &["feature-suspend"]),
    ("migrate_send", &["feature-suspend"]),
    ("changing_VCPUs_live", &["feature-vcpu-hotplug"]),
];

/// What the rules look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Reference of the VM as text, which the errors carry.
    pub(crate) vm: String,
    /// Wire name of the power state.
    pub(crate) power_state: String,
    /// Operations under way: task and operation.
    pub(crate) current: Vec<(String, String)>,
    /// Operations that the user blocked, with the reason given.
    pub(crate) blocked: Vec<(String, String)>,
    pub(crate) is_template: bool,
    pub(crate) is_default_template: bool,
    pub(crate) is_snapshot: bool,
    pub(crate) is_control_domain: bool,
    /// Whether the pool lets suspended VMs be cloned.
    pub(crate) clone_suspended: bool,
    /// Whether it may not move: `platform:nomigrate`, or nested virtualisation.
    pub(crate) immobile: bool,
    /// Features that the guest announced.
    pub(crate) features: Vec<String>,
    pub(crate) has_pci: bool,
    pub(crate) has_vgpu: bool,
    pub(crate) has_vusb: bool,
    pub(crate) is_hvm: bool,
}

/// Returns the power states in which `operation` can be done.
pub(crate) fn power_states(operation: &str, facts: &Facts) -> Vec<&'static str> {
    let states: &[&str] = match operation {
        "start"
        | "start_on"
        | "provision"
        | "make_into_template"
        | "changing_shadow_memory"
        | "changing_NVRAM"
        | "create_vtpm" => &["Halted"],
        "changing_VCPUs" | "changing_static_range" | "changing_memory_limits" => {
            if facts.is_control_domain {
                &["Halted", "Running"]
            } else {
                &["Halted"]
            }
        }
        "unpause" => &["Paused"],
        "resume" | "resume_on" | "csvm" => &["Suspended"],
        "pause"
        | "clean_shutdown"
        | "clean_reboot"
        | "suspend"
        | "pool_migrate"
        | "changing_VCPUs_live"
        | "changing_memory_live"
        | "changing_shadow_memory_live"
        | "awaiting_memory_live"
        | "send_sysrq"
        | "send_trigger"
        | "call_plugin"
        | "data_source_op"
        | "snapshot_with_quiesce"
        | "sysprep" => &["Running"],
        "changing_dynamic_range" => &["Halted", "Running"],
        "clone" | "copy" => {
            if facts.is_snapshot || facts.clone_suspended {
                &["Halted", "Suspended"]
            } else {
                &["Halted"]
            }
        }
        "destroy" | "export" | "create_template" => &["Halted", "Suspended"],
        "hard_reboot" => &["Paused", "Running"],
        "hard_shutdown" | "checkpoint" | "shutdown" | "get_boot_record" => &["Paused", "Suspended", "Running"],
        "migrate_send" => &["Halted", "Suspended", "Running"],
        _ => ALL,
    };
    states.to_vec()
}

/// Returns the error that a VM in another state than the `expected` ones gives.
pub(crate) fn bad_power_state(vm: &str, expected: &[&str], actual: &str) -> Failure {
    Failure::new(code::VM_BAD_POWER_STATE, [vm.to_owned(), expected.join(", ").to_lowercase(), actual.to_lowercase()])
}

/// Checks `operation`. A list of what is allowed is `strict` and leaves out what only a cooperating
/// guest does; a call is not, and fails later if the guest does not answer.
///
/// # Errors
///
/// The XAPI error that says why not.
pub(crate) fn check(operation: &str, facts: &Facts, strict: bool) -> Result<(), Failure> {
    let one = |code: &str| Failure::new(code, [facts.vm.clone()]);
    if let Some((_, reason)) = facts.blocked.iter().find(|(blocked, _)| blocked == operation) {
        return Err(Failure::new(code::OPERATION_BLOCKED, [&facts.vm, reason]));
    }
    let states = power_states(operation, facts);
    if !states.contains(&facts.power_state.as_str()) {
        return Err(bad_power_state(&facts.vm, &states, &facts.power_state));
    }
    if !facts.current.is_empty() && !goes_together(operation, facts) {
        return Err(in_progress("VM", &facts.vm, &facts.current));
    }
    if facts.is_template && !facts.is_snapshot {
        let own = matches!(operation, "destroy" | "migrate_send") && !facts.is_default_template;
        if !own && !OF_TEMPLATES.contains(&operation) && LISTED.contains(&operation) {
            return Err(Failure::new(code::VM_IS_TEMPLATE, [facts.vm.as_str(), operation]));
        }
    }
    if facts.is_snapshot && LISTED.contains(&operation) && !OF_SNAPSHOTS.contains(&operation) {
        return Err(Failure::new(VM_IS_SNAPSHOT, [facts.vm.as_str(), operation]));
    }
    if operation == "revert" && !facts.is_snapshot {
        return Err(Failure::new(REVERT_ONLY_ALLOWED_ON_SNAPSHOT, [""; 0]));
    }
    if operation == "provision" && !facts.is_template {
        return Err(Failure::new(code::PROVISION_ONLY_ALLOWED_ON_TEMPLATE, [""; 0]));
    }
    let moves = matches!(operation, "suspend" | "checkpoint" | "pool_migrate" | "migrate_send");
    let live = facts.power_state == "Running";
    if facts.immobile && moves && live {
        return Err(one(code::VM_IS_IMMOBILE));
    }
    if facts.is_control_domain && NOT_OF_CONTROL_DOMAINS.contains(&operation) {
        return Err(Failure::new(code::OPERATION_NOT_ALLOWED, ["This operation is not allowed on dom0"]));
    }
    if strict && facts.is_hvm && live {
        let lacks = OF_COOPERATIVE_GUESTS.iter().any(|(needing, any)| {
            *needing == operation && !any.iter().any(|feature| facts.features.iter().any(|has| has == feature))
        });
        if lacks {
            return Err(one(code::VM_LACKS_FEATURE));
        }
    }
    match operation {
        _ if moves && live && facts.has_pci => Err(one(code::VM_HAS_PCI_ATTACHED)),
        _ if moves && live && facts.has_vgpu => Err(one(code::VM_HAS_VGPU)),
        _ if moves && live && facts.has_vusb => Err(one(code::VM_HAS_VUSBS)),
        _ => Ok(()),
    }
}

/// Returns the error for an object that is busy; several operations are written `{a,b}`.
pub(crate) fn in_progress(class: &str, object: &str, current: &[(String, String)]) -> Failure {
    let (operations, tasks) = match current {
        [(task, operation)] => (operation.clone(), task.clone()),
        many => {
            let join = |texts: Vec<&str>| format!("{{{}}}", texts.join(","));
            (
                join(many.iter().map(|(_, operation)| operation.as_str()).collect()),
                join(many.iter().map(|(task, _)| task.as_str()).collect()),
            )
        }
    };
    Failure::new(code::OTHER_OPERATION_IN_PROGRESS, [class.to_owned(), object.to_owned(), operations, tasks])
}

/// Returns whether `operation` may start while the current ones run.
fn goes_together(operation: &str, facts: &Facts) -> bool {
    let all_of = |names: &[&str]| facts.current.iter().all(|(_, current)| names.contains(&current.as_str()));
    match operation {
        "clone" | "copy" | "export" => all_of(&["clone", "copy", "export"]),
        "snapshot" | "checkpoint" => all_of(&["snapshot", "checkpoint"]),
        "hard_shutdown" => !all_of(&["hard_shutdown"]),
        "hard_reboot" => !all_of(&["hard_shutdown", "hard_reboot"]),
        "metadata_export" | "clean_shutdown" | "clean_reboot" => all_of(&["migrate_send"]),
        "update_allowed_operations" | "assert_operation_valid" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, LISTED, check};

    fn allowed(facts: &Facts) -> Vec<&'static str> {
        let mut allowed: Vec<_> = LISTED.iter().copied().filter(|op| check(op, facts, true).is_ok()).collect();
        allowed.sort_unstable();
        allowed
    }

    fn vm(power_state: &str) -> Facts {
        let features = ["feature-shutdown", "feature-suspend", "feature-reboot", "feature-vcpu-hotplug"];
        Facts {
            vm: "vm".into(),
            power_state: power_state.into(),
            features: features.map(String::from).to_vec(),
            is_hvm: true,
            ..Facts::default()
        }
    }

    #[test]
    fn a_halted_vm_allows_what_a_real_host_was_seen_to_allow() {
        let expected = [
            "changing_NVRAM",
            "changing_dynamic_range",
            "changing_shadow_memory",
            "changing_static_range",
            "clone",
            "copy",
            "create_vtpm",
            "destroy",
            "export",
            "make_into_template",
            "metadata_export",
            "migrate_send",
            "snapshot",
            "start",
            "start_on",
        ];
        assert_eq!(allowed(&vm("Halted")), expected);
    }

    #[test]
    fn a_running_vm_allows_what_a_real_host_was_seen_to_allow() {
        let expected = [
            "changing_VCPUs_live",
            "changing_dynamic_range",
            "checkpoint",
            "clean_reboot",
            "clean_shutdown",
            "hard_reboot",
            "hard_shutdown",
            "metadata_export",
            "migrate_send",
            "pause",
            "pool_migrate",
            "snapshot",
            "suspend",
            "sysprep",
        ];
        assert_eq!(allowed(&vm("Running")), expected);
    }

    #[test]
    fn a_suspended_vm_allows_what_a_real_host_was_seen_to_allow() {
        let expected = [
            "checkpoint",
            "destroy",
            "export",
            "hard_shutdown",
            "metadata_export",
            "migrate_send",
            "resume",
            "resume_on",
            "snapshot",
        ];
        assert_eq!(allowed(&vm("Suspended")), expected);
    }

    #[test]
    fn a_default_template_allows_what_a_real_host_was_seen_to_allow() {
        let expected = [
            "changing_NVRAM",
            "changing_dynamic_range",
            "changing_shadow_memory",
            "changing_static_range",
            "clone",
            "copy",
            "export",
            "metadata_export",
            "provision",
        ];
        let template = Facts { is_template: true, is_default_template: true, ..vm("Halted") };
        assert_eq!(allowed(&template), expected);
    }

    #[test]
    fn a_snapshot_allows_what_a_real_host_was_seen_to_allow() {
        let snapshot = Facts { is_template: true, is_snapshot: true, ..vm("Halted") };
        assert_eq!(allowed(&snapshot), ["clone", "copy", "destroy", "export", "metadata_export", "revert"]);
    }

    #[test]
    fn a_control_domain_allows_what_a_real_host_was_seen_to_allow() {
        let dom0 = Facts { is_control_domain: true, is_hvm: false, ..vm("Running") };
        assert_eq!(allowed(&dom0), ["changing_dynamic_range", "changing_static_range", "metadata_export"]);
    }

    #[test]
    fn only_a_hard_stop_interrupts_a_migration() {
        let busy = Facts { current: vec![("task".into(), "pool_migrate".into())], ..vm("Running") };
        assert_eq!(allowed(&busy), ["hard_reboot", "hard_shutdown"]);
    }

    #[test]
    fn nothing_starts_while_a_stopped_vm_is_still_being_cleaned_up() {
        let busy = Facts { current: vec![("task".into(), "clean_shutdown".into())], ..vm("Halted") };
        assert!(allowed(&busy).is_empty());
    }
}
