//! All objects at once: what clients of the original begin with.

use std::sync::Arc;

use app::{
    Audience, Content, Cx, Download,
    model::{Object, Objects},
};
use bytes::{BufMut, Bytes, BytesMut};
use filter::{Filter, Partial};
use op::{Answer, Error, Op, Ops, Raw, Result, Spec};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of a part of the answer: large enough for one write each, small enough that clients share memory.
const PART: usize = 64 * 1024;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetAllObjects>();
}

/// List the objects that the user may see, by id.
#[derive(Deserialize, JsonSchema)]
struct GetAllObjects {
    /// Which ones: an example such as `{"type": "VM"}`, or a text such as `type:VM power_state:running`.
    filter: Option<Choice>,
    /// Most objects to list.
    limit: Option<f64>,
    /// Whether to answer the one-time URL of a file with an object on each line.
    ndjson: Option<bool>,
}

/// An example, or a text of the filter language.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Choice {
    Text(String),
    Example(Map<String, Value>),
}

impl JsonSchema for Choice {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ObjectFilter".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "string"], "additionalProperties": true })
    }
}

/// Which objects go into the answer.
struct Chosen {
    objects: Objects,
    audience: Audience,
    filter: Wanted,
    left: u64,
}

enum Wanted {
    All,
    Text(Filter),
    Example(Partial),
}

impl Op<Cx> for GetAllObjects {
    type Output = Raw<Map<String, Value>>;
    const SPEC: Spec = Spec::signed_in("xo.getAllObjects").quiet().snapshot();
    async fn run(self, cx: Cx) -> Result<Self::Output> {
        let filter = match self.filter {
            None => Wanted::All,
            Some(Choice::Text(text)) => {
                Wanted::Text(Filter::parse(&text).map_err(|error| Error::refused(error.to_string()))?)
            }
            Some(Choice::Example(example)) => Wanted::Example(Partial::new(example)),
        };
        let chosen = Chosen {
            objects: cx.app.store().snapshot().iter(),
            audience: cx.app.audience(cx.session.user().as_deref()),
            filter,
            left: limit(self.limit),
        };
        if self.ndjson == Some(true) {
            let body = Parts {
                objects: chosen,
                before: |_, _, _| {},
                after: b"\n",
                state: State::Inside { first: true },
                end: b"",
            };
            let download = Download { content_type: "application/json", file_name: None, body: Content::parts(body) };
            return Ok(Answer::json(&cx.offer(download))?.into());
        }
        let parts = Parts { objects: chosen, before: key, after: b"", state: State::Before(b"{"), end: b"}" };
        Ok(Answer::parts(parts).into())
    }
}

/// Returns how many objects to list at most; a limit that is no positive number is none.
fn limit(limit: Option<f64>) -> u64 {
    match limit {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is neither negative nor large")]
        Some(limit) if (0.0..1e15).contains(&limit) => limit.ceil() as u64,
        _ => u64::MAX,
    }
}

impl Iterator for Chosen {
    type Item = Arc<Object>;

    fn next(&mut self) -> Option<Arc<Object>> {
        if self.left == 0 || self.audience == Audience::Nothing {
            return None;
        }
        let (audience, filter) = (&self.audience, &self.filter);
        let found = self.objects.find(|object| {
            audience.sees(object)
                && match filter {
                    Wanted::All => true,
                    Wanted::Text(filter) => filter.matches(&object.document()),
                    Wanted::Example(example) => example.matches(&object.document()),
                }
        })?;
        self.left -= 1;
        Some(found)
    }
}

/// The text of the answer, made as it is sent.
struct Parts {
    objects: Chosen,
    /// Writes what stands before an object.
    before: fn(&mut BytesMut, &Object, bool),
    after: &'static [u8],
    state: State,
    end: &'static [u8],
}

enum State {
    Before(&'static [u8]),
    Inside { first: bool },
    Done,
}

impl Iterator for Parts {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut part = BytesMut::new();
        let mut first = match self.state {
            State::Done => return None,
            State::Before(begin) => {
                part.put_slice(begin);
                true
            }
            State::Inside { first } => first,
        };
        while part.len() < PART {
            let Some(object) = self.objects.next() else {
                self.state = State::Done;
                part.put_slice(self.end);
                return (!part.is_empty()).then(|| part.freeze());
            };
            if part.capacity() == 0 {
                part.reserve(PART + object.json().len());
            }
            (self.before)(&mut part, &object, first);
            part.put_slice(object.json());
            part.put_slice(self.after);
            first = false;
        }
        self.state = State::Inside { first };
        Some(part.freeze())
    }
}

/// Writes the id of an object as the key that it stands under.
fn key(to: &mut BytesMut, object: &Object, first: bool) {
    if !first {
        to.put_u8(b',');
    }
    serde_json::to_writer(to.writer(), object.id()).expect("text has a JSON form and memory takes it");
    to.put_u8(b':');
}
