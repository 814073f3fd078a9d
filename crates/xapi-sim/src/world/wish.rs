//! What the world wants of the network: it knows no ports, and nothing may wait while it is locked.

use crate::{Object, World};

/// Something that is done as soon as the world is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The host is the master from now on: the toolstack restarts everywhere.
    Master(Object),
    /// The ports of the host close; with those of the master go all sessions and tasks.
    Down(Object),
    /// The ports of the host open.
    Up(Object),
}

impl World {
    /// Wants something of the network.
    pub(crate) fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }
}
