//! Why a VM cannot move, in words.

use app::Cx;
use op::Error;
use serde_json::Value;
use xapi_types::code;

/// Says in words what hosts say in codes; the code and its parameters stay beside it, for programs.
pub(super) fn explain(cx: &Cx, error: Error) -> Error {
    let Error::Failed { message, name, data } = error else { return error };
    let message = sentence(cx, &data).unwrap_or(message);
    Error::Failed { message, name, data }
}

fn sentence(cx: &Cx, data: &serde_json::Map<String, Value>) -> Option<String> {
    let named = |at: usize| {
        let text = data.get("params").and_then(|params| params.get(at)).and_then(Value::as_str).unwrap_or_default();
        let object = text.starts_with("OpaqueRef:").then(|| cx.app.store().get(text)).flatten();
        let name = object.and_then(|object| object.text("name_label").or_else(|| Some(object.id().to_owned())));
        format!("`{}`", name.unwrap_or_else(|| text.to_owned()))
    };
    Some(match data.get("code")?.as_str()? {
        code::HOST_DISABLED => format!("host {} is disabled; enable it first", named(0)),
        code::HOST_NOT_ENOUGH_FREE_MEMORY => {
            format!("the host has not enough free memory: {} bytes are needed, {} are free", named(0), named(1))
        }
        code::HOST_CANNOT_ATTACH_NETWORK => format!("host {} is not on network {}", named(0), named(1)),
        code::PIF_HAS_NO_NETWORK_CONFIGURATION | code::INTERFACE_HAS_NO_IP => {
            "the host has no address on the network to move over; choose another `migrationNetwork`".to_owned()
        }
        code::VM_REQUIRES_SR => format!("the host cannot reach SR {}, which the VM needs", named(1)),
        code::VM_REQUIRES_NETWORK => format!("the host is not on network {}, which the VM needs", named(1)),
        code::VM_INCOMPATIBLE_WITH_THIS_HOST => {
            format!("the VM cannot run on host {}: {}; `force` passes over its processor", named(1), named(2))
        }
        code::VDI_NOT_IN_MAP => format!("nothing says where disk {} is to go; name it in `mapVdisSrs`", named(0)),
        code::VIF_NOT_IN_MAP => {
            format!("nothing says which network interface {} is to be on; name it in `mapVifsNetworks`", named(0))
        }
        code::VDI_CBT_ENABLED => format!("changed blocks of disk {} are tracked, so it cannot move", named(0)),
        code::SR_DOES_NOT_SUPPORT_MIGRATION => format!("disks cannot move to or from SR {}", named(0)),
        code::VM_HAS_PCI_ATTACHED => format!("VM {} has a PCI device of its host", named(0)),
        code::VM_HAS_VGPU => format!("VM {} has a graphics card of its host", named(0)),
        code::VM_HAS_CHECKPOINT => format!("VM {} has a snapshot with memory; delete it first", named(0)),
        code::TOO_MANY_STORAGE_MIGRATES => {
            format!("the host moves {} disks already, and none of them arrived in time; try again later", named(0))
        }
        code::VM_HAS_VUSBS => format!("VM {} has a USB device of its host; detach it first", named(0)),
        code::VM_HAS_TOO_MANY_SNAPSHOTS => format!("VM {} has more snapshots than can move with it", named(0)),
        code::VM_HOST_INCOMPATIBLE_VERSION_MIGRATE => {
            format!("host {} runs an older version than the host that VM {} is on", named(0), named(1))
        }
        code::VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION => {
            format!("host {} does not know the virtual hardware of VM {}", named(0), named(2))
        }
        code::HOST_NOT_ENOUGH_PCPUS => {
            format!("the host has fewer processors than the VM: {} are needed, there are {}", named(0), named(1))
        }
        code::DUPLICATE_VM => format!("the other pool has a VM {} already", named(0)),
        code::MIRROR_FAILED => format!("disk {} could not be sent; the VM stays where it is", named(0)),
        // The third says why; XAPI keeps the VM until it has heard that it has arrived.
        code::VM_MIGRATE_FAILED => format!(
            "the move broke off: {}; VM {} stays where it is; where the other pool lists it, too, that one can be deleted",
            named(3),
            named(0)
        ),
        code::TASK_CANCELLED => "the move was cancelled; the VM stays where it is".to_owned(),
        code::VM_REQUIRES_GPU => format!("the host has no graphics card for VM {}", named(0)),
        code::VM_REQUIRES_VGPU => format!("the graphics cards there do not offer the type of VM {}", named(0)),
        // What all drivers of storage say when it is full.
        "SR_BACKEND_FAILURE_44" => "the storage to move to has not enough space".to_owned(),
        code::VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED => "the hosts cannot reach each other on port 443".to_owned(),
        code::LICENCE_RESTRICTION => "the licence of the host does not allow this".to_owned(),
        _ => return None,
    })
}
