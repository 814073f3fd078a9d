//! From a record to the JSON of its object.

use uuid::fmt::Hyphenated;
use xapi_types::{AnyRef, Record};

use crate::{
    bond, gpu, host, id::Id, kind::Kind, message, mirror::View, network, object::BEFORE_ID, patch, pbd, pci, pif, pool,
    sm, sr, task, usb, vbd, vdi, vif, vm, vm_controller, vm_snapshot, vm_template, vtpm,
};

/// What was written.
pub(crate) struct Rendered {
    pub(crate) kind: Kind,
    /// Length of the id, in bytes.
    pub(crate) id_len: u16,
}

/// Writes the JSON of the object that a record becomes into `out`, which is emptied before; nothing if it becomes none.
pub(crate) fn render<'m>(
    view: &View<'m>,
    reference: &AnyRef,
    record: &'m Record,
    out: &mut Vec<u8>,
) -> Option<Rendered> {
    macro_rules! rendered {
        ($kind:expr, $object:expr) => {
            head($kind, view, reference, record, out).filter(|_| $object.write(out).is_ok()).inspect(|_| out.push(b'}'))
        };
    }
    match record {
        Record::Pool(r) => rendered!(Kind::Pool, pool::Pool::from_xapi(view, r)),
        Record::Host(r) => rendered!(Kind::Host, host::Host::from_xapi(view, r)),
        Record::Vm(r) => match vm::kind(r) {
            Kind::VmController => rendered!(Kind::VmController, vm_controller::VmController::from_xapi(view, r)),
            Kind::VmSnapshot => rendered!(Kind::VmSnapshot, vm_snapshot::VmSnapshot::from_xapi(view, r)),
            Kind::VmTemplate => rendered!(Kind::VmTemplate, vm_template::VmTemplate::from_xapi(view, r)),
            _ => rendered!(Kind::Vm, vm::Vm::from_xapi(view, r)),
        },
        Record::Sr(r) => rendered!(Kind::Sr, sr::Sr::from_xapi(view, r)),
        Record::Sm(r) => rendered!(Kind::Sm, sm::Sm::from_xapi(view, r)),
        Record::Pbd(r) => rendered!(Kind::Pbd, pbd::Pbd::from_xapi(view, r)),
        Record::Pif(r) => rendered!(Kind::Pif, pif::Pif::from_xapi(view, r)),
        Record::Vdi(r) => match vdi::kind(view, r) {
            Kind::VdiSnapshot => rendered!(Kind::VdiSnapshot, vdi::VdiSnapshot::from_xapi(view, r)),
            Kind::VdiUnmanaged => rendered!(Kind::VdiUnmanaged, vdi::VdiUnmanaged::from_xapi(view, r)),
            _ => rendered!(Kind::Vdi, vdi::Vdi::from_xapi(view, r)),
        },
        Record::Vbd(r) => rendered!(Kind::Vbd, vbd::Vbd::from_xapi(view, r)),
        Record::Vif(r) => rendered!(Kind::Vif, vif::Vif::from_xapi(view, r)),
        Record::Network(r) => rendered!(Kind::Network, network::Network::from_xapi(view, r)),
        Record::Message(r) => rendered!(Kind::Message, message::Message::from_xapi(view, r)),
        Record::Task(r) => rendered!(Kind::Task, task::Task::from_xapi(view, reference, r)),
        Record::HostPatch(r) => rendered!(Kind::Patch, patch::Patch::from_xapi(view, r)),
        Record::PoolPatch(r) => rendered!(Kind::PoolPatch, patch::PoolPatch::from_xapi(view, r)),
        Record::Pci(r) => rendered!(Kind::Pci, pci::Pci::from_xapi(view, r)),
        Record::Pgpu(r) => rendered!(Kind::Pgpu, gpu::Pgpu::from_xapi(view, r)),
        Record::Vgpu(r) => rendered!(Kind::Vgpu, gpu::Vgpu::from_xapi(view, r)),
        Record::GpuGroup(r) => rendered!(Kind::GpuGroup, gpu::GpuGroup::from_xapi(view, r)),
        Record::VgpuType(r) => rendered!(Kind::VgpuType, gpu::VgpuType::from_xapi(view, r)),
        Record::Vtpm(r) => rendered!(Kind::Vtpm, vtpm::Vtpm::from_xapi(view, r)),
        Record::Pusb(r) => rendered!(Kind::Pusb, usb::Pusb::from_xapi(view, r)),
        Record::Vusb(r) => rendered!(Kind::Vusb, usb::Vusb::from_xapi(view, r)),
        Record::UsbGroup(r) => rendered!(Kind::UsbGroup, usb::UsbGroup::from_xapi(view, r)),
        Record::Bond(r) => rendered!(Kind::Bond, bond::Bond::from_xapi(view, r)),
        _ => None,
    }
}

