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
    /// A host.
    Host = ["host"];
    /// A virtual disk, or a snapshot of one.
    AnyVdi = ["VDI", "VDI-snapshot"];
    /// A message.
    Message = ["message"];
    /// The attachment of a storage repository to a host.
    Pbd = ["PBD"];
    /// A network.
    Network = ["network"];
    /// A network interface of a host.
    Pif = ["PIF"];
    /// A pool of hosts.
    Pool = ["pool"];
    /// A USB device of a host.
    Pusb = ["PUSB"];
    /// USB devices of one make.
    UsbGroup = ["USB_group"];
    /// A network interface of a virtual machine.
    Vif = ["VIF"];
    /// A USB device of a virtual machine.
    Vusb = ["VUSB"];
    /// A storage repository.
    Sr = ["SR"];
    /// A task of a host.
    Task = ["task"];
    /// The attachment of a disk or drive to a virtual machine.
    Vbd = ["VBD"];
    /// A virtual machine.
    Vm = ["VM"];
    /// A virtual machine, a snapshot of one, or a template.
    AnyVm = ["VM", "VM-snapshot", "VM-template"];
}
