//! Operations on users, tokens, sessions, servers, and on the server itself.

mod server;
mod session;
mod system;
mod token;
mod user;

use app::Cx;
use op::Ops;

/// Adds the operations to the table.
pub fn ops(ops: &mut Ops<Cx>) {
    server::ops(ops);
    session::ops(ops);
    system::ops(ops);
    token::ops(ops);
    user::ops(ops);
}
