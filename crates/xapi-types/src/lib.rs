//! XAPI classes, refs, enums and error codes, and their wire forms.
//!
//! Two text tables are the source of all of it: `table/classes.txt` (classes, fields, calls) and
//! `table/errors.txt` (error codes). [`table`] reads them at run time, which is what the simulator
//! lives on; the typed records of [`class`] are generated from the same text by `cargo xtask gen`.
//!
//! The crate does no I/O. [`Value`] is the untyped form of anything on the wire; [`json`] and
//! [`xml`] turn it into the two dialects that hosts speak, and typed records decode from either.

#![allow(clippy::cast_possible_truncation, reason = "XAPI numbers are range-checked where they are read")]

#[rustfmt::skip]
pub mod class;
#[rustfmt::skip]
pub mod code;
mod datetime;
mod enumeration;
#[rustfmt::skip]
pub mod enums;
pub mod failure;
pub mod generate;
pub mod json;
mod lenient;
mod map;
mod reference;
pub mod release;
mod shared;
pub mod table;
pub mod value;
pub mod xml;

pub use class::{Kind, Record};
pub use datetime::DateTime;
pub use failure::Failure;
pub use lenient::{Float, Int};
pub use map::Map;
pub use reference::{AnyRef, Class, Ref, canonical};
pub use shared::{Shared, SharedMap};
pub use value::Value;
