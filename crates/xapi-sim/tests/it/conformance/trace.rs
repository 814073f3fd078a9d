//! Recorded exchanges.

use std::{fs, path::Path};

use serde::Deserialize;

use crate::client::Reply;

/// An exchange.
pub struct Trace {
    /// Name of its file.
    pub name: String,
    /// Request, byte by byte.
    pub request: Vec<u8>,
    /// Reply.
    pub reply: Reply,
    /// Whether there was a reply.
    pub answered: bool,
    /// Whether the host closed the connection after it.
    pub closed: bool,
    /// Whether it went to the pool's second host.
    pub to_slave: bool,
}

#[derive(Deserialize)]
struct Recorded {
    request_raw: String,
    response_status: Option<String>,
    #[serde(default)]
    response_headers: Vec<String>,
    response_body: Option<String>,
    connection_after: Option<String>,
}

impl Trace {
    /// Returns whether the reply is the answer of a call.
    pub fn is_call(&self) -> bool {
        matches!(self.reply.header("content-type"), Some("text/xml" | "application/json"))
    }
}

/// Reads all exchanges in their order; nothing if there is no such folder.
pub fn read(folder: &Path) -> Option<Vec<Trace>> {
    let mut files: Vec<_> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let traces = files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "json"));
    let traces = traces.filter_map(|file| {
        // Indexes and streams of events are lists; an exchange is an object.
        let recorded: Recorded = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        let name = file.file_stem()?.to_str()?.to_owned();
        let pair = |line: &String| line.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned()));
        let status = recorded.response_status.unwrap_or_default();
        // An exchange of which only the request was kept cannot be compared.
        let kept = !name.ends_with("_sync") && !recorded.request_raw.is_empty();
        kept.then(|| Trace {
            to_slave: name.contains("_slave_") && !name.contains("slave_down") && !name.contains("slave_back"),
            request: recorded.request_raw.into_bytes(),
            answered: !status.is_empty(),
            closed: matches!(recorded.connection_after.as_deref(), Some("closed" | "eof")),
            reply: Reply {
                status,
                headers: recorded.response_headers.iter().filter_map(pair).collect(),
                body: recorded.response_body.unwrap_or_default().into_bytes(),
            },
            name,
        })
    });
    Some(traces.collect())
}
