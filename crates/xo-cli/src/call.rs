//! `<command> [--json] [<name>=<value>]...`: calling a method of the server.

use std::io::{IsTerminal, Write};

use serde::Deserialize;

use crate::connection::Connection;
use crate::invocation::Options;
use crate::report::Report;
use crate::server::Server;
use crate::terminal::{self, Palette};
use crate::{Failure, params, pretty, transfer};

/// A file to take from, or to give to, an address that the server opens once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
enum Transfer {
    #[serde(rename = "$getFrom")]
    GetFrom(String),
    #[serde(rename = "$sendTo")]
    SendTo(String),
}

/// Calls `method` and prints its result, or moves the file that it is about.
pub(crate) async fn call(options: &Options, method: String, words: Vec<String>) -> Result<(), Failure> {
    let (mut json, mut file) = (false, None);
    let mut named = Vec::new();
    for word in &words {
        if word == "--json" {
            json = true;
        } else if let Some(path) = word.strip_prefix("@=") {
            file = Some(path);
        } else if word.starts_with("--") && !word.contains('=') {
            return Err(Failure::Usage(format!("unknown option `{word}`; expected [--json] [<name>=<value>]...")));
        } else {
            named.push(word.as_str());
        }
    }
    let params = params::parse(named)?;
    if file == Some("") {
        return Err(Failure::Usage("`@=` needs a file, or `-` for standard input or output".into()));
    }

    let mut server = Server::of(options)?;
    let (mut connection, _) = Connection::sign_in(&mut server).await?;
    let answer = connection.call(&method, &params).await?;
    match (serde_json::from_str(answer.json()), file) {
        (Ok(Transfer::GetFrom(path)), Some(file)) => connection.during(transfer::download(&server, &path, file)).await,
        (Ok(Transfer::SendTo(path)), Some(file)) => {
            let reply = connection.during(transfer::upload(&server, &path, file)).await?;
            reply.map_or(Ok(()), |reply| print_result(&reply, json))
        }
        (Ok(Transfer::GetFrom(_)), None) => {
            Err(Failure::Usage(format!("`{method}` gives a file: add `@=<file>`, or `@=-` for standard output")))
        }
        (Ok(Transfer::SendTo(_)), None) => {
            Err(Failure::Usage(format!("`{method}` takes a file: add `@=<file>`, or `@=-` for standard input")))
        }
        (Err(_), file) => {
            connection.close().await;
            let report = Report::of(&params, answer.json());
            match &report {
                Some(report) if !json && std::io::stdout().is_terminal() => terminal::print_text(&report.text())?,
                _ => print_result(answer.json(), json)?,
            }
            match file {
                None => report.map_or(Ok(()), Report::into_result),
                Some(file) => {
                    Err(Failure::Usage(format!("`{method}` neither gives nor takes a file: `{file}` was not used")))
                }
            }
        }
    }
}

/// Prints a result: a text as it is unless JSON is wanted, anything else as JSON.
fn print_result(result: &str, json: bool) -> Result<(), Failure> {
    if let (false, Ok(text)) = (json, serde_json::from_str::<String>(result)) {
        return terminal::print_text(&text);
    }
    let mut out = terminal::stdout();
    pretty::write(&mut out, result, 0, Palette::of_stdout())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(Failure::output)
}
