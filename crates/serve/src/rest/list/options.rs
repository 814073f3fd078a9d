//! What a client may say about a list.

use app::model::Path;
use filter::Filter;
use http::StatusCode;
use serde_json::json;

use super::{
    super::{query::Query, refusal::Refusal},
    page::Page,
    parts::Lines,
    row::Row,
};

/// Most fields that one may name; objects have fewer than a hundred.
const MOST_FIELDS: usize = 256;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One array.
    Json,
    /// One value a line.
    Lines,
    /// A table for people.
    Markdown,
}

/// Which fields of the objects.
#[derive(Debug)]
pub(super) enum Fields {
    /// None: where the object is.
    Href,
    /// All.
    All,
    /// These.
    Some(Vec<Path>),
}

/// What is listed, and how.
#[derive(Debug)]
pub(in crate::rest) struct Options {
    pub(super) fields: Fields,
    /// Which objects; all where there is none.
    pub(super) filter: Option<Filter>,
    /// Most objects.
    pub(super) limit: u64,
    pub(super) format: Format,
    /// Which part of the list, where not the whole one is wanted.
    pub(super) page: Option<Page>,
}

impl Options {
    /// Reads what the query says of the list at `path`.
    pub(in crate::rest) fn read(path: &str, query: &Query) -> Result<Self, Refusal> {
        let filter = query.text("filter")?.unwrap_or_default();
        let filter = Filter::parse(filter).map_err(|error| {
            Refusal::new(StatusCode::BAD_REQUEST, error.to_string())
                .with_data(json!({ "stringToParse": filter, "position": error.position() }))
        })?;
        let format = match (query.flag("ndjson")?, query.flag("markdown")?) {
            (true, true) => {
                let message = "Cannot use both ndjson and markdown output formats simultaneously";
                return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message).with_data(json!({})));
            }
            (true, false) => Format::Lines,
            (false, true) => Format::Markdown,
            (false, false) => Format::Json,
        };
        let limit = limit(query.number("limit")?);
        let filter = (!filter.is_empty()).then_some(filter);
        let page = Page::read(path, query, limit)?;
        Ok(Self { fields: Fields::read(query)?, filter, limit, format, page })
    }
}

impl Options {
    /// Returns whether the filter keeps a row.
    pub(super) fn keep(&self, row: &impl Row) -> bool {
        self.filter.as_ref().is_none_or(|filter| row.matches(filter))
    }
}

impl Options {
    /// Returns whether the client wants one value a line.
    pub(in crate::rest) fn is_lines(&self) -> bool {
        self.format == Format::Lines
    }

    /// Returns what writes one object of `collection` at a time.
    pub(in crate::rest) fn lines(self, collection: &str) -> Lines {
        Lines::new(collection, self)
    }
}

impl Fields {
    fn read(query: &Query) -> Result<Self, Refusal> {
        match query.text("fields")? {
            None => Ok(Self::Href),
            Some("*") => Ok(Self::All),
            Some(names) => {
                let names: Vec<_> = names.split(',').filter(|name| !name.is_empty()).collect();
                if names.len() > MOST_FIELDS {
                    return Err(Refusal::invalid("fields", "more than 256 fields", None));
                }
                Ok(Self::Some(names.into_iter().filter_map(Path::parse).collect()))
            }
        }
    }
}

/// Most objects; a negative limit is none, as the original has it.
fn limit(limit: Option<f64>) -> u64 {
    match limit {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is neither negative nor large")]
        Some(limit) if (0.0..1e15).contains(&limit) => limit.ceil() as u64,
        _ => u64::MAX,
    }
}
