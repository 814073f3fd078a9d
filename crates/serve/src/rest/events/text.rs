//! The text of events.

use std::{borrow::Cow, sync::Arc};

use app::{
    Object,
    model::{Kind, Path, alarm},
    xapi_types::class,
};
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Value, json};

use super::collection::{Collection, Fields};

/// Returns the text of an event.
pub(super) fn event(name: &str, data: &Value) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// Something that an event can be about.
pub(super) enum Subject<'a> {
    Object(&'a Arc<Object>),
    /// An alarm, a task.
    Value(&'a Value),
}

impl Subject<'_> {
    /// Appends the event `name` of `collection` with what is wanted of this.
    pub(super) fn put(&self, to: &mut BytesMut, name: &str, collection: Collection, fields: &Fields) {
        to.put_slice(format!("event: {name}\ndata: {{\"$subscription\":\"{}\"", collection.name()).as_bytes());
        match fields {
            Fields::All => {
                let json = match self {
                    Self::Object(object) => Cow::Borrowed(&object.json()[..]),
                    Self::Value(value) => Cow::Owned(value.to_string().into_bytes()),
                };
                let inner = json.strip_prefix(b"{").unwrap_or(b"}");
                if inner != b"}" {
                    to.put_u8(b',');
                }
                to.put_slice(inner);
            }
            Fields::Some(paths) => {
                for (path, value) in paths.iter().zip(self.pick(paths)) {
                    let Some(value) = value else { continue };
                    to.put_u8(b',');
                    serde_json::to_writer(to.writer(), &path.to_string()).expect("memory takes it");
                    to.put_u8(b':');
                    to.put_slice(&value);
                }
                to.put_u8(b'}');
            }
        }
        to.put_slice(b"\n\n");
    }

    /// Returns whether what is wanted of this is the same as of `other`.
    pub(super) fn is_like(&self, other: &Self, fields: &Fields) -> bool {
        match fields {
            Fields::All => match (self, other) {
                (Self::Object(this), Self::Object(other)) => this.json() == other.json(),
                (Self::Value(this), Self::Value(other)) => this == other,
                _ => false,
            },
            Fields::Some(paths) => self.pick(paths) == other.pick(paths),
        }
    }

    fn pick(&self, paths: &[Path]) -> Vec<Option<Cow<'_, [u8]>>> {
        match self {
            Self::Object(object) => {
                object.values(paths).into_iter().map(|value| Some(Cow::Borrowed(value?.bytes()))).collect()
            }
            Self::Value(value) => {
                let at = |path: &Path| {
                    let value = path.names().try_fold(*value, |value, name| value.get(name))?;
                    serde_json::to_vec(value).ok().map(Cow::Owned)
                };
                paths.iter().map(at).collect()
            }
        }
    }
}

/// Returns the alarm that a message is, in the original's form: the message, with what was measured as its body and
/// what it is about as `object`; nothing if it is none.
pub(super) fn alarm(message: &Object, kind_of: impl Fn(&str) -> Option<(Kind, String)>) -> Option<Value> {
    if message.kind() != Kind::Message {
        return None;
    }
    let record = message.get::<class::Message>()?;
    let alarm::Alarm { reading, text, .. } = alarm::read(record)?;
    let mut json: Value = serde_json::from_slice(message.json()).ok()?;
    json["body"] = match reading {
        Some(reading) => json!({ "name": reading.name, "value": reading.value.to_string() }),
        None => json!({ "name": record.name.as_str(), "value": text }),
    };
    let uuid = json.as_object_mut()?.shift_remove("$object").unwrap_or_default();
    json["object"] = match uuid.as_str().and_then(kind_of) {
        Some((kind, href)) => json!({ "type": kind.name(), "uuid": uuid, "href": href }),
        None => json!({ "type": "unknown", "uuid": uuid }),
    };
    Some(json)
}
