//! Sources made of sources, and what is done between a reader and a writer.

mod chain;
mod changed;
mod merge;
mod rechunk;
mod throttle;

pub use self::{chain::Chain, changed::Changed, merge::merge, rechunk::Rechunk, throttle::Throttle};
