//! Answers of calls, written piece by piece.

use std::sync::Arc;

use xapi_types::{Failure, Value};

use crate::{
    Datum,
    event::{Batch, Event},
    shape::Shapes,
    world::Row,
};

use super::write::{self, Count, Dialect, Sink};

/// What a call answers.
pub(crate) enum Answer {
    /// A value.
    Value(Datum),
    /// A record.
    Record(Arc<Row>),
    /// Records by reference.
    Records(Vec<Arc<Row>>),
    /// What `event.from` answers.
    Batch(Batch),
    /// What `event.next` answers.
    Events(Vec<Event>),
    /// A value without the envelope that all other calls have in XML-RPC.
    Bare(Datum),
    /// An error.
    Failure(Failure),
}

/// What surrounds an answer.
#[derive(Clone, Debug)]
pub(crate) enum Envelope {
    Xml,
    /// The id of the request, as it was written.
    Json1(Value),
    /// Same, version 2.
    Json2(Value),
}

/// Bytes in a piece of an answer, about.
const PIECE: usize = 128 * 1024;

/// An answer and what is needed to write it.
pub(crate) struct Writer {
    pub(crate) answer: Answer,
    pub(crate) envelope: Envelope,
}

impl Writer {
    fn dialect(&self) -> Dialect {
        match self.envelope {
            Envelope::Xml => Dialect::Xml,
            Envelope::Json1(_) | Envelope::Json2(_) => Dialect::Json,
        }
    }

    /// Returns the media type of the answer.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.dialect() {
            Dialect::Xml => "text/xml",
            Dialect::Json => "application/json",
        }
    }

    /// Returns the length of the whole answer, in bytes.
    pub(crate) fn len(&self, shapes: &Shapes) -> u64 {
        let mut count = Count::default();
        for part in 0..self.parts() {
            self.write(part, shapes, &mut count);
        }
        count.0
    }

    /// Returns the next piece, from `part` on; nothing when all is written.
    pub(crate) fn piece(&self, part: &mut usize, shapes: &Shapes) -> Option<Vec<u8>> {
        let mut piece = Vec::new();
        while *part < self.parts() && piece.len() < PIECE {
            if piece.capacity() == 0 && self.parts() > 8 {
                piece.reserve(PIECE + PIECE / 4);
            }
            self.write(*part, shapes, &mut piece);
            *part += 1;
        }
        (!piece.is_empty()).then_some(piece)
    }

    /// Parts are: the beginning, each row or event, the end.
    fn parts(&self) -> usize {
        self.items() + 2
    }

    fn items(&self) -> usize {
        match &self.answer {
            Answer::Records(rows) => rows.len(),
            Answer::Batch(batch) => batch.events.len(),
            Answer::Events(events) => events.len(),
            _ => 0,
        }
    }

    fn write<S: Sink>(&self, part: usize, shapes: &Shapes, out: &mut S) {
        if part == 0 {
            self.head(out);
            self.open(shapes, out);
        } else if part <= self.items() {
            self.item(part - 1, shapes, out);
        } else {
            self.close(out);
            self.tail(out);
        }
    }

    fn head<S: Sink>(&self, out: &mut S) {
        match (&self.envelope, &self.answer) {
            (Envelope::Xml, Answer::Bare(_)) => out.put(XML_HEAD),
            (Envelope::Xml, Answer::Failure(_)) => {
                out.put(XML_HEAD);
                out.put(b"<value><struct><member><name>Status</name><value>Failure</value></member>");
                out.put(b"<member><name>ErrorDescription</name>");
            }
            (Envelope::Xml, _) => {
                out.put(XML_HEAD);
                out.put(b"<value><struct><member><name>Status</name><value>Success</value></member>");
                out.put(b"<member><name>Value</name>");
            }
            (Envelope::Json1(_), Answer::Failure(_)) => out.put(b"{\"result\":null,\"error\":"),
            (Envelope::Json1(_), _) => out.put(b"{\"result\":"),
            (Envelope::Json2(_), Answer::Failure(_)) => out.put(b"{\"jsonrpc\":\"2.0\",\"error\":"),
            (Envelope::Json2(_), _) => out.put(b"{\"jsonrpc\":\"2.0\",\"result\":"),
        }
    }

    fn tail<S: Sink>(&self, out: &mut S) {
        match (&self.envelope, &self.answer) {
            (Envelope::Xml, Answer::Bare(_)) => out.put(XML_TAIL),
            (Envelope::Xml, _) => {
                out.put(b"</member></struct></value>");
                out.put(XML_TAIL);
            }
            (Envelope::Json1(id), Answer::Failure(_)) | (Envelope::Json2(id), _) => {
                out.put(b",\"id\":");
                out.put(id.to_string().as_bytes());
                out.put(b"}");
            }
            (Envelope::Json1(id), _) => {
                out.put(b",\"error\":null,\"id\":");
                out.put(id.to_string().as_bytes());
                out.put(b"}");
            }
        }
    }

    fn open<S: Sink>(&self, shapes: &Shapes, out: &mut S) {
        let dialect = self.dialect();
        match (&self.answer, dialect) {
            (Answer::Value(value) | Answer::Bare(value), _) => write::value(dialect, value, out),
            (Answer::Record(row), _) => write::record(dialect, shapes.of(row.class), row, out),
            (Answer::Records(_), Dialect::Json) => out.put(b"{"),
            (Answer::Records(_), Dialect::Xml) => out.put(b"<value><struct>"),
            (Answer::Batch(_), Dialect::Json) => out.put(b"{\"events\":["),
            (Answer::Batch(_), Dialect::Xml) => {
                out.put(b"<value><struct><member><name>events</name><value><array><data>");
            }
            (Answer::Events(_), Dialect::Json) => out.put(b"["),
            (Answer::Events(_), Dialect::Xml) => out.put(b"<value><array><data>"),
            (Answer::Failure(failure), Dialect::Json) if matches!(self.envelope, Envelope::Json2(_)) => {
                out.put(b"{\"code\":1,\"message\":");
                write::json_text(&failure.code, out);
                out.put(b",\"data\":");
                write::json_value(&Datum::set(&failure.params), out);
                out.put(b"}");
            }
            (Answer::Failure(failure), _) => {
                write::value(dialect, &crate::task::failure_info(failure), out);
            }
        }
    }

    fn item<S: Sink>(&self, at: usize, shapes: &Shapes, out: &mut S) {
        let dialect = self.dialect();
        if at > 0 && dialect == Dialect::Json {
            out.put(b",");
        }
        match &self.answer {
            Answer::Records(rows) => {
                let row = &rows[at];
                match dialect {
                    Dialect::Json => {
                        out.put(b"\"");
                        out.put(row.object.text().as_bytes());
                        out.put(b"\":");
                        write::record(dialect, shapes.of(row.class), row, out);
                    }
                    Dialect::Xml => {
                        out.put(b"<member><name>");
                        out.put(row.object.text().as_bytes());
                        out.put(b"</name>");
                        write::record(dialect, shapes.of(row.class), row, out);
                        out.put(b"</member>");
                    }
                }
            }
            Answer::Batch(batch) => event(dialect, &batch.events[at], shapes, out),
            Answer::Events(events) => event(dialect, &events[at], shapes, out),
            _ => {}
        }
    }

    fn close<S: Sink>(&self, out: &mut S) {
        match (&self.answer, self.dialect()) {
            (Answer::Records(_), Dialect::Json) => out.put(b"}"),
            (Answer::Records(_), Dialect::Xml) => out.put(b"</struct></value>"),
            (Answer::Events(_), Dialect::Json) => out.put(b"]"),
            (Answer::Events(_), Dialect::Xml) => out.put(b"</data></array></value>"),
            (Answer::Batch(batch), Dialect::Json) => {
                out.put(b"],\"valid_ref_counts\":{");
                for (at, (class, count)) in batch.counts.iter().enumerate() {
                    out.put(if at > 0 { b",\"" } else { b"\"" });
                    out.put(class.as_bytes());
                    out.put(b"\":");
                    write::integer(*count, out);
                }
                out.put(b"},\"token\":");
                write::json_text(&batch.token, out);
                out.put(b"}");
            }
            (Answer::Batch(batch), Dialect::Xml) => {
                out.put(b"</data></array></value></member><member><name>valid_ref_counts</name><value><struct>");
                for (class, count) in &batch.counts {
                    out.put(b"<member><name>");
                    out.put(class.as_bytes());
                    out.put(b"</name><value><i4>");
                    write::integer(*count, out);
                    out.put(b"</i4></value></member>");
                }
                out.put(b"</struct></value></member><member><name>token</name><value>");
                write::xml_text(&batch.token, out);
                out.put(b"</value></member></struct></value>");
            }
            _ => {}
        }
    }
}

