//! The crate from outside: worlds of records go in, objects come out.

mod world;

mod choice;
mod conformance;
mod mapping;
mod mirror;
mod store;
