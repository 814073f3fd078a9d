//! Messages: what a pool tells of its life, and what users leave there.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    methods::Methods,
    transition::Outcome,
};

/// Messages that a pool keeps; a real one forgets the oldest beyond this number too.
const KEPT: usize = 10_000;

pub(crate) fn register(methods: &mut Methods) {
    methods.on("message", "create", create);
    methods.on("message", "destroy", destroy);
    methods.on("message", "destroy_many", destroy_many);
    methods.on("message", "destroy_all", destroy_all);
    methods.on("message", "get", get);
    methods.on("message", "get_since", get_since);
    methods.on("message", "get_all", get_all);
    methods.on("message", "get_by_uuid", get_by_uuid);
    methods.on("message", "get_record", get_record);
    methods.on("message", "get_all_records", get_all_records);
    methods.on("message", "get_all_records_where", get_all_records_where);
}

/// Class of a message's object as messages write it, and as the class table does.
const CLASSES: &[(&str, &str)] = &[
    ("VM", "VM"),
    ("Host", "host"),
    ("SR", "SR"),
    ("Pool", "pool"),
    ("VMPP", "VMPP"),
    ("VMSS", "VMSS"),
    ("PVS_proxy", "PVS_proxy"),
    ("VDI", "VDI"),
    ("Certificate", "Certificate"),
];

/// Leaves a message about `object`.
pub(crate) fn leave(world: &mut World, name: &str, priority: i64, class: &str, object: Object, body: &str) -> Object {
    let uuid = world.uuid(object).to_owned();
    record(world, name, priority, class, &uuid, body)
}

fn record(world: &mut World, name: &str, priority: i64, class: &str, uuid: &str, body: &str) -> Object {
    if world.all("message").count() >= KEPT {
        let oldest = world.all("message").min_by_key(|message| world.get(*message, "timestamp").as_time());
        if let Some(oldest) = oldest {
            world.destroy(oldest);
        }
    }
    let now = world.now();
    world.create(
        "message",
        [
            ("name", Datum::from(name)),
            ("priority", priority.into()),
            ("cls", class.into()),
            ("obj_uuid", uuid.into()),
            ("timestamp", now.into()),
            ("body", body.into()),
        ],
    )
}

/// Leaves a message about what a VM did; hosts write it so: `VM 'web' (uuid: …) started …`.
pub(crate) fn of_vm(world: &mut World, vm: Object, name: &str, did: &str) {
    let body = format!("VM '{}' (uuid: {}) {did}", world.text(vm, "name_label"), world.uuid(vm));
    leave(world, name, 5, "VM", vm, &body);
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (class, uuid) = (call.text("cls"), call.text("obj_uuid"));
    let of = CLASSES.iter().find(|(name, _)| *name == class).map_or("VM", |(_, of)| of);
    if call.world.by_uuid(of, &uuid).is_none() {
        return fail(code::UUID_INVALID, [&class, &uuid]);
    }
    let (name, body) = (call.text("name"), call.text("body"));
    let priority = call.int("priority");
    Outcome::done(record(call.world, &name, priority, &class, &uuid, &body))
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let message = call.object("self")?;
    call.world.destroy(message);
    Outcome::void()
}

fn destroy_many(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    for message in call.object_list("messages")? {
        call.world.destroy(message);
    }
    Outcome::void()
}

fn destroy_all(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (priority, before) = (call.entry("filters", "priority"), call.entry("filters", "before"));
    let before = xapi_types::DateTime::parse(&before);
    for message in call.world.list("message") {
        let chosen = priority.is_empty() || call.world.int(message, "priority").to_string() == priority;
        let old = before.is_none_or(|before| call.world.get(message, "timestamp").as_time() < before);
        if chosen && old {
            call.world.destroy(message);
        }
    }
    Outcome::void()
}

/// Returns the messages that `wanted` chooses, as a map of records.
fn records(world: &World, wanted: impl Fn(Object) -> bool) -> Datum {
    let chosen = world.all("message").filter(|message| wanted(*message));
    Datum::map(chosen.map(|message| (message.to_string(), world.record(message))))
}

fn get(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (class, uuid, since) = (call.text("cls"), call.text("obj_uuid"), call.arg("since").as_time());
    let of = CLASSES.iter().find(|(name, _)| *name == class).map_or("VM", |(_, of)| of);
    if call.world.by_uuid(of, &uuid).is_none() {
        return fail::<_, &str>(code::UUID_INVALID, []);
    }
    let world = &*call.world;
    Outcome::done(records(world, |message| {
        world.text(message, "obj_uuid") == uuid && world.get(message, "timestamp").as_time() >= since
    }))
}

fn get_since(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (world, since) = (&*call.world, call.arg("since").as_time());
    Outcome::done(records(world, |message| world.get(message, "timestamp").as_time() >= since))
}

fn get_all(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    Outcome::done(call.world.list("message"))
}

fn get_by_uuid(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let uuid = call.text("uuid");
    match call.world.by_uuid("message", &uuid) {
        Some(message) => Outcome::done(message),
        None => fail(code::UUID_INVALID, ["message", &uuid]),
    }
}

fn get_record(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let message = call.object("self")?;
    Outcome::done(call.world.record(message))
}

fn get_all_records(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    Outcome::done(records(call.world, |_| true))
}

/// Answers all: hosts do not evaluate the expression for messages either.
fn get_all_records_where(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    Outcome::done(records(call.world, |_| true))
}
