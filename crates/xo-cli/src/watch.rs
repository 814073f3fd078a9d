//! `watch`: what changes on the server, as it happens, until interrupted.

use std::borrow::Cow;
use std::io::Write;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::Failure;
use crate::connection::Connection;
use crate::invocation::Options;
use crate::server::Server;
use crate::terminal::{self, Palette};

/// A notification: objects that came or changed, or that went.
#[derive(Deserialize)]
struct Change<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    items: IndexMap<String, Value>,
}

/// Prints each notification as it came, one a line (`--ndjson`), or a line for people for each object.
pub(crate) async fn watch(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let ndjson = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--ndjson"] => true,
        _ => return Err(Failure::Usage("expected nothing but `--ndjson` after `watch`".into())),
    };
    let (mut connection, _) = Connection::sign_in(&mut Server::of(options)?).await?;
    let palette = Palette::of_stdout();
    loop {
        let text = connection.notification().await?;
        if ndjson {
            terminal::print_line(&text)?;
        } else if let Ok(change) = serde_json::from_str::<Change<'_>>(&text) {
            let mut out = terminal::stdout();
            print(&mut out, &change, palette).and_then(|()| out.flush()).map_err(Failure::output)?;
        }
    }
}

fn print(out: &mut impl Write, change: &Change<'_>, palette: Palette) -> std::io::Result<()> {
    let Palette { name, faint, .. } = palette;
    for (id, object) in &change.items {
        let text = |property: &str| object[property].as_str().unwrap_or_default();
        let (kind, label) = (text("type"), text("name_label"));
        writeln!(out, "{faint}{:5}{faint:#} {id} {kind} {name}{}{name:#}", change.kind, label.escape_debug())?;
    }
    Ok(())
}
