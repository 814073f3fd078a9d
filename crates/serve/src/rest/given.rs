//! From path, query and body to the parameters of an operation.
//!
//! A parameter may be written as the operation calls it or as REST does: `nameLabel` is `name_label`, `hostId` is
//! `host` where the operation has no `hostId`.

use app::Cx;
use op::{Error, Ops, ParamError, Route};
use serde_json::{Map, Value, json};

use super::{
    Asked,
    json::{self, Trouble},
    query::Query,
    refusal::{Refusal, wrong_value},
    table::kind_of,
};

/// What every action takes besides its own parameters.
const OF_EVERY_ACTION: [&str; 4] = ["selection", "dryRun", "concurrency", "stopOnError"];

/// The parameters of a call, and where each was written.
pub(super) struct Given {
    pub(super) params: Map<String, Value>,
    /// The operation's name of a parameter, its place in the request (`body.hostId`).
    places: Vec<(String, String)>,
}

/// What a route lets clients write.
pub(super) struct Names<'a> {
    route: &'a Route,
    properties: Option<&'a Map<String, Value>>,
    principal: Option<&'a str>,
}

impl Given {
    /// Returns whether the client only wants to be told what would come of it.
    pub(super) fn tells_only(&self) -> bool {
        self.params.get("dryRun") == Some(&Value::Bool(true))
    }

    /// Brings together what stands in the path, the query and the body.
    pub(super) fn read(ops: &Ops<Cx>, route: &Route, asked: &Asked, body: Map<String, Value>) -> Result<Self, Refusal> {
        let names = Names::new(ops, route);
        let mut given = Self { params: Map::new(), places: Vec::new() };
        let mut wrong = Map::new();
        for (name, value) in &asked.path {
            let param = names.of(name).unwrap_or(name.as_str()).to_owned();
            given.set(param, name.clone(), value.as_str().into());
        }
        given.take_query(&names, &asked.query, &mut wrong);
        let takes_any = names.takes_any();
        for (key, value) in body {
            let place = format!("body.{key}");
            match names.of(&key) {
                Some(param) if given.params.contains_key(param) => {
                    wrong.insert(place, wrong_value(&format!("\"{key}\" is given twice"), Some(value)));
                }
                Some(param) => given.set(param.to_owned(), place, value),
                None if takes_any => given.set(key, place, value),
                None => {
                    let message = format!("\"{key}\" is an excess property and therefore is not allowed");
                    wrong.insert(place, wrong_value(&message, Some(value)));
                }
            }
        }
        if !wrong.is_empty() {
            return Err(Refusal::all_invalid(wrong));
        }
        given.select(route, &names)?;
        for (param, value) in route.given {
            let value: Value = serde_json::from_str(value).expect("routes give JSON");
            // Given as nothing it just cannot be written.
            if !value.is_null() {
                given.params.insert((*param).to_owned(), value);
            }
        }
        Ok(given)
    }

    fn set(&mut self, param: String, place: String, value: Value) {
        self.places.push((param.clone(), place));
        self.params.insert(param, value);
    }

    /// Takes the parameters in the query; other names in it are passed over.
    fn take_query(&mut self, names: &Names<'_>, query: &Query, wrong: &mut Map<String, Value>) {
        for (name, texts) in query.iter() {
            let Some(param) = names.of(name) else { continue };
            let schema = names.properties.and_then(|properties| properties.get(param));
            let schema = schema.cloned().unwrap_or_else(|| of_every_action(param));
            match coerce(&schema, &texts) {
                Ok(value) => self.set(param.to_owned(), name.to_owned(), value),
                Err(message) => {
                    let value = if let [one] = texts[..] { one.into() } else { Value::from(texts) };
                    wrong.insert(name.to_owned(), wrong_value(&message, Some(value)));
                }
            }
        }
    }

    /// Makes the selection of an action on many of `filter` or `ids`.
    fn select(&mut self, route: &Route, names: &Names<'_>) -> Result<(), Refusal> {
        if !route.bulk || self.params.contains_key("selection") {
            return Ok(());
        }
        let collection = route.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let mut selection = Map::new();
        for short in ["ids", "filter"] {
            let is_own = names.properties.is_some_and(|properties| properties.contains_key(short));
            selection
                .extend(self.params.shift_remove(short).filter(|_| !is_own).map(|value| (short.to_owned(), value)));
        }
        if selection.is_empty() {
            let message = "one of 'filter', 'ids' and 'selection' is required";
            return Err(Refusal::invalid("body.selection", message, None));
        }
        if let Some(kind) = kind_of(collection).filter(|_| selection.contains_key("filter")) {
            selection.insert("type".to_owned(), kind.name().into());
        }
        self.params.insert("selection".to_owned(), selection.into());
        Ok(())
    }

    /// Turns the error of a call into one that names what the client wrote.
    pub(super) fn refusal(&self, route: &Route, error: &Error, to_admin: bool) -> Refusal {
        match error {
            Error::InvalidParameters { errors, .. } if !errors.is_empty() => {
                let wrong = errors.iter().map(|error| self.place(route, error)).collect();
                Refusal::all_invalid(wrong)
            }
            other => Refusal::of(other, to_admin),
        }
    }

