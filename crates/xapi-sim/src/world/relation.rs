//! Fields that mirror each other.
//!
//! Of each pair, behaviours set only the first side (the one with a single reference); the world
//! keeps the other side, and marks its object as changed too.

use std::sync::LazyLock;

use xapi_types::table::{self, Type};

use crate::{Datum, Object};

use super::World;

/// `class.field` that is set, and `class.field` that follows from it.
const PAIRS: &[(&str, &str)] = &[
    ("VBD.VM", "VM.VBDs"),
    ("VBD.VDI", "VDI.VBDs"),
    ("VIF.VM", "VM.VIFs"),
    ("VIF.network", "network.VIFs"),
    ("console.VM", "VM.consoles"),
    ("crashdump.VM", "VM.crash_dumps"),
    ("crashdump.VDI", "VDI.crash_dumps"),
    ("VTPM.VM", "VM.VTPMs"),
    ("VGPU.VM", "VM.VGPUs"),
    ("VUSB.VM", "VM.VUSBs"),
    ("VM.snapshot_of", "VM.snapshots"),
    ("VM.parent", "VM.children"),
    ("VM.resident_on", "host.resident_VMs"),
    ("VM.protection_policy", "VMPP.VMs"),
    ("VM.snapshot_schedule", "VMSS.VMs"),
    ("VM.appliance", "VM_appliance.VMs"),
    ("VM.groups", "VM_group.VMs"),
    ("VDI.SR", "SR.VDIs"),
    ("VDI.snapshot_of", "VDI.snapshots"),
    ("PBD.SR", "SR.PBDs"),
    ("PBD.host", "host.PBDs"),
    ("SR.introduced_by", "DR_task.introduced_SRs"),
    ("PIF.host", "host.PIFs"),
    ("PIF.network", "network.PIFs"),
    ("PIF.bond_slave_of", "Bond.slaves"),
    ("Bond.master", "PIF.bond_master_of"),
    ("VLAN.tagged_PIF", "PIF.VLAN_slave_of"),
    ("VLAN.untagged_PIF", "PIF.VLAN_master_of"),
    ("tunnel.access_PIF", "PIF.tunnel_access_PIF_of"),
    ("tunnel.transport_PIF", "PIF.tunnel_transport_PIF_of"),
    ("network_sriov.physical_PIF", "PIF.sriov_physical_PIF_of"),
    ("network_sriov.logical_PIF", "PIF.sriov_logical_PIF_of"),
    ("task.subtask_of", "task.subtasks"),
    ("host_cpu.host", "host.host_CPUs"),
    ("host_crashdump.host", "host.crashdumps"),
    ("host_patch.host", "host.patches"),
    ("host_patch.pool_patch", "pool_patch.host_patches"),
    ("pool_update.hosts", "host.updates"),
    ("PCI.host", "host.PCIs"),
    ("PGPU.host", "host.PGPUs"),
    ("PGPU.GPU_group", "GPU_group.PGPUs"),
    ("VGPU.GPU_group", "GPU_group.VGPUs"),
    ("VGPU.resident_on", "PGPU.resident_VGPUs"),
    ("VGPU.type", "VGPU_type.VGPUs"),
    ("PGPU.supported_VGPU_types", "VGPU_type.supported_on_PGPUs"),
    ("PGPU.enabled_VGPU_types", "VGPU_type.enabled_on_PGPUs"),
    ("GPU_group.supported_VGPU_types", "VGPU_type.supported_on_GPU_groups"),
    ("GPU_group.enabled_VGPU_types", "VGPU_type.enabled_on_GPU_groups"),
    ("PVS_server.site", "PVS_site.servers"),
    ("PVS_proxy.site", "PVS_site.proxies"),
    ("PVS_cache_storage.site", "PVS_site.cache_storage"),
    ("Feature.host", "host.features"),
    ("PUSB.host", "host.PUSBs"),
    ("PUSB.USB_group", "USB_group.PUSBs"),
    ("VUSB.USB_group", "USB_group.VUSBs"),
    ("Cluster_host.cluster", "Cluster.cluster_hosts"),
    ("Certificate.host", "host.certificates"),
    ("Driver_variant.driver", "Host_driver.variants"),
    ("Caller.rate_limit", "Rate_limit.callers"),
];

/// Place of a field: index of its class in the class table, index in the class's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index in [`table::classes`].
    pub(crate) class: usize,
    /// Index in the fields of the class.
    pub(crate) field: usize,
}

