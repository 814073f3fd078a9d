//! The answer to `GET /rrd_updates`, from bytes to columns.
//!
//! The host writes what it is about first (`meta`), then rows, newest first (`data`). Numbers are texts
//! since XAPI 23.31 and bare before, those of `meta` were texts in still older ones, `NaN` is either.

use super::{
    RrdColumn, RrdUpdates,
    lexer::{Lexer, Token},
};

/// Deepest nesting; an answer has four levels.
const DEEPEST: usize = 16;

/// No time is beyond this, in seconds since the epoch; it is in the year 5138.
const LATEST: f64 = 1e11;

/// Bytes of a value that is kept.
const VALUE: usize = size_of::<f64>();

/// What a column that is kept counts besides its values, in bytes: whoever puts its few rows in their places makes as
/// many of them as a host keeps, some 500.
const COLUMN: usize = 500 * VALUE;

/// Why an answer cannot be read.
#[derive(Debug, PartialEq)]
pub(super) enum Unreadable {
    /// It is longer than the limit, or what is to be kept of it is.
    TooLarge,
    /// It is not what it should be.
    Nonsense(String),
}

/// Reads an answer in pieces.
pub(super) struct Reader {
    lexer: Lexer,
    body: Body,
    limit: usize,
}

/// Where in the answer something stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In an object, under a key that has not come yet.
    Key,
    /// In an object, under one of the keys that matter.
    Meta,
    Step,
    End,
    Legend,
    Data,
    Time,
    Values,
    /// In an object, under any other key.
    Other,
    /// In an array.
    Item,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Value,
    /// A value, or the end of an array that has none.
    ValueOrEnd,
    Key,
    /// A key, or the end of an object that has none.
    KeyOrEnd,
    Colon,
    /// A comma, or the end of what is open.
    CommaOrEnd,
    Nothing,
}

/// What has been read.
struct Body {
    keep: fn(&str, &str) -> bool,
    next: Next,
    places: Vec<Place>,
    step: Option<i64>,
    end: Option<i64>,
    /// For each column of the host, which of ours it is.
    legend: Vec<Option<usize>>,
    columns: Vec<RrdColumn>,
    times: Vec<i64>,
    /// Time and number of values of the row that is being read.
    row: (Option<i64>, usize),
    has_data: bool,
    kept: usize,
}

impl Reader {
    /// Prepares to read an answer of at most `limit` bytes; `keep` says which columns to keep.
    pub(super) fn new(keep: fn(&str, &str) -> bool, limit: usize) -> Self {
        let body = Body {
            keep,
            next: Next::Value,
            places: Vec::new(),
            step: None,
            end: None,
            legend: Vec::new(),
            columns: Vec::new(),
            times: Vec::new(),
            row: (None, 0),
            has_data: false,
            kept: 0,
        };
        Self { lexer: Lexer::default(), body, limit }
    }

    /// Reads the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let Self { lexer, body, limit } = self;
        let read = lexer.push(bytes, |token| body.take(token));
        if lexer.offset() > *limit as u64 || body.kept > *limit {
            return Err(Unreadable::TooLarge);
        }
        read.map_err(|reason| {
            Unreadable::Nonsense(format!("its statistics, at byte {}: {reason}", self.lexer.offset()))
        })
    }

    /// Returns what was read, oldest row first.
    pub(super) fn finish(mut self) -> Result<RrdUpdates, Unreadable> {
        let Self { lexer, body, .. } = &mut self;
        let ended = lexer.finish(|token| body.take(token)).and_then(|()| self.body.end());
        ended.map_err(|reason| {
            Unreadable::Nonsense(format!("its statistics, at byte {}: {reason}", self.lexer.offset()))
        })
    }
}

impl Body {
    fn take(&mut self, token: Token<'_>) -> Result<(), String> {
        match (self.next, token) {
            (Next::Value | Next::ValueOrEnd, Token::Mark(b'{')) => self.open(Place::Key, Next::KeyOrEnd),
            (Next::Value | Next::ValueOrEnd, Token::Mark(b'[')) => {
                self.has_data |= self.places == [Place::Data];
                self.open(Place::Item, Next::ValueOrEnd)
            }
            (Next::Value | Next::ValueOrEnd, Token::Text(text)) => {
                self.next = Next::CommaOrEnd;
                self.scalar(text)
            }
            (Next::Value | Next::ValueOrEnd, Token::Word(word)) => {
                self.next = Next::CommaOrEnd;
                let known = matches!(word, "true" | "false" | "null") || number(word).is_some();
                if known { self.scalar(word) } else { Err(format!("`{}` is no value", short(word))) }
            }
            (Next::Key | Next::KeyOrEnd, Token::Text(key)) => {
                self.next = Next::Colon;
                let place = self.key(key);
                *self.places.last_mut().ok_or("a key stands outside of any object")? = place;
                Ok(())
            }
            (Next::Colon, Token::Mark(b':')) => {
                self.next = Next::Value;
                Ok(())
            }
            (Next::CommaOrEnd, Token::Mark(b',')) if !self.places.is_empty() => {
                self.next = if self.in_array() { Next::Value } else { Next::Key };
                Ok(())
            }
            (Next::KeyOrEnd | Next::CommaOrEnd, Token::Mark(b'}')) if !self.in_array() => self.close(),
            (Next::ValueOrEnd | Next::CommaOrEnd, Token::Mark(b']')) if self.in_array() => self.close(),
            (_, Token::Mark(mark)) => Err(format!("`{}` stands where it cannot", char::from(mark))),
            (_, Token::Text(text) | Token::Word(text)) => Err(format!("`{}` stands where it cannot", short(text))),
        }
    }

