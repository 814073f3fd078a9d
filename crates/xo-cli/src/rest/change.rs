//! `rest post`, `put` and `patch`: parameters or a file to the server.

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode};
use serde_json::Map;

use super::api::Api;
use super::document::Document;
use super::path::{PREFIX, Resource};
use super::show::Form;
use super::{Asked, given, show};
use crate::report::Report;
use crate::{Failure, terminal, transfer};

/// Sends parameters, or a file, and prints what is answered.
pub(super) async fn change(api: &mut Api, asked: &Asked<'_>, mut resource: Resource) -> Result<(), Failure> {
    let given = given::read(&asked.named, false)?;
    let document = match (&given[..], asked.file) {
        ([], None) => None,
        _ => Document::fetch(api).await?,
    };
    let operation = document.as_ref().and_then(|document| document.operation(&asked.method, &resource.path));
    let mut params = Map::new();
    let answer = if let Some(file) = asked.file {
        if operation.is_some_and(|operation| !operation.takes_file()) {
            let Asked { method, .. } = asked;
            return Err(Failure::Usage(format!("`{method} {}` takes no file: `{file}` was not used", resource.path)));
        }
        let resource = asked.with_query(resource)?;
        let request = api.request(asked.method.clone(), &resource.address())?;
        let answer = transfer::send(&api.server, request, file).await?;
        api.accepted(answer, &asked.method, &resource.path).await?
    } else {
        let (query, body) = given::place(&given, operation)?;
        resource.query.extend(query);
        params = body;
        api.send(&asked.method, &resource, Some(&params.clone().into())).await?
    };
    let form = asked.form();
    if let Some(task) = begun(&answer).filter(|_| form == Form::Readable) {
        return show::paths([task], form);
    }
    if !Report::may_answer(&params) || !show::holds_json(&answer) {
        return show::print(&api.server, answer, form, false).await;
    }
    let text = answer.text().await.map_err(|error| api.server.broken("answer", &error))?;
    let report = Report::of(&params, &text);
    match &report {
        Some(report) if form == Form::Readable => terminal::print_text(&report.text())?,
        _ => show::json(&text, form)?,
    }
    report.map_or(Ok(()), Report::into_result)
}

/// Returns where the task is that `answer` says has begun.
fn begun(answer: &Response) -> Option<&str> {
    let task = answer.headers().get(LOCATION)?.to_str().ok()?;
    task.strip_prefix(PREFIX).filter(|_| answer.status() == StatusCode::ACCEPTED)
}
