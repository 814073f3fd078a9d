//! Bodies of calls: from bytes to a request and the envelope of its answer.

use xapi_types::{Value, json, xml};

use crate::Object;
use crate::dispatch::Request;

use super::{answer::Envelope, head::Head};

/// Reads the body of a call; which dialect it is hangs on the path alone.
///
/// # Errors
///
/// Says what is wrong, for the page that the client gets.
pub(crate) fn parse(head: &Head, body: &[u8]) -> Result<(Request, Envelope), String> {
    let (method, params, envelope) =
        if head.path.starts_with("/jsonrpc") { parse_json(body)? } else { parse_xml(body)? };
    let request = Request { method, params, other_config: head.other_config(), subtask_of: head.subtask_of() };
    Ok((request, envelope))
}

fn parse_xml(body: &[u8]) -> Result<(String, Vec<Value>, Envelope), String> {
    if body.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err("Xmlm.Error: illegal character".to_owned());
    }
    let (method, params) = xml::parse_call(body).map_err(|error| format!("Xmlm.Error: {error}"))?;
    let has_params = body.windows(7).any(|window| window == b"<params");
    if !has_params {
        return Err("Xmlrpc.Parse_error(\"close_tag\", \"open_tag\", _)".to_owned());
    }
    Ok((method, params, Envelope::Xml))
}

fn parse_json(body: &[u8]) -> Result<(String, Vec<Value>, Envelope), String> {
    let call = json::parse(body).map_err(|error| format!("Jsonrpc.Malformed_method_request: {error}"))?;
    let malformed = |what: &str| format!("Jsonrpc.Malformed_method_request(\"{what}\")");
    if call.as_struct().is_none() {
        return Err(malformed("not an object"));
    }
    let method = call.get("method").and_then(Value::as_str).ok_or_else(|| malformed("method"))?;
    let id = match call.get("id") {
        Some(id @ (Value::Int(_) | Value::String(_))) => id.clone(),
        _ => return Err(malformed("id")),
    };
    let envelope = match call.get("jsonrpc") {
        None => Envelope::Json1(id),
        Some(version) if version.as_str() == Some("2.0") => Envelope::Json2(id),
        Some(_) => return Err(malformed("jsonrpc")),
    };
    let params = match (call.get("params"), &envelope) {
        (Some(Value::Array(params)), _) => params.clone(),
        (None | Some(Value::Null), Envelope::Json2(_)) => Vec::new(),
        (Some(object @ Value::Struct(_)), Envelope::Json2(_)) => vec![object.clone()],
        _ => return Err(malformed("params")),
    };
    Ok((method.to_owned(), params, envelope))
}

/// Returns what identifies the caller of a handler, which takes a session or a password.
pub(crate) fn session_of(head: &Head) -> Option<Object> {
    head.parameter("session_id").and_then(|text| Object::parse(&text))
}
