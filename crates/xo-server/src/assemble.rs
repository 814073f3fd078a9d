//! Which features make up the server.

use app::{App, Cx};
use op::Ops;

/// Returns the table of every operation that the server offers.
pub fn ops() -> Ops<Cx> {
    let mut ops = Ops::new();
    access::ops(&mut ops);
    inventory::ops(&mut ops);
    ops
}

/// Starts what the features do without being asked.
pub(crate) fn start(app: &App) {
    inventory::start(app);
}
