//! The operation table: one declaration serves every caller.
//!
//! A type that implements [`Op`] is an operation: its fields are the parameters, its doc comments the
//! documentation, its [`Spec`] the name and the access rule. [`Ops`] makes of it the checked call, the
//! listing that `xo-cli` reads and the TypeScript types of the web client.
//!
//! A call goes: the operation exists, the caller may use it at all, the parameters fit, each id names
//! an object of the right kind on which the caller holds the right, the operation runs. The order is
//! part of the wire: a caller without the right never learns whether its parameters were good.
//!
//! What changes an object can be asked of many at once, and asked what it would do: an [`Order`].

mod answer;
mod context;
mod error;
mod forbidden;
mod id;
mod listing;
mod order;
mod param;
mod rest;
mod route;
mod schema;
mod spec;
mod table;
mod typescript;
mod validate;

pub use answer::{Answer, Output, Raw};
pub use context::{Context, Object};
pub use error::{Error, Missing, ParamError, Result};
pub use id::{Any, Id, Kinds};
pub use order::{Order, Selection};
pub use param::{Patch, Secret};
pub use rest::{Reply, Rest, Verb};
pub use route::Route;
pub use spec::{Access, Level, Need, Refined, Spec};
pub use table::{Op, Ops};
