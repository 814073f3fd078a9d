//! Bad parameters: each parameter of each operation is spoilt in every way that its schema tells of, and more.

use std::collections::{BTreeMap, BTreeSet};

use app::model::Kind;
use serde_json::{Map, Value, json};
use xapi_sim::Datum;

use crate::{lab::Lab, test_app::eventually};

/// Parameters that take any JSON, on purpose.
const FREE: &[(&str, &str)] = &[("test.createTask/result", "it is told as it came")];

/// Numbers that may be less than nothing, each with a reason.
const UNBOUNDED: &[(&str, &str)] = &[
    ("token.create/expiresIn", "refused in the words of the original"),
    ("user.createToken/expiresIn", "as above"),
    ("user.getTokens/limit", "a limit that is no positive number is none, as in the original"),
    ("xo.getAllObjects/limit", "a limit that is no positive number is none, as in the original"),
];

/// Parameters that name what is no object, where a name that nobody has is no mistake, each with a reason.
const LOOSE: &[(&str, &str)] = &[
    ("acl.add/object", "a rule may be for what is not connected at the moment"),
    ("acl.add/subject", "a rule of nobody gives nobody anything; the original takes it as well"),
    ("acl.remove/object", "a rule may outlive what it is for"),
    ("acl.remove/subject", "a rule may outlive whom it is for"),
    ("journal.query/object", "the journal outlives what it tells of"),
    ("tag.set/id", "a tag begins to exist when it is given a color"),
    ("test.createTask/objectId", "it is told as it came"),
    ("user.createToken/id", "of others one learns nothing, be they there or not"),
    ("user.getTokens/id", "of others one learns nothing, be they there or not"),
    ("vdi.migrate/resourceSet", "resource sets are not made yet, which is said"),
];

/// A value that does not fit, and where the error has to say so.
struct Spoilt {
    how: String,
    value: Value,
    path: String,
}

fn spoilt(how: &str, value: impl Into<Value>) -> Spoilt {
    Spoilt { how: how.to_owned(), value: value.into(), path: String::new() }
}

impl Spoilt {
    /// Puts the value one level down.
    fn within(self, step: &str, wrap: impl FnOnce(Value) -> Value) -> Self {
        Self { how: format!("{} at {step}", self.how), value: wrap(self.value), path: format!("/{step}{}", self.path) }
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Returns a value that fits the schema, with all that it cannot do without.
fn made_up(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match types(schema).first().copied().unwrap_or("string") {
        "boolean" => json!(true),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            (0..least).map(|_| made_up(&schema["items"])).collect::<Vec<_>>().into()
        }
        "object" => needed(schema).into(),
        // Places to boot from; no other form has to be made up.
        _ if schema.get("pattern").is_some() => json!("cdn"),
        _ => json!("made-up"),
    }
}

fn needed(schema: &Value) -> Map<String, Value> {
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .filter(|(name, _)| required.contains(name.as_str()))
        .map(|(name, schema)| (name.clone(), made_up(schema)))
        .collect()
}

/// Returns all that does not fit a schema.
fn ways(schema: &Value) -> Vec<Spoilt> {
    let types = types(schema);
    let mut found = Vec::new();
    let fits = |value: &Value| match value {
        Value::Null => types.contains(&"null"),
        Value::Bool(_) => types.contains(&"boolean"),
        Value::Number(_) => types.contains(&"number") || types.contains(&"integer"),
        Value::String(_) => types.contains(&"string"),
        Value::Array(_) => types.contains(&"array"),
        Value::Object(_) => types.contains(&"object"),
    };
    let samples = [json!(null), json!(true), json!(7), json!("text"), json!(["x"]), json!({ "x": 1 })];
    found.extend(samples.into_iter().filter(|sample| !fits(sample)).map(|value| spoilt("wrong type", value)));
    if types.contains(&"integer") && !types.contains(&"number") {
        found.push(spoilt("a fraction", json!(1.5)));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(&json!("no such word"))
    {
        found.push(spoilt("no such word", "no such word"));
    }
    let ruled = ["minLength", "format", "pattern", "enum"].iter().any(|rule| schema.get(rule).is_some());
    if types.contains(&"string") && (!ruled || schema["minLength"].as_u64() > Some(0)) {
        found.push(spoilt("empty", ""));
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        found.push(spoilt("too long", "x".repeat(usize::try_from(most).expect("it fits") + 1)));
    }
    if schema.get("pattern").is_some() {
        found.push(spoilt("no such form", "\u{1}two bags full\u{1}"));
    }
    if types.contains(&"integer") || types.contains(&"number") {
        let limit = |rule: &str| schema[rule].as_f64();
        found.push(spoilt("too small", limit("minimum").map_or(-1e300, |least| least - 1.0)));
        found.push(spoilt("far too small", -1e300));
        found.push(spoilt("far too large", 1e300));
        if let Some(most) = limit("maximum").filter(|most| most + 1.0 > *most) {
            found.push(spoilt("too large", most + 1.0));
        }
    }
    if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
        found.extend(ways(items).into_iter().map(|way| way.within("0", |value| json!([value]))));
    }
    found.extend(inside(schema));
    found
}

/// Returns all that does not fit within an object.
fn inside(schema: &Value) -> Vec<Spoilt> {
    let mut found = Vec::new();
    let base = needed(schema);
    let with = |name: &str, value: Value| {
        let mut object = base.clone();
        object.insert(name.to_owned(), value);
        Value::from(object)
    };
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found.extend(ways(property).into_iter().map(|way| way.within(name, |value| with(name, value))));
    }
    for name in base.keys() {
        let mut object = base.clone();
        object.shift_remove(name);
        found.push(spoilt(&format!("no {name}"), object));
    }
    match &schema["additionalProperties"] {
        others @ Value::Object(_) => {
            found.extend(ways(others).into_iter().map(|way| way.within("other", |value| with("other", value))));
        }
        Value::Bool(true) => {}
        _ if schema["properties"].as_object().is_some_and(|known| !known.is_empty()) => {
            found.push(spoilt("unknown property", with("noSuchProperty", json!(1))));
        }
        _ => {}
    }
    found
}

