//! `rest get`: a list, an object, or whatever else is there.

use reqwest::{Method, Response, StatusCode};

use super::api::Api;
use super::document::Document;
use super::path::Resource;
use super::{Asked, show};
use crate::{Failure, transfer};

/// Prints what is at `resource`, or saves it.
pub(super) async fn get(api: &mut Api, asked: &Asked<'_>, resource: Resource) -> Result<(), Failure> {
    let mut resource = asked.with_query(resource)?;
    if let Some(output) = asked.output {
        let file = if output.ends_with('/') { format!("{output}{}", resource.name()) } else { output.to_owned() };
        let server = api.server.clone();
        return transfer::save(&server, look(api, &mut resource), &file).await;
    }
    let as_list = !resource.has("ndjson") && !resource.has("markdown");
    if as_list {
        // What is no list is answered as ever: names that mean nothing in a query are passed over.
        resource.query.push(("ndjson".into(), "true".into()));
    }
    match look(api, &mut resource).await {
        Err(Failure::Answered(refusal)) if refusal.status == StatusCode::NOT_FOUND => {
            // No route lists what can be done with an object, but the document tells.
            let document = if resource.name() == "actions" { Document::fetch(api).await? } else { None };
            let actions = document.map(|document| document.actions(&resource.path)).unwrap_or_default();
            if actions.is_empty() {
                return Err(refusal.into());
            }
            show::paths(actions.iter().map(String::as_str), asked.form())
        }
        answer => show::print(&api.server, answer?, asked.form(), as_list).await,
    }
}

/// Asks for `resource`; where a task is waited for, in the way that the server understands.
async fn look(api: &mut Api, resource: &mut Resource) -> Result<Response, Failure> {
    loop {
        let answer = api.send(&Method::GET, resource, None).await;
        let Err(Failure::Answered(refusal)) = &answer else { return answer };
        let Some((_, wait)) = resource.query.iter_mut().find(|(name, _)| name == "wait") else { return answer };
        if matches!(wait.as_str(), "result" | "") && refusal.places.iter().any(|place| place == "wait") {
            // Servers that know one way to wait do so until the task has ended.
            "true".clone_into(wait);
            continue;
        }
        let is_missing = refusal.status == StatusCode::NOT_FOUND;
        match resource.path.strip_suffix("/actions").map(str::len).filter(|_| is_missing) {
            // The help has it so; only the task itself can be waited for.
            Some(length) => resource.path.truncate(length),
            None => return answer,
        }
    }
}
