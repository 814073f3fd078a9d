//! What may be typed behind `rest`: verbs, collections, names of parameters.

use super::VERBS;
use super::api::Api;
use super::document::{Document, Operation};
use super::path::Resource;
use crate::Failure;
use crate::invocation::Options;

/// Returns what may stand behind the words `given`.
pub(crate) async fn candidates(options: &Options, given: &[String]) -> Result<Vec<String>, Failure> {
    let Some((verb, given)) = given.split_first() else {
        return Ok(VERBS.iter().map(|(name, _)| (*name).to_owned()).collect());
    };
    let Some((_, method)) = VERBS.iter().find(|(name, _)| name == verb) else { return Ok(Vec::new()) };
    let own: &[&str] = if verb == "get" { &["--json", "--output"] } else { &["--json"] };
    let own = own.iter().map(|option| (*option).to_owned());
    let mut api = Api::of(options).await?;
    let Some(document) = Document::fetch(&mut api).await? else { return Ok(own.collect()) };
    let Some(path) = given.iter().find(|word| !word.starts_with('-')) else {
        return Ok(document.collections().into_iter().map(str::to_owned).chain(own).collect());
    };
    let operation = document.operation(method, &Resource::parse(path)?.path);
    let names = operation.map(Operation::names).unwrap_or_default();
    let names = names.into_iter().map(|name| format!("{name}="));
    let free = names.filter(|name| !given.iter().any(|word| word.starts_with(name.as_str())));
    Ok(free.chain(own).collect())
}
