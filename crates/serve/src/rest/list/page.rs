//! Pages of a list: so many objects behind the one that a cursor names, in the order of ids.
//!
//! A cursor is no offset: what comes and goes before it moves nothing. It is good for the same list with the same
//! filter, over a restart of the server too, and needs nothing to be remembered.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    super::{query::Query, refusal::Refusal},
    row::Row,
};

/// How many objects match; the name that most clients know.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// Bytes of a cursor that tell which list it is of.
const OF_LIST: usize = 8;

/// Which part of a list.
#[derive(Debug)]
pub(in crate::rest) struct Page {
    /// Path of the list, as the client wrote it.
    path: String,
    /// The rest of the query, for the link to the next page.
    query: Vec<(String, String)>,
    filter: String,
    /// The place that is before the page.
    after: Option<Box<[u8]>>,
    /// Whether the client wants to know how many objects match.
    counts: bool,
    /// Most objects of a page.
    limit: Option<u64>,
}

/// The rows of a page, and what its answer says of others.
pub(super) struct Chosen<R> {
    pub(super) rows: Vec<R>,
    pub(super) headers: HeaderMap,
}

/// A row; compares by its place.
struct Placed<R> {
    place: Box<[u8]>,
    row: R,
}

impl Page {
    /// Reads what the query says of pages; nothing where the whole list is wanted.
    pub(super) fn read(path: &str, query: &Query, limit: u64) -> Result<Option<Self>, Refusal> {
        let cursor = query.text("cursor")?;
        let counts = query.flag("total")?;
        let limit = (limit != u64::MAX).then_some(limit);
        if cursor.is_none() && limit.is_none() && !counts {
            return Ok(None);
        }
        let rest = query.pairs().filter(|(name, _)| !matches!(*name, "cursor" | "otp"));
        let rest = rest.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let filter = query.text("filter")?.unwrap_or_default().to_owned();
        let mut page = Self { path: path.to_owned(), query: rest, filter, after: None, counts, limit };
        if let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) {
            let after = page.open(cursor).ok_or_else(|| {
                Refusal::invalid("cursor", "it is no cursor of this list with this filter", Some(cursor.into()))
            })?;
            page.after = Some(after);
        }
        Ok(Some(page))
    }

    /// Chooses the rows of the page among those that match. Goes over all of them.
    pub(super) fn choose<R: Row>(&self, rows: impl Iterator<Item = R>, matches: impl Fn(&R) -> bool) -> Chosen<R> {
        let mut headers = HeaderMap::new();
        let mut total = 0_usize;
        // What is counted is tested at once, anything else when it comes to it.
        let counted = rows.filter(|row| {
            let counts = !self.counts || matches(row);
            total += usize::from(counts);
            counts
        });
        let placed = counted.map(|row| Placed { place: self.place(&row), row });
        let behind = placed.filter(|placed| self.after.as_ref().is_none_or(|after| placed.place > *after));
        let mut heap: BinaryHeap<_> = behind.map(Reverse).collect();
        if self.counts {
            headers.insert(TOTAL, HeaderValue::from(total));
        }
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut in_order = std::iter::from_fn(|| heap.pop().map(|Reverse(placed)| placed));
        let mut next = || in_order.find(|placed| self.counts || matches(&placed.row));
        let (mut rows, mut last) = (Vec::new(), None);
        while rows.len() < limit
            && let Some(Placed { place, row }) = next()
        {
            rows.push(row);
            last = Some(place);
        }
        if let Some(last) = last
            && next().is_some()
            && let Ok(link) = HeaderValue::from_str(&self.link(&last))
        {
            headers.insert(header::LINK, link);
        }
        Chosen { rows, headers }
    }

    /// Returns what tells where a row is.
    #[allow(clippy::unused_self, reason = "the order may be another")]
    fn place(&self, row: &impl Row) -> Box<[u8]> {
        row.id().as_bytes().into()
    }

    /// The link to what is behind `place`.
    fn link(&self, place: &[u8]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query);
        query.append_pair("cursor", &self.cursor(place));
        format!("<{}?{}>; rel=\"next\"", self.path, query.finish())
    }

    fn cursor(&self, place: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([&self.seal(place), place].concat())
    }

    /// Returns the place in a cursor of this list.
    fn open(&self, cursor: &str) -> Option<Box<[u8]>> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (seal, place) = bytes.split_at_checked(OF_LIST)?;
        (seal == self.seal(place)).then(|| place.into())
    }

    /// What a cursor of this list has. It keeps mistakes out; who makes one sees nothing that it may not.
    fn seal(&self, place: &[u8]) -> [u8; OF_LIST] {
        let mut hash = Context::new(&SHA256);
        let path = self.path.strip_prefix("/v5").unwrap_or(&self.path).trim_end_matches('/');
        for part in [path.as_bytes(), self.filter.as_bytes(), place] {
            hash.update(&part.len().to_be_bytes());
            hash.update(part);
        }
        hash.finish().as_ref()[..OF_LIST].try_into().expect("SHA-256 has more")
    }
}

impl<R> PartialEq for Placed<R> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl<R> Eq for Placed<R> {}

impl<R> PartialOrd for Placed<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for Placed<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place)
    }
}
