//! Which operations are reached over REST, and how.

use std::collections::BTreeSet;

use op::Verb;

#[test]
fn every_operation_has_a_route_but_those_of_one_connection() {
    let ops = xo_server::ops();
    let reached: BTreeSet<_> = ops.routes().iter().map(|route| route.op).collect();
    // `host.restart_agent` is the old spelling of `host.restartAgent`; of the others REST has its own way.
    let own = ops.names().filter(|name| !name.contains('_') && !["vdi.migrate", "vm.clone"].contains(name));
    let missing: Vec<_> = own.filter(|name| !reached.contains(name) && !ops.is_bound_to_a_connection(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn every_action_on_an_object_takes_a_selection_too() {
    let ops = xo_server::ops();
    let routes = ops.routes();
    let one = |name: &str, verb, path: &str| {
        assert!(routes.iter().any(|route| route.op == name && route.verb == verb && route.path == path), "{path}");
    };
    one("vm.start", Verb::Post, "/vms/{id}/actions/start");
    one("vm.start", Verb::Post, "/vms/actions/start");
    one("vbd.delete", Verb::Delete, "/vbds/{id}");
    one("vbd.delete", Verb::Post, "/vbds/actions/delete");
    one("vbd.set", Verb::Patch, "/vbds/{id}");
    one("vm.getHaValues", Verb::Get, "/vms/ha_values");
    one("host.getBiosInfo", Verb::Get, "/hosts/{id}/bios_info");
}
