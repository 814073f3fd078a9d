//! The JSON Schema of our objects, made of the types that they are written from.

use std::borrow::Cow;

use compact_str::CompactString;
use serde_json::{Map, Value, json};
use xapi_types::{AnyRef, enums};

use crate::{
    bond, gpu, host,
    id::Id,
    kind::Kind,
    message, network,
    number::Number,
    patch, pbd, pci, pif, pool, sm, sr, task,
    text::Texts,
    usb, vbd, vdi, vif,
    vm::{self, Addresses, Docker, Operations, Vulnerabilities, XenTools},
    vm_controller, vm_snapshot, vm_template, vtpm,
};

/// A property: its name, whether it is always written, its schema.
pub(crate) type Property = (&'static str, bool, Value);

/// A type of which the JSON Schema of what it is written as is known.
pub(crate) trait Described {
    /// Returns the schema.
    fn schema() -> Value;
}

/// Returns the JSON Schema of the objects of a kind: the properties that each has are required, others may be left out.
pub fn schema(kind: Kind) -> Value {
    let own = match kind {
        Kind::Pool => pool::Pool::described(),
        Kind::Host => host::Host::described(),
        Kind::Vm => vm::Vm::described(),
        Kind::VmController => vm_controller::VmController::described(),
        Kind::VmSnapshot => vm_snapshot::VmSnapshot::described(),
        Kind::VmTemplate => vm_template::VmTemplate::described(),
        Kind::Sr => sr::Sr::described(),
        Kind::Sm => sm::Sm::described(),
        Kind::Pbd => pbd::Pbd::described(),
        Kind::Pif => pif::Pif::described(),
        Kind::Vdi => vdi::Vdi::described(),
        Kind::VdiSnapshot => vdi::VdiSnapshot::described(),
        Kind::VdiUnmanaged => vdi::VdiUnmanaged::described(),
        Kind::Vbd => vbd::Vbd::described(),
        Kind::Vif => vif::Vif::described(),
        Kind::Network => network::Network::described(),
        Kind::Message => message::Message::described(),
        Kind::Task => task::Task::described(),
        Kind::Patch => patch::Patch::described(),
        Kind::PoolPatch => patch::PoolPatch::described(),
        Kind::Pci => pci::Pci::described(),
        Kind::Pgpu => gpu::Pgpu::described(),
        Kind::Vgpu => gpu::Vgpu::described(),
        Kind::GpuGroup => gpu::GpuGroup::described(),
        Kind::VgpuType => gpu::VgpuType::described(),
        Kind::Vtpm => vtpm::Vtpm::described(),
        Kind::Pusb => usb::Pusb::described(),
        Kind::Vusb => usb::Vusb::described(),
        Kind::UsbGroup => usb::UsbGroup::described(),
        Kind::Bond => bond::Bond::described(),
    };
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut properties: Map<String, Value> = Map::new();
    properties.insert("id".to_owned(), text("Id, which stays what it is."));
    properties.insert("type".to_owned(), json!({ "const": kind.name() }));
    properties.insert("uuid".to_owned(), text("UUID at the pool."));
    properties.insert("$pool".to_owned(), text("Id of the pool."));
    properties.insert("$poolId".to_owned(), text("Id of the pool."));
    properties.insert("_xapiRef".to_owned(), text("Reference at the pool."));
    let mut required: Vec<Value> = properties.keys().map(|name| name.as_str().into()).collect();
    for (name, is_always, schema) in own {
        if is_always {
            required.push(name.into());
        }
        properties.insert(name.to_owned(), schema);
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Writes what a property is for into its schema.
pub(crate) fn explained(mut schema: Value, lines: &[&str]) -> Value {
    let text: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    schema["description"] = text.join(" ").into();
    schema
}

macro_rules! described {
    ($($schema:tt => $($ty:ty),+;)*) => {
        $($(impl Described for $ty {
            fn schema() -> Value {
                json!($schema)
            }
        })+)*
    };
}

described! {
    { "type": "boolean" } => bool;
    { "type": "string" } => str, String, Cow<'_, str>, CompactString, Id<'_>, AnyRef,
        enums::AfterApplyGuidance, enums::HostAllowedOperations, enums::ImageFormatType, enums::NetworkOperations,
        enums::PoolAllowedOperations, enums::StorageOperations, enums::TaskAllowedOperations, enums::VdiOperations;
    { "type": "integer" } => i64, u8;
    { "type": "null" } => ();
    { "type": ["number", "null"] } => Number;
    {} => Value;
    { "type": "object", "additionalProperties": { "type": "string" } } => Texts<'_>, Addresses, Operations<'_>,
        pbd::DeviceConfig<'_>;
    { "type": "object", "additionalProperties": { "type": "integer" } } => sm::Features<'_>;
    {
        "anyOf": [
            { "const": false },
            {
                "type": "object",
                "properties": {
                    "major": { "type": ["number", "null"] },
                    "minor": { "type": ["number", "null"] },
                    "version": { "type": ["number", "null"] },
                },
                "required": ["major", "minor", "version"],
            },
        ],
    } => XenTools<'_>;
    {
        "type": "object",
        "properties": { "xsa468": { "type": "boolean" } },
        "required": ["xsa468"],
    } => Vulnerabilities;
    {
        "type": "object",
        "properties": { "enabled": { "type": "boolean" }, "info": {}, "containers": { "type": "array" }, "process": {}, "version": {} },
        "required": ["enabled"],
    } => Docker;
    {
        "type": "object",
        "properties": { "max": { "type": ["number", "null"] }, "number": { "type": ["number", "null"] } },
        "required": ["max", "number"],
    } => vm::Cpus;
    {
        "type": "object",
        "properties": { "cores": { "type": ["number", "null"] }, "sockets": { "type": ["number", "null"] } },
        "required": ["cores", "sockets"],
    } => pool::Cpus;
    {
        "type": "object",
        "properties": {
            "dynamic": { "type": "array", "items": { "type": ["number", "null"] }, "minItems": 2, "maxItems": 2 },
            "static": { "type": "array", "items": { "type": ["number", "null"] }, "minItems": 2, "maxItems": 2 },
            "size": { "type": ["number", "null"] },
            "usage": { "type": ["number", "null"] },
        },
        "required": ["dynamic", "static", "size"],
    } => vm::Memory;
    {
        "type": "object",
        "properties": {
            "usage": { "type": ["number", "null"] },
            "size": { "type": ["number", "null"] },
            "total": { "const": 0 },
        },
        "required": ["usage", "size"],
    } => host::Memory;
    { "type": "object", "properties": { "iommu": { "type": "boolean" } } } => host::Chipset;
    {
        "type": "object",
        "properties": { "fingerprint": { "type": "string" }, "notAfter": { "type": ["integer", "null"] } },
        "required": ["fingerprint", "notAfter"],
    } => host::Certificate<'_>;
    {
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "description": { "type": "string" },
            "author": { "type": "string" },
            "version": { "type": "string" },
        },
        "required": ["name", "description"],
    } => host::Pack<'_>;
    {
        "type": "object",
        "properties": {
            "arch": { "type": "string" },
            "disks": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "device": { "type": "string" },
                        "size": { "type": ["number", "null"] },
                        "bootable": { "type": "boolean" },
                    },
                    "required": ["size", "bootable"],
                },
            },
            "install_methods": { "type": "array", "items": { "type": "string" } },
            "install_repository": { "type": "string" },
        },
        "required": ["disks", "install_methods"],
    } => vm_template::TemplateInfo<'_>;
}

impl<T: Described + ?Sized> Described for &T {
    fn schema() -> Value {
        T::schema()
    }
}

impl<T: Described> Described for Option<T> {
    fn schema() -> Value {
        let mut schema = T::schema();
        match &mut schema["type"] {
            Value::String(one) => schema["type"] = json!([one, "null"]),
            Value::Array(types) if !types.iter().any(|one| one == "null") => types.push("null".into()),
            _ => {}
        }
        schema
    }
}

impl<T: Described> Described for [T] {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

impl<T: Described> Described for Vec<T> {
    fn schema() -> Value {
        <[T]>::schema()
    }
}

impl<K, V: Described> Described for xapi_types::Map<K, V> {
    fn schema() -> Value {
        json!({ "type": "object", "additionalProperties": V::schema() })
    }
}
