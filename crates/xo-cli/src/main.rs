//! Command line client: asks a server what it offers and calls it.

fn main() {}
