//! JSON-RPC 2.0 in the dialect of the field: how a message is read, and an answer written.
//!
//! Ids are sent back as they came, to the letter. What is no request gets an error instead of the original's
//! silence, so that a client learns of its mistake.

use app::Notification;
use bytes::{BufMut, Bytes, BytesMut};
use op::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json, value::RawValue};

/// What a client sent.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A call, to be answered when there is an id.
    Call(Call),
    /// An answer; this server asks nothing, so it is ignored.
    Answer,
    /// Neither; the text of the answer that says so.
    Bad(Bytes),
}

/// A call.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    /// JSON text of the id; a call without is a notification.
    pub(crate) id: Option<Box<str>>,
    pub(crate) method: String,
    pub(crate) params: Value,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    method: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// Reads a member that is there, be it `null`.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

const NULL: &str = "null";

/// Reads a message.
pub(crate) fn read(message: &[u8]) -> Incoming {
    let text = match std::str::from_utf8(message) {
        Ok(text) => text,
        Err(error) => return parse_error(&error.to_string()),
    };
    let whole: &RawValue = match serde_json::from_str(text) {
        Ok(whole) => whole,
        Err(error) => return parse_error(&error.to_string()),
    };
    match whole.get().as_bytes().first() {
        Some(b'{') => {}
        Some(b'[') => return bad(NULL, "batches are not supported; send each request as a message of its own"),
        _ => return bad(NULL, "a request must be an object"),
    }
    // Whatever fails from here on is the shape, since the text is JSON.
    let envelope: Envelope<'_> = match serde_json::from_str(whole.get()) {
        Ok(envelope) => envelope,
        Err(error) => return bad(NULL, &error.to_string()),
    };
    let id = envelope.id.map(RawValue::get);
    let good_id = id.filter(|id| id.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit()));
    let answer_to = good_id.unwrap_or(NULL);
    let Some(method) = envelope.method else {
        if envelope.result.is_some() || envelope.error.is_some() {
            return Incoming::Answer;
        }
        return bad(answer_to, "`method` is missing");
    };
    if envelope.jsonrpc.map(RawValue::get) != Some("\"2.0\"") {
        return bad(answer_to, "`jsonrpc` must be \"2.0\"");
    }
    if id.is_some() && good_id.is_none() {
        return bad(NULL, "`id` must be a number or a string");
    }
    let Ok(method) = serde_json::from_str(method.get()) else {
        return bad(answer_to, "`method` must be a string");
    };
    let params = match envelope.params.map(|params| (params.get(), params.get().as_bytes().first())) {
        None | Some((_, Some(b'['))) => Value::Null,
        Some((params, Some(b'{'))) => match serde_json::from_str(params) {
            Ok(params) => params,
            Err(error) => return bad(answer_to, &error.to_string()),
        },
        Some(_) => return bad(answer_to, "`params` must be an object or an array"),
    };
    Incoming::Call(Call { id: good_id.map(Into::into), method, params })
}

fn parse_error(what: &str) -> Incoming {
    Incoming::Bad(error_text(&json!({ "code": -32700, "message": format!("invalid JSON: {what}") }), NULL))
}

fn bad(id: &str, what: &str) -> Incoming {
    Incoming::Bad(error_text(&json!({ "code": -32600, "message": format!("invalid JSON-RPC request: {what}") }), id))
}

/// Writes the answer to a call that failed.
pub(crate) fn failure(id: &str, error: &Error, to_admin: bool) -> Bytes {
    error_text(&error.to_json(to_admin), id)
}

fn error_text(error: &Value, id: &str) -> Bytes {
    let mut text = BytesMut::new();
    text.put_slice(b"{\"error\":");
    serde_json::to_writer((&mut text).writer(), error).expect("an error has a JSON form and memory takes it");
    text.put_slice(b",\"id\":");
    text.put_slice(id.as_bytes());
    text.put_slice(b",\"jsonrpc\":\"2.0\"}");
    text.freeze()
}

