//! The class table: what classes exist, with their fields, enums and calls.
//!
//! `table/classes.txt` has a line for each thing, white space between its columns:
//!
//! | line | columns |
//! |---|---|
//! | `class` | name, since (`rio` or `rio..ely`, the second being the release that removed it) |
//! | `generic` | which of the generic calls (`get_all`, `get_record`, `create` …) the class has |
//! | `enum` | name, values |
//! | `field` | name, type, access (`ro`, `init` = set at creation, `rw`), since, `= default` |
//! | `async`, `sync`, `bare` | call: name, since, `parameter:type` (`parameter?:type` may be left out), `-> result` |
//!
//! An `async` call also exists as `Async.…`; a `bare` one takes no session. Types are written
//! `string`, `int`, `float`, `bool`, `datetime`, an enum's name, `@VM` (ref), `[T]` (set), `{K:V}`
//! (map), `T?` (may be absent), `record(VM)`.

use std::{collections::HashMap, sync::LazyLock};

use crate::release::Release;

static CLASSES_TEXT: &str = include_str!("../table/classes.txt");
static ERRORS_TEXT: &str = include_str!("../table/errors.txt");

/// Type of a field, a parameter or a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Nothing; an empty string on the wire.
    Void,
    /// Text.
    String,
    /// 64-bit integer.
    Int,
    /// Double precision number.
    Float,
    /// Truth value.
    Bool,
    /// Time in UTC, whole seconds.
    DateTime,
    /// One of the values of the named enum.
    Enum(&'static str),
    /// Reference to an object of the named class.
    Ref(&'static str),
    /// Values without order or duplicates.
    Set(Box<Type>),
    /// Keys and values.
    Map(Box<Type>, Box<Type>),
    /// A value that may be absent.
    Option(Box<Type>),
    /// Whole record of the named class; of any class when empty.
    Record(&'static str),
    /// Answer of `event.from`.
    Batch,
}

/// Who may set a field, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only the host sets it.
    ReadOnly,
    /// Set by `create`; afterwards only by calls of its own.
    Init,
    /// `set_…` and, for sets and maps, `add_…` and `remove_…` exist.
    ReadWrite,
}

/// From which release something exists, and which one removed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// First release that has it.
    pub since: Release,
    /// First release that no longer has it.
    pub removed: Option<Release>,
}

impl Lifetime {
    /// Returns whether `release` knows of it, be it removed.
    pub fn known_to(&self, release: Release) -> bool {
        self.since <= release
    }

    /// Returns whether `release` has withdrawn it.
    pub fn removed_in(&self, release: Release) -> bool {
        self.removed.is_some_and(|removed| removed <= release)
    }
}

/// A field of a class.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name on the wire, such as `VCPUs_max`.
    pub name: &'static str,
    /// Type of its values.
    pub ty: Type,
    /// Who may set it.
    pub access: Access,
    /// When it exists.
    pub lifetime: Lifetime,
    /// Default as the data model writes it, where it is not the type's empty value.
    pub default: Option<&'static str>,
}

/// A parameter of a call.
#[derive(Clone, Debug)]
pub struct Param {
    /// Name in the documentation; parameters travel by position.
    pub name: &'static str,
    /// Type of its values.
    pub ty: Type,
    /// Whether a caller must give it.
    pub required: bool,
}

/// How a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Directly, or as `Async.…` which answers a task.
    Async,
    /// Only directly.
    Sync,
    /// Only directly, and without a session.
    Bare,
}

/// A call that is not one of the generic families.
#[derive(Clone, Debug)]
pub struct Method {
    /// Name without its class, such as `start`.
    pub name: &'static str,
    /// How it may be made.
    pub mode: Mode,
    /// When it exists.
    pub lifetime: Lifetime,
    /// Parameters after the session.
    pub params: Vec<Param>,
    /// Type of the result.
    pub result: Type,
}

/// An enum and its values in the order of the data model.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Name, such as `vm_power_state`.
    pub name: &'static str,
    /// Values as they stand on the wire.
    pub values: Vec<&'static str>,
}

/// A class of XAPI objects.
#[derive(Debug)]
pub struct Class {
    /// Name on the wire, such as `VM` or `host_metrics`.
    pub name: &'static str,
    /// When it exists.
    pub lifetime: Lifetime,
    /// Generic calls that the class has: `get_all`, `get_record`, `create` …
    pub generic: Vec<&'static str>,
    /// Fields in the order of the data model.
    pub fields: Vec<Field>,
    /// Calls of its own.
    pub methods: Vec<Method>,
    /// Enums that it was first to use.
    pub enums: Vec<Enum>,
    by_name: HashMap<&'static str, usize>,
}

