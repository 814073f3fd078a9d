//! What is sent: disks piece by piece, then the VM with all that belongs to it.

use std::sync::Arc;

use base64::Engine as _;
use xapi_types::Value;

use crate::{Object, World, class::vdi, disk::Packed};

use super::{
    machines,
    plan::{Plan, of_card},
};

/// A disk on its way.
pub(crate) struct Parcel {
    pub(super) disk: Object,
    label: Value,
    blocks: Vec<(u64, Arc<[u8]>)>,
}

impl Parcel {
    pub(crate) fn of(world: &World, disk: Object, sr: &str) -> Self {
        let Packed { stories, blocks } = world.disks.pack(disk);
        let story = |(blocks, seed): &(u64, u64)| {
            Value::structure([("blocks", Value::from(blocks.to_string())), ("seed", seed.to_string().into())])
        };
        let mut label = vec![
            ("ask", Value::from("disk")),
            ("ref", disk.to_string().into()),
            ("SR", sr.into()),
            ("used", vdi::transfer::content(world, disk).into()),
            ("stories", Value::Array(stories.iter().map(story).collect())),
        ];
        let fields = world.own_fields(disk).into_iter().filter(|(field, _)| *field != "SR");
        label.extend(fields.map(|(field, value)| (field, value.to_value())));
        Self { disk, label: Value::structure(label), blocks }
    }

    pub(crate) fn questions(&self) -> impl Iterator<Item = Value> + '_ {
        let block = |(index, bytes): &(u64, Arc<[u8]>)| {
            Value::structure([
                ("ask", Value::from("block")),
                ("ref", self.disk.to_string().into()),
                ("index", i64::try_from(*index).unwrap_or(i64::MAX).into()),
                ("bytes", base64::engine::general_purpose::STANDARD.encode(bytes).into()),
            ])
        };
        std::iter::once(self.label.clone()).chain(self.blocks.iter().map(block))
    }
}

/// Writes the VM with its snapshots and all that belongs to them.
pub(super) fn departure(world: &World, plan: &Plan, from: Object, transfer: &str) -> Value {
    let mut objects = Vec::new();
    for machine in machines(world, plan.vm) {
        objects.push(record(world, machine, plan));
        for field in ["metrics", "guest_metrics"] {
            objects.extend(world.object(machine, field).get().map(|part| record(world, part, plan)));
        }
        for field in ["VBDs", "VIFs", "VTPMs", "VGPUs"] {
            objects.extend(world.objects(machine, field).into_iter().map(|part| record(world, part, plan)));
        }
    }
    let from = if from.is_null() { String::new() } else { crate::class::host::quoted(world, from) };
    Value::structure([
        ("ask", Value::from("vm")),
        ("vm", plan.vm.to_string().into()),
        ("host", plan.host.as_str().into()),
        ("from", from.into()),
        ("transfer", transfer.into()),
        ("cards", Value::Array(plan.cards.iter().map(|(card, group)| of_card(world, *card, group)).collect())),
        ("objects", Value::Array(objects)),
    ])
}

fn record(world: &World, object: Object, plan: &Plan) -> Value {
    let class = world.class_of(object).map_or("", |class| class.name);
    let network = plan.interfaces.iter().find(|(vif, _)| *vif == object).map(|(_, network)| network);
    let not_here = ["metrics", "current_operations", "allowed_operations"];
    let stays = |field: &str| class.starts_with('V') && class != "VM" && not_here.contains(&field);
    let fields = world.own_fields(object).into_iter().filter(|(field, _)| !stays(field)).map(|(field, value)| {
        let value = match (field, network) {
            ("network", Some(network)) => network.as_str().into(),
            ("VDI", _) if world.text(object, "type") == "CD" => Object::NULL.to_string().into(),
            ("empty", _) if world.text(object, "type") == "CD" => true.into(),
            _ => value.to_value(),
        };
        (field, value)
    });
    // VMs are known by their uuids wherever they go; a copy is another VM.
    describe(world, object, fields, class == "VM" && !plan.copies)
}

/// Writes an object with these fields, and what is known of it beside them.
pub(crate) fn describe(
    world: &World,
    object: Object,
    fields: impl IntoIterator<Item = (&'static str, Value)>,
    keeps_uuid: bool,
) -> Value {
    let mut record = vec![
        ("ref", Value::from(object.to_string())),
        ("class", world.class_of(object).map_or("", |class| class.name).into()),
        ("fields", Value::structure(fields)),
        ("system", world.hidden(object, "system").to_value()),
        ("addresses", world.hidden(object, "addresses").to_value()),
    ];
    if keeps_uuid {
        record.push(("uuid", world.uuid(object).into()));
    }
    Value::structure(record)
}
