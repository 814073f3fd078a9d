//! Tests of who may do what to objects made of a few properties.

mod facts;
mod group;
mod incremental;
mod inherit;
mod privilege;
mod role;

use std::sync::Arc;

use acl::{Acl, Regrant, Right, Rule};
use model::{Delta, Kind, Object, PoolId};
use serde_json::{Map, Value, json};
use xapi_types::AnyRef;

/// Makes an object that has these properties.
fn object(kind: Kind, id: &str, properties: Value) -> Arc<Object> {
    let mut json = Map::new();
    json.insert("id".to_owned(), id.into());
    json.insert("$pool".to_owned(), "pool".into());
    json.extend(properties.as_object().expect("properties are an object").clone());
    let json = Value::from(json).to_string();
    let object = Object::from_json(kind, PoolId::new("pool"), AnyRef::default(), json.into());
    Arc::new(object.expect("it begins with its id"))
}

/// A pool with two hosts, a VM on each, a shared disk, and what goes with them.
fn estate() -> Vec<Arc<Object>> {
    vec![
        object(Kind::Pool, "pool", json!({})),
        object(Kind::Host, "host1", json!({})),
        object(Kind::Host, "host2", json!({})),
        object(Kind::Sr, "sr", json!({ "$container": "pool" })),
        object(Kind::Network, "network", json!({})),
        object(Kind::Vm, "vm1", json!({ "$container": "host1" })),
        object(Kind::Vm, "vm2", json!({ "$container": "host2" })),
        object(Kind::VmSnapshot, "vm1-snapshot", json!({ "$snapshot_of": "vm1", "$container": "host2" })),
        object(Kind::VmController, "dom0", json!({ "$container": "host1" })),
        object(Kind::VmTemplate, "template", json!({ "$container": "host1" })),
        object(Kind::Vdi, "vdi1", json!({ "$SR": "sr", "$VBDs": ["vbd1", "vbd2"] })),
        object(Kind::VdiSnapshot, "vdi1-snapshot", json!({ "$snapshot_of": "vdi1", "$SR": "sr" })),
        object(Kind::Vbd, "vbd1", json!({ "VDI": "vdi1", "VM": "vm1" })),
        object(Kind::Vbd, "vbd2", json!({ "VDI": "vdi1", "VM": "vm2" })),
        object(Kind::Vif, "vif1", json!({ "$network": "network", "$VM": "vm1" })),
        object(Kind::Pif, "pif1", json!({ "$host": "host1" })),
        object(Kind::Pbd, "pbd1", json!({ "host": "host1", "SR": "sr" })),
        object(Kind::Pusb, "pusb1", json!({ "host": "host1" })),
        object(Kind::Pusb, "pusb2", json!({ "host": "host2" })),
        object(Kind::UsbGroup, "usbs", json!({ "PUSBs": ["pusb1", "pusb2"] })),
        object(Kind::UsbGroup, "no-usbs", json!({ "PUSBs": [] })),
        object(Kind::Vusb, "vusb1", json!({ "vm": "vm1" })),
        object(Kind::Task, "task1", json!({ "$host": "host1" })),
        object(Kind::Message, "message1", json!({ "$object": "vm1" })),
        object(Kind::Vtpm, "vtpm1", json!({ "vm": "vm1" })),
    ]
}

/// Decides over the estate, without rules.
fn acl() -> Acl {
    let mut acl = Acl::default();
    put(&mut acl, estate());
    acl
}

fn put(acl: &mut Acl, entered: Vec<Arc<Object>>) -> Regrant {
    acl.apply(&Delta { pool: PoolId::new("pool"), entered, left: Vec::new() })
}

fn take(acl: &mut Acl, left: Vec<Arc<Object>>) -> Regrant {
    acl.apply(&Delta { pool: PoolId::new("pool"), entered: Vec::new(), left })
}

/// Returns the ids of what the user may view, of the estate.
fn seen(acl: &Acl, user: &str) -> Vec<String> {
    let subjects = acl.subjects_of(user);
    let all = estate();
    let ids = all.iter().map(|object| object.id().to_owned());
    ids.filter(|id| acl.allows(&subjects, id, Right::View)).collect()
}

fn rule(subject: &str, object: &str, action: &str) -> Rule {
    Rule::new(subject, object, action)
}
