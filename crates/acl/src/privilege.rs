//! The newer model: privileges on kinds of resources, narrowed by a selector.
//!
//! Of the privileges that match, one that denies wins over any that allow; where none matches, it is denied.

use filter::{Filter, Subject};
use model::Kind;

/// What a privilege does to what it matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// Allows it.
    #[default]
    Allow,
    /// Denies it, whatever else allows it.
    Deny,
}

/// Allows or denies an action on the resources of a kind.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// Kind of resource, such as `vm` or `backup-job`; see [`resource_of`].
    pub resource: String,
    /// `*`, or an action such as `update`, which stands for `update:tags` too.
    pub action: String,
    /// What it does.
    pub effect: Effect,
    /// Which resources of the kind; all where there is none.
    pub selector: Option<Filter>,
}

impl Privilege {
    /// Tells whether it is about this action on this resource.
    pub fn matches(&self, resource: &str, action: &str, object: &(impl Subject + ?Sized)) -> bool {
        self.resource == resource
            && covers(&self.action, action)
            && self.selector.as_ref().is_none_or(|selector| selector.matches(object))
    }
}

/// Tells whether a privilege for the action `held` is one for `asked`.
fn covers(held: &str, asked: &str) -> bool {
    let is_inside = || asked.strip_prefix(held).is_some_and(|rest| rest.starts_with(':'));
    held == "*" || held == asked || is_inside()
}

/// Tells whether `privileges` permit an action on a resource.
pub fn permit<'p>(
    privileges: impl IntoIterator<Item = &'p Privilege>,
    resource: &str,
    action: &str,
    object: &(impl Subject + ?Sized),
) -> bool {
    let mut permitted = false;
    for privilege in privileges {
        if privilege.matches(resource, action, object) {
            match privilege.effect {
                Effect::Allow => permitted = true,
                Effect::Deny => return false,
            }
        }
    }
    permitted
}

/// Returns the resource that objects of a kind are, for privileges; some kinds are none.
pub fn resource_of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Message => "message",
        Kind::GpuGroup => "gpuGroup",
        Kind::Host => "host",
        Kind::Network => "network",
        Kind::Pbd => "pbd",
        Kind::Pci => "pci",
        Kind::Pgpu => "pgpu",
        Kind::Pif => "pif",
        Kind::Pool => "pool",
        Kind::Sm => "sm",
        Kind::Sr => "sr",
        Kind::Vbd => "vbd",
        Kind::Vdi => "vdi",
        Kind::VdiSnapshot => "vdi-snapshot",
        Kind::VdiUnmanaged => "vdi-unmanaged",
        Kind::Vgpu => "vgpu",
        Kind::VgpuType => "vgpuType",
        Kind::Vif => "vif",
        Kind::Vm => "vm",
        Kind::VmController => "vm-controller",
        Kind::VmSnapshot => "vm-snapshot",
        Kind::VmTemplate => "vm-template",
        Kind::Vtpm => "vtpm",
        Kind::Task | Kind::Patch | Kind::PoolPatch | Kind::Pusb | Kind::Vusb | Kind::UsbGroup | Kind::Bond => {
            return None;
        }
    })
}
