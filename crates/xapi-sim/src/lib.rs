//! Simulated pool that speaks XAPI on real ports.

mod builtin;
pub mod call;
mod check;
mod class;
pub mod clock;
mod datum;
mod default;
mod dispatch;
mod event;
pub mod fault;
mod generic;
mod host;
mod large;
pub mod methods;
mod object;
mod pool;
pub mod profile;
mod query;
mod random;
pub mod seed;
mod session;
mod shape;
mod signature;
pub mod sim;
mod task;
pub mod transition;
mod wire;
pub mod world;

pub use datum::Datum;
pub use object::{NotOurs, Object};
pub use sim::Sim;
pub use world::World;