/// Returns in how many ways the parameters of an operation are spoilt; none for one that takes no parameters.
pub(super) fn ways_of(ops: &op::Ops<app::Cx>, name: &str) -> usize {
    let schema = ops.params(name).expect("it is in the table");
    if schema["properties"].as_object().is_none_or(Map::is_empty) { 0 } else { inside(schema).len() }
}

/// Returns whether an error names the place: by its path, or by the property that is missing or too much there.
fn names(error: &Value, path: &str) -> bool {
    let errors = error["data"]["errors"].as_array();
    errors.is_some_and(|errors| {
        errors.iter().any(|error| {
            let at = error["instancePath"].as_str().unwrap_or_default();
            at == path || (!at.is_empty() && path.starts_with(&format!("{at}/")))
        })
    })
}

/// Returns whether a parameter of this name names a thing that exists.
fn is_name(param: &str) -> bool {
    ["id", "subject", "object", "resourceSet", "affinityHost", "suspendSr", "userId", "objectId"].contains(&param)
}

/// An operation with parameters that fit, which are never sent as they are.
struct Asked<'a> {
    lab: &'a Lab,
    name: &'static str,
    schema: Value,
    base: Map<String, Value>,
    wrong: Vec<String>,
}

impl Asked<'_> {
    async fn ask(&self, params: Map<String, Value>) -> Value {
        match self.lab.test.app.call(&self.lab.admin.session, self.name, params.into()).await {
            Ok(_) => json!({ "code": "it works" }),
            Err(error) => error.to_json(true),
        }
    }

    fn expect(&mut self, what: &str, error: &Value, fine: bool) {
        if !fine {
            self.wrong.push(format!("{}: {what}: {error}", self.name));
        }
    }

    fn with(&self, param: &str, value: Value) -> Map<String, Value> {
        let mut params = self.base.clone();
        params.insert(param.to_owned(), value);
        params
    }

    async fn spoil(&mut self, param: &str) {
        let schema = self.schema["properties"][param].clone();
        if self.base.contains_key(param) {
            let mut params = self.base.clone();
            params.shift_remove(param);
            let error = self.ask(params).await;
            let missing = error["data"]["errors"].as_array().into_iter().flatten();
            let fine = missing.clone().any(|error| error["params"]["missingProperty"] == param);
            self.expect(&format!("{param} missing"), &error, fine && error["code"] == 10);
        }
        let mut all = ways(&schema);
        if types(&schema).is_empty() && ["enum", "anyOf", "oneOf"].iter().all(|rule| schema.get(rule).is_none()) {
            let place = format!("{}/{param}", self.name);
            let is_known = FREE.iter().any(|(of, _)| *of == place);
            self.expect(&format!("{param} takes anything"), &Value::Null, is_known);
            all.clear();
        }
        let is_number = types(&schema).iter().any(|name| ["integer", "number"].contains(name));
        if is_number && schema.get("minimum").is_none() {
            let place = format!("{}/{param}", self.name);
            let is_known = UNBOUNDED.iter().any(|(of, _)| *of == place);
            self.expect(&format!("{param} has no bound"), &Value::Null, is_known);
        }
        for way in all {
            let error = self.ask(self.with(param, way.value.clone())).await;
            let fine = error["code"] == 10 && names(&error, &format!("/{param}{}", way.path));
            self.expect(&format!("{param}: {} ({})", way.how, way.value), &error, fine);
        }
    }

    /// Names what is not there, and what is of another kind, where an object is wanted.
    async fn misname(&mut self, param: &str, kinds: &[String], first: &BTreeMap<&'static str, String>) {
        let is_list = self.schema["properties"][param]["type"] == "array";
        let named = |id: &str| if is_list { json!([id]) } else { json!(id) };
        let other = first.iter().find(|(kind, _)| !kinds.iter().any(|wanted| wanted == *kind)).map(|(_, id)| id);
        let ids = [Some("no-such-id"), other.filter(|_| !kinds.is_empty()).map(String::as_str)];
        for id in ids.into_iter().flatten() {
            let error = self.ask(self.with(param, named(id))).await;
            let fine = error["code"] == 1 && error["data"]["id"] == id;
            self.expect(&format!("{param} is {id}"), &error, fine);
        }
    }
}

