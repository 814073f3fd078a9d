//! From which objects an object inherits, by its kind.

use std::borrow::Cow;

use model::{Kind, Object};
use serde::Deserialize;

/// What an object inherits, and how.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Links {
    /// Whether rules on the object itself count.
    pub(crate) own: bool,
    /// Whether a right is needed on every parent rather than on one.
    pub(crate) every: bool,
    /// Names of the nodes that it inherits from.
    pub(crate) parents: Vec<String>,
    /// What the node that stands for the machine of an attachment inherits from: [`machine_of`].
    pub(crate) machine: Option<String>,
}

/// Returns the name of the node that stands for the machine of an attachment, from which its disk inherits.
///
/// An attachment has the rights of its disk, and the disk those of the machine: without a node in between the two
/// would be a circle.
pub(crate) fn machine_of(attachment: &str) -> String {
    format!("{attachment}\0machine")
}

impl Links {
    /// Returns the links of an object.
    pub(crate) fn of(object: &Object) -> Self {
        let links = |own: bool, properties: &[&str]| {
            let parents = properties.iter().filter_map(|property| object.text(property)).collect();
            Self { own, parents, ..Self::default() }
        };
        let mut links = match object.kind() {
            Kind::Host | Kind::Network | Kind::VmTemplate => links(true, &["$pool"]),
            Kind::Sr | Kind::Vm => links(true, &["$container"]),
            Kind::VmSnapshot => links(true, &["$snapshot_of"]),
            Kind::VmController => links(false, &["$container"]),
            Kind::Vdi => {
                let mut links = links(false, &["$SR"]);
                links.parents.extend(attachments(object).iter().map(|attachment| machine_of(attachment)));
                links
            }
            Kind::VdiSnapshot => links(false, &["$snapshot_of"]),
            Kind::Vbd => Self { machine: object.text("VM"), ..links(false, &["VDI"]) },
            Kind::Vif => links(false, &["$network", "$VM"]),
            Kind::Pbd => links(false, &["host", "SR"]),
            Kind::Pif | Kind::Pci | Kind::Task => links(false, &["$host"]),
            Kind::Pusb => links(false, &["host"]),
            Kind::Message => links(false, &["$object"]),
            Kind::Vusb => links(false, &["vm"]),
            Kind::UsbGroup => Self { every: true, parents: devices(object), ..Self::default() },
            _ => links(true, &[]),
        };
        // A link to itself never grants.
        links.parents.retain(|parent| parent != object.id());
        links.parents.sort_unstable();
        links.parents.dedup();
        links
    }
}

#[derive(Deserialize)]
struct Attachments<'o> {
    #[serde(rename = "$VBDs", borrow)]
    ids: Vec<Option<Cow<'o, str>>>,
}

/// Returns the ids of the attachments of a disk.
fn attachments(object: &Object) -> Vec<Cow<'_, str>> {
    object.decode::<Attachments<'_>>().map(|found| found.ids.into_iter().flatten().collect()).unwrap_or_default()
}

#[derive(Deserialize)]
struct Devices {
    #[serde(rename = "PUSBs")]
    ids: Vec<Option<String>>,
}

/// Returns the ids of the devices in a group; one that is not known has an id that no object has, so that it denies.
fn devices(object: &Object) -> Vec<String> {
    let ids = object.decode::<Devices>().map(|found| found.ids).unwrap_or_default();
    ids.into_iter().map(Option::unwrap_or_default).collect()
}
