//! Simulated pool that speaks XAPI on real ports.

pub mod call;
mod class;
pub mod clock;
mod datum;
mod default;
mod generic;
pub mod methods;
mod object;
pub mod profile;
mod random;
pub mod seed;
mod signature;
pub mod transition;
pub mod world;

pub use datum::Datum;
pub use object::{NotOurs, Object};
pub use world::World;
