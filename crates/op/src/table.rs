//! The table and the checked call.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    Access, Answer, Context, Error, Level, Missing, Need, Output, ParamError, Result, Spec,
    order::{RESERVED, principal},
    schema::{KINDS, dialect},
    validate::check,
};

/// An operation on the application `C`; the implementing struct holds its parameters.
///
/// Its doc comment is one imperative sentence; each field's says what, in which unit, and the default.
pub trait Op<C>: DeserializeOwned + JsonSchema + Send + 'static {
    /// What it returns; `()` is `true` on the wire, [`Raw`](crate::Raw) carries JSON that exists already.
    type Output: Output;
    /// Name and access.
    const SPEC: Spec;
    /// Runs the operation; existence, kind and access have been checked.
    fn run(self, cx: C) -> impl Future<Output = Result<Self::Output>> + Send;
    /// Says what would come of it, as what follows "VM `web` is Running: " ("it would be deleted with its disks").
    ///
    /// A dry run goes as `run` does up to the first thing that cannot be taken back, `first` as the peer calls it, empty
    /// where there is none. `None` leaves it to whoever knows what `first` does.
    fn would(&self, first: &str) -> Option<String> {
        let _ = first;
        None
    }
}

/// The property of a result that says where a file is.
const FILE: &str = "$getFrom";

type Call<C> = dyn Fn(Value, C) -> BoxFuture<'static, Result<Answer>> + Send + Sync;
type Would = fn(Value, &str) -> Option<String>;

pub(crate) struct Entry<C> {
    pub(crate) spec: Spec,
    /// Schema of the parameters, in the dialect.
    pub(crate) params: Value,
    pub(crate) output: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) void: bool,
    /// Whether the result is the one-time URL of a file.
    pub(crate) offers: bool,
    /// Parameter name → kinds it may name, for the parameters that are ids or lists of ids.
    pub(crate) ids: BTreeMap<String, Vec<String>>,
    /// The parameter that names the object it is about, if it is about one.
    pub(crate) subject: Option<String>,
    /// The same, if it does something to the object.
    pub(crate) principal: Option<String>,
    call: Box<Call<C>>,
    would: Would,
}

