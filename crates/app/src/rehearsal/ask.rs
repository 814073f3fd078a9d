//! Asking a pool whether it would do something.
//!
//! Of virtual machines the pool itself says it, with the error of the call. Of most other objects it lists what they
//! allow, and not why; the few rules here are those that its own calls keep.

mod host;
mod network;
mod storage;
mod vm;

use std::collections::BTreeMap;

use op::{Error, Result};
use xapi::{Value, params};

use self::{
    host::{expect_ejectable, expect_joining, expect_no_guests, expect_off},
    network::{expect_card, expect_running, expect_unconnected, expect_unplugged},
    storage::{attached, expect_empty, expect_movable, expect_own, expect_room, expect_support, expect_unused},
    vm::ask_vm,
};
use super::Step;
use crate::Connection;

/// What other objects list among what they allow, where the pool would do it.
const LISTED: &[(&str, &[&str])] = &[
    ("SR", &["destroy", "forget", "scan"]),
    ("VBD", &["eject", "insert", "plug", "unplug", "unplug_force"]),
    ("VDI", &["clone", "copy", "destroy", "disable_cbt", "enable_cbt", "forget", "resize", "snapshot"]),
    ("VIF", &["plug", "unplug", "unplug_force"]),
    ("host", &["power_on"]),
    ("task", &["cancel"]),
];

/// Asks whether the pool would do `method`, after what was `prepared`.
///
/// # Errors
///
/// That of the call, as far as it can be known.
pub(super) async fn ask(pool: &Connection, prepared: &[Step], method: &str, params: &[Value]) -> Result<()> {
    let (class, name) = method.split_once('.').unwrap_or(("", method));
    let Some(object) = params.first().and_then(Value::as_str) else { return Ok(()) };
    let was = |method: &str| prepared.iter().any(|step| step.method == method);
    match (class, name) {
        ("VM", _) => ask_vm(pool, prepared, method, name, params).await,
        ("host", "evacuate") => pool.ask("host.assert_can_evacuate", params![object], method).await.map(ignore),
        ("host", "reboot" | "shutdown") => expect_no_guests(pool, object),
        ("host", "destroy") => expect_off(pool, object),
        ("pool", "eject") => expect_ejectable(pool, object),
        ("pool", "join" | "join_force") => expect_joining(pool, method).await,
        ("PBD", "unplug") => expect_unused(pool, object),
        ("PIF", "plug" | "unplug") => expect_card(pool, name, object, method).await,
        ("SR", "destroy") if was("PBD.unplug") => expect_empty(pool, object, method).await,
        ("SR", "forget") if was("PBD.unplug") => expect_own(pool, object, method).await,
        ("VBD", "destroy") if !was("VBD.unplug") => expect_unplugged(pool, class, object, method).await,
        ("VIF", "destroy") if !was("VIF.unplug") => expect_unplugged(pool, class, object, method).await,
        ("network", "destroy") => expect_unconnected(pool, prepared, object, method).await,
        ("VDI", "pool_migrate") => expect_movable(pool, object, params.get(1), method).await,
        _ if LISTED.iter().any(|(of, names)| *of == class && names.contains(&name)) => {
            if method == "VDI.copy" {
                expect_room(pool, params.get(1), method).await?;
            }
            expect_listed(pool, class, name, object, method).await
        }
        _ => Ok(()),
    }
}

/// Questions answer nothing when all is well.
fn ignore(_: Value) {}

async fn expect_listed(pool: &Connection, class: &str, name: &str, object: &str, method: &str) -> Result<()> {
    // What is pulled out by force stands in for what lets go by itself, under the same conditions.
    let name = name.strip_suffix("_force").unwrap_or(name);
    let allowed: Vec<String> = pool.ask(&format!("{class}.get_allowed_operations"), params![object], method).await?;
    let online = (class == "VDI" && name == "resize").then_some("resize_online");
    if allowed.iter().any(|allowed| allowed == name || Some(allowed.as_str()) == online) {
        return Ok(());
    }
    let current: BTreeMap<String, String> =
        pool.ask(&format!("{class}.get_current_operations"), params![object], method).await?;
    if let Some(current) = current.values().next() {
        return Err(Error::refused(format!("it is busy with `{current}`")));
    }
    if let ("VBD" | "VIF", "plug" | "unplug") = (class, name) {
        expect_running(pool, class, object, method).await?;
    }
    if class == "VDI" {
        expect_support(pool, name, object, method).await?;
    }
    if online.is_some() && attached(pool, |vdi, _| vdi == object).is_some() {
        return Err(Error::refused("its storage cannot let it grow while a VM uses it"));
    }
    if class == "VDI" && attached(pool, |vdi, _| vdi == object).is_some() {
        return Err(Error::VdiInUse { object: id_of(pool, object), operation: name.to_owned() });
    }
    Err(Error::refused(format!("its pool does not allow `{name}` in the state that it is in")))
}

/// Returns our id of a reference.
fn id_of(pool: &Connection, reference: &str) -> String {
    pool.app.store().get(reference).map_or_else(|| reference.to_owned(), |object| object.id().to_owned())
}
