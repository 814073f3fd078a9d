//! What the server answers, printed: for people at a terminal, as JSON elsewhere.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use dialoguer::console::Term;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use serde_json::value::RawValue;

use super::href::shorten;
use super::object;
use super::table::Table;
use crate::objects::List;
use crate::server::Server;
use crate::terminal::{self, Palette, visible};
use crate::{Failure, lines, pretty, transfer};

/// Width of a terminal that does not tell it.
const USUAL_WIDTH: usize = 80;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// Tables, and properties line by line.
    Readable,
}

impl Form {
    /// Returns the form that fits standard output, unless JSON is asked for.
    pub(super) fn fitting(json: bool) -> Self {
        if !json && std::io::stdout().is_terminal() { Self::Readable } else { Self::Json }
    }
}

/// Prints `answer`. Lines of JSON are the items of a list if they were asked for only to be read one by one
/// (`as_list`), and go as they are otherwise.
pub(super) async fn print(server: &Server, answer: Response, form: Form, as_list: bool) -> Result<(), Failure> {
    let kind = kind_of(&answer);
    match kind.as_str() {
        "application/x-ndjson" if as_list => list(server, answer, form).await,
        kind if is_json(kind) => {
            let text = answer.text().await.map_err(|error| server.broken("answer", &error))?;
            json(&text, form)
        }
        _ if !std::io::stdout().is_terminal() => transfer::pass_on(server, answer).await,
        kind if kind.is_empty() || kind.starts_with("text/") || kind == "application/x-ndjson" => {
            text(server, answer).await
        }
        kind => Err(Failure::Usage(format!(
            "the answer is a file ({kind}); add `--output <file>`, or `--output <folder>/`"
        ))),
    }
}

/// Returns whether `answer` holds JSON.
pub(super) fn holds_json(answer: &Response) -> bool {
    is_json(&kind_of(answer))
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.ends_with("+json")
}

/// Returns the media type of `answer`, without its parameters.
fn kind_of(answer: &Response) -> String {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Prints a JSON text.
pub(super) fn json(text: &str, form: Form) -> Result<(), Failure> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let wrong = |error| Failure::Transfer(format!("server answered something that is not JSON: {error}"));
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let mut list = Rows::new(form);
        items.iter().try_for_each(|item| list.item(item.get()))?;
        return list.finish();
    }
    let mut out = terminal::stdout();
    let printed = match form {
        Form::Json => {
            let raw: &RawValue = serde_json::from_str(text).map_err(wrong)?;
            pretty::write(&mut out, raw.get(), 0, Palette::of_stdout()).and_then(|()| out.write_all(b"\n"))
        }
        Form::Readable => {
            let value: Value = serde_json::from_str(text).map_err(wrong)?;
            object::write(&mut out, &value, Palette::of_stdout())
        }
    };
    printed.and_then(|()| out.flush()).map_err(Failure::output)
}

/// Prints a list of paths.
pub(super) fn paths<'p>(paths: impl IntoIterator<Item = &'p str>, form: Form) -> Result<(), Failure> {
    let mut list = Rows::new(form);
    for path in paths {
        list.item(&Value::from(path).to_string())?;
    }
    list.finish()
}

/// Prints a text line by line, at a terminal.
async fn text(server: &Server, answer: Response) -> Result<(), Failure> {
    let mut out = terminal::stdout();
    let line = |line: &[u8]| {
        writeln!(out, "{}", visible(&String::from_utf8_lossy(line))).and_then(|()| out.flush()).map_err(Failure::output)
    };
    lines::each(server, answer, line).await
}

/// Prints a list from lines of JSON; never more than some rows are held.
async fn list(server: &Server, answer: Response, form: Form) -> Result<(), Failure> {
    let mut rows = Rows::new(form);
    let wrong = |error: &dyn Display| Failure::Transfer(format!("list holds a line that is not JSON: {error}"));
    let line = |line: &[u8]| {
        let line = std::str::from_utf8(line).map_err(|error| wrong(&error))?;
        if line.trim().is_empty() {
            return Ok(());
        }
        let item: &RawValue = serde_json::from_str(line).map_err(|error| wrong(&error))?;
        rows.item(item.get())
    };
    lines::each(server, answer, line).await?;
    rows.finish()
}

/// A list that is being printed.
enum Rows<W: Write> {
    Json(List<W>),
    Readable(Table<W>),
}

impl Rows<std::io::BufWriter<std::io::StdoutLock<'static>>> {
    fn new(form: Form) -> Self {
        let palette = Palette::of_stdout();
        match form {
            Form::Json => Self::Json(List::new(terminal::stdout(), Vec::new())),
            Form::Readable => {
                let width = Term::stdout().size_checked().map_or(USUAL_WIDTH, |(_, columns)| columns.into());
                Self::Readable(Table::new(terminal::stdout(), palette, width))
            }
        }
    }
}

impl<W: Write> Rows<W> {
    /// Takes the JSON text of an item.
    fn item(&mut self, item: &str) -> Result<(), Failure> {
        let item = shorten(item);
        match self {
            Self::Json(list) => list.print(&item),
            Self::Readable(table) => {
                let value = serde_json::from_str(&item).map_err(|error| {
                    Failure::Transfer(format!("list holds something that cannot be shown: {error}"))
                })?;
                table.row(value).map_err(Failure::output)
            }
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Json(list) => list.finish(),
            Self::Readable(table) => table.finish(),
        }
        .map_err(Failure::output)
    }
}
