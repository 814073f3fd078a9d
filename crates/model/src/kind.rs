//! The kinds of our objects.

use std::fmt;

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $wire:literal,)*) => {
        /// A kind of object, what clients see as `type`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$meta])* $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the name on the wire, such as `VM-snapshot`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }

            /// Returns the kind that the wire calls `name`.
            pub fn parse(name: &str) -> Option<Self> {
                Some(match name {
                    $($wire => Self::$name,)*
                    _ => return None,
                })
            }
        }
    };
}

kinds! {
    /// A pool of hosts.
    Pool = "pool",
    /// A host.
    Host = "host",
    /// A virtual machine that is neither template, snapshot nor control domain.
    Vm = "VM",
    /// The control domain of a host.
    VmController = "VM-controller",
    /// A snapshot of a virtual machine.
    VmSnapshot = "VM-snapshot",
    /// A template of virtual machines.
    VmTemplate = "VM-template",
    /// A storage repository.
    Sr = "SR",
    /// A storage driver.
    Sm = "SM",
    /// The attachment of a storage repository to a host.
    Pbd = "PBD",
    /// A network interface of a host.
    Pif = "PIF",
    /// A virtual disk.
    Vdi = "VDI",
    /// A snapshot of a virtual disk.
    VdiSnapshot = "VDI-snapshot",
    /// A virtual disk that the storage keeps for itself, such as the base of a chain.
    VdiUnmanaged = "VDI-unmanaged",
    /// The attachment of a virtual disk to a virtual machine.
    Vbd = "VBD",
    /// A network interface of a virtual machine.
    Vif = "VIF",
    /// A network.
    Network = "network",
    /// An alert or notice of a host.
    Message = "message",
    /// A task of a host.
    Task = "task",
    /// A patch of an old XenServer, as applied to one host.
    Patch = "patch",
    /// A patch of an old XenServer, as known to the pool.
    PoolPatch = "pool_patch",
    /// A PCI device.
    Pci = "PCI",
    /// A graphics card.
    Pgpu = "PGPU",
    /// A virtual graphics card of a virtual machine.
    Vgpu = "vgpu",
    /// A group of graphics cards.
    GpuGroup = "gpuGroup",
    /// A type of virtual graphics cards.
    VgpuType = "vgpuType",
    /// A virtual TPM.
    Vtpm = "VTPM",
    /// A USB device of a host.
    Pusb = "PUSB",
    /// A USB device of a virtual machine.
    Vusb = "VUSB",
    /// A group of USB devices.
    UsbGroup = "USB_group",
    /// Network interfaces of a host that act as one.
    Bond = "bond",
}

impl Kind {
    /// Returns the name of the list of all objects of this kind, as in the paths of REST; nothing for kinds that have
    /// none there.
    pub fn collection(self) -> Option<&'static str> {
        Some(match self {
            Self::GpuGroup => "gpu-groups",
            Self::Host => "hosts",
            Self::Message => "messages",
            Self::Network => "networks",
            Self::Pbd => "pbds",
            Self::Pci => "pcis",
            Self::Pgpu => "pgpus",
            Self::Pif => "pifs",
            Self::Pool => "pools",
            Self::Sm => "sms",
            Self::Sr => "srs",
            Self::Task => "xapi-tasks",
            Self::Vbd => "vbds",
            Self::Vdi => "vdis",
            Self::VdiSnapshot => "vdi-snapshots",
            Self::Vif => "vifs",
            Self::Vm => "vms",
            Self::VmController => "vm-controllers",
            Self::VmSnapshot => "vm-snapshots",
            Self::VmTemplate => "vm-templates",
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
