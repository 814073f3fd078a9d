//! Rules of the house that a machine can see.

mod crates;
