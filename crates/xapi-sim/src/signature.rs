//! Every method that a pool of some release answers: its parameters, and what kind of method it is.

use std::sync::Arc;

use indexmap::IndexMap;
use xapi_types::table::{self, Access, Class, Field, Mode, Param, Type};

use crate::profile::Profile;

/// What a method does when no behaviour takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    GetAll,
    GetAllRecords,
    GetAllRecordsWhere,
    GetAllWhere,
    GetRecord,
    GetByUuid,
    GetByNameLabel,
    Create,
    Destroy,
    /// The number is a field's index in its class, here and below.
    Get(usize),
    Set(usize),
    AddTo(usize),
    RemoveFrom(usize),
    Add(usize),
    Remove(usize),
    /// One of the class's own.
    Own,
}

/// A method.
pub(crate) struct Signature {
    /// Name on the wire, such as `VM.start`.
    pub(crate) name: String,
    pub(crate) class: &'static Class,
    /// Name without its class.
    pub(crate) method: String,
    /// Parameters after the session.
    pub(crate) params: Vec<Param>,
    pub(crate) mode: Mode,
    pub(crate) kind: Kind,
    /// The release has withdrawn it.
    pub(crate) removed: bool,
}

impl Signature {
    /// Returns how many parameters a caller must give.
    pub(crate) fn required(&self) -> usize {
        self.params.iter().filter(|param| param.required).count()
    }
}

/// Methods by their name on the wire, in the order of the class table.
pub(crate) type Signatures = IndexMap<String, Arc<Signature>, rustc_hash::FxBuildHasher>;

/// Lists the methods that a pool of `profile` has.
pub(crate) fn all(profile: &Profile) -> Signatures {
    let mut all = Signatures::default();
    for class in table::classes().iter().filter(|class| profile.has(&class.lifetime)) {
        let class_removed = profile.withdrew(&class.lifetime);
        let mut add = |method: String, params: Vec<Param>, mode, kind, removed| {
            let name = format!("{}.{method}", class.name);
            let removed = removed || class_removed;
            all.insert(name.clone(), Arc::new(Signature { name, class, method, params, mode, kind, removed }));
        };
        for generic in &class.generic {
            let (params, mode, kind) = family(class, generic);
            add((*generic).to_owned(), params, mode, kind, false);
        }
        if class.generic.contains(&"get_all_records") {
            let expr = vec![param("expr", Type::String)];
            add("get_all_where".to_owned(), expr.clone(), Mode::Sync, Kind::GetAllWhere, false);
            add("get_all_records_where".to_owned(), expr, Mode::Sync, Kind::GetAllRecordsWhere, false);
        }
        if class.generic.contains(&"get_record") {
            for (at, field) in class.fields.iter().enumerate().filter(|(_, field)| profile.has(&field.lifetime)) {
                let removed = false;
                for (method, params, kind) in accessors(class, at, field) {
                    add(method, params, Mode::Sync, kind, removed);
                }
            }
        }
        for method in class.methods.iter().filter(|method| profile.has(&method.lifetime)) {
            let removed = profile.withdrew(&method.lifetime);
            add(method.name.to_owned(), method.params.clone(), method.mode, own_kind(class, method), removed);
        }
    }
    all
}

/// Finds out whether a method of the class's own does no more than set a field.
fn own_kind(class: &'static Class, method: &table::Method) -> Kind {
    let names: Vec<&str> = method.params.iter().map(|param| param.name).collect();
    let field = |prefix: &str| class.field_index(method.name.strip_prefix(prefix)?);
    let kind = match names.as_slice() {
        ["self", "value"] => field("set_").map(Kind::Set).or_else(|| field("add_").map(Kind::Add)),
        ["self", "key", "value"] => field("add_to_").map(Kind::AddTo),
        ["self", "key"] => field("remove_from_").map(Kind::RemoveFrom),
        _ => None,
    };
    kind.unwrap_or(Kind::Own)
}

fn param(name: &'static str, ty: Type) -> Param {
    Param { name, ty, required: true }
}

fn this(class: &'static Class) -> Param {
    param("self", Type::Ref(class.name))
}

fn family(class: &'static Class, generic: &str) -> (Vec<Param>, Mode, Kind) {
    match generic {
        "get_all" => (vec![], Mode::Sync, Kind::GetAll),
        "get_all_records" => (vec![], Mode::Sync, Kind::GetAllRecords),
        "get_record" => (vec![this(class)], Mode::Sync, Kind::GetRecord),
        "get_by_uuid" => (vec![param("uuid", Type::String)], Mode::Sync, Kind::GetByUuid),
        "get_by_name_label" => (vec![param("label", Type::String)], Mode::Sync, Kind::GetByNameLabel),
        "create" => (vec![param("args", Type::Record(class.name))], Mode::Async, Kind::Create),
        "destroy" => (vec![this(class)], Mode::Async, Kind::Destroy),
        other => panic!("unknown generic method `{other}`"),
    }
}

fn accessors(class: &'static Class, at: usize, field: &'static Field) -> Vec<(String, Vec<Param>, Kind)> {
    let name = field.name;
    let mut methods = vec![(format!("get_{name}"), vec![this(class)], Kind::Get(at))];
    if field.access != Access::ReadWrite {
        return methods;
    }
    methods.push((format!("set_{name}"), vec![this(class), param("value", field.ty.clone())], Kind::Set(at)));
    match &field.ty {
        Type::Map(key, value) => {
            let key = param("key", (**key).clone());
            let value = param("value", (**value).clone());
            methods.push((format!("add_to_{name}"), vec![this(class), key.clone(), value], Kind::AddTo(at)));
            methods.push((format!("remove_from_{name}"), vec![this(class), key], Kind::RemoveFrom(at)));
        }
        Type::Set(item) => {
            let item = param("value", (**item).clone());
            methods.push((format!("add_{name}"), vec![this(class), item.clone()], Kind::Add(at)));
            methods.push((format!("remove_{name}"), vec![this(class), item], Kind::Remove(at)));
        }
        _ => {}
    }
    methods
}