    fn in_array(&self) -> bool {
        self.places.last() == Some(&Place::Item)
    }

    /// Returns what a key of the innermost object means.
    fn key(&self, key: &str) -> Place {
        let (_, around) = self.places.split_last().unwrap_or((&Place::Key, &[]));
        match (around, key) {
            ([], "meta") => Place::Meta,
            ([], "data") => Place::Data,
            ([Place::Meta], "step") => Place::Step,
            ([Place::Meta], "end") => Place::End,
            ([Place::Meta], "legend") => Place::Legend,
            ([Place::Data, Place::Item], "t") => Place::Time,
            ([Place::Data, Place::Item], "values") => Place::Values,
            _ => Place::Other,
        }
    }

    fn open(&mut self, place: Place, next: Next) -> Result<(), String> {
        if self.places.len() >= DEEPEST {
            return Err("it is nested too deeply".to_owned());
        }
        if place == Place::Key && self.places == [Place::Data, Place::Item] {
            self.row = (None, 0);
        }
        self.places.push(place);
        self.next = next;
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let closed = self.places.pop();
        self.next = if self.places.is_empty() { Next::Nothing } else { Next::CommaOrEnd };
        if closed != Some(Place::Item) && self.places == [Place::Data, Place::Item] {
            return self.end_row();
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str) -> Result<(), String> {
        match self.places.as_slice() {
            [] => Err(format!("`{}` is all there is", short(text))),
            [Place::Meta, Place::Step] => {
                let step = number(text).map_or(0, whole);
                if step <= 0 {
                    return Err(format!("`{}` is no step", short(text)));
                }
                self.step = Some(step);
                Ok(())
            }
            [Place::Meta, Place::End] => {
                self.end = Some(time(text)?);
                Ok(())
            }
            [Place::Meta, Place::Legend, Place::Item] => self.entry(text),
            [Place::Data, Place::Item, Place::Time] => {
                self.row.0 = Some(time(text)?);
                Ok(())
            }
            [Place::Data, Place::Item, Place::Values, Place::Item] => self.value(text),
            _ => Ok(()),
        }
    }

    /// Takes an entry of the legend: `AVERAGE:vm:<uuid>:cpu0`.
    fn entry(&mut self, text: &str) -> Result<(), String> {
        if self.has_data {
            return Err("the legend follows the rows".to_owned());
        }
        let mut parts = text.splitn(4, ':');
        let column = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("AVERAGE"), Some(kind), Some(uuid), Some(name)) if (self.keep)(kind, name) => Some(RrdColumn {
                kind: kind.to_owned(),
                uuid: uuid.to_owned(),
                name: name.to_owned(),
                values: Vec::new(),
            }),
            _ => None,
        };
        // Texts and vectors of a column count as well, or a legend could grow without end.
        self.kept += column.as_ref().map_or(VALUE, |column| COLUMN + column.name.len());
        self.legend.push(column.as_ref().map(|_| self.columns.len()));
        self.columns.extend(column);
        Ok(())
    }

    fn value(&mut self, text: &str) -> Result<(), String> {
        let at = self.row.1;
        let Some(column) = self.legend.get(at) else {
            return Err(format!("row {} has more values than the legend has entries", self.times.len()));
        };
        self.row.1 += 1;
        let Some(column) = *column else { return Ok(()) };
        let value = if text == "null" { Some(f64::NAN) } else { number(text) };
        let value = value.ok_or_else(|| format!("`{}` is no number, in row {}", short(text), self.times.len()))?;
        self.kept += VALUE;
        self.columns[column].values.push(value);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), String> {
        let row = self.times.len();
        let (Some(time), values) = self.row else { return Err(format!("row {row} has no time")) };
        if values != self.legend.len() {
            return Err(format!("row {row} has {values} values, the legend {} entries", self.legend.len()));
        }
        if self.times.last().is_some_and(|newer| *newer <= time) {
            return Err(format!("row {row} is not older than the one before it"));
        }
        self.kept += VALUE;
        self.times.push(time);
        Ok(())
    }

    fn end(&mut self) -> Result<RrdUpdates, String> {
        if self.next != Next::Nothing {
            return Err("it ends too early".to_owned());
        }
        let step = self.step.ok_or("it does not say how far its values are apart")?;
        if !self.has_data {
            return Err("it has no rows, not even an empty list of them".to_owned());
        }
        let (mut times, mut columns) = (std::mem::take(&mut self.times), std::mem::take(&mut self.columns));
        times.reverse();
        for column in &mut columns {
            column.values.reverse();
        }
        let end = times.last().copied().or(self.end).ok_or("it does not say when it ends")?;
        Ok(RrdUpdates { step, end, times, columns })
    }
}

/// Reads a number as hosts write it, `NaN`, `-nan` and `Infinity` among them.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Reads a time in seconds since the epoch.
fn time(text: &str) -> Result<i64, String> {
    let time = number(text).filter(|time| *time > 0.0 && *time < LATEST);
    time.map(whole).ok_or_else(|| format!("`{}` is no time", short(text)))
}

/// Returns a number without what is behind the point.
#[allow(clippy::cast_possible_truncation, reason = "a float beyond the range becomes its end")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Returns the beginning of a text, for a message.
fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(40)]
}

#[cfg(test)]
mod tests;