/// Returns the properties of a kind, the common ones first.
pub fn properties(kind: Kind) -> Vec<&'static str> {
    let own = match kind {
        Kind::Pool => pool::Pool::properties(),
        Kind::Host => host::Host::properties(),
        Kind::Vm => vm::Vm::properties(),
        Kind::VmController => vm_controller::VmController::properties(),
        Kind::VmSnapshot => vm_snapshot::VmSnapshot::properties(),
        Kind::VmTemplate => vm_template::VmTemplate::properties(),
        Kind::Sr => sr::Sr::properties(),
        Kind::Sm => sm::Sm::properties(),
        Kind::Pbd => pbd::Pbd::properties(),
        Kind::Pif => pif::Pif::properties(),
        Kind::Vdi => vdi::Vdi::properties(),
        Kind::VdiSnapshot => vdi::VdiSnapshot::properties(),
        Kind::VdiUnmanaged => vdi::VdiUnmanaged::properties(),
        Kind::Vbd => vbd::Vbd::properties(),
        Kind::Vif => vif::Vif::properties(),
        Kind::Network => network::Network::properties(),
        Kind::Message => message::Message::properties(),
        Kind::Task => task::Task::properties(),
        Kind::Patch => patch::Patch::properties(),
        Kind::PoolPatch => patch::PoolPatch::properties(),
        Kind::Pci => pci::Pci::properties(),
        Kind::Pgpu => gpu::Pgpu::properties(),
        Kind::Vgpu => gpu::Vgpu::properties(),
        Kind::GpuGroup => gpu::GpuGroup::properties(),
        Kind::VgpuType => gpu::VgpuType::properties(),
        Kind::Vtpm => vtpm::Vtpm::properties(),
        Kind::Pusb => usb::Pusb::properties(),
        Kind::Vusb => usb::Vusb::properties(),
        Kind::UsbGroup => usb::UsbGroup::properties(),
        Kind::Bond => bond::Bond::properties(),
    };
    [&crate::COMMON, own.as_slice()].concat()
}

/// Writes `{"id":"…","type":"…",…`, the properties that every object has.
fn head<'m>(
    kind: Kind,
    view: &View<'m>,
    reference: &AnyRef,
    record: &'m Record,
    out: &mut Vec<u8>,
) -> Option<Rendered> {
    out.clear();
    out.extend_from_slice(BEFORE_ID);
    let id_at = out.len();
    match view.id_of(reference, record) {
        Id::Text(uuid) => write_plain(out, uuid),
        id => write_plain(out, &id.to_string()),
    }
    let id_len = u16::try_from(out.len() - id_at).ok()?;
    out.extend_from_slice(b"\",\"type\":\"");
    out.extend_from_slice(kind.name().as_bytes());
    out.push(b'"');
    out.extend_from_slice(b",\"uuid\":\"");
    if let Record::PoolPatch(_) = record {
        out.extend_from_within(id_at..id_at + usize::from(id_len));
    } else {
        write_plain(out, record.uuid().unwrap_or(""));
    }
    let pool = view.pool_id().map_or("", crate::PoolId::as_str);
    for key in ["\",\"$pool\":\"", "\",\"$poolId\":\""] {
        out.extend_from_slice(key.as_bytes());
        write_plain(out, pool);
    }
    out.extend_from_slice(b"\",\"_xapiRef\":\"");
    match reference.as_uuid() {
        Some(uuid) => {
            out.extend_from_slice(b"OpaqueRef:");
            out.extend_from_slice(uuid.hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).as_bytes());
        }
        None => write_plain(out, &reference.to_string()),
    }
    out.push(b'"');
    Some(Rendered { kind, id_len })
}

/// Writes a text that goes between quotes. Ids and references hold nothing that JSON escapes; a host that sends
/// such gets it left out, so that one odd id can neither break the JSON nor shift where the id is found.
fn write_plain(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.extend(text.bytes().filter(|&byte| plain(byte)));
    }
}
