//! The routes of the table: those that operations declare, and for every other one that the rule makes of its name.
//!
//! `vm.attachPcis` of a VM is `POST /vms/{id}/actions/attach_pcis`; `sr.createNfs`, which acts on nothing that exists,
//! is `POST /srs/actions/create_nfs`; what only looks is a `GET` without `actions`; `vbd.set` and `vbd.delete` are
//! `PATCH` and `DELETE` of `/vbds/{id}`. What acts on one object has a second route without the object, which takes
//! a selection: `POST /vms/actions/start`, `POST /vbds/actions/delete`.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::{Context, Ops, Reply, Result, Verb, table::Entry};

/// One route to an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Name of the operation.
    pub op: &'static str,
    /// The method.
    pub verb: Verb,
    /// The path below `/rest/v0`; what is in braces are parameters.
    pub path: Cow<'static, str>,
    /// What it answers.
    pub reply: Reply,
    /// The collection that what is listed or created belongs to.
    pub collection: Option<&'static str>,
    /// Whether it may take long: `202` with a task, unless the client asks with `sync`.
    pub action: bool,
    /// Whether the body is content, which the operation takes in.
    pub content: bool,
    /// Whether it is asked of a selection of objects.
    pub bulk: bool,
    /// The names of parameters that differ: in REST, in the operation.
    pub names: Cow<'static, [(&'static str, &'static str)]>,
    /// Parameters that the route itself gives, as JSON.
    pub given: &'static [(&'static str, &'static str)],
}

/// Namespaces that have no route by rule: what they do belongs to one connection, or REST says it in its own way.
const BOUND_TO_A_CONNECTION: [&str; 6] = ["session", "view", "stats", "api", "xo", "test"];

impl<C: Context> Ops<C> {
    /// Returns every route, those that operations declare first.
    pub fn routes(&self) -> Vec<Route> {
        let mut routes: Vec<Route> = Vec::new();
        for (name, entry) in &self.0 {
            routes.extend(entry.spec.rest.iter().map(|rest| Route {
                op: name,
                verb: rest.verb,
                path: rest.path.into(),
                reply: entry.reply(rest.reply),
                collection: rest.collection,
                action: rest.action,
                content: rest.content,
                bulk: false,
                names: rest.names.into(),
                given: rest.given,
            }));
        }
        let mut ruled: Vec<_> = self.0.iter().filter_map(|(name, entry)| entry.by_rule(name)).collect();
        let bulk: Vec<_> = routes.iter().chain(&ruled).filter_map(|route| self.in_bulk(route)).collect();
        ruled.extend(bulk);
        for route in ruled {
            if !routes.iter().any(|other| other.verb == route.verb && other.path == route.path) {
                routes.push(route);
            }
        }
        routes
    }

    /// Returns whether the operation `name` is reached over REST by rule, unless it says how itself.
    pub fn is_bound_to_a_connection(&self, name: &str) -> bool {
        name.split_once('.').is_none_or(|(namespace, _)| BOUND_TO_A_CONNECTION.contains(&namespace))
    }

    /// Returns the schema of the result of each operation, and the schemas that these refer to under
    /// `#/components/schemas`, by name.
    pub fn results(&self) -> (BTreeMap<&'static str, Value>, Map<String, Value>) {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let settings = settings.with(|settings| settings.definitions_path = "/components/schemas".into());
        let mut schemas = settings.into_generator();
        let results = self.0.iter().map(|(name, entry)| (*name, (entry.output)(&mut schemas).to_value())).collect();
        (results, schemas.take_definitions(true))
    }

