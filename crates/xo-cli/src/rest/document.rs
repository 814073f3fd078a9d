//! What the server tells of itself: its OpenAPI document.

use reqwest::Method;
use serde_json::Value;

use super::api::Api;
use super::path::Resource;
use crate::Failure;

/// Where the document is, below the root of the API.
const PATH: &str = "docs/swagger.json";

/// Schemas that refer to others do so a few times; more would be a circle.
const DEEPEST: usize = 8;

/// Schemas that are looked at for one; bodies have a few variants.
const MOST_VARIANTS: usize = 1000;

/// The document.
#[derive(Debug)]
pub(super) struct Document(Value);

/// What it tells of one method of one path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation<'d> {
    document: &'d Value,
    described: &'d Value,
}

impl Document {
    /// Asks for the document; a server that has none is no failure.
    pub(super) async fn fetch(api: &mut Api) -> Result<Option<Self>, Failure> {
        match api.send(&Method::GET, &Resource::parse(PATH)?, None).await {
            Ok(answer) => {
                let text = answer.text().await.map_err(|error| api.server.broken("OpenAPI document", &error))?;
                // A document in another form costs us what it tells, not the request.
                Ok(serde_json::from_str(&text).ok().map(Self))
            }
            Err(Failure::Answered(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Returns the paths of the collections: what can be asked for as a whole and one by one.
    pub(super) fn collections(&self) -> Vec<&str> {
        let has_get = |path: &str| self.0["paths"][path].get("get").is_some();
        let is_collection = |path: &&str| {
            let items = self.paths().filter(|other| other.strip_prefix(*path).is_some_and(is_one_item));
            !path.contains('{') && has_get(path) && items.into_iter().any(has_get)
        };
        let mut collections: Vec<_> =
            self.paths().filter(is_collection).map(|path| path.trim_start_matches('/')).collect();
        collections.sort_unstable();
        collections
    }

    /// Returns the paths of what can be done at `path`, which ends in `actions`.
    pub(super) fn actions(&self, path: &str) -> Vec<String> {
        let actions = self.paths().filter_map(|known| {
            let (place, action) = known.rsplit_once('/')?;
            let is_post = self.0["paths"][known].get("post").is_some();
            (is_post && !action.contains('{') && fits(place, path)).then(|| format!("{path}/{action}"))
        });
        let mut actions: Vec<_> = actions.collect();
        actions.sort_unstable();
        actions
    }

    /// Returns what is told of `method` at `path`. Where several templates fit, the one with most words of its own counts.
    pub(super) fn operation(&self, method: &Method, path: &str) -> Option<Operation<'_>> {
        let method = method.as_str().to_ascii_lowercase();
        let known = self.paths().filter(|known| fits(known, path) && self.0["paths"][*known].get(&method).is_some());
        let known = known.min_by_key(|known| known.matches('{').count())?;
        Some(Operation { document: &self.0, described: &self.0["paths"][known][&method] })
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.0["paths"].as_object().into_iter().flat_map(|paths| paths.keys().map(String::as_str))
    }
}

/// Whether what stands behind a collection is one of its items: `/{id}`.
fn is_one_item(rest: &str) -> bool {
    rest.strip_prefix("/{").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains(['/', '}']))
}

/// Whether `path` can be what `template` stands for.
fn fits(template: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let fits = template
        .trim_start_matches('/')
        .split('/')
        .all(|known| parts.next().is_some_and(|part| part == known || known.contains('{') && !part.is_empty()));
    fits && parts.next().is_none()
}

impl<'d> Operation<'d> {
    /// Returns whether `name` is said in the query.
    pub(super) fn is_in_query(self, name: &str) -> bool {
        let parameters = self.described["parameters"].as_array().into_iter().flatten();
        let mut parameters = parameters.map(|parameter| self.resolve(parameter));
        parameters.any(|parameter| parameter["in"] == "query" && parameter["name"] == name)
    }

    /// Returns the names of what can be said, in the query and in the body.
    pub(super) fn names(self) -> Vec<&'d str> {
        let parameters = self.described["parameters"].as_array().into_iter().flatten();
        let parameters =
            parameters.map(|parameter| self.resolve(parameter)).filter(|parameter| parameter["in"] == "query");
        let names = parameters.filter_map(|parameter| parameter["name"].as_str());
        names.chain(self.properties().into_iter().map(|(name, _)| name)).collect()
    }

    /// Returns the property of the body that is meant by `name`, as the server writes it, and its types: `nameLabel` and
    /// `string` for `name_label`.
    pub(super) fn property(self, name: &str) -> Option<(&'d str, Vec<&'d str>)> {
        let properties = self.properties();
        let exact = properties.iter().find(|(own, _)| *own == name);
        let (own, _) = *exact.or_else(|| properties.iter().find(|(own, _)| canonical(own) == canonical(name)))?;
        let mut types = Vec::new();
        for (_, schema) in properties.iter().filter(|(other, _)| *other == own) {
            types.extend(self.variants(schema).into_iter().flat_map(types_of));
        }
        Some((own, types))
    }

    /// Returns whether the body is a file.
    pub(super) fn takes_file(self) -> bool {
        self.body().as_object().is_some_and(|kinds| kinds.keys().any(|kind| !kind.contains("json")))
    }

    fn body(self) -> &'d Value {
        &self.resolve(&self.described["requestBody"])["content"]
    }