/// Every operation that a server offers, by JSON-RPC name.
pub struct Ops<C>(pub(crate) BTreeMap<&'static str, Entry<C>>);

impl<C> Default for Ops<C> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<C: Context> Ops<C> {
    /// Makes an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the operation `T`.
    ///
    /// # Panics
    ///
    /// If its name is taken, if an id parameter has no [`Need`] or a need no id parameter, if an id hides deeper than
    /// in a list, or if a parameter has a name that every action takes: mistakes that any test which builds the table
    /// shows.
    pub fn add<T: Op<C>>(&mut self) -> &mut Self {
        let name = T::SPEC.rpc;
        let mut schemas = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true).into_generator();
        let mut params = schemas.root_schema_for::<T>().to_value();
        if params["type"] == "null" {
            params["type"] = "object".into();
        }
        let params = dialect(params);
        let ids = ids(&params);
        let checked: BTreeSet<_> = T::SPEC.needs.iter().map(|need| need.param).collect();
        assert!(ids.keys().map(String::as_str).eq(checked), "{name}: ids and needs differ");
        assert_eq!(params.to_string().matches(KINDS).count(), ids.len(), "{name}: an id hides too deep");
        let taken = RESERVED.iter().find(|name| params["properties"].get(**name).is_some());
        assert_eq!(taken, None, "{name}: every action takes a parameter of this name");
        let subject = match T::SPEC.on {
            Some(param) => {
                assert!(ids.contains_key(param), "{name}: `{param}` is no id");
                Some(param.to_owned())
            }
            None => principal(name, &params, &ids),
        };
        let entry = Entry {
            spec: T::SPEC,
            principal: subject.clone().filter(|_| !T::SPEC.read),
            subject,
            params,
            output: T::Output::schema,
            void: T::Output::is_void(),
            offers: T::Output::schema(&mut schemas).as_value()["properties"].get(FILE).is_some(),
            ids,
            call: Box::new(|params, cx| {
                Box::pin(async move {
                    let op = decode::<T>(params)?;
                    op.run(cx).await?.into_answer()
                })
            }),
            would: |params, first| decode::<T>(params).ok()?.would(first),
        };
        assert!(self.0.insert(name, entry).is_none(), "two operations named {name}");
        self
    }

    /// Returns what the operation `name` declares, if there is one.
    pub fn spec(&self, name: &str) -> Option<&Spec> {
        self.0.get(name).map(|entry| &entry.spec)
    }

    /// Returns the names of all operations, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Returns the parameters of `name` that are ids or lists of ids, each with the kinds that it may name.
    ///
    /// No kinds stand for all.
    pub fn ids(&self, name: &str) -> impl Iterator<Item = (&str, &[String])> {
        let ids = self.0.get(name).into_iter().flat_map(|entry| &entry.ids);
        ids.map(|(param, kinds)| (param.as_str(), kinds.as_slice()))
    }

    /// Returns the schema of the parameters of `name`, a JSON schema of an object.
    pub fn params(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|entry| &entry.params)
    }

    /// Returns whether the operation `name` takes `param`, with or without the question mark of a parameter that may be
    /// left out.
    pub fn takes(&self, name: &str, param: &str) -> bool {
        let param = param.strip_suffix('?').unwrap_or(param);
        let own = |entry: &Entry<C>| entry.params["properties"].get(param).is_some();
        RESERVED.contains(&param) || self.0.get(name).is_some_and(own)
    }

    /// Checks whether the caller may run the operation `name` on the objects that `params` name, as a call would.
    ///
    /// Other parameters are not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMethod`], [`Error::Unauthorized`], [`Error::NoSuchObject`].
    pub fn check_access(&self, name: &str, params: Value, cx: &C) -> Result<()> {
        let entry = self.0.get(name).ok_or_else(|| Error::no_such_method(name))?;
        entry.check_caller(cx)?;
        entry.resolve(params, cx).map(drop)
    }

    /// Returns what would come of the operation `name` with checked `params`, in its own words; see [`Op::would`].
    pub fn would(&self, name: &str, params: Value, first: &str) -> Option<String> {
        (self.0.get(name)?.would)(params, first)
    }

    /// Checks the caller, the parameters and each id, then runs the operation `name`.
    ///
    /// `params` that are not an object count as no parameters.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMethod`], [`Error::Unauthorized`], [`Error::InvalidParameters`], [`Error::NoSuchObject`], in this
    /// order, then those of the operation.
    pub async fn call(&self, name: &str, params: Value, mut cx: C) -> Result<Answer> {
        let (name, entry) = self.0.get_key_value(name).ok_or_else(|| Error::no_such_method(name))?;
        let params = entry.admit(params, &cx)?;
        cx.admitted(name, entry.named(&params));
        (entry.call)(params, cx).await
    }
}

impl<C: Context> Entry<C> {
    /// Checks the call and returns the parameters as the operation wants them.
    pub(crate) fn admit(&self, params: Value, cx: &C) -> Result<Value> {
        let mut params = if let Value::Object(params) = params { params } else { Map::new() };
        self.enter(&mut params, cx)?;
        let params = Value::Object(params);
        let errors = check(&self.params, &params);
        if !errors.is_empty() {
            return Err(Error::invalid_params(errors));
        }
        self.resolve(params, cx)
    }

    /// Returns those of the parameters that are ids.
    fn named(&self, params: &Value) -> Value {
        let ids = self.ids.keys().filter_map(|id| Some((id.clone(), params.get(id)?.clone())));
        Value::Object(ids.collect())
    }

    /// Checks the caller and brings the parameters into the names that the operation declares.
    pub(crate) fn enter(&self, params: &mut Map<String, Value>, cx: &C) -> Result<()> {
        if params.shift_remove("_log").is_some() && !cx.admin() {
            return Err(Error::unauthorized("admin", None));
        }
        self.check_caller(cx).map_err(|error| match (error, params.get("id")) {
            (Error::Unauthorized { permission, object, missing: Some(missing) }, Some(Value::String(id))) => {
                let missing = Some(Missing { object: Some(id.clone()), ..missing });
                Error::Unauthorized { permission, object, missing }
            }
            (error, _) => error,
        })?;
        self.rename(params)
    }

    /// Checks whether the caller may use the operation at all.
    pub(crate) fn check_caller(&self, cx: &C) -> Result<()> {
        match self.spec.access {
            Access::Admin if !cx.admin() => Err(Error::unauthorized("admin", None)),
            Access::Privilege(resource, action) if !cx.holds(resource, action) => {
                Err(Error::unauthorized("admin", None).missing(resource, action, None))
            }
            Access::SignedIn | Access::Objects if !cx.signed_in() => Err(Error::not_signed_in()),
            _ => Ok(()),
        }
    }

