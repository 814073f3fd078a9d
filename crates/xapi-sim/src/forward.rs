//! Calls that a master hands on to another host, which may not be there to answer.
//!
//! A master believes for minutes that a host is alive which has gone without a word; until then what
//! it hands on to it hangs.

use std::sync::Arc;

use xapi_types::table::Type;

use crate::{
    Datum, Object, World,
    class::host,
    host::{Condition, Host},
    pool::Pool,
    signature::{Kind, Signature},
};

/// How a host is that does not answer.
pub(crate) const SILENT: &[Condition] = &[Condition::Mute, Condition::Frozen, Condition::Down];

/// Beginnings of methods that the master answers from its database.
const ASKED: &[&str] = &["get_", "assert_", "compute_", "retrieve_", "set_", "add_", "remove_", "update_"];

/// Methods with such a beginning that the host must answer nevertheless.
const ASKED_OF_HOST: &[&str] = &["get_servertime", "get_log", "get_data_sources", "get_server_certificate"];

/// Methods with which a master gets rid of a host that is gone, or of its VMs.
const OF_MASTER: &[&str] = &["destroy", "declare_dead", "power_on", "power_state_reset"];

/// Returns the host that would have to answer a call, if the master believes it alive and it is silent.
pub(crate) fn silent(pool: &Pool, signature: &Signature, args: &[Datum]) -> Option<Arc<Host>> {
    let object = pool.with(|world| target(world, signature, args).filter(|host| host::is_live(world, *host)))?;
    pool.host(object).filter(|host| SILENT.contains(&host.condition.borrow()))
}

/// Returns the host that a call is about, or on which its VM runs.
fn target(world: &World, signature: &Signature, args: &[Datum]) -> Option<Object> {
    let method = signature.method.as_str();
    let asked = ASKED.iter().any(|beginning| method.starts_with(beginning)) && !ASKED_OF_HOST.contains(&method);
    if signature.kind != Kind::Own || asked || OF_MASTER.contains(&method) {
        return None;
    }
    let given = |class| {
        let mut params = signature.params.iter().zip(args);
        let found = params.find(|(param, _)| matches!(param.ty, Type::Ref(of) if of == class));
        found.map(|(_, given)| given.as_object()).filter(|object| world.is(*object, class))
    };
    let vm_of = |class| given(class).map(|device| world.object(device, "VM"));
    let vm = || given("VM").or_else(|| vm_of("VBD")).or_else(|| vm_of("VIF"));
    given("host").or_else(|| world.object(vm()?, "resident_on").get())
}