#[tokio::test]
async fn no_bad_parameter_gets_past_any_operation() {
    let lab = Lab::new().await;
    let ops = lab.test.app.ops();
    let mut first: BTreeMap<&'static str, String> = BTreeMap::new();
    for object in &lab.test.app.store().snapshot() {
        first.entry(object.kind().name()).or_insert_with(|| object.id().to_owned());
    }
    assert!(first.len() * 2 > Kind::ALL.len(), "most kinds are there: {first:?}");
    let more = lab.sim.with(|world| {
        let mut made = |class: &str, fields: Vec<(&str, Datum)>| {
            let object = world.create(class, fields);
            world.uuid(object).to_owned()
        };
        [
            ("gpuGroup", made("GPU_group", vec![("name_label", "cards".into())])),
            ("vgpuType", made("VGPU_type", vec![("model_name", "passthrough".into())])),
            ("USB_group", made("USB_group", vec![("name_label", "sticks".into())])),
        ]
    });
    for (kind, id) in more {
        eventually(async || lab.test.app.store().get(&id)).await;
        first.insert(kind, id);
    }
    let quiet = lab.changing();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for name in ops.names() {
        let schema = ops.params(name).expect("it is in the table").clone();
        let Some(properties) = schema["properties"].as_object().filter(|known| !known.is_empty()) else { continue };
        let ids: BTreeMap<String, Vec<String>> =
            ops.ids(name).map(|(param, kinds)| (param.to_owned(), kinds.to_vec())).collect();
        let mut base = needed(&schema);
        for (param, kinds) in &ids {
            let id = kinds.iter().find_map(|kind| first.get(kind.as_str())).map_or("no-such-id", String::as_str);
            if let Some(value) = base.get_mut(param) {
                *value = if value.is_array() { json!([id]) } else { json!(id) };
            }
        }
        let params: Vec<_> = properties.keys().cloned().collect();
        let mut asked_of = Asked { lab: &lab, name, base, wrong: Vec::new(), schema: schema.clone() };
        for param in &params {
            asked_of.spoil(param).await;
            if let Some(kinds) = ids.get(param) {
                asked_of.misname(param, kinds, &first).await;
            } else if is_name(param) && schema["properties"][param]["type"] == "string" {
                let error = asked_of.ask(asked_of.with(param, json!("no-such-id"))).await;
                let is_loose = LOOSE.iter().any(|(of, _)| *of == format!("{name}/{param}"));
                asked_of.expect(&format!("{param} names nothing"), &error, is_loose || error["code"] == 1);
            }
        }
        if schema.get("additionalProperties") != Some(&json!(true)) {
            let error = asked_of.ask(asked_of.with("noSuchParameter", json!(1))).await;
            let mut extra = error["data"]["errors"].as_array().into_iter().flatten();
            let fine = extra.any(|error| error["params"]["additionalProperty"] == "noSuchParameter");
            asked_of.expect("unknown parameter", &error, fine && error["code"] == 10);
        }
        wrong.append(&mut asked_of.wrong);
        asked += 1;
    }
    assert!(wrong.is_empty(), "{} of {asked} operations' answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 170, "{asked} operations take parameters");
    assert_eq!(lab.changing(), quiet, "a pool was told to change something");
}