    /// Brings `name?` and `{vm: …}` into the names that the operation declares.
    fn rename(&self, params: &mut Map<String, Value>) -> Result<()> {
        let known = self.params["properties"].as_object();
        let knows = |name: &str| known.is_some_and(|known| known.contains_key(name));
        if known.is_none_or(Map::is_empty) {
            if !matches!(self.params.get("additionalProperties"), Some(Value::Bool(true) | Value::Object(_))) {
                params.clear();
            }
            return Ok(());
        }
        let ignorable: Vec<_> = params.keys().filter(|name| name.ends_with('?') && !knows(name)).cloned().collect();
        for name in ignorable {
            let value = params.shift_remove(&name).expect("the name was just listed");
            let plain = &name[..name.len() - 1];
            if !knows(plain) {
                continue;
            }
            if params.insert(plain.to_owned(), value).is_some() {
                return Err(Error::invalid_params(vec![ParamError {
                    path: String::new(),
                    schema_path: "#/additionalProperties".to_owned(),
                    keyword: "additionalProperties",
                    params: serde_json::json!({ "additionalProperty": name }),
                    message: format!("must NOT have both '{plain}' and '{name}'"),
                }]));
            }
        }
        let namespace = self.spec.rpc.split('.').next().unwrap_or_default();
        if knows("id")
            && !knows(namespace)
            && !params.contains_key("id")
            && let Some(id) = params.shift_remove(namespace)
        {
            params.insert("id".to_owned(), id);
        }
        Ok(())
    }

    /// Replaces each id by the object's own, having checked that it exists and that the caller may.
    pub(crate) fn resolve(&self, mut params: Value, cx: &C) -> Result<Value> {
        for need in self.spec.needs {
            let kinds = &self.ids[need.param];
            if params.get(need.param).is_none() {
                continue;
            }
            let actions = need.actions(&params);
            let param = &mut params[need.param];
            let ids = match param {
                Value::Array(ids) => &mut ids[..],
                one => std::slice::from_mut(one),
            };
            for id in ids {
                let Some(name) = id.as_str() else { continue };
                *id = resolve_one(need, &actions, kinds, name, cx)?.into();
            }
        }
        Ok(params)
    }
}

fn resolve_one<C: Context>(
    need: &Need,
    actions: &[Cow<'static, str>],
    kinds: &[String],
    id: &str,
    cx: &C,
) -> Result<String> {
    let object = cx.resolve(id).filter(|object| kinds.is_empty() || kinds.iter().any(|kind| kind == object.kind));
    let Some(object) = object else {
        return Err(Error::NoSuchObject { id: id.to_owned(), kinds: kinds.to_vec() });
    };
    if need.level == Level::None || cx.admin() {
        return Ok(object.id);
    }
    let missing = actions.iter().find(|action| !cx.allowed(need.level, action, &object));
    if let Some(action) = missing {
        let error = Error::unauthorized(need.level.name(), Some(object.id.clone()));
        return Err(match cx.privilege(object.kind, action) {
            Some((resource, action)) => error.missing(resource, action, Some(object.id)),
            None => error,
        });
    }
    Ok(object.id)
}

/// Decodes checked parameters; what the schema cannot say is refused here.
fn decode<T: DeserializeOwned>(params: Value) -> Result<T> {
    let none = params.as_object().is_some_and(Map::is_empty);
    serde_json::from_value(params)
        .or_else(|error| if none { serde_json::from_value(Value::Null).map_err(|_| error) } else { Err(error) })
        .map_err(|error| {
            Error::invalid_params(vec![ParamError {
                path: String::new(),
                schema_path: "#".to_owned(),
                keyword: "decode",
                params: serde_json::json!({}),
                message: error.to_string(),
            }])
        })
}

/// Returns the parameters that are ids or lists of ids, each with the kinds it may name.
fn ids(params: &Value) -> BTreeMap<String, Vec<String>> {
    let kinds = |schema: &Value| {
        let marked = schema.get(KINDS).or_else(|| schema["items"].get(KINDS))?;
        serde_json::from_value(marked.clone()).ok()
    };
    let properties = params["properties"].as_object().into_iter().flatten();
    properties.filter_map(|(param, schema)| Some((param.clone(), kinds(schema)?))).collect()
}
