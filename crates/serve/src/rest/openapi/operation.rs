//! One route as the document tells it.

use std::collections::BTreeMap;

use app::Cx;
use op::{Access, Level, Ops, Reply, Route, Verb};
use serde_json::{Map, Value, json};

use super::{super::table::Target, example, header, own, schema};

/// What descriptions are made of.
pub(super) struct Describe<'a> {
    pub(super) ops: &'a Ops<Cx>,
    pub(super) results: &'a BTreeMap<&'static str, Value>,
    /// What the results refer to.
    pub(super) definitions: &'a Map<String, Value>,
}

impl Describe<'_> {
    /// Describes what `verb` does at `path`.
    pub(super) fn target(&self, path: &str, verb: Verb, target: &Target) -> Value {
        let tag = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let mut described = match target {
            Target::Op(route) => self.route(route),
            Target::Objects(kind) => own::objects(*kind),
            Target::Object(kind) => own::object(*kind),
            Target::Docs(file) => own::docs(*file),
            Target::Tasks => own::tasks(),
            Target::Events => own::events(),
            Target::Subscribe => own::subscribe(),
            Target::Unsubscribe => own::unsubscribe(),
        };
        if !matches!(target, Target::Subscribe | Target::Unsubscribe) {
            header::add(&mut described, path, verb);
        }
        described["tags"] = json!([tag]);
        described["operationId"] = operation_id(verb, path).into();
        described
    }

    fn route(&self, route: &Route) -> Value {
        let empty = json!({});
        let params = self.ops.params(route.op).unwrap_or(&empty);
        let takes_body = matches!(route.verb, Verb::Post | Verb::Put | Verb::Patch) && !route.content;
        let mut parameters = Vec::new();
        let mut properties = Map::new();
        let mut required = Vec::new();
        let in_path = path_params(&route.path);
        for (name, property) in params["properties"].as_object().into_iter().flatten() {
            let is_given = route.given.iter().any(|(given, _)| given == name);
            let is_selected = route.bulk && self.ops.principal(route.op) == Some(name);
            if is_given || is_selected {
                continue;
            }
            let own = route.names.iter().find(|(_, op)| op == name).map_or(name.as_str(), |(rest, _)| rest);
            let mut written = schema::param(property);
            let needed = params["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
            if in_path.contains(&own) {
                parameters.push(parameter("path", own, true, written));
            } else if takes_body {
                written["examples"] = json!([example::example(own, &written)]);
                properties.insert(own.to_owned(), written);
                if needed {
                    required.push(own.to_owned());
                }
            } else {
                parameters.push(parameter("query", own, needed, written));
            }
        }
        for name in in_path {
            if !parameters.iter().any(|parameter| parameter["name"] == name) {
                parameters.push(parameter("path", name, true, json!({ "type": "string", "minLength": 1 })));
            }
        }
        if route.action {
            let description = "Whether to answer when it is done, instead of at once with a task.";
            let schema = json!({ "type": "boolean", "default": false, "description": description });
            parameters.push(parameter("query", "sync", false, schema));
        }
        if self.tells(route) {
            let description = "Whether only to tell what would come of it.";
            let schema = json!({ "type": "boolean", "default": false, "description": description });
            if takes_body {
                properties.insert("dryRun".to_owned(), schema);
            } else {
                parameters.push(parameter("query", "dryRun", false, schema));
            }
        }
        if route.bulk {
            properties.extend(of_bulk());
        }
        if route.reply == Reply::List {
            parameters.extend(list_params());
        }
        if route.reply == Reply::Sections {
            let description = "Whether to write a property a line.";
            let schema = json!({ "type": "boolean", "default": false, "description": description });
            parameters.push(parameter("query", "ndjson", false, schema));
        }
        let mut described = json!({
            "summary": params["description"].as_str().unwrap_or_default(),
            "description": self.rights(route),
            "parameters": parameters,
            "responses": self.responses(route),
            "x-method": route.op,
        });
        if takes_body && (!properties.is_empty() || params["additionalProperties"] == true) {
            let any = params["properties"].as_object().is_none_or(Map::is_empty);
            let mut body = json!({
                "type": "object", "properties": properties, "required": required, "additionalProperties": any,
            });
            let mut sample = example::body(&body);
            if route.bulk {
                body["anyOf"] = json!([{ "required": ["filter"] }, { "required": ["ids"] }]);
                sample["filter"] = "power_state:running tags:production".into();
                sample["dryRun"] = true.into();
            }
            described["requestBody"] = json!({
                "required": !required.is_empty() || route.bulk,
                "content": { "application/json": { "schema": body, "example": sample } },
            });
        }
        if route.content {
            let content = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
            described["requestBody"] = json!({ "required": true, "content": content });
        }
        if self.ops.spec(route.op).is_some_and(|spec| spec.access == Access::Public) {
            described["security"] = json!([{}, { "token": [] }, { "bearer": [] }, { "basic": [] }]);
        }
        described["x-privileges"] = self.privileges(route);
        described
    }

    /// Returns whether the route can also only tell what would come of it.
    fn tells(&self, route: &Route) -> bool {
        route.verb != Verb::Get && self.ops.principal(route.op).is_some()
    }

    /// Describes the answer to what creates something: its id and where it is, or a result that tells more.
    fn created(&self, result: Value) -> Value {
        let description = "It has been created.";
        if !self.has_id(&result) {
            return json!({ "description": description, "content": json_content(result) });
        }
        let content = json_content(json!({ "$ref": "#/components/schemas/Created" }));
        let at = json!({ "schema": { "type": "string" }, "description": "Where it is." });
        json!({ "description": description, "content": content, "headers": { "Location": at } })
    }

    /// Returns whether a result of this schema is an id, or has one.
    fn has_id(&self, schema: &Value) -> bool {
        let name = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next());
        let schema = name.and_then(|name| self.definitions.get(name)).unwrap_or(schema);
        let properties = schema["properties"].as_object();
        properties.is_none_or(|properties| properties.contains_key("id") || properties.contains_key("uuid"))
    }

    fn responses(&self, route: &Route) -> Map<String, Value> {
        let result = self.results.get(route.op).map_or_else(|| json!({}), schema::result);
        let outcomes = || json!({ "$ref": "#/components/schemas/Outcomes" });
        let tells = self.tells(route);
        let mut responses = Map::new();
        let mut add = |status: &str, response: Value| responses.insert(status.to_owned(), response);
        match route.reply {
            Reply::Nothing => {
                add("204", json!({ "description": "It is done." }));
            }
            Reply::Created => {
                add("201", self.created(result));
            }
            Reply::List => {
                let item =
                    if result["items"].is_null() { json!({ "type": "object" }) } else { result["items"].clone() };
                add("200", list_response(item));
            }
            Reply::File => {
                add("200", json!({ "description": "The file.", "content": { "*/*": {} } }));
            }
            Reply::Sections => {
                let mut content = json_content(result);
                content["application/x-ndjson"] = json!({ "schema": { "type": "string" } });
                add(
                    "200",
                    json!({ "description": "The result; with `ndjson`, a property a line.", "content": content }),
                );
            }
            Reply::Result => {
                let result = match (route.bulk, tells) {
                    (true, _) => outcomes(),
                    (false, true) => json!({ "anyOf": [result, outcomes()] }),
                    (false, false) => result,
                };
                add("200", json!({ "description": "The result.", "content": json_content(result) }));
            }
        }
        if route.action {
            let content = json_content(json!({ "$ref": "#/components/schemas/Accepted" }));
            let at = json!({ "schema": { "type": "string" }, "description": "Where the task is." });
            let description = "It has begun.";
            add("202", json!({ "description": description, "content": content, "headers": { "Location": at } }));
        }
        if tells && route.reply != Reply::Result {
            let content = json_content(outcomes());
            add("200", json!({ "description": "What would come of it, where `dryRun` asks.", "content": content }));
        }
        responses.extend(refusals());
        responses
    }

    /// Who may use the route, as a sentence.
    fn rights(&self, route: &Route) -> String {
        let Some(spec) = self.ops.spec(route.op) else { return String::new() };
        let who = match spec.access {
            Access::Public => "For anyone.".to_owned(),
            Access::SignedIn => "For any signed-in user.".to_owned(),
            Access::Admin => "For administrators.".to_owned(),
            Access::Privilege(resource, action) => {
                format!("For administrators, and users who hold the privilege for `{action}` on a `{resource}`.")
            }
            Access::Objects => {
                let needs = spec.needs.iter().filter(|need| need.level != Level::None);
                let needs: Vec<_> = needs.map(|need| format!("`{}` on `{}`", need.level.name(), need.param)).collect();
                if needs.is_empty() {
                    "For any signed-in user.".to_owned()
                } else {
                    format!("For users who may {}.", needs.join(" and "))
                }
            }
        };
        format!("{who} Over JSON-RPC: `{}`.", route.op)
    }

    /// The finer rights, by the parameter that names the object.
    fn privileges(&self, route: &Route) -> Value {
        let needs = self.ops.spec(route.op).map_or(&[][..], |spec| spec.needs);
        let needs = needs.iter().filter(|need| need.level != Level::None);
        needs.map(|need| json!({ "object": need.param, "action": need.action, "level": need.level.name() })).collect()
    }
}

