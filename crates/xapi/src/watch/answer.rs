//! Reads the JSON answer of `event.from` from pieces, as they arrive.
//!
//! The answer of a large pool has 100 MB. Each event is decoded into its typed record as soon as it
//! is whole in the buffer, straight from there: the text is looked at once and never kept. An event
//! that is cut by the end of a piece is tried again when more has come. Bytes that are no UTF-8 are
//! taken for replacement characters: a guest may call itself anything.

mod row;

use xapi_types::{Failure, Kind, Value, json};

use super::Change;
use crate::{
    dialect::{Unreadable, excerpt, failure},
    options::Unneeded,
};

pub(super) use row::{decode, event, from_value};

/// A value of which more than this is there and its end not is tried again only when half as
/// much again has come, so that a value in many small pieces costs no square of its length.
const PATIENCE: usize = 64 << 10;

/// Events of at least so many bytes are worth to be handed to another thread.
const SEGMENT: usize = 256 << 10;

/// What an answer says besides the events.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    pub(super) token: Option<String>,
    pub(super) counts: Vec<(Kind, u64)>,
    pub(super) failure: Option<Failure>,
    /// Events that could not be read.
    pub(super) odd: usize,
}

impl Tail {
    pub(super) fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// Takes `valid_ref_counts`.
    fn count(&mut self, counts: &Value) {
        let counts = counts.as_struct().unwrap_or_default().iter();
        let known =
            counts.filter_map(|(class, count)| Some((Kind::from_lower(class)?, u64::try_from(count.as_int()?).ok()?)));
        self.counts = known.collect();
    }
}

/// Where in the answer the reader is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    Envelope,
    Result,
    Events,
    End,
}

/// Reads one answer.
pub(crate) struct Reader {
    buffer: String,
    /// The beginning of a character that is cut by the end of a piece.
    cut: Vec<u8>,
    at: usize,
    place: Place,
    /// Longest value, in bytes.
    limit: usize,
    unneeded: Unneeded,
    /// Length of the buffer from which on it is worth to try again.
    wanted: usize,
    tail: Tail,
}

/// Whether something was read, or more must come first.
#[derive(PartialEq)]
enum Progress {
    Made,
    NeedsMore,
}

impl Reader {
    /// Makes a reader of values of at most `limit` bytes each.
    pub(crate) fn new(limit: usize, unneeded: Unneeded) -> Self {
        Self {
            buffer: String::new(),
            cut: Vec::new(),
            at: 0,
            place: Place::Start,
            limit,
            unneeded,
            wanted: 0,
            tail: Tail::default(),
        }
    }

    /// Reads a further piece; what its events say is put at the end of `changes`.
    pub(crate) fn push(&mut self, piece: &[u8], changes: &mut Vec<Change>) -> Result<(), Unreadable> {
        self.take(piece);
        if self.buffer.len() < self.wanted {
            return Ok(());
        }
        while self.step(changes)? == Progress::Made {}
        self.buffer.drain(..self.at);
        self.at = 0;
        let pending = self.buffer.len();
        if pending > self.limit {
            return Err(Unreadable::Nonsense(format!("a value in it is longer than {} bytes", self.limit)));
        }
        self.wanted = if pending > PATIENCE { pending + pending / 2 } else { 0 };
        Ok(())
    }

    /// Reads a further piece like [`Self::push`], except that it returns the text of many whole events for
    /// [`events`] to read elsewhere.
    pub(super) fn push_or_cut(
        &mut self,
        piece: &[u8],
        changes: &mut Vec<Change>,
    ) -> Result<Option<String>, Unreadable> {
        if self.place != Place::Events {
            return self.push(piece, changes).map(|()| None);
        }
        self.take(piece);
        if self.buffer.len() < SEGMENT {
            return Ok(None);
        }
        let Some(end) = between_events(&self.buffer) else {
            return self.push(&[], changes).map(|()| None);
        };
        let rest = self.buffer.split_off(end);
        Ok(Some(std::mem::replace(&mut self.buffer, rest)))
    }

    /// Puts a piece at the end of the buffer.
    fn take(&mut self, piece: &[u8]) {
        let whole;
        let mut piece = piece;
        if !self.cut.is_empty() {
            whole = [&std::mem::take(&mut self.cut), piece].concat();
            piece = &whole;
        }
        loop {
            let error = match std::str::from_utf8(piece) {
                Ok(text) => return self.buffer.push_str(text),
                Err(error) => error,
            };
            let (valid, rest) = piece.split_at(error.valid_up_to());
            self.buffer.push_str(&String::from_utf8_lossy(valid));
            let Some(wrong) = error.error_len() else {
                self.cut = rest.to_vec();
                return;
            };
            self.buffer.push(char::REPLACEMENT_CHARACTER);
            piece = &rest[wrong..];
        }
    }

    /// Ends the answer.
    pub(crate) fn finish(mut self) -> Result<Tail, Unreadable> {
        // What waits for patience only is whole now, or never will be.
        let mut changes = Vec::new();
        while self.place != Place::End && self.step(&mut changes)? == Progress::Made {}
        if !changes.is_empty() {
            return Err(Unreadable::Nonsense("events after their end".to_owned()));
        }
        match self.place {
            Place::End => Ok(self.tail),
            Place::Start => Err(Unreadable::Nonsense("an empty answer".to_owned())),
            _ => Err(Unreadable::Nonsense("JSON that ends early".to_owned())),
        }
    }

