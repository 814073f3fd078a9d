use super::*;
use crate::Value;

fn read(text: &str) -> Result<Value, Error> {
    let mut reader = Reader::new(text);
    let value = reader.value()?;
    reader.end().map(|()| value)
}

#[test]
fn json_is_read_as_another_reader_reads_it() {
    for text in [
        "null",
        "true",
        " [ ] ",
        "{}",
        r#"{"a":[1,-2,3.5,1e3,-0.25E-2],"b":{"c":null,"d":[[],[{}]]},"e":"x"}"#,
        r#""plain text longer than eight bytes""#,
        r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é 😀""#,
        r#"["a\\","\\\"",""]"#,
        "9223372036854775807",
        "18446744073709551615",
        "-9223372036854775808",
    ] {
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for text in [
        "nope",
        "[1,]",
        "{\"a\" 1}",
        "[1 2]",
        "{,}",
        "\"\\x\"",
        "\"\\ud8zz\"",
        "[1.2.3]",
        "[--1]",
        "+1",
        "]",
        "{1:2}",
        "[}",
    ] {
        let error = read(text).unwrap_err();
        assert!(matches!(error, Error::Unexpected { .. }), "{text}: {error:?}");
    }
    let error = read(r#"{"a":[1,?]}"#).unwrap_err();
    assert_eq!(error.to_string(), "expected a value at byte 8 of the JSON");
    assert!(read("1 2").is_err());
}

#[test]
fn a_text_that_is_cut_anywhere_ends_early() {
    let whole = r#"{"a":["\u00e9\ud83d\ude00",-Infinity,nan,true,false,null,12.5e1],"b":{"c":"d"}}"#;
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).unwrap_err().is_end(), "cut at {end}");
        let passed = Reader::new(&whole[..end]).span();
        assert!(passed.unwrap_err().is_end(), "cut at {end}");
    }
    assert_eq!(Reader::new(whole).span().unwrap(), whole);
}

#[test]
fn half_a_character_becomes_a_replacement() {
    assert_eq!(read(r#""a\ud83dz\udc00\ud83d\u0041""#).unwrap(), Value::from("a\u{fffd}z\u{fffd}\u{fffd}A"));
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = "[".repeat(100_000);
    assert!(matches!(read(&deep), Err(Error::TooDeep)));
    assert!(Reader::new(&deep).span().unwrap_err().is_end());
}

#[test]
fn members_are_given_with_their_keys() {
    let mut reader = Reader::new(r#"{"one":1,"t\u0077o":[2,{"x":3}],"three":"3"} rest"#);
    let mut seen = Vec::new();
    reader
        .members(|key, reader| {
            seen.push(format!("{key}={}", reader.span()?));
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, ["one=1", r#"two=[2,{"x":3}]"#, "three=\"3\""]);
    assert_eq!(reader.offset(), 44);
}

#[test]
fn any_changed_byte_is_read_or_refused() {
    let whole = r#"{"a":["\u00e9x",-Infinity,nan,true,null,12.5e1],"b":{"c":"d"}}"#;
    for at in 0..whole.len() {
        for byte in 0..128 {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            let _ = read(&text);
            let _ = Reader::new(&text).span();
        }
    }
}

#[test]
fn members_are_left_out_of_one_object_only() {
    let text = r#"[{"a":[1,{"b":2}],"b":{"a":3,"b":4},"\u0061":5,"c":6},{"a":7}]"#;
    let mut reader = Reader::new(text);
    reader.leave_out(&["a", "longer"]);
    let value: Value = reader.value().unwrap();
    // An array is no object: the first one in it is.
    assert_eq!(value.to_string(), r#"[{"b":{"a":3,"b":4},"a":5,"c":6},{"a":7}]"#);
    let mut cut = Reader::new(r#"{"a":"never end"#);
    cut.leave_out(&["a"]);
    assert!(cut.value::<Value>().unwrap_err().is_end());
}

#[test]
fn a_text_is_given_as_it_reads() {
    assert_eq!(Reader::new(r#" "a\n""#).text(str::len).unwrap(), 2);
    assert!(Reader::new("7").text(str::len).unwrap_err().is_shape());
    assert!(Reader::new("\"a").text(str::len).unwrap_err().is_end());
}
