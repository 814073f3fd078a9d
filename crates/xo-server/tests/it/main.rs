//! The daemon as its users start it.

mod generated;
mod process;
mod start;
