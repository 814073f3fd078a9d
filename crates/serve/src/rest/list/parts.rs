//! The text of a list, made piece by piece.

use std::borrow::Cow;

use app::model::Path;
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value;

use super::{
    Options, encoded,
    options::{Fields, Format},
    row::{Made, Row},
};

/// Bytes of a piece: so many that making it costs more than changing threads for it.
const PIECE: usize = 256 * 1024;

/// The pieces.
pub(super) struct Parts<I> {
    rows: I,
    options: Options,
    /// What stands before an id in an href.
    base: String,
    left: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Inside,
    Done,
}

impl<R: Row, I: Iterator<Item = R>> Parts<I> {
    pub(super) fn new(rows: I, collection: &str, options: Options) -> Self {
        let left = options.limit;
        Self { rows, options, base: format!("/rest/v0/{collection}/"), left, state: State::Start }
    }

    fn next_row(&mut self) -> Option<R> {
        if self.left == 0 {
            return None;
        }
        let options = &self.options;
        let row = self.rows.find(|row| options.keep(row))?;
        self.left -= 1;
        Some(row)
    }

    /// Writes one row; `first` where none is before it.
    fn write(&mut self, to: &mut BytesMut, row: &R, first: bool) {
        match self.options.format {
            Format::Json => {
                to.put_slice(if first { b"[" } else { b"," });
                self.value(to, row);
            }
            Format::Lines => {
                self.value(to, row);
                to.put_u8(b'\n');
            }
            Format::Markdown => self.table_row(to, row, first),
        }
    }

    fn value(&self, to: &mut BytesMut, row: &R) {
        match &self.options.fields {
            Fields::Href => self.href(to, row),
            Fields::All => {
                let json = row.json();
                to.put_slice(json.strip_suffix(b"}").unwrap_or(json));
                self.with_href(to, row, json == b"{}");
            }
            Fields::Some(fields) => {
                to.put_u8(b'{');
                let mut empty = true;
                for (path, value) in fields.iter().zip(row.pick(fields)) {
                    let Some(value) = value else { continue };
                    if !empty {
                        to.put_u8(b',');
                    }
                    empty = false;
                    quoted(to, &path.to_string());
                    to.put_u8(b':');
                    to.put_slice(&value);
                }
                self.with_href(to, row, empty);
            }
        }
    }

    /// Ends an object by where it is.
    fn with_href(&self, to: &mut BytesMut, row: &R, empty: bool) {
        to.put_slice(if empty { br#""href":"# } else { br#","href":"# });
        self.href(to, row);
        to.put_u8(b'}');
    }

    fn href(&self, to: &mut BytesMut, row: &R) {
        to.put_u8(b'"');
        self.place(to, row);
        to.put_u8(b'"');
    }

    fn place(&self, to: &mut BytesMut, row: &R) {
        to.put_slice(self.base.as_bytes());
        let id = row.id();
        if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            to.put_slice(id.as_bytes());
        } else {
            to.put_slice(encoded(id).as_bytes());
        }
    }

    fn table_row(&mut self, to: &mut BytesMut, row: &R, first: bool) {
        if !first {
            to.put_u8(b'\n');
        }
        if let Fields::All = self.options.fields {
            // The columns are those of the first row.
            let names = row.names();
            self.options.fields = Fields::Some(names.iter().filter_map(|name| Path::parse(name)).collect());
        }
        let Fields::Some(fields) = &self.options.fields else { return self.place(to, row) };
        if first {
            let names: Vec<_> = fields.iter().map(|field| cell(&field.to_string())).collect();
            to.put_slice(format!("| {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len())).as_bytes());
        }
        let cells: Vec<_> = row.pick(fields).into_iter().map(|value| value.map_or(String::new(), as_cell)).collect();
        to.put_slice(format!("| {} |", cells.join(" | ")).as_bytes());
    }

    fn end(&self, to: &mut BytesMut, first: bool) {
        match (self.options.format, first) {
            (Format::Json, true) => to.put_slice(b"[]"),
            (Format::Json, false) => to.put_u8(b']'),
            (Format::Markdown, true) => to.put_slice(b"No results."),
            (Format::Markdown | Format::Lines, _) => {}
        }
    }
}

impl<R: Row, I: Iterator<Item = R>> Iterator for Parts<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.state == State::Done {
            return None;
        }
        let mut piece = BytesMut::with_capacity(4096);
        while piece.len() < PIECE {
            let first = self.state == State::Start;
            let Some(row) = self.next_row() else {
                self.end(&mut piece, first);
                self.state = State::Done;
                return (!piece.is_empty()).then(|| piece.freeze());
            };
            self.write(&mut piece, &row, first);
            self.state = State::Inside;
        }
        Some(piece.freeze())
    }
}

/// Writes objects one at a time, as they come.
pub(in crate::rest) struct Lines(Parts<std::iter::Empty<Made>>);

impl Lines {
    pub(super) fn new(collection: &str, options: Options) -> Self {
        Self(Parts::new(std::iter::empty(), collection, options))
    }

    /// Returns whether the filter keeps `value`.
    pub(in crate::rest) fn wants(&self, value: &Value) -> bool {
        self.0.options.filter.as_ref().is_none_or(|filter| filter.matches(value))
    }

    /// Returns the JSON of what is asked for of `value`, if the filter keeps it.
    pub(in crate::rest) fn line(&self, value: Value) -> Option<Bytes> {
        self.wants(&value).then(|| self.any(value))
    }

    /// Returns the JSON of what is asked for of `value`, whatever the filter says.
    pub(in crate::rest) fn any(&self, value: Value) -> Bytes {
        let mut line = BytesMut::new();
        if let Some(row) = Made::new(value) {
            self.0.value(&mut line, &row);
        }
        line.freeze()
    }
}

fn quoted(to: &mut BytesMut, text: &str) {
    serde_json::to_writer(to.writer(), text).expect("text has a JSON form and memory takes it");
}

/// A value as people read it in a table.
fn as_cell(json: Cow<'_, [u8]>) -> String {
    match serde_json::from_slice(&json) {
        Ok(Value::String(text)) => cell(&text),
        _ => cell(&String::from_utf8_lossy(&json)),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