const XML_HEAD: &[u8] = b"<?xml version=\"1.0\"?><methodResponse><params><param>";
const XML_TAIL: &[u8] = b"</param></params></methodResponse>";

fn event<S: Sink>(dialect: Dialect, event: &Event, shapes: &Shapes, out: &mut S) {
    let shape = shapes.of(event.class);
    let id = event.id.to_string();
    let object = event.object.text();
    let members: [(&str, &str); 5] = [
        ("id", &id),
        ("timestamp", &event.timestamp),
        ("class", &shape.lower),
        ("operation", event.operation.name()),
        ("ref", object.as_str()),
    ];
    match dialect {
        Dialect::Json => {
            for (at, (name, text)) in members.iter().enumerate() {
                out.put(if at > 0 { b",\"" } else { b"{\"" });
                out.put(name.as_bytes());
                out.put(b"\":\"");
                out.put(text.as_bytes());
                out.put(b"\"");
            }
            if let Some(row) = &event.row {
                out.put(b",\"snapshot\":");
                write::record(dialect, shape, row, out);
            }
            out.put(b"}");
        }
        Dialect::Xml => {
            out.put(b"<value><struct>");
            for (name, text) in members {
                out.put(b"<member><name>");
                out.put(name.as_bytes());
                out.put(b"</name><value>");
                out.put(text.as_bytes());
                out.put(b"</value></member>");
            }
            if let Some(row) = &event.row {
                out.put(b"<member><name>snapshot</name>");
                write::record(dialect, shape, row, out);
                out.put(b"</member>");
            }
            out.put(b"</struct></value>");
        }
    }
}
