//! What of an index a client looks at.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use model::{Object, Path};
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::{
    Error, Index, Query,
    change::{self, changes},
    count::Counts,
    query::path,
};

/// Rows of one window: more than any screen has, and still a small message.
const MOST_ROWS: usize = 500;
/// Columns of one window.
const MOST_COLUMNS: usize = 64;

/// Which rows of an index a client looks at, and which columns of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    offset: usize,
    limit: usize,
    /// Nothing stands for whole objects.
    pub(crate) columns: Option<Box<[Column]>>,
}

/// A column, with how it is written before its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Column {
    path: Path,
    pub(crate) key: Box<str>,
}

/// What a window shows at one moment.
#[derive(Debug)]
pub struct Frame {
    pub(crate) window: Arc<Window>,
    pub(crate) rows: Arc<[Arc<Line>]>,
    pub(crate) total: usize,
    pub(crate) counts: Arc<[Count]>,
    /// Number of the frame before this one, and what tells from it to this one.
    before: Option<(u64, Bytes)>,
    number: u64,
}

/// Counts of one property; nothing where it has too many different values.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    pub(crate) key: Box<str>,
    pub(crate) values: Option<Arc<Counts>>,
}

/// A row as it is shown.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) object: Arc<Object>,
    /// Where the value of each column is in the JSON of the object.
    cells: Box<[Option<Range<usize>>]>,
    text: OnceLock<Box<str>>,
}

impl Window {
    /// Makes a window of the rows from the `offset`th on, at most `limit`, with these columns or whole objects.
    ///
    /// # Errors
    ///
    /// [`Error`] if `limit` is more than 500 or there are more than 64 columns, and if a column is no property of the
    /// objects.
    pub fn new(offset: usize, limit: usize, columns: Option<&[&str]>, query: &Query) -> Result<Self, Error> {
        if limit > MOST_ROWS {
            return Err(Error::TooMany { parameter: "limit", most: MOST_ROWS });
        }
        if columns.is_some_and(|columns| columns.len() > MOST_COLUMNS) {
            return Err(Error::TooMany { parameter: "columns", most: MOST_COLUMNS });
        }
        let column = |name: &&str| {
            let path = path("columns", name, query.kinds())?;
            Ok::<_, Error>(Column { path, key: Value::from(*name).to_string().into() })
        };
        let columns = columns.map(|columns| {
            // The id is always there, and twice the same key is not JSON that everybody reads.
            let mut seen = vec!["id"];
            let new = columns.iter().filter(|name| {
                let new = !seen.contains(name);
                seen.push(name);
                new
            });
            new.map(column).collect::<Result<_, _>>()
        });
        Ok(Self { offset, limit, columns: columns.transpose()? })
    }

    /// Returns what the window shows now, after `before` if that is not the first. The index must be refreshed.
    ///
    /// Rows that are as before are shared with it.
    pub fn frame(&self, index: &Index, before: Option<&Frame>) -> Frame {
        let window = before.map_or_else(|| Arc::new(self.clone()), |before| Arc::clone(&before.window));
        let counts = index.query().groups().iter().zip(&index.tallies).map(|(path, tally)| Count {
            key: Value::from(path.to_string()).to_string().into(),
            values: tally.shown(),
        });
        let is_untouched = !index.touches(&(self.offset..self.offset.saturating_add(self.limit)));
        let rows = match before {
            Some(before) if is_untouched => Arc::clone(&before.rows),
            before => {
                let known: FxHashMap<&str, &Arc<Line>> =
                    before.iter().flat_map(|before| before.rows.iter()).map(|line| (line.object.id(), line)).collect();
                let line = |object: &Arc<Object>| match known.get(object.id()) {
                    Some(line) if Arc::ptr_eq(&line.object, object) => Arc::clone(line),
                    _ => Arc::new(Line::new(self, Arc::clone(object))),
                };
                index.part(self.offset, self.limit).into_iter().map(line).collect()
            }
        };
        let mut frame = Frame { window, rows, total: index.len(), counts: counts.collect(), before: None, number: 0 };
        if let Some(before) = before {
            frame.number = before.number + 1;
            frame.before = changes(before, &frame).map(|text| (before.number, text));
        }
        frame
    }
}

impl Frame {
    /// Returns the window that it is of.
    pub fn window(&self) -> &Arc<Window> {
        &self.window
    }

    /// Tells whether this frame, made after another, shows anything else.
    pub fn is_news(&self) -> bool {
        self.before.is_some()
    }

    /// Returns what the window shows, as the answer to who opens it as `id`.
    pub fn answer(&self, id: u64) -> String {
        let mut text = format!("{{\"id\":{id},\"total\":{},\"rows\":[", self.total);
        for (at, line) in self.rows.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push_str(line.text(&self.window));
        }
        text.push_str("],\"counts\":{");
        change::put_counts(&mut text, self.counts.iter().map(|count| (count, None)));
        text.push_str("}}");
        text
    }

    /// Returns what tells from `sent` to this frame of the same window: made once for all who have seen the one before.
    pub fn since(&self, sent: &Self) -> Option<Bytes> {
        match &self.before {
            Some((number, text)) if *number == sent.number && Arc::ptr_eq(&self.window, &sent.window) => {
                Some(text.clone())
            }
            _ => changes(sent, self),
        }
    }
}

impl Line {
    fn new(window: &Window, object: Arc<Object>) -> Self {
        let cells = window.columns.as_ref().map_or_else(Box::default, |columns| {
            let paths: Vec<Path> = columns.iter().map(|column| column.path.clone()).collect();
            let start = object.json().as_ptr() as usize;
            let place = |value: model::Written<'_>| {
                let at = value.bytes().as_ptr() as usize - start;
                at..at + value.bytes().len()
            };
            object.values(&paths).into_iter().map(|value| value.map(place)).collect()
        });
        Self { object, cells, text: OnceLock::new() }
    }

    /// Returns the JSON of a column; `null` where the object has none.
    pub(crate) fn cell(&self, column: usize) -> &str {
        match &self.cells[column] {
            Some(place) => utf8(&self.object.json()[place.clone()]),
            None => "null",
        }
    }

    /// Returns the JSON of the row.
    pub(crate) fn text(&self, window: &Window) -> &str {
        let Some(columns) = &window.columns else { return utf8(self.object.json()) };
        self.text.get_or_init(|| {
            let mut text = String::from("{\"id\":");
            text.push_str(&Value::from(self.object.id()).to_string());
            for (at, column) in columns.iter().enumerate() {
                text.extend([",", &column.key, ":", self.cell(at)]);
            }
            text.push('}');
            text.into()
        })
    }
}

fn utf8(json: &[u8]) -> &str {
    std::str::from_utf8(json).expect("the JSON of objects is text")
}
