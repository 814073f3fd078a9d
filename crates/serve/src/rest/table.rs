//! What is at which path.

use std::collections::BTreeMap;

use app::{Cx, model::Kind};
use http::Method;
use op::{Ops, Route, Verb};

use super::{
    docs::File,
    listed::{Listed, routes},
    query,
    refusal::Refusal,
};

/// Returns the collections of objects of pools, by the name that they have in paths.
pub(super) fn collections() -> impl Iterator<Item = (&'static str, Kind)> {
    Kind::ALL.iter().filter_map(|kind| Some((kind.collection()?, *kind)))
}

/// Returns the kind of the objects in the collection `name`.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    collections().find(|(collection, _)| *collection == name).map(|(_, kind)| kind)
}

/// What a request ends at.
#[derive(Debug)]
pub(super) enum Target {
    /// An operation.
    Op(Route),
    /// The objects of a kind.
    Objects(Kind),
    /// One of them.
    Object(Kind),
    /// What tells what there is.
    Docs(File),
    /// The tasks of the server.
    Tasks,
    /// The stream of events.
    Events,
    /// What a stream of events tells of.
    Subscribe,
    /// What it does not tell of any more.
    Unsubscribe,
}

type Methods = BTreeMap<Verb, Target>;

/// What the last part of a path may end with: an object in a form of its own, `/vms/{id}.{format}`.
pub(super) const FORMAT: &str = ".{format}";

/// The routes.
pub(super) struct Table {
    paths: Vec<(String, Methods)>,
    /// Where in `paths` a path is.
    router: matchit::Router<usize>,
    /// The same of those that end with [`FORMAT`], without that.
    formats: matchit::Router<usize>,
}

/// A path that is known.
pub(super) struct Found<'t> {
    /// What was asked for.
    path: &'t str,
    /// The path with its parameters in braces.
    template: &'t str,
    methods: &'t Methods,
    params: Vec<(&'t str, String)>,
}

impl Table {
    pub(super) fn new(ops: &Ops<Cx>) -> Self {
        let mut paths: BTreeMap<String, Methods> = BTreeMap::new();
        for Listed { verb, path, target } in routes(ops) {
            paths.entry(path).or_default().insert(verb, target);
        }
        let (mut router, mut formats) = (matchit::Router::new(), matchit::Router::new());
        for (at, path) in paths.keys().enumerate() {
            // A test builds the whole table: two routes for one path cannot be merged.
            let inserted = match path.strip_suffix(FORMAT) {
                Some(stem) => formats.insert(stem, at),
                None => router.insert(path, at),
            };
            inserted.unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        Self { paths: paths.into_iter().collect(), router, formats }
    }

    /// Returns what is at `path`.
    pub(super) fn find<'t>(&'t self, path: &'t str) -> Option<Found<'t>> {
        let (found, format) = match self.in_a_format(path) {
            Some((found, format)) => (found, Some(format)),
            None => (self.router.at(path).ok()?, None),
        };
        let params = found.params.iter().map(|(name, value)| (name, value.to_owned()));
        let params = params.chain(format.map(|format| ("format", format.to_owned()))).collect();
        let (template, methods) = &self.paths[*found.value];
        Some(Found { path, template, methods, params })
    }

    /// Returns what is at a path whose last part ends with a format, and that.
    fn in_a_format<'t>(&'t self, path: &'t str) -> Option<(matchit::Match<'t, 't, &'t usize>, &'t str)> {
        let (stem, format) = path.rsplit_once('.')?;
        // Of an id with a dot nothing is taken for a format: `..%2Fhosts`.
        if format.is_empty() || !format.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        Some((self.formats.at(stem).ok()?, format))
    }

    /// Returns every route, by path and method.
    pub(super) fn routes(&self) -> impl Iterator<Item = (&str, Verb, &Target)> {
        self.paths
            .iter()
            .flat_map(|(path, methods)| methods.iter().map(move |(verb, target)| (path.as_str(), *verb, target)))
    }
}

impl Found<'_> {
    /// Returns what answers `method`.
    pub(super) fn target(&self, method: &Method) -> Option<&Target> {
        let name = if method == Method::HEAD { "GET" } else { method.as_str() };
        let verb = Verb::ALL.into_iter().find(|verb| verb.name() == name)?;
        self.methods.get(&verb)
    }

    /// Returns what was asked for.
    pub(super) fn path(&self) -> &str {
        self.path
    }

    /// Returns the path of the object that the path is or is below of: `/vms/{id}`.
    pub(super) fn object(&self) -> Option<&str> {
        let is_param = self.template.split('/').nth(2).is_some_and(|part| part.starts_with('{'));
        let end = self.path.match_indices('/').nth(2).map_or(self.path.len(), |(at, _)| at);
        is_param.then_some(&self.path[..end])
    }

    /// Returns whether the path is that of one object.
    pub(super) fn is_object(&self) -> bool {
        self.object() == Some(self.path)
    }

    /// Returns the names of the methods that the path has.
    pub(super) fn methods(&self) -> Vec<&'static str> {
        let head = self.methods.contains_key(&Verb::Get).then_some("HEAD");
        let mut names: Vec<_> = self.methods.keys().map(|verb| verb.name()).collect();
        if let Some(head) = head {
            names.insert(1, head);
        }
        names
    }

    /// Returns the parameters in the path, decoded.
    pub(super) fn params(&self) -> Result<Vec<(String, String)>, Refusal> {
        self.params
            .iter()
            .map(|(name, value)| {
                let decoded = query::decode(value, false).ok_or_else(|| {
                    Refusal::invalid(name, "it is no percent-encoded UTF-8", Some(value.as_str().into()))
                })?;
                Ok(((*name).to_owned(), decoded))
            })
            .collect()
    }
}