/// What stands before the result in the answer to a call.
pub(crate) fn before_result(id: &str) -> Bytes {
    let mut text = BytesMut::with_capacity(id.len() + 32);
    text.put_slice(b"{\"id\":");
    text.put_slice(id.as_bytes());
    text.put_slice(b",\"jsonrpc\":\"2.0\",\"result\":");
    text.freeze()
}

/// Writes what the server tells of its own accord, in slices.
pub(crate) fn notification(notification: Notification) -> [Bytes; 3] {
    let Notification { method, params: [first, second] } = notification;
    let mut text = BytesMut::with_capacity(64 + first.len());
    text.put_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"");
    text.put_slice(method.as_bytes());
    text.put_slice(b"\",\"params\":");
    text.put_slice(&first);
    [text.freeze(), second, AFTER_RESULT]
}

/// What stands after the result.
pub(crate) const AFTER_RESULT: Bytes = Bytes::from_static(b"}");

#[cfg(test)]
mod tests {
    use super::*;

    fn call(message: &str) -> Call {
        match read(message.as_bytes()) {
            Incoming::Call(call) => call,
            other => panic!("{message} is read as {other:?}"),
        }
    }

    fn refusal(message: &[u8]) -> String {
        match read(message) {
            Incoming::Bad(text) => String::from_utf8(text.to_vec()).expect("answers are text"),
            other => panic!("{} is read as {other:?}", String::from_utf8_lossy(message)),
        }
    }

    #[test]
    fn ids_are_kept_to_the_letter() {
        for id in ["1", "\"abc\"", "-9007199254740991", "1.5", "1e3", "\"\\u0041\""] {
            let call = call(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#));
            assert_eq!(call.id.as_deref(), Some(id));
        }
        assert_eq!(call(r#"{"jsonrpc":"2.0","method":"m"}"#).id, None);
    }

    #[test]
    fn parameters_may_be_absent_or_a_list() {
        assert_eq!(call(r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#).params, Value::Null);
        assert_eq!(call(r#"{"jsonrpc":"2.0","id":1,"method":"m","params":["a"]}"#).params, Value::Null);
        assert_eq!(call(r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}"#).params, json!({ "a": 1 }));
    }

    #[test]
    fn what_is_no_request_is_answered() {
        for (message, code, id, says) in [
            ("{", -32700, "null", "invalid JSON"),
            ("", -32700, "null", "invalid JSON"),
            ("null", -32600, "null", "must be an object"),
            ("[]", -32600, "null", "batches"),
            ("{}", -32600, "null", "`method` is missing"),
            (r#"{"id":1,"method":"m"}"#, -32600, "1", "`jsonrpc`"),
            (r#"{"jsonrpc":"1.0","id":1,"method":"m"}"#, -32600, "1", "`jsonrpc`"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"m"}"#, -32600, "null", "`id`"),
            (r#"{"jsonrpc":"2.0","id":[1],"method":"m"}"#, -32600, "null", "`id`"),
            (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, "1", "`method`"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":null}"#, -32600, "1", "`params`"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":5}"#, -32600, "1", "`params`"),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}"#, -32600, "null", "duplicate"),
        ] {
            let answer = refusal(message.as_bytes());
            let start = format!(r#"{{"error":{{"code":{code},"message":"invalid JSON"#);
            let end = format!(r#","id":{id},"jsonrpc":"2.0"}}"#);
            assert!(
                answer.starts_with(&start) && answer.ends_with(&end) && answer.contains(says),
                "{message}: {answer}"
            );
        }
        assert!(refusal(b"\xff\xfe").contains("-32700"));
        let deep = "[".repeat(10_000);
        assert!(refusal(deep.as_bytes()).contains("-32700"));
    }

    #[test]
    fn an_answer_of_the_client_is_ignored() {
        assert!(matches!(read(br#"{"jsonrpc":"2.0","id":5,"result":1}"#), Incoming::Answer));
    }

    #[test]
    fn answers_have_their_members_in_the_order_of_the_field() {
        assert_eq!(before_result("1"), r#"{"id":1,"jsonrpc":"2.0","result":"#);
        assert_eq!(
            failure("1", &Error::InvalidCredentials, true),
            r#"{"error":{"message":"invalid credentials","code":3},"id":1,"jsonrpc":"2.0"}"#
        );
    }
}
