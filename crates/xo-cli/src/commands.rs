//! `list-commands`: what the server offers, and the signatures of its methods.

use std::io::Write;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::connection::Connection;
use crate::glob::Patterns;
use crate::invocation::Options;
use crate::server::Server;
use crate::terminal::{self, Palette};
use crate::{Failure, pretty};

/// What the server tells about a method.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Method {
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) params: IndexMap<String, Value>,
    /// The parameter in whose place it takes a selection of objects, if it does.
    #[serde(default)]
    pub(crate) selection: Option<String>,
}

/// Asks the server for its methods; nobody needs to be signed in for it.
pub(crate) async fn methods(server: &mut Server) -> Result<IndexMap<String, Box<RawValue>>, Failure> {
    let mut connection = Connection::open(server).await?;
    let answer = connection.call("system.getMethodsInfo", &serde_json::json!({})).await?;
    let mut methods: IndexMap<String, Box<RawValue>> = answer.decode()?;
    connection.close().await;
    methods.sort_unstable_keys();
    Ok(methods)
}

impl Method {
    pub(crate) fn parse(json: &RawValue) -> Self {
        // A description in another form costs us the description, not the method.
        serde_json::from_str(json.get()).unwrap_or_default()
    }
}

/// Prints the methods that the patterns choose.
pub(crate) async fn list(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let mut json = false;
    let mut patterns = Vec::new();
    for word in words {
        match word.as_str() {
            "--json" => json = true,
            option if option.starts_with("--") => {
                return Err(Failure::Usage(format!("unknown option `{option}`; expected [--json] [<pattern>]...")));
            }
            _ => patterns.push(word),
        }
    }
    let patterns = Patterns::new(&patterns);
    let mut methods = methods(&mut Server::of(options)?).await?;
    methods.retain(|name, _| patterns.choose(name));
    let mut out = terminal::stdout();
    let palette = Palette::of_stdout();
    let printed = if json {
        let text = serde_json::to_string(&methods).expect("what came as JSON can be written as JSON");
        pretty::write(&mut out, &text, 0, palette).and_then(|()| out.write_all(b"\n"))
    } else {
        methods.iter().try_for_each(|(name, method)| print_signature(&mut out, name, &Method::parse(method), palette))
    };
    printed.and_then(|()| out.flush()).map_err(Failure::output)
}

/// Prints a method as it is called: `vm.start [host=<string>] id=<string>`, its description below.
pub(crate) fn print_signature(
    out: &mut impl Write,
    name: &str,
    method: &Method,
    palette: Palette,
) -> std::io::Result<()> {
    let Palette { name: style, faint, .. } = palette;
    write!(out, "{style}{name}{style:#}")?;
    for (name, schema) in &method.params {
        let kind = kind(schema);
        // A `?` at the end says that older servers may ignore it; it is typed without.
        let name = name.strip_suffix('?').unwrap_or(name);
        if is_optional(schema) {
            write!(out, " {faint}[{name}=<{kind}>]{faint:#}")?;
        } else {
            write!(out, " {name}=<{kind}>")?;
        }
    }
    writeln!(out)?;
    for line in method.description.iter().flat_map(|description| description.lines()) {
        writeln!(out, "    {}", line.trim_end())?;
    }
    Ok(())
}

pub(crate) fn is_optional(schema: &Value) -> bool {
    schema["optional"] == true || schema.get("default").is_some()
}

fn kind(schema: &Value) -> String {
    let join = |values: &[Value]| {
        let texts = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        texts.collect::<Vec<_>>().join("|")
    };
    match (&schema["enum"], &schema["type"]) {
        (Value::Array(values), _) | (_, Value::Array(values)) => join(values),
        (_, Value::String(kind)) => kind.clone(),
        _ => "any".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_signature_shows_what_to_type() {
        let method: Method = serde_json::from_value(json!({
            "description": "Start a VM\nsecond line",
            "params": {
                "force": { "type": "boolean", "optional": true },
                "id": { "type": "string" },
                "memory": { "type": ["integer", "string"] },
                "format": { "enum": ["xva", "ova"], "default": "xva" },
                "new?": {}
            },
            "permission": "admin"
        }))
        .unwrap();
        let mut out = Vec::new();
        print_signature(&mut out, "vm.start", &method, Palette::PLAIN).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "vm.start [force=<boolean>] id=<string> memory=<integer|string> [format=<xva|ova>] new=<any>\n    \
             Start a VM\n    second line\n"
        );
    }
}