/// The side of a pair that follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mirror {
    /// Where the references back stand.
    pub(crate) back: Place,
    /// Whether there may be several.
    pub(crate) many: bool,
}

/// For each class, for each field: what follows from it.
static MIRRORS: LazyLock<Vec<Vec<Option<Mirror>>>> = LazyLock::new(|| {
    let mut mirrors: Vec<Vec<Option<Mirror>>> =
        table::classes().iter().map(|class| vec![None; class.fields.len()]).collect();
    for (set, follows) in PAIRS {
        let (set, back) = (place(set), place(follows));
        let many = matches!(table::classes()[back.class].fields[back.field].ty, Type::Set(_));
        mirrors[set.class][set.field] = Some(Mirror { back, many });
    }
    mirrors
});

/// Returns what follows from a field.
pub(crate) fn mirror(class: usize, field: usize) -> Option<Mirror> {
    MIRRORS[class][field]
}

/// Returns the fields of `class` from which other objects' fields follow.
pub(crate) fn mirrored_fields(class: usize) -> impl Iterator<Item = (usize, Mirror)> {
    MIRRORS[class].iter().enumerate().filter_map(|(field, mirror)| mirror.map(|mirror| (field, mirror)))
}

/// Returns the field whose values are kept from `class.field`'s side, such as `VM.VBDs` of `VBD.VM`.
pub(crate) fn back_of(class: usize, field: &str) -> Option<Place> {
    let field = table::classes()[class].field_index(field)?;
    mirror(class, field).map(|mirror| mirror.back)
}

/// Returns the field from which `class.field` follows, such as `VBD.VDI` of `VDI.VBDs`.
pub(crate) fn front_of(class: usize, field: &str) -> Option<Place> {
    let back = Place { class, field: table::classes()[class].field_index(field)? };
    let of_class = |(class, fields): (usize, &Vec<Option<Mirror>>)| {
        let field = fields.iter().position(|mirror| mirror.is_some_and(|mirror| mirror.back == back))?;
        Some(Place { class, field })
    };
    MIRRORS.iter().enumerate().find_map(of_class)
}

fn place(path: &str) -> Place {
    let (class, field) = path.split_once('.').expect("a pair names class and field");
    let at = table::classes().iter().position(|c| c.name == class).unwrap_or_else(|| panic!("no class `{class}`"));
    let field = table::classes()[at].field_index(field).unwrap_or_else(|| panic!("no field `{path}`"));
    Place { class: at, field }
}

/// Whether each field of each class follows from fields of others.
static FOLLOWS: LazyLock<Vec<Vec<bool>>> = LazyLock::new(|| {
    let mut follows: Vec<Vec<bool>> = table::classes().iter().map(|class| vec![false; class.fields.len()]).collect();
    for (_, follower) in PAIRS {
        let place = place(follower);
        follows[place.class][place.field] = true;
    }
    follows
});

/// Returns whether the field is kept by the world rather than set.
pub(crate) fn follows(class: usize, field: usize) -> bool {
    FOLLOWS[class][field]
}

impl World {
    /// Brings the other side of a relation in step with a field that goes from `old` to `new`.
    pub(super) fn mirror(&mut self, object: Object, class: usize, field: usize, old: &Datum, new: &Datum) {
        let Some(mirror) = mirror(class, field) else { return };
        let refs = |datum: &Datum| -> Vec<Object> {
            match datum {
                Datum::Ref(one) => one.get().into_iter().collect(),
                many => many.objects().filter(|one| !one.is_null()).collect(),
            }
        };
        let (old, new) = (refs(old), refs(new));
        for (other, gained) in old
            .iter()
            .filter(|o| !new.contains(o))
            .map(|o| (*o, false))
            .chain(new.iter().filter(|o| !old.contains(o)).map(|o| (*o, true)))
        {
            let Some(row) = self.rows.get(&other).filter(|row| row.class == mirror.back.class) else { continue };
            let before = row.at(mirror.back.field);
            let after = match (mirror.many, gained) {
                (true, true) => before.with_item(object),
                (true, false) => before.without_item(&Datum::Ref(object)),
                (false, true) => Datum::Ref(object),
                (false, false) => Datum::Ref(Object::NULL),
            };
            if !before.same(&after) {
                self.change(other, |row| row.put_at(mirror.back.field, after));
            }
        }
    }
}
