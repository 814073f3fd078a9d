//! What a dry run says: what would happen, and why not.

use op::Error;

use super::Step;

/// What each action of a pool means to its object, where the operation does not say it better itself.
const ACTIONS: &[(&str, &str)] = &[
    ("Bond.create", "its network cards would be bonded"),
    ("Bond.destroy", "it would be taken apart"),
    ("PBD.destroy", "it would be removed"),
    ("PBD.plug", "it would be connected"),
    ("PBD.unplug", "it would be disconnected"),
    ("PIF.forget", "it would be forgotten"),
    ("PIF.plug", "it would be connected"),
    ("PIF.reconfigure_ip", "its address would be changed"),
    ("PIF.reconfigure_ipv6", "its IPv6 address would be changed"),
    ("PIF.scan", "it would be searched for network cards"),
    ("PIF.unplug", "it would be disconnected"),
    ("PUSB.scan", "it would be searched for USB devices"),
    ("SR.create", "storage would be made there"),
    ("SR.destroy", "it would be deleted with what is on it"),
    ("SR.forget", "it would be taken out of its pool; what is on it stays"),
    ("SR.introduce", "storage would be attached to it"),
    ("SR.scan", "it would be scanned for disks"),
    ("VBD.create", "a disk or drive would be attached to it"),
    ("VBD.destroy", "it would be removed from its VM"),
    ("VBD.eject", "its disc would be ejected"),
    ("VBD.insert", "a disc would be inserted"),
    ("VBD.plug", "it would be plugged in"),
    ("VBD.unplug", "it would be unplugged"),
    ("VBD.unplug_force", "it would be unplugged by force"),
    ("VDI.clone", "it would be cloned"),
    ("VDI.copy", "it would be copied"),
    ("VDI.create", "a disk would be made on it"),
    ("VDI.destroy", "it would be deleted with what is on it"),
    ("VDI.disable_cbt", "its changed blocks would not be tracked any more"),
    ("VDI.enable_cbt", "its changed blocks would be tracked"),
    ("VDI.pool_migrate", "it would be moved, also while a VM runs from it"),
    ("VDI.resize", "it would grow"),
    ("VGPU.create", "it would get a virtual graphics card"),
    ("VGPU.destroy", "it would be removed from its VM"),
    ("VIF.create", "it would get a network interface"),
    ("VIF.destroy", "it would be removed from its VM"),
    ("VIF.move", "it would be plugged into another network"),
    ("VIF.plug", "it would be plugged in"),
    ("VIF.unplug", "it would be unplugged"),
    ("VIF.unplug_force", "it would be unplugged by force"),
    ("VLAN.create", "a VLAN would be made on it"),
    ("VLAN.destroy", "its VLAN would be removed"),
    ("VM.checkpoint", "a snapshot with its memory would be made"),
    ("VM.clean_reboot", "it would be restarted by its guest tools"),
    ("VM.clean_shutdown", "it would be shut down cleanly by its guest tools"),
    ("VM.clone", "it would be cloned, sharing what the disks have in common"),
    ("VM.copy", "it would be copied with its disks"),
    ("VM.destroy", "it would be deleted"),
    ("VM.forget_data_source_archives", "the statistic would not be recorded any more"),
    ("VM.hard_reboot", "it would be restarted hard, without its guest being asked"),
    ("VM.hard_shutdown", "it would be switched off hard, without its guest being asked"),
    ("VM.migrate_send", "it would be moved with its disks"),
    ("VM.pause", "it would be paused"),
    ("VM.pool_migrate", "it would be moved while it runs, its disks stay where they are"),
    ("VM.record_data_source", "the statistic would be recorded"),
    ("VM.resume", "it would be resumed"),
    ("VM.resume_on", "it would be resumed on the host"),
    ("VM.revert", "its VM would be taken back to it"),
    ("VM.snapshot", "a snapshot of its disks would be made"),
    ("VM.start", "it would be started"),
    ("VM.start_on", "it would be started on the host"),
    ("VM.suspend", "it would be suspended, its memory kept on a disk"),
    ("VM.unpause", "it would go on"),
    ("VTPM.create", "it would get a virtual TPM"),
    ("VTPM.destroy", "it would be removed with the keys in it"),
    ("VUSB.create", "it would get the USB device"),
    ("VUSB.destroy", "it would be removed from its VM"),
    ("VUSB.unplug", "it would be unplugged"),
    ("host.destroy", "it would be forgotten"),
    ("host.disable", "no VM would start on it any more"),
    ("host.enable", "VMs could start on it"),
    ("host.evacuate", "its VMs would be moved to other hosts"),
    ("host.install_server_certificate", "it would get the certificate"),
    ("host.management_reconfigure", "it would be managed over the other interface"),
    ("host.power_on", "it would be switched on"),
    ("host.reboot", "it would be restarted"),
    ("host.restart_agent", "its toolstack would be restarted"),
    ("host.shutdown", "it would be switched off"),
    ("message.destroy", "it would be deleted"),
    ("network.create", "a network would be made in it"),
    ("network.destroy", "it would be deleted"),
    ("pool.create_VLAN_from_PIF", "a VLAN would be made on it"),
    ("pool.designate_new_master", "it would become the master of its pool"),
    ("pool.disable_ha", "high availability would be switched off"),
    ("pool.eject", "it would be taken out of its pool; what is on its local storage would be lost"),
    ("pool.enable_ha", "high availability would be switched on"),
    ("pool.management_reconfigure", "its hosts would be managed over the network"),
    ("task.cancel", "it would be cancelled"),
    ("task.destroy", "it would be forgotten; what it does goes on"),
];

