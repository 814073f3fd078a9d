//! Graphics cards, their groups, and the virtual ones made of them.

use compact_str::CompactString;
use xapi_types::class;

use crate::{
    declare::object,
    id::{Id, Ids},
    mirror::View,
    number::Number,
    text::Texts,
};

object! {
    /// A graphics card.
    Pgpu {
        /// Whether the control domain uses it, now and after a reboot.
        dom0_access "dom0Access" : &'m str,
        /// Types of virtual cards that may be made of it.
        enabled_vgpu_types "enabledVgpuTypes" : Ids<'m>,
        /// Its group.
        gpu_group "gpuGroup" ? Id<'m>,
        /// Whether the console of the host is on it.
        is_system_display_device "isSystemDisplayDevice" : bool,
        /// Its PCI device.
        pci "pci" ? Id<'m>,
        /// Known to clients, yet never sent; the name is theirs.
        supported_vgpu_max_capacities "supportedVgpuMaxCapcities" ? (),
        /// Types of virtual cards that could be made of it.
        supported_vgpu_types "supportedVgpuTypes" : Ids<'m>,
        /// The host.
        host "host" ? Id<'m>,
        /// The host, as links are named elsewhere.
        host_link "$host" ? Id<'m>,
        /// Virtual cards on it.
        vgpus "vgpus" : Ids<'m>,
        /// Virtual cards on it, as links are named elsewhere.
        vgpu_links "$vgpus" : Ids<'m>,
    }
}

object! {
    /// A virtual graphics card of a virtual machine.
    Vgpu {
        /// Whether the machine has it now.
        currently_attached "currentlyAttached" : bool,
        /// Place among the cards of the machine, `0` first.
        device "device" : &'m str,
        /// The group of cards that it is made from.
        gpu_group "gpuGroup" ? Id<'m>,
        /// Free keys.
        other_config "otherConfig" : Texts<'m>,
        /// The card that it is on.
        resident_on "resident_on" ? Id<'m>,
        /// Its type.
        vgpu_type "vgpuType" ? Id<'m>,
        /// The machine.
        vm "vm" ? Id<'m>,
    }
}

object! {
    /// A group of graphics cards.
    GpuGroup {
        /// How virtual cards are spread: `breadth_first`, `depth_first`.
        allocation "allocation" : &'m str,
        /// Types of virtual cards that may be made of it.
        enabled_vgpu_types "enabledVgpuTypes" : Ids<'m>,
        /// Types of its cards.
        gpu_types "gpuTypes" : &'m [CompactString],
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Free keys.
        other_config "otherConfig" : Texts<'m>,
        /// Its cards.
        pgpus "pgpus" : Ids<'m>,
        /// Types of virtual cards that could be made of it.
        supported_vgpu_types "supportedVgpuTypes" : Ids<'m>,
        /// Virtual cards made of it.
        vgpus "vgpus" : Ids<'m>,
    }
}

object! {
    /// A type of virtual graphics cards.
    VgpuType {
        /// Whether it is experimental.
        experimental "experimental" : bool,
        /// Memory, in bytes.
        framebuffer_size "framebufferSize" : Number,
        /// Groups of cards that may give it.
        gpu_groups "gpuGroups" : Ids<'m>,
        /// Most displays.
        max_heads "maxHeads" : Number,
        /// Most pixels across.
        max_resolution_x "maxResolutionX" : Number,
        /// Most pixels down.
        max_resolution_y "maxResolutionY" : Number,
        /// Model.
        model_name "modelName" : &'m str,
        /// Cards that may give it.
        pgpus "pgpus" : Ids<'m>,
        /// Maker.
        vendor_name "vendorName" : &'m str,
        /// Virtual cards of this type.
        vgpus "vgpus" : Ids<'m>,
    }
}

impl<'m> Pgpu<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Pgpu) -> Self {
        let (host, vgpus) = (view.id(&record.host), view.ids(&record.resident_vgpus));
        Self {
            dom0_access: record.dom0_access.as_str(),
            enabled_vgpu_types: view.ids(&record.enabled_vgpu_types),
            gpu_group: view.id(&record.gpu_group),
            is_system_display_device: record.is_system_display_device,
            pci: view.id(&record.pci),
            supported_vgpu_max_capacities: None,
            supported_vgpu_types: view.ids(&record.supported_vgpu_types),
            host: host.clone(),
            host_link: host,
            vgpus: vgpus.clone(),
            vgpu_links: vgpus,
        }
    }
}

impl<'m> Vgpu<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vgpu) -> Self {
        Self {
            currently_attached: record.currently_attached,
            device: &record.device,
            gpu_group: view.id(&record.gpu_group),
            other_config: Texts(&record.other_config),
            resident_on: view.id(&record.resident_on),
            vgpu_type: view.id(&record.r#type),
            vm: view.id(&record.vm),
        }
    }
}

impl<'m> GpuGroup<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::GpuGroup) -> Self {
        Self {
            allocation: record.allocation_algorithm.as_str(),
            enabled_vgpu_types: view.ids(&record.enabled_vgpu_types),
            gpu_types: &record.gpu_types,
            name_description: &record.name_description,
            name_label: &record.name_label,
            other_config: Texts(&record.other_config),
            pgpus: view.ids(&record.pgpus),
            supported_vgpu_types: view.ids(&record.supported_vgpu_types),
            vgpus: view.ids(&record.vgpus),
        }
    }
}

impl<'m> VgpuType<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::VgpuType) -> Self {
        Self {
            experimental: record.experimental,
            framebuffer_size: record.framebuffer_size.into(),
            gpu_groups: view.ids(&record.enabled_on_gpu_groups),
            max_heads: record.max_heads.into(),
            max_resolution_x: record.max_resolution_x.into(),
            max_resolution_y: record.max_resolution_y.into(),
            model_name: &record.model_name,
            pgpus: view.ids(&record.enabled_on_pgpus),
            vendor_name: &record.vendor_name,
            vgpus: view.ids(&record.vgpus),
        }
    }
}
