//! JSON that clients write: what an object has twice is an error, wherever it is.

use std::{cell::RefCell, fmt, iter};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

/// Why a text is not what one can work with.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is no JSON; the error has line and column.
    Syntax(serde_json::Error),
    /// This place, `body.bios.boot`, is there twice.
    Twice(String),
}

/// Reads a text that stands at `place` in the request.
pub(super) fn read(text: &[u8], place: &str) -> Result<Value, Trouble> {
    let twice = RefCell::new(None);
    let place = Place { outer: None, name: place };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = Reader { place: &place, twice: &twice }.deserialize(&mut reader);
    match read.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(twice.into_inner().map_or(Trouble::Syntax(error), Trouble::Twice)),
    }
}

/// Where a value stands.
struct Place<'a> {
    outer: Option<&'a Self>,
    name: &'a str,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = iter::successors(Some(self), |place| place.outer).map(|place| place.name).collect();
        names.reverse();
        f.write_str(&names.join("."))
    }
}

struct Reader<'a> {
    place: &'a Place<'a>,
    twice: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Value, D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        loop {
            let name = read.len().to_string();
            let place = Place { outer: Some(self.place), name: &name };
            match items.next_element_seed(Reader { place: &place, twice: self.twice })? {
                Some(item) => read.push(item),
                None => return Ok(read.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let place = Place { outer: Some(self.place), name: &name };
            if read.contains_key(&name) {
                *self.twice.borrow_mut() = Some(place.to_string());
                return Err(A::Error::custom("a name is given twice"));
            }
            let value = entries.next_value_seed(Reader { place: &place, twice: self.twice })?;
            read.insert(name, value);
        }
        Ok(read.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_once_is_read_as_it_is() {
        for text in [
            r#"{"a":[1,-2,1.5,true,null,"x",{"b":{}}],"c":"\u00e9\n","$serde_json::private::RawValue":"1"}"#,
            "18446744073709551615",
            " [ ] ",
        ] {
            let value = read(text.as_bytes(), "body").expect("it is JSON");
            assert_eq!(value.to_string(), text.replace(' ', "").replace("\\u00e9", "é"));
        }
    }

    #[test]
    fn what_is_there_twice_is_named_by_its_place() {
        for (text, at) in [
            (r#"{"a":1,"a":1}"#, "body.a"),
            (r#"{"a":1,"\u0061":2}"#, "body.a"),
            (r#"{"x":[0,{"y":{"a":1,"b":2,"a":3}}]}"#, "body.x.1.y.a"),
            (r#"{"":0,"":0}"#, "body."),
        ] {
            match read(text.as_bytes(), "body") {
                Err(Trouble::Twice(place)) => assert_eq!(place, at),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_line_and_column() {
        let deep = "[".repeat(100_000);
        for (text, at) in [
            (&b"{\"a\":1,\n \"b\" 2}"[..], (2, 6)),
            (b"{} x", (1, 4)),
            (b"{\"a\":\"\xff\"}", (1, 7)),
            (b"{\"a\":1e999}", (1, 10)),
            (deep.as_bytes(), (1, 128)),
        ] {
            match read(text, "body") {
                Err(Trouble::Syntax(error)) => assert_eq!((error.line(), error.column()), at, "{error}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
