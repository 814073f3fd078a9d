//! Storage drivers: what each can do, and what it needs to know.

use xapi_types::{Failure, code};

use crate::Datum;

/// A driver, which hosts list as an `SM`.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Value of `SR.type`.
    pub(crate) name: &'static str,
    /// Name for people.
    pub(crate) label: &'static str,
    pub(crate) description: &'static str,
    /// What holds disks.
    pub(crate) layout: Layout,
    /// Keys that `device_config` must have.
    pub(crate) needs: &'static [Need],
    /// What the driver can do besides what its layout implies.
    features: &'static [&'static str],
}

/// How a driver keeps disks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Layout {
    /// Files that grow with what is written.
    Thin,
    /// Volumes of full size.
    Thick,
    /// Files of images as they are, or devices of the host.
    Fixed,
}

/// A key that `device_config` must have, and the error of the driver if it has not.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) key: &'static str,
    /// Number at the end of `SR_BACKEND_FAILURE_…`.
    pub(crate) error: u32,
    pub(crate) reason: &'static str,
}

const DEVICE: Need = Need { key: "device", error: 90, reason: "The request is missing the device parameter" };
const LOCATION: Need = Need { key: "location", error: 94, reason: "The request is missing the location parameter" };
const TARGET: Need = Need { key: "target", error: 95, reason: "The request is missing the target parameter" };
const TARGET_IQN: Need =
    Need { key: "targetIQN", error: 96, reason: "The request is missing or has an incorrect target IQN parameter" };
const SERVER_PATH: Need =
    Need { key: "serverpath", error: 101, reason: "The request is missing the serverpath parameter" };
const SERVER: Need = Need { key: "server", error: 102, reason: "The request is missing the server parameter" };
const SCSI_ID: Need = Need { key: "SCSIid", error: 107, reason: "The SCSIid parameter is missing or incorrect" };

/// What all drivers can do that make disks.
const PLAIN_DISKS: &[&str] = &[
    "SR_PROBE",
    "VDI_CREATE",
    "VDI_DELETE",
    "VDI_ATTACH",
    "VDI_DETACH",
    "VDI_ACTIVATE",
    "VDI_DEACTIVATE",
    "VDI_CLONE",
    "VDI_SNAPSHOT",
    "VDI_RESIZE",
    "VDI_MIRROR",
];
/// What drivers of VHDs can do besides.
const DISKS: &[&str] =
    &["SR_UPDATE", "VDI_UPDATE", "VDI_GENERATE_CONFIG", "VDI_CONFIG_CBT", "VDI_RESET_ON_BOOT/2", "ATOMIC_PAUSE"];
const THIN_DISKS: &[&str] = &[
    "SR_UPDATE",
    "THIN_PROVISIONING",
    "VDI_UPDATE",
    "VDI_GENERATE_CONFIG",
    "VDI_CONFIG_CBT",
    "VDI_RESET_ON_BOOT/2",
    "ATOMIC_PAUSE",
];
/// What the driver of images can do: `CAPABILITIES` of `drivers/ISOSR.py` in `xapi-project/sm`, wherever the images are.
const DISCS: &[&str] = &[
    "VDI_CREATE",
    "VDI_DELETE",
    "VDI_ATTACH",
    "VDI_DETACH",
    "VDI_ATTACH_OFFLINE",
    "SR_SCAN",
    "SR_ATTACH",
    "SR_DETACH",
];
const DEVICES: &[&str] = &["VDI_INTRODUCE", "VDI_ATTACH", "VDI_DETACH", "SR_UPDATE", "VDI_UPDATE"];

macro_rules! kinds {
    ($($name:literal $label:literal $description:literal $layout:ident $features:ident [$($need:ident),*];)*) => {
        /// All drivers, by name.
        pub(crate) static ALL: &[Kind] = &[$(Kind {
            name: $name,
            label: $label,
            description: $description,
            layout: Layout::$layout,
            needs: &[$($need),*],
            features: $features,
        }),*];
    };
}