    fn step(&mut self, changes: &mut Vec<Change>) -> Result<Progress, Unreadable> {
        let rest = &self.buffer[self.at..];
        self.at += rest.len() - rest.trim_ascii_start().len();
        let Some(first) = self.buffer.as_bytes().get(self.at) else { return Ok(Progress::NeedsMore) };
        match (self.place, first) {
            (Place::Start, b'{') | (Place::Result, b'}') => self.place = Place::Envelope,
            (Place::Envelope, b'}') => self.place = Place::End,
            (Place::Events, b']') => self.place = Place::Result,
            (Place::Envelope | Place::Result | Place::Events, b',') => {}
            (Place::Envelope | Place::Result, b'"') => return self.entry(),
            (Place::Events, b'{') => return self.event(changes),
            _ => return Err(self.nonsense()),
        }
        self.at += 1;
        Ok(Progress::Made)
    }

    fn nonsense(&self) -> Unreadable {
        Unreadable::Nonsense(format!(
            "this is not the JSON of an answer{}",
            excerpt(&self.buffer.as_bytes()[self.at..])
        ))
    }

    /// Reads a key and, unless it opens what is read piece by piece, its value.
    fn entry(&mut self) -> Result<Progress, Unreadable> {
        let rest = &self.buffer[self.at..];
        let (key, end) = match value_at(rest, json::Reader::value::<String>) {
            Found::Value(key, end) => (key, end),
            Found::Partial => return Ok(Progress::NeedsMore),
            Found::Wrong(_) => return Err(self.nonsense()),
        };
        let after = rest[end..].trim_ascii_start();
        let Some(value) = after.strip_prefix(':').map(str::trim_ascii_start) else {
            return if after.is_empty() { Ok(Progress::NeedsMore) } else { Err(self.nonsense()) };
        };
        let begin = self.at + rest.len() - value.len();
        let next = match (self.place, key.as_str(), value.as_bytes().first()) {
            (_, _, None) => return Ok(Progress::NeedsMore),
            (Place::Envelope, "result", Some(b'{')) => Some(Place::Result),
            (Place::Result, "events", Some(b'[')) => Some(Place::Events),
            _ => None,
        };
        if let Some(next) = next {
            self.place = next;
            self.at = begin + 1;
            return Ok(Progress::Made);
        }
        let (value, end) = match value_at(value, json::Reader::value::<Value>) {
            Found::Value(value, end) => (value, end),
            Found::Partial => return Ok(Progress::NeedsMore),
            Found::Wrong(_) => return Err(self.nonsense()),
        };
        self.at = begin + end;
        match (self.place, key.as_str()) {
            (Place::Envelope, "error") => self.tail.failure = failure(&value),
            (Place::Result, "token") => self.tail.token = value.as_str().map(str::to_owned),
            (Place::Result, "valid_ref_counts") => self.tail.count(&value),
            _ => {}
        }
        Ok(Progress::Made)
    }

    fn event(&mut self, changes: &mut Vec<Change>) -> Result<Progress, Unreadable> {
        let rest = &self.buffer[self.at..];
        let (change, end) = match value_at(rest, |reader| row::read(reader, self.unneeded)) {
            Found::Value(change, end) => (change, end),
            Found::Partial => return Ok(Progress::NeedsMore),
            // One odd event must not hide the others.
            Found::Wrong(Some(end)) => {
                self.tail.odd += 1;
                (None, end)
            }
            Found::Wrong(None) => return Err(self.nonsense()),
        };
        self.at += end;
        changes.extend(change);
        Ok(Progress::Made)
    }
}

/// Returns the offset of the last comma in `text` that stands between two events, as far as that can be seen.
///
/// Behind `},{` a text could end; a key could not. What looks the same inside of an event is found out by [`events`].
fn between_events(text: &str) -> Option<usize> {
    const BETWEEN: &str = "},{\"";
    let is_key = |at: &usize| text.as_bytes().get(at + BETWEEN.len()).is_some_and(u8::is_ascii_lowercase);
    text.rmatch_indices(BETWEEN).map(|(at, _)| at).take(1000).find(is_key).map(|at| at + 1)
}

/// Reads the text of whole events; returns how many could not be read, or nothing if the text was cut inside of one.
pub(super) fn events(text: String, unneeded: Unneeded, changes: &mut Vec<Change>) -> Option<usize> {
    let mut reader = Reader { buffer: text, place: Place::Events, ..Reader::new(usize::MAX, unneeded) };
    while reader.step(changes).ok()? == Progress::Made {}
    (reader.place == Place::Events && reader.at == reader.buffer.len()).then_some(reader.tail.odd)
}

/// What stands at the beginning of a text.
enum Found<T> {
    /// A value, and the offset of its end.
    Value(T, usize),
    /// The beginning of a value.
    Partial,
    /// Another thing, with its end if that can be found.
    Wrong(Option<usize>),
}

/// Reads the value at the beginning of `text`.
fn value_at<'a, T>(text: &'a str, read: impl FnOnce(&mut json::Reader<'a>) -> Result<T, json::Error>) -> Found<T> {
    let mut reader = json::Reader::new(text);
    match read(&mut reader) {
        // The end of a number is seen by what follows it.
        Ok(_) if reader.offset() == text.len() && !text.ends_with(['}', ']', '"']) => Found::Partial,
        Ok(value) => Found::Value(value, reader.offset()),
        Err(error) if error.is_end() => Found::Partial,
        Err(error) if error.is_shape() => {
            let mut reader = json::Reader::new(text);
            match reader.span() {
                Ok(_) => Found::Wrong(Some(reader.offset())),
                Err(error) if error.is_end() => Found::Partial,
                Err(_) => Found::Wrong(None),
            }
        }
        Err(_) => Found::Wrong(None),
    }
}

#[cfg(test)]
mod tests;
