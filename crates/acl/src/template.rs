//! The roles that come with every server.
//!
//! Source: numbers, names and privileges of the original's, `acl.json` (`v2.templateRoles`), which a test compares with
//! these. The descriptions are ours.

use crate::RESOURCES;

/// A role that comes with the server: to look at and to copy.
#[derive(Clone, Copy, Debug)]
pub struct RoleTemplate {
    /// Names it for good.
    pub number: i64,
    /// For people.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    gives: Gives,
}

#[derive(Clone, Copy, Debug)]
enum Gives {
    /// This action on resources of every kind.
    Everywhere(&'static str),
    /// These actions.
    Some(&'static [(&'static str, &'static [&'static str])]),
}

impl RoleTemplate {
    /// Every one, by number.
    pub const ALL: [Self; 8] = [
        Self::new(1, "Read only", "See everything, change nothing.", Gives::Everywhere("read")),
        Self::new(
            2,
            "VMs power state manager",
            "Start, stop, restart, pause and suspend VMs.",
            Gives::Some(&[("vm", &["pause", "reboot", "resume", "shutdown", "start", "suspend", "unpause"])]),
        ),
        Self::new(
            3,
            "VMs creator",
            "Make VMs from templates.",
            Gives::Some(&[
                ("host", &["allow-vm"]),
                ("pool", &["create:vm"]),
                ("vdi", &["boot", "create"]),
                ("vif", &["create"]),
                ("vm-template", &["instantiate"]),
            ]),
        ),
        Self::new(4, "VMs read only", "See VMs.", Gives::Some(&[("vm", &["read"])])),
        Self::new(
            5,
            "VMs administrator",
            "Do everything to VMs, and see their snapshots.",
            Gives::Some(&[("vm", &["*"]), ("vm-snapshot", &["read"])]),
        ),
        Self::new(
            6,
            "Network administrator",
            "Do everything to networks and virtual interfaces, and configure physical ones.",
            Gives::Some(&[
                ("host", &["read"]),
                ("network", &["*"]),
                ("pif", &["read", "update"]),
                ("pool", &["create:network", "read"]),
                ("vif", &["*"]),
                ("vm", &["read"]),
            ]),
        ),
        Self::new(7, "Administrator", "Do everything that privileges are about.", Gives::Everywhere("*")),
        Self::new(
            8,
            "Storage administrator",
            "Do everything to storage, disks, their attachments and backup repositories.",
            Gives::Some(&[
                ("backup-repository", &["*"]),
                ("pbd", &["*"]),
                ("sm", &["read"]),
                ("sr", &["*"]),
                ("vbd", &["*"]),
                ("vdi", &["*"]),
                ("vdi-unmanaged", &["read"]),
            ]),
        ),
    ];

    const fn new(number: i64, name: &'static str, description: &'static str, gives: Gives) -> Self {
        Self { number, name, description, gives }
    }

    /// Returns the resources and actions that it allows.
    pub fn allows(&self) -> Vec<(&'static str, &'static str)> {
        match self.gives {
            Gives::Everywhere(action) => RESOURCES.iter().map(|(resource, _)| (*resource, action)).collect(),
            Gives::Some(gives) => {
                gives.iter().flat_map(|(resource, actions)| actions.iter().map(|action| (*resource, *action))).collect()
            }
        }
    }
}