pub(super) fn refusals() -> impl Iterator<Item = (String, Value)> {
    let reference = |status: &str| json!({ "$ref": format!("#/components/responses/Error{status}") });
    schema::REFUSALS.iter().map(move |(status, _)| ((*status).to_owned(), reference(status)))
}

pub(super) fn parameter(place: &str, name: &str, required: bool, mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.shift_remove("description"));
    let sample = example::example(name, &schema);
    let mut parameter = json!({ "in": place, "name": name, "required": required, "schema": schema });
    if let Some(description) = description {
        parameter["description"] = description;
    }
    parameter["example"] = sample;
    parameter
}

pub(super) fn list_params() -> Vec<Value> {
    let query = |name: &str, schema: Value| parameter("query", name, false, schema);
    vec![
        query(
            "fields",
            json!({
                "type": "string", "default": "*",
                "description": "Properties, separated by commas, or `*`; without, where each object is.",
            }),
        ),
        query(
            "filter",
            json!({
                "type": "string", "description": "Which objects, in the filter language.",
            }),
        ),
        query(
            "limit",
            json!({
                "type": "number",
                "description": "Most objects, in the order of their ids; the header `Link` tells where the next ones \
                                are. A negative one is none.",
            }),
        ),
        query(
            "cursor",
            json!({ "type": "string", "default": "", "description": "What `Link` names; empty for the start." }),
        ),
        query(
            "total",
            json!({ "type": "boolean", "default": false, "description": "Whether to count, in `X-Total-Count`." }),
        ),
        query("ndjson", json!({ "type": "boolean", "default": false, "description": "Whether to write one a line." })),
        query("markdown", json!({ "type": "boolean", "default": false, "description": "Whether to write a table." })),
    ]
}

