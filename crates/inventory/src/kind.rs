//! The kinds of objects that ids of parameters may name.

use op::Kinds;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = [$($kind:literal),+];)*) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;
            impl Kinds for $name {
                const NAMES: &'static [&'static str] = &[$($kind),+];
            }
        )*
    };
}

kinds! {
    /// A virtual disk, or a snapshot of one.
    AnyVdi = ["VDI", "VDI-snapshot"];
    /// A virtual machine, a control domain, a snapshot of one, or a template.
    AnyDomain = ["VM", "VM-controller", "VM-snapshot", "VM-template"];
    /// A virtual machine, a snapshot of one, or a template.
    AnyVm = ["VM", "VM-snapshot", "VM-template"];
    /// A group of graphics cards.
    GpuGroup = ["gpuGroup"];
    /// A host.
    Host = ["host"];
    /// A message.
    Message = ["message"];
    /// A network.
    Network = ["network"];
    /// The attachment of a storage repository to a host.
    Pbd = ["PBD"];
    /// A PCI device of a host.
    Pci = ["PCI"];
    /// A network interface of a host.
    Pif = ["PIF"];
    /// A pool of hosts.
    Pool = ["pool"];
    /// A USB device of a host.
    Pusb = ["PUSB"];
    /// A snapshot of a virtual machine.
    Snapshot = ["VM-snapshot"];
    /// A storage repository.
    Sr = ["SR"];
    /// A task of a host.
    Task = ["task"];
    /// A template of virtual machines.
    Template = ["VM-template"];
    /// USB devices of one make.
    UsbGroup = ["USB_group"];
    /// The attachment of a disk or drive to a virtual machine.
    Vbd = ["VBD"];
    /// A virtual disk.
    Vdi = ["VDI"];
    /// A virtual graphics card.
    Vgpu = ["vgpu"];
    /// A type of virtual graphics cards.
    VgpuType = ["vgpuType"];
    /// A network interface of a virtual machine.
    Vif = ["VIF"];
    /// A virtual machine.
    Vm = ["VM"];
    /// A virtual machine or a snapshot of one.
    VmOrSnapshot = ["VM", "VM-snapshot"];
    /// A virtual machine or a template.
    VmOrTemplate = ["VM", "VM-template"];
    /// A virtual TPM.
    Vtpm = ["VTPM"];
    /// A USB device of a virtual machine.
    Vusb = ["VUSB"];
}
