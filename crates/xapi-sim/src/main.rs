//! Simulated pool that speaks XAPI on real ports.

fn main() {}
