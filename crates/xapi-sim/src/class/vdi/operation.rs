//! What a disk permits now.

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::fail,
    class::{idle, sr::space},
};

/// Operations that are listed, in the order of hosts, each with the driver's feature that it needs.
const LISTED: &[(&str, Option<&str>)] = &[
    ("copy", None),
    ("clone", None),
    ("mirror", Some("VDI_MIRROR")),
    ("forget", None),
    ("resize", Some("VDI_RESIZE")),
    ("resize_online", Some("VDI_RESIZE_ONLINE")),
    ("snapshot", Some("VDI_SNAPSHOT")),
    ("destroy", Some("VDI_DELETE")),
    ("update", Some("VDI_UPDATE")),
    ("generate_config", Some("VDI_GENERATE_CONFIG")),
    ("set_on_boot", Some("VDI_RESET_ON_BOOT/2")),
    ("enable_cbt", Some("VDI_CONFIG_CBT")),
    ("disable_cbt", Some("VDI_CONFIG_CBT")),
    ("data_destroy", Some("VDI_CONFIG_CBT")),
    ("list_changed_blocks", Some("VDI_CONFIG_CBT")),
];

/// What can be done with a disk that a running VM has.
const WHILE_ATTACHED: &[&str] = &[
    "snapshot",
    "clone",
    "resize_online",
    "mirror",
    "enable_cbt",
    "disable_cbt",
    "data_destroy",
    "blocked",
    "list_changed_blocks",
    "update",
    "generate_config",
];

/// What a disk of which only the change list is left can do.
const OF_CHANGE_LISTS: &[&str] = &["destroy", "data_destroy", "forget", "update", "list_changed_blocks"];

/// Returns whether a domain has the disk.
pub(crate) fn is_attached(world: &World, vdi: Object) -> bool {
    world.objects(vdi, "VBDs").into_iter().any(|vbd| world.flag(vbd, "currently_attached"))
}

/// Returns whether a VM has the disk and may write to it.
pub(crate) fn is_written_to(world: &World, vdi: Object) -> bool {
    let writes = |vbd: &Object| world.flag(*vbd, "currently_attached") && world.text(*vbd, "mode") == "RW";
    world.objects(vdi, "VBDs").iter().any(writes)
}

/// Checks that `operation` can be done.
///
/// # Errors
///
/// The XAPI error that says why not.
pub(crate) fn expect(world: &World, vdi: Object, operation: &str) -> Result<(), Failure> {
    let sr = world.object(vdi, "SR");
    let current = world.get(vdi, "current_operations").entries();
    let busy = current.iter().any(|(_, now)| !(now.as_text() == "copy" && operation == "copy"));
    if busy {
        return idle::expect(world, vdi);
    }
    let feature = LISTED.iter().find(|(listed, _)| *listed == operation).and_then(|(_, feature)| *feature);
    if feature.is_some_and(|feature| !space::can(world, sr, feature)) {
        return fail(code::SR_OPERATION_NOT_SUPPORTED, [sr]);
    }
    if world.text(vdi, "type") == "cbt_metadata" && !OF_CHANGE_LISTS.contains(&operation) {
        return fail(code::VDI_INCOMPATIBLE_TYPE, [vdi.to_string(), "cbt_metadata".to_owned()]);
    }
    let attached: Vec<_> =
        world.objects(vdi, "VBDs").into_iter().filter(|vbd| world.flag(*vbd, "currently_attached")).collect();
    let read_only = attached.iter().all(|vbd| world.text(*vbd, "mode") == "RO");
    let copies = operation == "copy" && read_only;
    if !attached.is_empty() && !WHILE_ATTACHED.contains(&operation) && !copies {
        return fail(code::VDI_IN_USE, [vdi.to_string(), operation.to_owned()]);
    }
    match operation {
        "mirror" if attached.is_empty() => fail(code::VDI_NOT_AVAILABLE, [vdi]),
        "mirror" | "set_on_boot" if world.flag(vdi, "cbt_enabled") => fail(code::VDI_CBT_ENABLED, [vdi]),
        "destroy" | "forget" if !world.flag(vdi, "managed") => fail(code::VDI_NOT_MANAGED, [vdi]),
        "list_changed_blocks" if !world.flag(vdi, "cbt_enabled") => fail(code::VDI_NO_CBT_METADATA, [vdi]),
        "data_destroy" if !world.flag(vdi, "is_a_snapshot") => {
            fail(code::OPERATION_NOT_ALLOWED, ["VDI is not a snapshot"])
        }
        "enable_cbt" | "disable_cbt" if world.flag(vdi, "is_a_snapshot") => {
            fail(code::OPERATION_NOT_ALLOWED, ["VDI is a snapshot"])
        }
        _ => Ok(()),
    }
}

/// Works out `allowed_operations`; mirrors are made by migrations, and hosts do not offer them.
pub(crate) fn allowed(world: &World, vdi: Object) -> Vec<&'static str> {
    let offered = LISTED.iter().map(|(operation, _)| *operation).filter(|operation| *operation != "mirror");
    offered.filter(|operation| expect(world, vdi, operation).is_ok()).collect()
}
