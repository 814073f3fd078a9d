//! Operations on users, groups, rules, roles, tokens, sessions, servers, and on the server itself.

mod acl;
mod acl_privilege;
mod acl_role;
mod api;
mod cloud_config;
mod existence;
mod group;
mod list;
mod log;
mod role;
mod server;
mod session;
mod shared_filter;
mod site;
mod system;
mod test;
mod token;
mod user;

use app::Cx;
use op::Ops;

/// Adds the operations to the table.
pub fn ops(ops: &mut Ops<Cx>) {
    acl::ops(ops);
    acl_privilege::ops(ops);
    acl_role::ops(ops);
    api::ops(ops);
    cloud_config::ops(ops);
    group::ops(ops);
    log::ops(ops);
    role::ops(ops);
    server::ops(ops);
    session::ops(ops);
    shared_filter::ops(ops);
    site::ops(ops);
    system::ops(ops);
    test::ops(ops);
    token::ops(ops);
    user::ops(ops);
}
