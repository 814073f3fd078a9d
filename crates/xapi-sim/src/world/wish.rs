//! What the world wants of the network: it knows no ports, and nothing may wait while it is locked.

use crate::{Object, World, wire::tls::Shown};

/// Something that is done as soon as the world is let go.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// The host is the master from now on: the toolstack restarts everywhere.
    Master(Object),
    /// The ports of the host close; with those of the master go all sessions and tasks.
    Down(Object),
    /// The ports of the host open.
    Up(Object),
    /// The host belongs to the pool whose master has this address from now on; there it is `member`.
    Joined { master: String, member: Object },
    /// The host shows another certificate.
    Certificate(Object, Shown),
}

impl World {
    /// Wants something of the network.
    pub(crate) fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }
}
