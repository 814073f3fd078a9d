//! The newer model: privileges on kinds of resources, narrowed by a selector.
//!
//! Of the privileges that match, one that denies wins over any that allow; where none matches, it is denied.

use filter::{Filter, Subject};

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
    /// Kind of resource, such as `vm` or `backup-job`; see [`RESOURCES`](crate::RESOURCES).
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

impl std::fmt::Display for Privilege {
    /// Writes it so that two which say the same are written the same.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let effect = if self.effect == Effect::Deny { "deny" } else { "allow" };
        write!(f, "{effect} {} {}", self.resource, self.action)?;
        self.selector.as_ref().map_or(Ok(()), |selector| write!(f, " {selector}"))
    }
}

/// Tells whether a privilege for the action `held` is one for `asked`.
pub(crate) fn covers(held: &str, asked: &str) -> bool {
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
