//! The daemon, as a library: what its binary assembles.

mod args;
mod assemble;
#[cfg(feature = "demo")]
mod demo;
mod first_start;
mod listeners;
mod log;
mod run;

pub use args::Args;
pub use assemble::ops;
pub use run::run;
