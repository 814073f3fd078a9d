//! `list-objects`: the inventory as one JSON array, printed while it arrives.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;

use indexmap::IndexMap;
use reqwest::Method;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::connection::{Answer, Connection};
use crate::failure::Refusal;
use crate::invocation::Options;
use crate::server::Server;
use crate::terminal::{self, Palette};
use crate::{Failure, lines, params, pretty};

/// Prints the objects that have all `<property>=<value>`, each with the `--<property>` named, or with all.
pub(crate) async fn list(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let mut properties = Vec::new();
    let mut conditions = Vec::new();
    for word in &words {
        match word.strip_prefix("--") {
            Some(property) if !property.is_empty() && !property.contains('=') => properties.push(property.to_owned()),
            _ => conditions.push(word.as_str()),
        }
    }
    let filter = params::parse(conditions)?;

    let mut server = Server::of(options)?;
    let (mut connection, _) = Connection::sign_in(&mut server).await?;
    let answer = request(&mut connection, &filter).await?;
    let mut list = List::new(terminal::stdout(), properties);
    if let Ok(Lines { path }) = serde_json::from_str(answer.json()) {
        connection.during(print_lines(&server, &path, &mut list)).await?;
    } else {
        connection.close().await;
        print_map(&answer, &mut list)?;
    }
    list.finish().map_err(Failure::output)
}

/// Address of a stream of objects, one a line.
#[derive(Deserialize)]
struct Lines {
    #[serde(rename = "$getFrom")]
    path: String,
}

/// Asks for the objects as lines, and of a server too old to know of them for one map by id.
async fn request(connection: &mut Connection, filter: &Map<String, Value>) -> Result<Answer, Failure> {
    let mut params = json!({ "ndjson": true });
    if !filter.is_empty() {
        params["filter"] = Value::Object(filter.clone());
    }
    match connection.call("xo.getAllObjects", &params).await {
        Err(Failure::Refused(refusal)) if refusal.code == Refusal::INVALID_PARAMETERS => {
            params.as_object_mut().expect("made as an object above").shift_remove("ndjson");
            connection.call("xo.getAllObjects", &params).await
        }
        answer => answer,
    }
}

/// Prints objects from a stream of lines; never more than a line is held.
async fn print_lines(server: &Server, path: &str, list: &mut List<impl Write>) -> Result<(), Failure> {
    let answer = server.request(Method::GET, path)?.send().await.map_err(|error| server.broken("list", &error))?;
    if !answer.status().is_success() {
        return Err(Failure::Transfer(format!("server answered {} instead of the objects", answer.status())));
    }
    lines::each(server, answer, |line| list.print_bytes(line)).await
}

/// Prints objects from a map by id, one after the other as they stand in the answer.
fn print_map(answer: &Answer, list: &mut List<impl Write>) -> Result<(), Failure> {
    struct Each<'l, W>(&'l mut List<W>, Result<(), Failure>);
    impl<'de, W: Write> Visitor<'de> for &mut Each<'_, W> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("objects by their ids")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while map.next_key::<IgnoredAny>()?.is_some() {
                let object: &RawValue = map.next_value()?;
                if self.1.is_ok() {
                    self.1 = self.0.print(object.get());
                }
            }
            Ok(())
        }
    }
    let mut each = Each(list, Ok(()));
    serde_json::Deserializer::from_str(answer.json())
        .deserialize_map(&mut each)
        .map_err(|error| Failure::Connection(format!("server answered something unexpected: {error}")))?;
    each.1
}

/// A JSON array that is being printed.
pub(crate) struct List<W> {
    out: W,
    properties: Vec<String>,
    palette: Palette,
    is_empty: bool,
}

impl<W: Write> List<W> {
    pub(crate) fn new(out: W, properties: Vec<String>) -> Self {
        Self { out, properties, palette: Palette::of_stdout(), is_empty: true }
    }

    fn print_bytes(&mut self, line: &[u8]) -> Result<(), Failure> {
        let wrong =
            |error: &dyn fmt::Display| Failure::Transfer(format!("list holds a line that is not JSON: {error}"));
        let line = std::str::from_utf8(line).map_err(|error| wrong(&error))?;
        if line.trim().is_empty() {
            return Ok(());
        }
        let object: &RawValue = serde_json::from_str(line).map_err(|error| wrong(&error))?;
        self.print(object.get())
    }

    pub(crate) fn print(&mut self, object: &str) -> Result<(), Failure> {
        let object =
            if self.properties.is_empty() { Cow::Borrowed(object) } else { Cow::Owned(self.restrict(object)?) };
        self.print_item(&object).map_err(Failure::output)
    }

    fn print_item(&mut self, object: &str) -> std::io::Result<()> {
        self.out.write_all(if self.is_empty { b"[" } else { b"," })?;
        self.is_empty = false;
        pretty::new_line(&mut self.out, 1)?;
        pretty::write(&mut self.out, object, 1, self.palette)
    }

    /// Returns the object with only the properties that were asked for, in their order.
    fn restrict(&self, object: &str) -> Result<String, Failure> {
        let all: IndexMap<String, &RawValue> = serde_json::from_str(object)
            .map_err(|error| Failure::Transfer(format!("list holds something that is no object: {error}")))?;
        let wanted: IndexMap<&str, &RawValue> =
            self.properties.iter().filter_map(|name| all.get(name).map(|value| (name.as_str(), *value))).collect();
        Ok(serde_json::to_string(&wanted).expect("what came as JSON can be written as JSON"))
    }

    pub(crate) fn finish(mut self) -> std::io::Result<()> {
        self.out.write_all(if self.is_empty { b"[]\n" } else { b"\n]\n" })?;
        self.out.flush()
    }
}
