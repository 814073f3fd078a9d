//! Attachments of virtual disks to virtual machines.

use xapi_types::{class, enums};

use crate::{declare::object, id::Id, mirror::View};

object! {
    /// The attachment of a virtual disk, or of a drive that may be empty, to a virtual machine.
    Vbd {
        /// Whether the machine has it now.
        attached "attached" : bool,
        /// Whether the machine can boot from it.
        bootable "bootable" : bool,
        /// Name of the device in the machine, such as `xvda`; `null` until it was attached once.
        device "device" : Option<&'m str>,
        /// Whether it is a CD drive.
        is_cd_drive "is_cd_drive" : bool,
        /// Place among the devices of the machine, `0` first.
        position "position" : &'m str,
        /// Whether the machine cannot write.
        read_only "read_only" : bool,
        /// The disk; none in an empty drive.
        vdi "VDI" ? Id<'m>,
        /// The machine.
        vm "VM" ? Id<'m>,
    }
}

impl<'m> Vbd<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vbd) -> Self {
        Self {
            attached: record.currently_attached,
            bootable: record.bootable,
            device: (!record.device.is_empty()).then_some(&record.device),
            is_cd_drive: record.r#type == enums::VbdType::Cd,
            position: &record.userdevice,
            read_only: record.mode == enums::VbdMode::Ro,
            vdi: view.id(&record.vdi),
            vm: view.id(&record.vm),
        }
    }
}