fn action_of(method: &str) -> Option<&'static str> {
    ACTIONS.binary_search_by_key(&method, |(name, _)| name).ok().map(|at| ACTIONS[at].1)
}

/// Says what would happen: by what the pool would do, or by what would be set.
pub(crate) fn phrase(action: Option<&str>, prepared: &[Step]) -> String {
    let by_action =
        action.map(|method| action_of(method).map_or_else(|| format!("`{method}` would be called"), Into::into));
    let by_preparation = || prepared.iter().find_map(|step| action_of(&step.method)).map(ToOwned::to_owned);
    let Some(phrase) = by_action.or_else(by_preparation) else {
        let fields = fields(prepared);
        return match fields.len() {
            0 => "nothing would change".to_owned(),
            _ => format!("this of it would change: {}", fields.join(", ")),
        };
    };
    let lifts = prepared.iter().any(|step| step.method == "VM.remove_from_blocked_operations");
    if lifts { format!("{phrase}; what is blocked would be let pass for it") } else { phrase }
}

/// Returns the fields that would be set, each once.
fn fields(prepared: &[Step]) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for step in prepared {
        let name = step.method.rsplit('.').next().unwrap_or_default();
        let starts = ["add_to_", "remove_from_", "add_", "remove_", "set_"];
        let field = starts.iter().find_map(|start| name.strip_prefix(start)).unwrap_or(name);
        let key = step.params.get(1).and_then(xapi::Value::as_str);
        let field = match key {
            Some(key) if name.contains("_to_") || name.contains("_from_") => format!("`{field}.{key}`"),
            _ => format!("`{field}`"),
        };
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

/// Says why something is refused, of the object it was asked of.
pub(crate) fn why(error: &Error, to_admin: bool) -> String {
    match error {
        Error::OperationBlocked { code, .. } if code.is_empty() || code == "true" => "this is blocked on it".to_owned(),
        Error::OperationBlocked { code, .. } => format!("this is blocked on it: {code}"),
        Error::ForbiddenOperation { operation, reason } if operation.starts_with("destroy") => {
            let reason = Some(reason.as_str()).filter(|reason| *reason != "true");
            format!("it is protected from deletion{}", reason.map(|reason| format!(": {reason}")).unwrap_or_default())
        }
        Error::ForbiddenOperation { reason, .. } => format!("this is blocked on it: {reason}"),
        Error::VmBadPowerState { actual, expected, .. } => format!("it is {actual} and would have to be {expected}"),
        Error::VmIsTemplate { .. } => "it is a template".to_owned(),
        Error::VmLacksFeature { feature, .. } => format!("its guest tools do not offer `{feature}`"),
        Error::VmMissingPvDrivers { .. } => "no guest tools run in it".to_owned(),
        Error::VdiInUse { .. } => "a running VM uses it".to_owned(),
        Error::HostOffline { .. } => "its host is off".to_owned(),
        Error::NoHostsAvailable => "no host can take it".to_owned(),
        Error::IncorrectState { actual, expected, property, .. } => {
            format!("`{property}` is {actual} and would have to be {expected}")
        }
        Error::Unauthorized { permission: Some(permission), .. } => format!("the right to {permission} is missing"),
        other => other.to_json(to_admin)["message"].as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xapi::params;

    fn step(method: &str, params: Vec<xapi::Value>) -> Step {
        Step { method: method.to_owned(), params }
    }

    #[test]
    fn actions_are_found() {
        assert!(ACTIONS.is_sorted_by_key(|(name, _)| name));
        assert_eq!(phrase(Some("VM.start"), &[]), "it would be started");
        assert_eq!(phrase(Some("X.y"), &[]), "`X.y` would be called");
        assert_eq!(phrase(None, &[]), "nothing would change");
    }

    #[test]
    fn fields_are_named_once_and_entries_by_their_key() {
        let steps = [
            step("VM.set_name_label", params!["vm", "web"]),
            step("VM.remove_from_other_config", params!["vm", "auto_poweron"]),
            step("VM.add_to_other_config", params!["vm", "auto_poweron", "true"]),
            step("VM.add_tags", params!["vm", "prod"]),
        ];
        let says = "this of it would change: `name_label`, `other_config.auto_poweron`, `tags`";
        assert_eq!(phrase(None, &steps), says);
    }

    #[test]
    fn a_lifted_block_is_told() {
        let lifted = [step("VM.remove_from_blocked_operations", params!["vm", "start"])];
        assert_eq!(phrase(Some("VM.start"), &lifted), "it would be started; what is blocked would be let pass for it");
    }
}
