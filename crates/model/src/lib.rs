//! Our objects, made from XAPI records, and the store that keeps them.
//!
//! Records of a pool go into its [`Mirror`]. The one [`Writer`] makes the objects that changed records touch, puts
//! them into the [`Store`] and says in a [`Delta`] what clients have to learn.
//!
//! ```
//! use model::{Change, Mirror, Store};
//! use xapi_types::{AnyRef, class};
//!
//! let (store, mut writer) = Store::new();
//! let mut mirror = Mirror::new();
//! let pool = class::Pool { uuid: "p1".into(), name_label: "lab".into(), ..Default::default() };
//! mirror.put(AnyRef::parse("OpaqueRef:1"), pool.into());
//! let delta = writer.relist(&mut mirror)?;
//! assert_eq!(delta.entered.len(), 1);
//! assert_eq!(store.get("p1").unwrap().text("name_label").as_deref(), Some("lab"));
//!
//! let renamed = class::Pool { uuid: "p1".into(), name_label: "office".into(), ..Default::default() };
//! let delta = writer.apply(&mut mirror, [Change::Put(AnyRef::parse("OpaqueRef:1"), renamed.into())])?;
//! assert_eq!(delta.entered[0].id(), "p1");
//! # Ok::<(), model::NoPool>(())
//! ```
//!
//! One module a noun; each has a struct with the properties that clients see, and a pure function that makes it.

#![allow(
    clippy::cast_possible_truncation,
    reason = "digits of keys and numbers of slots are bounded where they are made"
)]

mod declare;

pub mod alarm;
pub mod bond;
pub mod gpu;
pub mod host;
pub mod message;
pub mod network;
pub mod patch;
pub mod pbd;
pub mod pci;
pub mod pif;
pub mod pool;
pub mod sm;
pub mod sr;
pub mod task;
pub mod usb;
pub mod vbd;
pub mod vdi;
pub mod vif;
pub mod vm;
pub mod vm_controller;
pub mod vm_snapshot;
pub mod vm_template;
pub mod vtpm;

mod choice;
mod delta;
mod id;
mod json;
mod kind;
mod mirror;
mod number;
mod object;
mod pool_id;
mod render;
mod schema;
mod store;
mod text;
mod unneeded;
mod written;
mod xml;

pub use choice::{Choice, Chosen};
pub use delta::Delta;
pub use id::{Id, Ids};
pub use json::Document;
pub use kind::Kind;
pub use mirror::{Change, Known, Mirror, View};
pub use number::Number;
pub use object::{COMMON, Object};
pub use pool_id::PoolId;
pub use render::properties;
pub use schema::schema;
pub use store::{NoPool, Objects, Snapshot, Store, Writer};
pub use text::Texts;
pub use unneeded::unneeded;
pub use written::{Path, Written};
