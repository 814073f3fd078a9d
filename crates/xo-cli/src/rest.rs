//! `rest get|post|put|patch|del`: the REST API of the server, whatever it offers.
//!
//! What the API takes is asked of its OpenAPI document, where there are parameters to send: their types, and whether
//! they go into the query. A server without one gets texts.

mod api;
mod candidates;
mod change;
mod document;
mod get;
mod given;
mod href;
mod object;
mod path;
mod refusal;
mod show;
mod table;

use reqwest::Method;

use self::api::Api;
pub(crate) use self::candidates::candidates;
use self::document::Document;
use self::path::Resource;
pub(crate) use self::refusal::Refusal;
use self::show::Form;
use crate::Failure;
use crate::invocation::Options;

/// What can be typed behind `rest`, and the method for it.
pub(crate) const VERBS: [(&str, Method); 5] = [
    ("del", Method::DELETE),
    ("get", Method::GET),
    ("patch", Method::PATCH),
    ("post", Method::POST),
    ("put", Method::PUT),
];

/// A command line behind `rest`.
#[derive(Debug)]
struct Asked<'w> {
    method: Method,
    json: bool,
    /// File or folder to save to.
    output: Option<&'w str>,
    /// File to send.
    file: Option<&'w str>,
    path: Option<&'w str>,
    named: Vec<&'w str>,
}

/// Does what the words behind `rest` say.
pub(crate) async fn run(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let asked = Asked::parse(&words)?;
    let mut api = Api::of(options).await?;
    let resource = asked.path.map(Resource::parse).transpose()?.filter(|resource| !resource.path.is_empty());
    match (&asked.method, resource) {
        (&Method::GET, None) => collections(&mut api, asked.form()).await,
        (&Method::GET, Some(resource)) => get::get(&mut api, &asked, resource).await,
        (&Method::DELETE, Some(resource)) => {
            let answer = api.send(&Method::DELETE, &asked.with_query(resource)?, None).await?;
            show::print(&api.server, answer, asked.form(), false).await
        }
        (_, Some(resource)) => change::change(&mut api, &asked, resource).await,
        (_, None) => Err(Failure::Usage("expected a path; see `xo-cli help rest`".into())),
    }
}

impl<'w> Asked<'w> {
    fn parse(words: &'w [String]) -> Result<Self, Failure> {
        let Some((verb, words)) = words.split_first() else {
            return Err(Failure::Usage("expected `rest get|post|put|patch|del`; see `xo-cli help rest`".into()));
        };
        let Some((_, method)) = VERBS.into_iter().find(|(name, _)| name == verb) else {
            return Err(Failure::Usage(format!(
                "unknown command `rest {verb}`; expected `rest get|post|put|patch|del`, see `xo-cli help rest`"
            )));
        };
        let is_get = method == Method::GET;
        let mut asked = Self { method, json: false, output: None, file: None, path: None, named: Vec::new() };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--json" => asked.json = true,
                "--output" | "-o" if is_get => {
                    let output = words.next().ok_or_else(|| Failure::Usage(format!("`{word}` needs a file")))?;
                    asked.output = Some(output);
                }
                _ if is_get && word.starts_with("--output=") => asked.output = word.strip_prefix("--output="),
                _ if word.starts_with('-') && asked.path.is_none() || word.starts_with("--") && !word.contains('=') => {
                    let known = if is_get { "[--json] [--output <file>]" } else { "[--json]" };
                    return Err(Failure::Usage(format!("unknown option `{word}`; expected {known}")));
                }
                _ if asked.path.is_none() => asked.path = Some(word),
                _ if !is_get && word.starts_with("@=") => asked.file = word.strip_prefix("@="),
                _ => asked.named.push(word),
            }
        }
        if asked.output == Some("") || asked.file == Some("") {
            let option = if is_get { "--output" } else { "@=" };
            return Err(Failure::Usage(format!("`{option}` needs a file, or `-` for standard input or output")));
        }
        Ok(asked)
    }

    fn form(&self) -> Form {
        Form::fitting(self.json)
    }

    /// Returns `resource` with everything that was named in its query.
    fn with_query(&self, mut resource: Resource) -> Result<Resource, Failure> {
        for one in given::read(&self.named, true)? {
            let (name, value) = one.in_query()?;
            if resource.has(&name) {
                return Err(Failure::Usage(format!("`{name}` is given twice")));
            }
            resource.query.push((name, value));
        }
        Ok(resource)
    }
}

/// Prints the collections that there are.
async fn collections(api: &mut Api, form: Form) -> Result<(), Failure> {
    if let Some(document) = Document::fetch(api).await? {
        return show::paths(document.collections(), form);
    }
    // Old servers list them at the root.
    let answer = api.send(&Method::GET, &Resource::parse("")?, None).await?;
    show::print(&api.server, answer, form, false).await
}
