//! Decides who may see, use or change which object.
//!
//! A rule gives a subject (a user or a group) a role on an object. Objects inherit from others: a VM from its host and
//! its pool, a disk from its storage and from the machines that it is attached to. [`Acl`] keeps for each object the
//! rights that every subject has on it, so that a check is a look and a change touches only what it is about.
//!
//! What surprises: the compiled rights stand with the object, not with the user. Objects that inherit from one another
//! share one list, and a user who enters or leaves a group changes no list at all.
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
mod links;
mod member;
mod privilege;
mod right;
mod rule;

pub use compiled::{Acl, Regrant, Regranted};
pub use grants::Grants;
pub use member::Subjects;
pub use privilege::{Effect, Privilege, permit, resource_of};
pub use right::{Right, Rights, Role};
pub use rule::Rule;