pub(super) fn list_response(item: Value) -> Value {
    // Of an object there is what `fields` asks for.
    let some = json!({
        "type": "object", "required": ["href"], "properties": { "href": { "$ref": "#/components/schemas/Href" } },
        "description": "With `fields=*`, everything that the object has.",
    });
    let whole = json!({ "anyOf": [{ "$ref": "#/components/schemas/Href" }, item, some] });
    json!({
        "description": "The objects.",
        "headers": {
            "Link": {
                "description": "Where the next ones are (`rel=\"next\"`); without it, there are none.",
                "schema": { "type": "string" },
            },
            "X-Total-Count": {
                "description": "How many objects match, before `limit` and `cursor`, where `total` asks.",
                "schema": { "type": "integer", "minimum": 0 },
            },
        },
        "content": {
            "application/json": { "schema": { "type": "array", "items": whole } },
            "application/x-ndjson": { "schema": { "type": "string" } },
            "text/markdown": { "schema": { "type": "string" } },
        },
    })
}

pub(super) fn json_content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// The names in braces of a path.
fn path_params(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

/// A name for programs that make clients: `postVmsIdActionsStart`.
fn operation_id(verb: Verb, path: &str) -> String {
    let mut id = verb.name().to_ascii_lowercase();
    for word in path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        id.push_str(&word[..1].to_ascii_uppercase());
        id.push_str(&word[1..]);
    }
    id
}

/// What an action on many objects takes.
fn of_bulk() -> Map<String, Value> {
    let Value::Object(taken) = json!({
        "filter": {
            "type": "string", "description": "The objects that the filter language finds.",
            "examples": ["power_state:running tags:production"],
        },
        "ids": {
            "type": "array", "items": { "type": "string" }, "maxItems": 10_000,
            "description": "These objects, in place of `filter`.",
        },
        "concurrency": {
            "type": "integer", "minimum": 1, "maximum": 32, "default": 8,
            "description": "Objects of one pool that are worked on at the same time.",
        },
        "stopOnError": {
            "type": "boolean", "description": "Whether to begin with no further object once one has failed.",
        },
    }) else {
        unreachable!("it is an object")
    };
    taken
}