kinds! {
    "cephfs" "CephFS" "Disks as VHD files on CephFS" Thin THIN_DISKS [SERVER, SERVER_PATH];
    "ext" "Local EXT4 VHD" "Disks as VHD files on a local ext4 file system" Thin THIN_DISKS [DEVICE];
    "file" "File system VHD" "Disks as VHD files in a folder of the host" Thin THIN_DISKS [LOCATION];
    "glusterfs" "GlusterFS VHD" "Disks as VHD files on GlusterFS" Thin THIN_DISKS [SERVER];
    "iso" "ISO" "ISO images" Fixed DISCS [LOCATION];
    "largeblock" "Largeblock" "Disks as VHD files on a local device with 4 KiB blocks" Thin THIN_DISKS [DEVICE];
    "lvm" "Local VHD on LVM" "Disks as VHDs on a local LVM volume group" Thick DISKS [DEVICE];
    "lvmofcoe" "VHD over FCoE" "Disks as VHDs on an FCoE LUN" Thick DISKS [SCSI_ID];
    "lvmohba" "VHD over HBA" "Disks as VHDs on an HBA LUN" Thick DISKS [SCSI_ID];
    "lvmoiscsi" "VHD over iSCSI" "Disks as VHDs on an iSCSI LUN" Thick DISKS [TARGET, TARGET_IQN, SCSI_ID];
    "moosefs" "MooseFS VHD" "Disks as VHD files on MooseFS" Thin THIN_DISKS [];
    "nfs" "NFS VHD" "Disks as VHD files on a remote NFS file system" Thin THIN_DISKS [SERVER, SERVER_PATH];
    "smb" "SMB VHD" "Disks as VHD files on a remote SMB share" Thin THIN_DISKS [SERVER];
    "udev" "udev" "Devices that the host finds" Fixed DEVICES [LOCATION];
    "xfs" "XFS" "Disks as VHD files on a local XFS file system" Thin THIN_DISKS [DEVICE];
    "zfs" "Local ZFS VHD" "Disks as VHD files on a local ZFS pool" Thin THIN_DISKS [LOCATION];
}

/// What a driver can do that is not in the list: make disks, and no more than the usual.
pub(crate) static UNKNOWN: Kind = Kind {
    name: "dummy",
    label: "dummy",
    description: "A driver of which nothing else is known",
    layout: Layout::Thin,
    needs: &[],
    features: &["VDI_INTRODUCE"],
};

/// Returns the driver `name`.
pub(crate) fn named(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name)
}

/// Makes the error that a driver raises.
pub(crate) fn backend(number: u32, reason: &str, output: &str) -> Failure {
    Failure::new(format!("{}_{number}", code::SR_BACKEND_FAILURE), ["", reason, output])
}

// === impl Kind ===

impl Kind {
    /// Returns whether disks live in VHDs that hang on each other.
    pub(crate) fn has_chains(&self) -> bool {
        self.layout != Layout::Fixed
    }

    /// Lists what the driver says it can do.
    pub(crate) fn features(&self) -> impl Iterator<Item = &'static str> {
        let plain = if self.layout == Layout::Fixed { &[] } else { PLAIN_DISKS };
        plain.iter().chain(self.features).copied()
    }

    /// Returns whether the driver has `feature`.
    pub(crate) fn can(&self, feature: &str) -> bool {
        self.features().any(|has| has == feature)
    }

    /// Checks that `device_config` has what the driver needs.
    ///
    /// # Errors
    ///
    /// `SR_BACKEND_FAILURE_…` of the first key that is missing.
    pub(crate) fn check(&self, device_config: &Datum) -> Result<(), Failure> {
        let missing = |need: &&Need| device_config.get(need.key).is_none_or(|value| value.as_text().is_empty());
        match self.needs.iter().find(missing) {
            None => Ok(()),
            Some(need) => Err(backend(need.error, need.reason, "")),
        }
    }
}
