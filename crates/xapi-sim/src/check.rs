//! Arguments: from what came over the wire to values of the right type.
//!
//! A wrong type is an `INTERNAL_ERROR` whose text real hosts derive from an exception; clients show
//! it to users, so the texts are those of the recorded traffic.

use std::fmt::Write;

use xapi_types::{
    DateTime, Failure, Value, code,
    table::{self, Access, Class, Type},
};

use crate::{Datum, Object};

/// Fields that `create` insists on, of the classes that have one.
const REQUIRED: &[(&str, &[&str])] = &[
    (
        "VM",
        &[
            "user_version",
            "is_a_template",
            "affinity",
            "memory_static_max",
            "memory_dynamic_max",
            "memory_dynamic_min",
            "memory_static_min",
            "VCPUs_params",
            "VCPUs_max",
            "VCPUs_at_startup",
            "actions_after_shutdown",
            "actions_after_reboot",
            "actions_after_crash",
            "PV_bootloader",
            "PV_kernel",
            "PV_ramdisk",
            "PV_args",
            "PV_bootloader_args",
            "PV_legacy_args",
            "HVM_boot_policy",
            "HVM_boot_params",
            "platform",
            "PCI_bus",
            "other_config",
            "recommendations",
        ],
    ),
    ("VMSS", &["type", "frequency"]),
    ("network", &["other_config"]),
    ("VIF", &["device", "network", "VM", "MAC", "MTU", "other_config", "qos_algorithm_type", "qos_algorithm_params"]),
    ("VDI", &["SR", "virtual_size", "type", "sharable", "read_only", "other_config"]),
    (
        "VBD",
        &[
            "VM",
            "VDI",
            "userdevice",
            "bootable",
            "mode",
            "type",
            "empty",
            "other_config",
            "qos_algorithm_type",
            "qos_algorithm_params",
        ],
    ),
    ("PBD", &["host", "SR", "device_config"]),
    ("console", &["other_config"]),
    ("user", &["short_name", "fullname"]),
    ("secret", &["value"]),
];

/// Reads `value` as one of type `ty`.
///
/// # Errors
///
/// `INTERNAL_ERROR` with the text of real hosts.
pub(crate) fn check(ty: &Type, value: &Value) -> Result<Datum, Failure> {
    match (ty, value) {
        (Type::String, Value::String(text)) => plain(text),
        (Type::Ref(_), Value::String(text)) => {
            Ok(Object::parse(text).map_or_else(|| Datum::from(text.as_str()), Datum::Ref))
        }
        (Type::Enum(name), Value::String(text)) => {
            let values = table::enumeration(name).map_or(&[][..], |e| &e.values);
            match values.iter().find(|value| value.eq_ignore_ascii_case(text)) {
                Some(value) => Ok(Datum::from(*value)),
                None => exception("Unknown tag/contents"),
            }
        }
        (Type::Int, Value::Int(number)) => Ok(Datum::Int(*number)),
        (Type::Int, Value::String(text)) => match text.parse() {
            Ok(number) => Ok(Datum::Int(number)),
            Err(_) => exception("Int64.of_string"),
        },
        (Type::Float, Value::Float(number)) => Ok(Datum::Float(*number)),
        (Type::Float, Value::Int(number)) => Ok(Datum::Float(*number as f64)),
        (Type::Float, Value::String(text)) => match text.parse() {
            Ok(number) => Ok(Datum::Float(number)),
            Err(_) => exception("float_of_string"),
        },
        (Type::Bool, Value::Bool(truth)) => Ok(Datum::Bool(*truth)),
        (Type::DateTime, Value::DateTime(at)) => Ok(Datum::Time(*at)),
        (Type::DateTime, Value::String(text)) => match DateTime::parse(text) {
            Some(at) => Ok(Datum::Time(at)),
            None => internal(format!("Invalid argument: Clock__Date.of_iso8601: {text}")),
        },
        (Type::Set(item), Value::Array(items)) => {
            Ok(Datum::Set(items.iter().map(|value| check(item, value)).collect::<Result<_, _>>()?))
        }
        (Type::Map(key, item), Value::Struct(entries)) => {
            let entry = |(name, value): &(compact_str::CompactString, Value)| {
                // Keys are kept as text; an enum's are still checked, and brought to its spelling.
                let name = match &**key {
                    Type::Enum(_) => check(key, &Value::from(name.as_str()))?.as_text().into(),
                    _ => name.as_str().into(),
                };
                Ok((name, check(item, value)?))
            };
            Ok(Datum::Map(entries.iter().map(entry).collect::<Result<_, Failure>>()?))
        }
        (Type::Record(name), Value::Struct(_)) => match table::class(name) {
            Some(class) => record(class, value),
            None => Ok(loose(value)),
        },
        (Type::Option(inner), value) => check(inner, value),
        (Type::Void, _) => Ok(Datum::void()),
        (ty, value) => mismatch(ty, value),
    }
}

