//! Worlds from readable files.
//!
//! A seed file is TOML. A table `[CLASS.LABEL]` is an object: `LABEL` is its name (`name_label`
//! unless that is given) and what other objects call it. Keys are fields of the class; a reference
//! is the label of an object, which may stand further down; a map is a table; sizes may be written
//! `"20 GiB"`. Classes may read keys of their own ([`crate::methods::Methods::seed`]), so that a VM
//! with two disks and an address is a few lines. A pool gets drivers, default templates and tools, and
//! a host processors, drives and its own domain, unless the pool says `furnished = false`:
//!
//! ```toml
//! [VM.web-01]
//! power_state = "Running"
//! resident_on = "xen1"
//! disks = [{ sr = "nfs", size = "20 GiB" }]
//! ```

mod fields;
mod load;
pub(crate) mod size;

use rustc_hash::FxHashMap;

use crate::{Datum, Object, World};

pub use fields::Fields;
pub(crate) use load::load;

/// A seed file cannot be made into a world.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not TOML.
    #[error("the seed file is not TOML: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A table is not named after a class.
    #[error("`[{0}]` names no class of XAPI; write `[CLASS.LABEL]`")]
    NoClass(String),
    /// A key is no field of the class.
    #[error("`{key}` in `{place}` is no field of the class")]
    UnknownKey {
        /// Which table.
        place: String,
        /// Which key.
        key: String,
    },
    /// A value has another type than its field.
    #[error("`{key}` in `{place}` must be {expected}, and is `{found}`")]
    WrongType {
        /// Which table.
        place: String,
        /// Which key.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A needed key is not there.
    #[error("`{place}` needs `{key}`")]
    Missing {
        /// Which table.
        place: String,
        /// Which key.
        key: String,
    },
    /// No object has this label.
    #[error("`{place}` refers to `{class}.{label}`, which the file does not have")]
    NoSuchLabel {
        /// Which table.
        place: String,
        /// Class of the object.
        class: String,
        /// Its label.
        label: String,
    },
}

/// A reference that could not be resolved yet.
struct Forward {
    object: Object,
    field: &'static str,
    place: String,
    value: toml::Value,
}

/// Objects by class and label, and references to those that are still to come.
#[derive(Default)]
pub(crate) struct Labels {
    known: FxHashMap<(String, String), Object>,
    forward: Vec<Forward>,
}

/// A table of a seed file on its way to become an object.
pub struct SeedRow<'s> {
    /// The world that is being made.
    pub world: &'s mut World,
    /// Class of the object.
    pub class: &'static str,
    /// Label of the object.
    pub label: String,
    /// Keys that nobody has read yet.
    pub fields: Fields,
    labels: &'s mut Labels,
}

impl SeedRow<'_> {
    /// Makes the object: `defaults`, and on top the keys that are fields of the class and that
    /// nobody has read yet.
    ///
    /// # Errors
    ///
    /// If a key is no field, or its value has the wrong type.
    pub fn make<'f>(&mut self, defaults: impl IntoIterator<Item = (&'f str, Datum)>) -> Result<Object, Error> {
        load::make(self, defaults.into_iter().collect())
    }

    /// Gives `object` a label, so that other tables can refer to it.
    pub fn name(&mut self, class: &str, label: &str, object: Object) {
        self.labels.known.insert((class.to_owned(), label.to_owned()), object);
    }

    /// Returns the object of `class` with this label, which must stand in a class that comes before
    /// (see [`ORDER`]) or have been named.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn labelled(&self, class: &str, label: &str) -> Result<Object, Error> {
        self.labels.known.get(&(class.to_owned(), label.to_owned())).copied().ok_or_else(|| Error::NoSuchLabel {
            place: self.fields.place().to_owned(),
            class: class.to_owned(),
            label: label.to_owned(),
        })
    }
}

/// Classes in the order in which seed files are worked through; others follow by name.
pub const ORDER: &[&str] = &["pool", "host", "SM", "network", "PIF", "Bond", "VLAN", "SR", "PBD", "VDI", "VM"];

/// Returns the seed files of the world `name`, one for each pool.
pub(crate) fn named(name: &str) -> Option<Vec<&'static str>> {
    match name {
        "small" => Some(vec![include_str!("seed/small.toml")]),
        "two-pools" => Some(vec![include_str!("seed/north.toml"), include_str!("seed/branch.toml")]),
        _ => None,
    }
}
