//! Five questions asked of every operation of the table: does it work, and is it refused where its parameters, the
//! caller's rights, the state of an object or the pool itself stand against it?

mod bad;
mod reasons;
mod recipe;
mod run;
mod state;
mod table;