    /// Returns whether the operation `name` has nothing to answer but that it has been done.
    pub fn is_void(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|entry| entry.void)
    }

    /// Checks a call as [`Ops::call`] does, without running the operation. Returns the parameters as it wants them.
    ///
    /// # Errors
    ///
    /// As [`Ops::call`], but for those of the operation itself.
    pub fn admit(&self, name: &str, params: Value, cx: &C) -> Result<Value> {
        let entry = self.0.get(name).ok_or_else(|| crate::Error::no_such_method(name))?;
        entry.admit(params, cx)
    }

    /// The same route for a selection, if it acts on one object of the collection.
    fn in_bulk(&self, route: &Route) -> Option<Route> {
        if route.content {
            return None;
        }
        let principal = self.principal(route.op)?;
        let own = route.names.iter().find(|(_, op)| *op == principal).map_or(principal, |(rest, _)| rest);
        let (collection, rest) = route.path.strip_prefix('/')?.split_once('/')?;
        let rest = rest.strip_prefix(&format!("{{{own}}}"))?;
        let (_, method) = route.op.split_once('.')?;
        let path = match rest.strip_prefix('/') {
            Some(action) if !action.contains('{') => format!("/{collection}/{action}"),
            // `DELETE /vms/{id}` for many.
            None if rest.is_empty() => format!("/{collection}/actions/{}", snake(method)),
            None | Some(_) => return None,
        };
        let (verb, reply, path) = (Verb::Post, Reply::Result, path.into());
        Some(Route { verb, path, reply, bulk: true, action: true, collection: None, ..route.clone() })
    }
}

impl<C> Entry<C> {
    /// Returns what a route answers that is to answer `reply`: a file comes at once, not as a URL to fetch it from.
    fn reply(&self, reply: Reply) -> Reply {
        if self.offers && reply == Reply::Result { Reply::File } else { reply }
    }

    /// The route that the rule makes of the name.
    fn by_rule(&self, name: &'static str) -> Option<Route> {
        let (namespace, method) = name.split_once('.')?;
        if !self.spec.rest.is_empty() || BOUND_TO_A_CONNECTION.contains(&namespace) {
            return None;
        }
        let subject =
            self.spec.needs.iter().map(|need| need.param).find(|param| self.subject.as_deref() == Some(param));
        let own = subject.filter(|param| self.ids[*param].iter().any(|kind| is_of(namespace, kind)));
        let looks = self.spec.read || self.spec.quiet || looks(method);
        let place = format!("/{}{}", plural(namespace), if own.is_some() { "/{id}" } else { "" });
        let done = self.reply(if self.void { Reply::Nothing } else { Reply::Result });
        let (verb, path, reply, action) = match (method, own) {
            ("delete" | "destroy" | "remove", Some(_)) => (Verb::Delete, place, Reply::Nothing, false),
            ("set", Some(_)) => (Verb::Patch, place, Reply::Nothing, false),
            _ if looks => {
                let what = snake(method);
                (Verb::Get, format!("{place}/{}", what.strip_prefix("get_").unwrap_or(&what)), done, false)
            }
            _ => (Verb::Post, format!("{place}/actions/{}", snake(method)), done, true),
        };
        let names: Vec<_> = own.filter(|own| *own != "id").map(|own| ("id", own)).into_iter().collect();
        let (path, names) = (path.into(), names.into());
        let (collection, content, bulk, given): (_, _, _, &[_]) = (None, false, false, &[]);
        Some(Route { op: name, verb, path, reply, collection, action, content, bulk, names, given })
    }
}

/// Returns whether a method of this name only looks.
pub(crate) fn looks(method: &str) -> bool {
    ["get", "list", "is", "has", "probe"].iter().any(|word| {
        let rest = method.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
    })
}

/// Returns whether objects of `kind` are what `namespace` is about.
fn is_of(namespace: &str, kind: &str) -> bool {
    kind.eq_ignore_ascii_case(namespace)
}

/// The collection of a namespace: `customField` → `custom-fields`, `vm` → `vms`.
fn plural(namespace: &str) -> String {
    match namespace {
        // `tasks` are those of this server.
        "task" => return "xapi-tasks".to_owned(),
        "system" | "journal" => return namespace.to_owned(),
        _ => {}
    }
    let plural = words(namespace, '-');
    if let Some(stem) = plural.strip_suffix('y') { format!("{stem}ies") } else { format!("{plural}s") }
}

fn snake(method: &str) -> String {
    words(method, '_')
}

fn words(camel: &str, between: char) -> String {
    let mut words = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(between);
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