    fn place(&self, route: &Route, error: &ParamError) -> (String, Value) {
        let mut parts = error.path.split('/').filter(|part| !part.is_empty()).map(unescape);
        let missing = error.params.get("missingProperty").and_then(Value::as_str);
        let first = parts.next();
        let outer = match (&first, missing) {
            (Some(param), _) => param.as_str(),
            (None, Some(missing)) => missing,
            (None, None) => error.params.get("additionalProperty").and_then(Value::as_str).unwrap_or_default(),
        };
        let written = self.places.iter().find(|(param, _)| param == outer).map(|(_, place)| place.clone());
        let by_route = || route.names.iter().find(|(_, op)| *op == outer).map_or(outer, |(rest, _)| *rest);
        let mut place = written
            .unwrap_or_else(|| if outer.is_empty() { "body".to_owned() } else { format!("body.{}", by_route()) });
        for part in parts {
            place = format!("{place}.{part}");
        }
        if let (Some(_), Some(missing)) = (&first, missing) {
            place = format!("{place}.{missing}");
        }
        let value = self.params.get(outer).and_then(|value| {
            let inner = error.path.trim_start_matches('/').find('/').map_or("", |at| &error.path[at + 1..]);
            value.pointer(inner).cloned()
        });
        let name = place.rsplit('.').next().unwrap_or(&place).to_owned();
        let message = match error.keyword {
            "required" => format!("'{name}' is required"),
            "type" => format!("invalid {} value", error.message.trim_start_matches("must be ")),
            "enum" => "Value does not match any allowed schema".to_owned(),
            "additionalProperties" => format!("\"{name}\" is an excess property and therefore is not allowed"),
            _ => error.message.clone(),
        };
        (place, wrong_value(&message, value))
    }
}

impl<'a> Names<'a> {
    pub(super) fn new(ops: &'a Ops<Cx>, route: &'a Route) -> Self {
        let properties = ops.params(route.op).and_then(|params| params["properties"].as_object());
        Self { route, properties, principal: ops.principal(route.op) }
    }

    /// Returns whether the operation takes any parameter.
    fn takes_any(&self) -> bool {
        self.properties.is_none_or(Map::is_empty) && self.principal.is_some()
    }

    /// Returns the operation's name of what a client calls `name`.
    pub(super) fn of(&self, name: &'a str) -> Option<&'a str> {
        if let Some((_, op)) = self.route.names.iter().find(|(rest, _)| *rest == name) {
            return Some(op);
        }
        if self.principal.is_some() && OF_EVERY_ACTION.contains(&name) {
            return Some(name);
        }
        if self.route.bulk && matches!(name, "filter" | "ids") {
            return Some(name);
        }
        let properties = self.properties?;
        let known = |name: &str| {
            let is_given = |param: &str| self.route.given.iter().any(|(given, _)| *given == param);
            let plain = canonical(name);
            if let Some((_, op)) = self.route.names.iter().find(|(rest, _)| canonical(rest) == plain) {
                return Some(*op);
            }
            properties.keys().map(String::as_str).find(|param| canonical(param) == plain && !is_given(param))
        };
        match properties.get_key_value(name) {
            Some((exact, _)) if !self.route.given.iter().any(|(given, _)| given == exact) => Some(exact),
            _ => known(name).or_else(|| known(name.strip_suffix("Id")?)),
        }
    }
}

/// A name without what REST and operations write differently.
fn canonical(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Reads texts as what the schema wants.
fn coerce(schema: &Value, texts: &[&str]) -> Result<Value, String> {
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    if types.contains(&"array") {
        if let [one] = texts
            && one.trim_start().starts_with('[')
        {
            return written(one, "array");
        }
        return texts
            .iter()
            .map(|text| coerce(&schema["items"], &[text]))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::from);
    }
    let &[text] = texts else { return Err("invalid string value".to_owned()) };
    let mut wrong = None;
    for kind in &types {
        let read = match *kind {
            // `?raw` alone means yes.
            "boolean" if text.is_empty() => Ok(true.into()),
            "boolean" => text.parse::<bool>().map(Value::from).map_err(|_| "invalid boolean value".to_owned()),
            "integer" => text.parse::<i64>().map(Value::from).map_err(|_| "invalid integer number".to_owned()),
            "number" => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(number.into()),
                _ => Err("invalid float number".to_owned()),
            },
            "object" => written(text, "object"),
            "null" if text.is_empty() => Ok(Value::Null),
            _ => continue,
        };
        match read {
            Ok(value) => return Ok(value),
            Err(message) => wrong = Some(message),
        }
    }
    match wrong {
        Some(message) if !types.contains(&"string") => Err(message),
        _ => Ok(text.into()),
    }
}

/// Returns the schema of a parameter that operations do not list, since every action takes it.
fn of_every_action(param: &str) -> Value {
    match param {
        "dryRun" | "stopOnError" => json!({ "type": "boolean" }),
        "concurrency" => json!({ "type": "integer" }),
        "selection" => json!({ "type": "object" }),
        _ => Value::Null,
    }
}

/// Reads a value that is written as JSON.
fn written(text: &str, kind: &str) -> Result<Value, String> {
    json::read(text.as_bytes(), kind).map_err(|trouble| match trouble {
        Trouble::Syntax(error) => format!("invalid {kind}: {error}"),
        Trouble::Twice(place) => format!("invalid {kind}: {place} is given twice"),
    })
}
