//! What the objects of other records may see of a record.

use xapi_types::{Record, class};

/// Tells whether a change of a record can show in objects that are made of other records.
///
/// Everything has its id seen. What else is seen must stand here: a field that a mapping reads of another record and
/// that is missing here would go stale.
pub(super) fn changed(old: &Record, new: &Record) -> bool {
    use Record as R;
    match (old, new) {
        (R::Vm(old), R::Vm(new)) => vm(old) != vm(new),
        (R::Host(old), R::Host(new)) => {
            (&old.uuid, &old.name_label, &old.software_version) != (&new.uuid, &new.name_label, &new.software_version)
        }
        (R::Pool(old), R::Pool(new)) => (&old.uuid, &old.master) != (&new.uuid, &new.master),
        (R::Sr(old), R::Sr(new)) => {
            (&old.uuid, old.shared, old.pbds.first()) != (&new.uuid, new.shared, new.pbds.first())
        }
        (R::Pbd(old), R::Pbd(new)) => pbd(old) != pbd(new),
        (R::Vdi(old), R::Vdi(new)) => vdi(old) != vdi(new),
        (R::Vbd(old), R::Vbd(new)) => (&old.uuid, &old.vdi) != (&new.uuid, &new.vdi),
        (R::Pif(old), R::Pif(new)) => pif(old) != pif(new),
        // Seen whole: small, or changed seldom, or there to be seen by one other.
        (
            R::Bond(_)
            | R::Certificate(_)
            | R::HostMetrics(_)
            | R::HostPatch(_)
            | R::PifMetrics(_)
            | R::PoolPatch(_)
            | R::PoolUpdate(_)
            | R::VmGuestMetrics(_)
            | R::VmMetrics(_),
            _,
        ) => old != new,
        _ => old.kind() != new.kind() || old.uuid() != new.uuid(),
    }
}

fn vm(vm: &class::Vm) -> impl PartialEq + '_ {
    (&vm.uuid, crate::vm::is_default_template(vm))
}

fn pbd(pbd: &class::Pbd) -> impl PartialEq + '_ {
    (&pbd.uuid, &pbd.host, pbd.device_config.get("provisioning"))
}

fn vdi(vdi: &class::Vdi) -> impl PartialEq + '_ {
    (&vdi.uuid, &vdi.sr, vdi.physical_utilisation, vdi.sm_config.get("vhd-parent"))
}

fn pif(pif: &class::Pif) -> impl PartialEq + '_ {
    (&pif.uuid, pif.bond_master_of.is_empty(), pif.bond_slave_of.is_null())
}
