//! The ways of speaking RPC that hosts understand.

use serde::de::DeserializeOwned;
use xapi_types::{Failure, Value, json, xml};

/// A way of speaking RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JSON-RPC 2.0.
    Json2,
    /// JSON-RPC 1.0.
    Json1,
    /// XML-RPC.
    Xml,
}

/// What a host answered to a call, or why it cannot be read as an answer.
pub(crate) type Answer<T> = Result<Result<T, Failure>, Unreadable>;

/// Why an answer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not the answer of a XAPI host.
    Nonsense(String),
    /// It is, but the result has another shape than the caller expects.
    Shape(String),
}

impl Dialect {
    /// Every dialect, the best first.
    pub(crate) const ALL: [Self; 3] = [Self::Json2, Self::Json1, Self::Xml];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Json2 | Self::Json1 => "/jsonrpc",
            Self::Xml => "/",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json2 | Self::Json1 => "application/json",
            Self::Xml => "text/xml",
        }
    }

    /// Writes a call.
    pub(crate) fn call(self, method: &str, params: &[Value]) -> Vec<u8> {
        if self == Self::Xml {
            return xml::write_call(method, params);
        }
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(if self == Self::Json2 { br#"{"jsonrpc":"2.0","# } else { b"{" });
        out.extend_from_slice(br#""method":"#);
        json::write_text(method, &mut out);
        out.extend_from_slice(br#","params":["#);
        for (at, param) in params.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            json::write(param, &mut out);
        }
        // Each connection has one call at a time, so the id carries nothing.
        out.extend_from_slice(br#"],"id":1}"#);
        out
    }

    /// Reads the answer to a call.
    pub(crate) fn answer<T: DeserializeOwned>(self, status: u16, body: &[u8]) -> Answer<T> {
        if status != 200 {
            return Err(Unreadable::Nonsense(format!("HTTP status {status}{}", excerpt(body))));
        }
        if self == Self::Xml {
            let nonsense = |error| Unreadable::Nonsense(format!("{error}{}", excerpt(body)));
            return match xml::unwrap_status(xml::parse_response(body).map_err(nonsense)?) {
                Ok(value) => value.decode().map(Ok).map_err(|error| Unreadable::Shape(error.to_string())),
                Err(failure) => Ok(Err(failure)),
            };
        }
        let text = String::from_utf8_lossy(body);
        let (result, error) = envelope(&text).map_err(|error| Unreadable::Nonsense(describe(&error, body)))?;
        if let Some(failure) = failure(&error) {
            return Ok(Err(failure));
        }
        match result {
            Some(result) => json::Reader::new(result).value().map(Ok).map_err(|e| Unreadable::Shape(e.to_string())),
            None => Err(Unreadable::Nonsense(format!("neither a result nor an error{}", excerpt(body)))),
        }
    }
}

/// Takes an answer apart: the text of its result, and its error.
fn envelope(answer: &str) -> Result<(Option<&str>, Value), json::Error> {
    let (mut result, mut error) = (None, Value::Null);
    let mut reader = json::Reader::new(answer);
    reader.members(|key, reader| {
        match key {
            "result" => result = Some(reader.span()?),
            "error" => error = reader.value()?,
            _ => drop(reader.span()?),
        }
        Ok(())
    })?;
    reader.end().map(|()| (result, error))
}

/// Reads the error of an answer: `[CODE, params…]`, or the object of JSON-RPC 2.0; errors from before
/// the dispatch come as an array in both.
pub(crate) fn failure(error: &Value) -> Option<Failure> {
    match error {
        Value::Null => None,
        Value::Struct(_) => {
            let code = error.get("message").and_then(Value::as_str).unwrap_or("INTERNAL_ERROR");
            let params = error.get("data").and_then(Value::as_array).unwrap_or_default();
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(Failure::new(code, params.iter().map(text)))
        }
        other => Some(
            Failure::from_description(other)
                .unwrap_or_else(|| Failure::new("INTERNAL_ERROR", [format!("an error of an unknown form: {other}")])),
        ),
    }
}

fn describe(error: &json::Error, body: &[u8]) -> String {
    let what = if body.trim_ascii().is_empty() {
        "an empty answer".to_owned()
    } else if error.is_end() {
        format!("JSON that ends early, after {} bytes", body.len())
    } else {
        format!("this is not JSON ({error})")
    };
    format!("{what}{}", excerpt(body))
}

/// Returns how an answer begins, fit for one line of a log.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let start = String::from_utf8_lossy(&body[..body.len().min(400)]);
    if body.trim_ascii().is_empty() {
        return String::new();
    }
    let words: Vec<_> = start.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).take(80).collect();
    let kind = if start.trim_start().to_ascii_lowercase().starts_with("<!doctype html")
        || start.trim_start().to_ascii_lowercase().starts_with("<html")
    {
        "an HTML page"
    } else {
        "text"
    };
    format!("; it sent {kind} that begins `{line}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_written_in_every_dialect() {
        let params = [Value::from("OpaqueRef:1"), Value::Float(30.0), Value::from(["*"])];
        let text = |dialect: Dialect| String::from_utf8(dialect.call("event.from", &params)).unwrap();
        assert_eq!(
            text(Dialect::Json2),
            r#"{"jsonrpc":"2.0","method":"event.from","params":["OpaqueRef:1",30.0,["*"]],"id":1}"#
        );
        assert_eq!(text(Dialect::Json1), r#"{"method":"event.from","params":["OpaqueRef:1",30.0,["*"]],"id":1}"#);
        assert!(text(Dialect::Xml).contains("<methodName>event.from</methodName>"));
    }

    #[test]
    fn results_and_errors_are_read_in_every_dialect() {
        let read = |dialect: Dialect, body: &str| dialect.answer::<Value>(200, body.as_bytes()).unwrap();
        assert_eq!(read(Dialect::Json2, r#"{"jsonrpc":"2.0","result":"x","id":1}"#), Ok(Value::from("x")));
        assert_eq!(read(Dialect::Json1, r#"{"result":[1],"error":null,"id":1}"#), Ok(Value::from(vec![1_i64])));
        let failure = Failure::new("HOST_IS_SLAVE", ["10.0.0.1"]);
        for body in [
            r#"{"jsonrpc":"2.0","error":{"code":1,"message":"HOST_IS_SLAVE","data":["10.0.0.1"]},"id":1}"#,
            r#"{"result":null,"error":["HOST_IS_SLAVE","10.0.0.1"],"id":1}"#,
            r#"{"jsonrpc":"2.0","error":["HOST_IS_SLAVE","10.0.0.1"],"id":0}"#,
        ] {
            assert_eq!(read(Dialect::Json2, body), Err(failure.clone()));
        }
        assert!(read(Dialect::Json2, r#"{"jsonrpc":"2.0","result":NaN,"id":1}"#).is_ok());
    }

    #[test]
    fn what_is_no_answer_is_described() {
        let read = |status, body: &str| match Dialect::Json2.answer::<Value>(status, body.as_bytes()) {
            Err(Unreadable::Nonsense(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert!(read(200, "<html><body>Hello").contains("an HTML page"));
        assert!(read(200, r#"{"jsonrpc":"2.0","resu"#).contains("ends early, after 22 bytes"));
        assert!(read(200, "").contains("an empty answer"));
        assert!(read(200, "\u{1}\u{2}zzz").contains("not JSON"));
        assert!(read(502, "Bad Gateway").contains("HTTP status 502"));
        assert!(read(200, "{}").contains("neither a result nor an error"));
        let shape = Dialect::Json2.answer::<Vec<i64>>(200, br#"{"result":"x"}"#);
        assert!(matches!(shape, Err(Unreadable::Shape(_))));
    }
}
