use super::*;
use crate::DateTime;

fn sample() -> Value {
    Value::structure([
        ("text", Value::from("a <b> & \"c\" é")),
        ("empty", Value::from("")),
        ("set", Value::Array(vec![Value::from("x"), Value::Array(vec![])])),
        ("yes", Value::Bool(true)),
        ("half", Value::Float(0.5)),
        ("when", Value::DateTime(DateTime::parse("20240131T23:59:59Z").unwrap())),
        ("map", Value::Struct(vec![])),
    ])
}

#[test]
fn a_call_is_read_as_it_was_written() {
    let document = write_call("VM.start", &[sample(), Value::from("y")]);
    let (method, params) = parse_call(&document).unwrap();
    assert_eq!((method.as_str(), params), ("VM.start", vec![sample(), Value::from("y")]));
}

#[test]
fn an_answer_is_read_as_it_was_written() {
    assert_eq!(parse_response(&write_response(&sample())).unwrap(), sample());
}

#[test]
fn integers_of_hosts_are_bare_text() {
    assert_eq!(write_value(&Value::Int(-1)), b"<value>-1</value>");
    assert_eq!(parse_value("<value>-1</value>").unwrap().as_int(), Some(-1));
    assert_eq!(parse_value("<value><i4>7</i4></value>").unwrap(), Value::Int(7));
}

#[test]
fn a_failure_is_an_error() {
    let document = br"<?xml version='1.0'?><methodResponse><params><param><value><struct><member><name>Status</name><value>Failure</value></member><member><name>ErrorDescription</name><value><array><data><value>HANDLE_INVALID</value><value>VM</value><value>OpaqueRef:x</value></data></array></value></member></struct></value></param></params></methodResponse>";
    let failure = unwrap_status(parse_response(document).unwrap()).unwrap_err();
    assert_eq!(failure.to_string(), "HANDLE_INVALID(VM, OpaqueRef:x)");
}

#[test]
fn every_cut_of_a_document_is_an_error_and_never_a_panic() {
    let document = write_response(&sample());
    let whole = document.len() - "</value></param></params></methodResponse>".len();
    for end in 0..whole {
        assert!(parse_response(&document[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn no_flipped_byte_panics() {
    let document = write_response(&sample());
    for at in 0..document.len() {
        let mut broken = document.clone();
        broken[at] ^= 0x15;
        let _ = parse_response(&broken);
    }
}

#[test]
fn nesting_has_a_limit() {
    let deep = "<value><array><data>".repeat(500);
    assert!(matches!(parse_value(&deep), Err(Error::TooDeep)));
}

#[test]
fn a_document_type_is_refused_since_entities_are_declared_there() {
    let error = parse_value("<!DOCTYPE v [<!ENTITY a \"b\">]><value>&a;</value>").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a document without a type at byte 0 of the XML document, found `<!DOCTYPE`"
    );
}