impl Class {
    /// Returns the position of the field `name` in [`Class::fields`].
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Returns the field `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.field_index(name).map(|at| &self.fields[at])
    }

    /// Returns the call `name` of the class, generic families excluded.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == name)
    }
}

/// An error code with the names of its parameters.
#[derive(Clone, Debug)]
pub struct ErrorCode {
    /// Code on the wire, such as `VM_BAD_POWER_STATE`.
    pub name: &'static str,
    /// What each parameter is, in order.
    pub params: Vec<&'static str>,
}

static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| parse_classes(CLASSES_TEXT));
static BY_NAME: LazyLock<HashMap<&'static str, &'static Class>> =
    LazyLock::new(|| CLASSES.iter().map(|class| (class.name, class)).collect());
static ENUMS: LazyLock<HashMap<&'static str, &'static Enum>> =
    LazyLock::new(|| CLASSES.iter().flat_map(|class| &class.enums).map(|e| (e.name, e)).collect());
static ERRORS: LazyLock<Vec<ErrorCode>> = LazyLock::new(|| parse_errors(ERRORS_TEXT));

/// Returns every class, in the order of the data model.
pub fn classes() -> &'static [Class] {
    &CLASSES
}

/// Returns the class `name`, spelled as on the wire.
pub fn class(name: &str) -> Option<&'static Class> {
    BY_NAME.get(name).copied()
}

/// Returns the enum `name`.
pub fn enumeration(name: &str) -> Option<&'static Enum> {
    ENUMS.get(name).copied()
}

/// Returns every error code, sorted by name.
pub fn errors() -> &'static [ErrorCode] {
    &ERRORS
}

fn parse_classes(text: &'static str) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(what), Some(name)) = (words.next(), words.next()) else { continue };
        if what == "class" {
            classes.push(Class {
                name,
                lifetime: lifetime(words.next().expect("a class has a lifetime")),
                generic: Vec::new(),
                fields: Vec::new(),
                methods: Vec::new(),
                enums: Vec::new(),
                by_name: HashMap::new(),
            });
            continue;
        }
        let class = classes.last_mut().expect("the table starts with a class");
        match what {
            "generic" => class.generic = std::iter::once(name).chain(words).collect(),
            "enum" => class.enums.push(Enum { name, values: words.collect() }),
            "field" => {
                class.by_name.insert(name, class.fields.len());
                class.fields.push(field(name, line));
            }
            "async" => class.methods.push(method(name, Mode::Async, words)),
            "sync" => class.methods.push(method(name, Mode::Sync, words)),
            "bare" => class.methods.push(method(name, Mode::Bare, words)),
            other => panic!("table/classes.txt: unknown line `{other}`"),
        }
    }
    classes
}

fn field(name: &'static str, line: &'static str) -> Field {
    let (columns, default) = match line.split_once(" = ") {
        Some((columns, default)) => (columns, Some(default)),
        None => (line, None),
    };
    let mut words = columns.split_whitespace().skip(2);
    let ty = ty(words.next().expect("a field has a type"));
    let access = match words.next() {
        Some("ro") => Access::ReadOnly,
        Some("init") => Access::Init,
        Some("rw") => Access::ReadWrite,
        other => panic!("table/classes.txt: field `{name}` has access {other:?}"),
    };
    Field { name, ty, access, lifetime: lifetime(words.next().expect("a field has a lifetime")), default }
}

fn method(name: &'static str, mode: Mode, words: impl Iterator<Item = &'static str>) -> Method {
    let mut words = words.peekable();
    let lifetime = lifetime(words.next().expect("a call has a lifetime"));
    let mut params = Vec::new();
    while let Some(word) = words.next_if(|word| *word != "->") {
        let (param, kind) = word.split_once(':').expect("a parameter has a type");
        let (param, required) = param.strip_suffix('?').map_or((param, true), |param| (param, false));
        params.push(Param { name: param, ty: ty(kind), required });
    }
    let result = ty(words.nth(1).expect("a call has a result"));
    Method { name, mode, lifetime, params, result }
}

fn lifetime(text: &'static str) -> Lifetime {
    match text.split_once("..") {
        Some((since, removed)) => Lifetime { since: Release::new(since), removed: Some(Release::new(removed)) },
        None => Lifetime { since: Release::new(text), removed: None },
    }
}

fn ty(text: &'static str) -> Type {
    let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(inner) = text.strip_suffix('?') {
        return Type::Option(Box::new(ty(inner)));
    }
    if let Some(item) = inside('[', ']') {
        return Type::Set(Box::new(ty(item)));
    }
    if let Some((key, value)) = inside('{', '}').and_then(|inner| inner.split_once(':')) {
        return Type::Map(Box::new(ty(key)), Box::new(ty(value)));
    }
    if let Some(class) = text.strip_prefix('@') {
        return Type::Ref(class);
    }
    if let Some(class) = text.strip_prefix("record(").and_then(|rest| rest.strip_suffix(')')) {
        return Type::Record(class);
    }
    match text {
        "void" => Type::Void,
        "string" => Type::String,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "datetime" => Type::DateTime,
        "record" => Type::Record(""),
        "batch" => Type::Batch,
        name => Type::Enum(name),
    }
}

fn parse_errors(text: &'static str) -> Vec<ErrorCode> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| match line.split_once(' ') {
            Some((name, params)) => ErrorCode { name, params: params.split('|').collect() },
            None => ErrorCode { name: line, params: Vec::new() },
        })
        .collect()
}

#[cfg(test)]
mod tests;
