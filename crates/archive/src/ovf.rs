//! OVF descriptors: what machines a package has, and which files are their disks.
//!
//! Read is what VMware, VirtualBox, oVirt and XenServer write, of OVF 1 and 2; written is OVF 1.0 with VMware's words
//! for the firmware, which most read.

mod read;
mod units;
mod write;

/// A descriptor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ovf {
    /// Files of the package that the descriptor speaks of, in their order.
    pub files: Vec<File>,
    /// Disks of all machines.
    pub disks: Vec<Disk>,
    /// Names of networks.
    pub networks: Vec<String>,
    /// Machines.
    pub vms: Vec<Vm>,
}

/// A file of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its name in the descriptor.
    pub id: String,
    /// Its name in the package.
    pub href: String,
    /// Its size, in bytes, if that is told.
    pub size: Option<u64>,
    /// Whether it is compressed by gzip.
    pub gzip: bool,
}

/// A disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    /// Its name in the descriptor.
    pub id: String,
    /// Id of the file with its content; a disk without one is empty.
    pub file: Option<String>,
    /// Size of the disk, in bytes.
    pub capacity: u64,
    /// What its file is: an address that stands for a format.
    pub format: String,
}

/// What starts a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Firmware {
    /// A BIOS.
    #[default]
    Bios,
    /// UEFI.
    Uefi,
}

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vm {
    /// Its name in the descriptor.
    pub id: String,
    /// Name.
    pub name: String,
    /// Description; may be empty.
    pub description: String,
    /// System inside, as the writer calls it, such as `Debian_64`; may be empty.
    pub system: String,
    /// Number of virtual processors.
    pub cpus: u32,
    /// Processors a socket, if that is told.
    pub cores_per_socket: Option<u32>,
    /// Memory, in bytes.
    pub memory: u64,
    /// What starts it.
    pub firmware: Firmware,
    /// Whether only signed systems are started.
    pub secure_boot: bool,
    /// Disks in the order in which the machine sees them.
    pub disks: Vec<Drive>,
    /// Network interfaces in their order.
    pub nics: Vec<Nic>,
}

/// A disk of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drive {
    /// Id of the disk.
    pub disk: String,
    /// Name; may be empty.
    pub name: String,
    /// Description; may be empty.
    pub description: String,
}

/// A network interface of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nic {
    /// Name of the network, if it is on one.
    pub network: Option<String>,
    /// MAC address, if it is to keep one.
    pub mac: Option<String>,
    /// Kind of card, such as `E1000`; may be empty.
    pub kind: String,
}

/// Address that stands for the stream-optimised form of VMDK.
pub const STREAM_OPTIMIZED: &str = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";

impl Ovf {
    /// Returns the file of a disk.
    pub fn file_of(&self, disk: &Disk) -> Option<&File> {
        let id = disk.file.as_deref()?;
        self.files.iter().find(|file| file.id == id)
    }

    /// Returns the disk with this id.
    pub fn disk(&self, id: &str) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.id == id)
    }

    /// Returns the files that are content of disks, in the order of the descriptor.
    pub fn disk_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| self.disks.iter().any(|disk| disk.file.as_ref() == Some(&file.id)))
    }
}
