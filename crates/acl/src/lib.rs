//! Decides who may see, use or change which object.
//!
//! A rule gives a subject (a user or a group) a role on an object. Objects inherit from others: a VM from its host and
//! its pool, a disk from its storage and from the machines that it is attached to. [`Acl`] keeps for each object the
//! rights that every subject has on it, so that a check is a look and a change touches only what it is about.
//!
//! What surprises: the compiled rights stand with the object, not with the user. Objects that inherit from one another
//! share one list, and a user who enters or leaves a group changes no list at all.
//!
//! Beside the rules there are roles made of [`Privilege`]s on kinds of resources, which a selector narrows to some
//! objects. They stand with the user ([`Privileges`]) and are asked of an object when somebody wants to know. What
//! either allows is allowed; a privilege that denies takes away what others allow, and nothing that rules give.
//!
//! ```
//! use acl::{Acl, Right, Rule};
//!
//! let mut acl = Acl::default();
//! acl.add(&Rule::new("bob", "vm-1", "operator"));
//! let bob = acl.subjects_of("bob");
//! assert!(!acl.allows(&bob, "vm-1", Right::Operate), "an object that nobody knows is nobody's");
//! assert_eq!(acl.granted("bob")["vm-1"], ["view", "operate"]);
//! ```

mod compiled;
mod grants;
mod graph;
mod held;
mod holders;
mod links;
mod member;
mod privilege;
mod resource;
mod right;
mod rule;
mod template;

pub use compiled::{Acl, Regrant, Regranted};
pub use grants::Grants;
pub use held::{Privileges, Standing};
pub use holders::Giver;
pub use member::Subjects;
pub use privilege::{Effect, Privilege, permit};
pub use resource::{RESOURCES, action_of, is_action, resource_of};
pub use right::{Right, Rights, Role};
pub use rule::Rule;
pub use template::RoleTemplate;
