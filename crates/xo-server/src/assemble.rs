//! Which features make up the server.

use app::Cx;
use op::Ops;

/// Returns the table of every operation that the server offers.
pub fn ops() -> Ops<Cx> {
    let mut ops = Ops::new();
    access::ops(&mut ops);
    inventory::ops(&mut ops);
    ops
}