/// Reads the record given to `create`: the fields that may be given, others are ignored.
fn record(class: &'static Class, value: &Value) -> Result<Datum, Failure> {
    let required = REQUIRED.iter().find(|(name, _)| *name == class.name).map_or(&[][..], |(_, fields)| fields);
    let mut entries = Vec::new();
    for field in class.fields.iter().filter(|field| field.access != Access::ReadOnly) {
        match value.get(field.name) {
            Some(given) => entries.push((field.name.into(), check(&field.ty, given)?)),
            None if required.contains(&field.name) => {
                return internal(format!("Server_helpers.Dispatcher_FieldNotFound(\"{}\")", field.name));
            }
            None => {}
        }
    }
    Ok(Datum::Map(entries.into()))
}

/// Takes a value as it is, where the table has no type for it.
pub(crate) fn loose(value: &Value) -> Datum {
    match value {
        Value::Null => Datum::Absent,
        Value::Bool(truth) => Datum::Bool(*truth),
        Value::Int(number) => Datum::Int(*number),
        Value::Float(number) => Datum::Float(*number),
        Value::String(text) => Datum::from(text.as_str()),
        Value::DateTime(at) => Datum::Time(*at),
        Value::Array(items) => Datum::Set(items.iter().map(loose).collect()),
        Value::Struct(entries) => {
            Datum::Map(entries.iter().map(|(key, value)| (key.as_str().into(), loose(value))).collect())
        }
    }
}

/// Takes a text that the database can hold: no control characters.
fn plain(text: &str) -> Result<Datum, Failure> {
    if text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return internal("Db_exn.Invalid_value".to_owned());
    }
    Ok(Datum::from(text))
}

fn mismatch(ty: &Type, value: &Value) -> Result<Datum, Failure> {
    let found = show(value);
    exception(&match ty {
        Type::Set(_) => format!("Expecting Rpc.Enum, but found '{found}'"),
        Type::Map(..) | Type::Record(_) | Type::Batch => format!("Expecting Rpc.Dict, but found '{found}'"),
        Type::Int => format!("Expected int64, got '{found}'"),
        Type::Float => format!("Expected float, got '{found}'"),
        Type::Bool => format!("Expected bool, got '{found}'"),
        Type::DateTime => format!("Expected datetime, got '{found}'"),
        _ => format!("Expected string, got '{found}'"),
    })
}

/// Fails with `Failure("…")`, as an exception of that name is printed.
fn exception<T>(text: &str) -> Result<T, Failure> {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    internal(format!("Failure(\"{escaped}\")"))
}

fn internal<T>(text: String) -> Result<T, Failure> {
    Err(Failure::new(code::INTERNAL_ERROR, [text]))
}

/// Writes a value the way hosts show it in messages: `I(5)`, `[S(x)]`, `{a:S(b)}`.
fn show(value: &Value) -> String {
    match value {
        Value::Null => "N".to_owned(),
        Value::Bool(truth) => format!("B({truth})"),
        Value::Int(number) => format!("I({number})"),
        Value::Float(number) => format!("F({number})"),
        Value::String(text) => format!("S({text})"),
        Value::DateTime(at) => format!("D({at})"),
        Value::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(";")),
        Value::Struct(entries) => {
            let mut text = String::from("{");
            for (at, (key, value)) in entries.iter().enumerate() {
                let _ = write!(text, "{}{key}:{}", if at > 0 { ";" } else { "" }, show(value));
            }
            text + "}"
        }
    }
}