    fn resolve(self, value: &'d Value) -> &'d Value {
        let target = value["$ref"].as_str().and_then(|at| self.document.pointer(at.strip_prefix('#')?));
        target.unwrap_or(value)
    }

    /// Returns the properties of the body, by their names.
    fn properties(self) -> Vec<(&'d str, &'d Value)> {
        let bodies = self.variants(&self.body()["application/json"]["schema"]);
        let properties = bodies.into_iter().filter_map(|body| body["properties"].as_object()).flatten();
        properties.map(|(name, schema)| (name.as_str(), schema)).collect()
    }

    /// Returns `schema` and the schemas of which one or all hold with it.
    fn variants(self, schema: &'d Value) -> Vec<&'d Value> {
        let mut found = vec![self.resolve(schema)];
        let mut level = found.clone();
        for _ in 0..DEEPEST {
            let left = MOST_VARIANTS.saturating_sub(found.len());
            level = level.into_iter().flat_map(parts).map(|part| self.resolve(part)).take(left).collect();
            found.extend(&level);
        }
        found
    }
}

/// Returns the types that a schema itself names.
fn types_of(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Returns the schemas of which one or all hold.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|part| schema[part].as_array().into_iter().flatten())
}

/// A name without what objects and the API write differently: `nameLabel` is `name_label`.
fn canonical(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Document {
        Document(json!({
            "paths": {
                "/ping": { "get": {} },
                "/vms": { "get": {} },
                "/vms/{id}": { "get": {}, "patch": { "requestBody": { "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Update" } }
                } } } },
                "/vms/{id}.{format}": { "get": {} },
                "/vms/{id}/tags": { "get": {} },
                "/vms/actions/start": { "post": {} },
                "/vms/{id}/actions/start": { "post": { "parameters": [
                    { "in": "path", "name": "id" }, { "in": "query", "name": "sync" }
                ] } },
                "/vms/{id}/actions/{odd}": { "post": {} },
                "/vms/ha_values": { "get": {} },
                "/vdis/{id}.raw": { "put": { "requestBody": { "content": { "application/octet-stream": {} } } } },
            },
            "components": { "schemas": { "Update": { "allOf": [{ "properties": {
                "nameLabel": { "type": "string" },
                "memory": { "anyOf": [{ "type": "integer" }, { "type": "null" }] },
                "loop": { "$ref": "#/components/schemas/Loop" },
            } }] }, "Loop": { "anyOf": [{ "$ref": "#/components/schemas/Loop" }] } } },
        }))
    }

    #[test]
    fn collections_have_items() {
        assert_eq!(document().collections(), ["vms"]);
    }

    #[test]
    fn actions_of_an_object_are_found() {
        assert_eq!(document().actions("vms/1a/actions"), ["vms/1a/actions/start"]);
        assert_eq!(document().actions("vms/actions"), ["vms/actions/start"]);
    }

    #[test]
    fn types_and_places_of_parameters_are_known() {
        let document = document();
        let patch = document.operation(&Method::PATCH, "vms/1a").unwrap();
        assert_eq!(patch.property("name_label"), Some(("nameLabel", vec!["string"])));
        assert_eq!(patch.property("memory"), Some(("memory", vec!["integer", "null"])));
        assert_eq!(patch.property("loop"), Some(("loop", vec![])));
        assert_eq!(patch.property("nope"), None);
        assert_eq!(patch.names(), ["nameLabel", "memory", "loop"]);
        let start = document.operation(&Method::POST, "vms/1a/actions/start").unwrap();
        assert!(start.is_in_query("sync") && !start.is_in_query("id") && !start.takes_file());
        assert!(document.operation(&Method::PUT, "vdis/1a.raw").unwrap().takes_file());
        assert!(document.operation(&Method::PUT, "vms/1a").is_none());
    }
}
