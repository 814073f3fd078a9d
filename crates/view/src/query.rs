//! Which objects, in which order, counted by what.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use filter::Filter;
use model::{Kind, Object, Path};

use crate::Error;

/// Properties that one query sorts by; more decide nothing that people can see.
const MOST_SORTS: usize = 8;
/// Properties that one query counts by, each of which is looked at when an object changes.
const MOST_GROUPS: usize = 16;
/// Length of a filter, in bytes: each object is tested by it.
const LONGEST_FILTER: usize = 16 * 1024;

/// What a query and an empty index of it take without its filter, in bytes.
const OWN: usize = 2048;

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// Types of objects; none stands for all.
    pub types: &'r [&'r str],
    /// A text of the filter language.
    pub filter: &'r str,
    /// Properties to sort by, the first first, each with whether it ascends. `$container>name_label` sorts by a property
    /// of the object that the first one names.
    pub sort: &'r [(&'r str, bool)],
    /// Properties to count by.
    pub groups: &'r [&'r str],
}

/// Which objects, in which order, counted by what. Two are equal if they ask for the same.
#[derive(Clone, Debug)]
pub struct Query {
    kinds: Box<[Kind]>,
    /// Shared by all clones, since each copy of a regular expression would remember for itself.
    filter: Arc<Filter>,
    /// What sorts, then what counts, so that both are read at once.
    pub(crate) paths: Box<[Path]>,
    /// Whether each property that sorts ascends.
    pub(crate) ascends: Box<[bool]>,
    /// For each property that sorts, the property of the object that it names which decides in its place.
    pub(crate) follows: Box<[Option<Path>]>,
    /// The filter as it is compared.
    text: String,
}

impl Query {
    /// Makes a query of what a client asks for.
    ///
    /// # Errors
    ///
    /// [`Error`], which names the parameter.
    pub fn new(request: &Request<'_>) -> Result<Self, Error> {
        let mut kinds = Vec::new();
        for name in request.types {
            let kind = Kind::parse(name).ok_or_else(|| Error::Type((*name).to_owned()))?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.sort_unstable();
        for (parameter, len, most) in [
            ("filter", request.filter.len(), LONGEST_FILTER),
            ("sort", request.sort.len(), MOST_SORTS),
            ("groupBy", request.groups.len(), MOST_GROUPS),
        ] {
            if len > most {
                return Err(Error::TooMany { parameter, most });
            }
        }
        let filter = Filter::parse(request.filter)?;
        let sorts = distinct("sort", request.sort.iter().map(|(name, _)| *name), |name| sort(name, &kinds))?;
        let (mut paths, follows): (Vec<_>, Vec<_>) = sorts.into_iter().unzip();
        paths.extend(distinct("groupBy", request.groups.iter().copied(), |name| path("groupBy", name, &kinds))?);
        let ascends = request.sort.iter().map(|(_, ascends)| *ascends).collect();
        let text = filter.to_string();
        Ok(Self {
            kinds: kinds.into(),
            text,
            filter: Arc::new(filter),
            paths: paths.into(),
            ascends,
            follows: follows.into(),
        })
    }

    /// Returns about how much memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        OWN + self.filter.memory() + 2 * self.text.len()
    }

    /// Returns the kinds of objects that it is about; none stands for all.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Tells whether it is about objects of a kind.
    pub fn is_about(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Tells whether an object is one of those that it asks for.
    pub fn matches(&self, object: &Object) -> bool {
        self.is_about(object.kind()) && (self.filter.is_empty() || self.filter.matches(&object.document()))
    }

    /// Returns the paths that it counts by.
    pub(crate) fn groups(&self) -> &[Path] {
        &self.paths[self.ascends.len()..]
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.kinds == other.kinds
            && self.text == other.text
            && self.ascends == other.ascends
            && self.follows == other.follows
            && self.paths == other.paths
    }
}

impl Eq for Query {}

impl Hash for Query {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.kinds, &self.text, &self.ascends, &self.follows, &self.paths).hash(state);
    }
}

/// Reads what is named once each.
fn distinct<'n, T: PartialEq>(
    parameter: &'static str,
    names: impl Iterator<Item = &'n str>,
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    for name in names {
        let one = read(name)?;
        if all.contains(&one) {
            return Err(Error::Repeated { parameter, name: name.to_owned() });
        }
        all.push(one);
    }
    Ok(all)
}

/// Reads a property to sort by; after `>` a property of the object that it names, which may be of any kind.
fn sort(name: &str, kinds: &[Kind]) -> Result<(Path, Option<Path>), Error> {
    match name.split_once('>') {
        None => Ok((path("sort", name, kinds)?, None)),
        Some((reference, property)) => {
            let unknown = |_| Error::Property { parameter: "sort", name: name.to_owned() };
            let reference = path("sort", reference, kinds).map_err(unknown)?;
            Ok((reference, Some(path("sort", property, &[]).map_err(unknown)?)))
        }
    }
}

/// Reads a path whose outermost name is a property of one of the kinds.
pub(crate) fn path(parameter: &'static str, name: &str, kinds: &[Kind]) -> Result<Path, Error> {
    let kinds = if kinds.is_empty() { Kind::ALL } else { kinds };
    let known = |path: &Path| kinds.iter().any(|kind| model::properties(*kind).contains(&path.property()));
    Path::parse(name).filter(known).ok_or_else(|| Error::Property { parameter, name: name.to_owned() })
}
