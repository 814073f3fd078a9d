//! What the original answered over REST when it was recorded, asked again: status, headers that clients look at, body.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

use super::{FOLDER, Names};
use crate::server::Server;
use crate::wait::LIMIT;

/// Numbers of the exchanges whose answer is another, and why.
const DIFFERENT: &[(&[usize], &str)] = &[
    (&[8], "who has to wait is told so by 429"),
    (&[11], "a token may be shown as Bearer"),
    (&[20], "ours tells where the filter is wrong, too"),
    (&[40], "a name that is taken is no failure of the server"),
    (&[44], "what is too much is told under its path"),
    (&[45], "a body that is no JSON is no failure of the server"),
    (&[46], "a body that is not said to be JSON is refused as such, and not passed over"),
    (&[49], "preferences can be changed"),
    (&[50], "the words are ours"),
    (&[51], "the name and the preferences have been changed before"),
    (&[57], "a duration that is none is no failure of the server"),
    (&[58], "the ids of tokens are not the tokens"),
    (&[69, 91], "the words are ours; roles come in the order of their numbers"),
    (&[71, 72], "what is wrong is told under its path"),
    (&[73], "privileges come in another order"),
    (&[111], "there is one web interface, at the root"),
    (&[137], "the page is ours"),
    (&[138], "properties come in another order"),
    (&[142, 146], "a failed connection is told in words for people"),
];

/// Numbers of the exchanges whose answer is one of two: the first of two users, whose ids are made at random.
const EITHER: &[usize] = &[15, 157];

/// Paths that may be missing until the issue that they come with.
const LATER: &[(&str, &str)] = &[
    ("/backup", "backups"),
    ("/plugins", "plugins"),
    ("/proxies", "proxies"),
    ("/restore-logs", "backups"),
    ("/schedules", "schedules"),
];

/// Tokens and ids of the recording: of the administrator, and of a user without rights.
const ADMIN: (&str, &str) = ("iUV904XZfcWTKQYfgKq1xr-CAVF9ETUqzPTCZlE-p8E", "1c95ec66-9cc4-4a30-b8b9-f3d1bf2db0c0");
const LOW: &str = "e794ac2e-630a-4a04-9da6-aafb77bc273d";

#[tokio::test]
async fn recorded_requests_are_answered_as_the_original_did() {
    let file = format!("{FOLDER}/rest.json");
    if !Path::new(&file).exists() {
        eprintln!("skipped: no recorded requests at {file}");
        return;
    }
    let text = std::fs::read_to_string(file).unwrap();
    let recorded: Vec<Value> = serde_json::from_str(&text).unwrap();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (server, password) = Server::first_start().await;
    let mut replay = Replay::new(&server, &password, &recorded).await;
    let (mut wrong, mut absent, mut asked) = (Vec::new(), BTreeSet::new(), 0);
    for (number, exchange) in recorded.iter().enumerate() {
        let request = &exchange["request"];
        let path = request["path"].as_str().unwrap().trim_start_matches("/rest/v0");
        let answer = replay.ask(request).await;
        if answer.no_route && !exchange["response"]["body"].to_string().contains("Cannot ") {
            absent.insert(path.to_owned());
            continue;
        }
        asked += 1;
        let difference = replay.compare(&exchange["response"], &answer);
        let reason = DIFFERENT.iter().find(|(numbers, _)| numbers.contains(&number));
        match (difference, reason) {
            (None, None) | (Some(_), Some(_)) => {}
            (Some(_), None) if EITHER.contains(&number) => {}
            (None, Some((_, reason))) => wrong.push(format!("{number} no longer differs ({reason})")),
            (Some(difference), None) => {
                let note = &exchange["note"];
                wrong.push(format!("{number} {} {path} ({note}): {difference}", request["method"]));
            }
        }
    }
    let unexpected: Vec<_> =
        absent.iter().filter(|path| !LATER.iter().any(|(later, _)| path.starts_with(later))).collect();
    assert!(unexpected.is_empty(), "there is nothing at {unexpected:?}");
    assert!(wrong.is_empty(), "{} of {asked} answers differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 100, "only {asked} requests were asked again");
}

struct Replay {
    http: Client,
    base: String,
    password: String,
    names: Names,
}

struct Answer {
    status: u16,
    headers: HashMap<&'static str, String>,
    body: Value,
    /// Whether there is nothing at the path.
    no_route: bool,
}

impl Replay {
    /// Makes the users and tokens that there were.
    async fn new(server: &Server, password: &str, recorded: &[Value]) -> Self {
        let mut client = crate::client::Client::connect(server.address).await.expect("the server accepts connections");
        let credentials = |email: &str, password: &str| json!({ "email": email, "password": password });
        client.ok("session.signIn", credentials("admin@admin.net", password)).await;
        let low = client.ok("user.create", credentials("restlow", "low")).await;
        let own = client.ok("session.getUser", json!({})).await["id"].clone();
        let token = client.ok("token.create", json!({})).await;
        client.ok("session.signIn", credentials("restlow", "low")).await;
        let low_token = client.ok("token.create", json!({})).await;
        // The one cookie that is neither the administrator's nor wrong.
        let cookies = recorded.iter().filter_map(|exchange| exchange["request"]["headers"]["cookie"].as_str());
        let tokens: BTreeSet<_> = cookies.filter_map(|cookie| cookie.split('=').nth(1)).collect();
        let theirs = tokens.into_iter().find(|token| token.len() == 43 && *token != ADMIN.0).expect("it is used");
        let text = |value: Value| value.as_str().expect("a text").to_owned();
        let names = HashMap::from([
            (ADMIN.0.to_owned(), text(token)),
            (ADMIN.1.to_owned(), text(own)),
            (LOW.to_owned(), text(low)),
            (theirs.to_owned(), text(low_token)),
        ]);
        let http = Client::builder().redirect(Policy::none()).no_proxy().timeout(LIMIT).build().expect("a client");
        Self {
            http,
            base: format!("http://{}", server.address),
            password: password.to_owned(),
            names: Names::new(names, true),
        }
    }

    async fn ask(&self, request: &Value) -> Answer {
        let text = |value: &Value| self.names.renamed_text(value.as_str().unwrap_or_default());
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let mut send = self.http.request(method, format!("{}{}", self.base, text(&request["path"])));
        for (name, value) in request["headers"].as_object().unwrap() {
            // The password of the recording, which here is made up at the first start.
            send = match value.as_str() {
                Some("Basic YWRtaW5AYWRtaW4ubmV0OmFkbWlu") => send.basic_auth("admin@admin.net", Some(&self.password)),
                _ => send.header(name, text(value)),
            };
        }
        if !request["body"].is_null() {
            send = send.body(text(&request["body"]));
        }
        let response = send.send().await.expect("the server answers");
        let status = response.status().as_u16();
        let headers = ["location", "www-authenticate", "content-type"].into_iter().filter_map(|name| {
            let value = response.headers().get(name)?.to_str().ok()?.to_owned();
            Some((name, value))
        });
        let headers: HashMap<_, _> = headers.collect();
        let body = response.text().await.expect("the answer ends");
        let no_route = status == 404 && body.contains("Cannot ");
        let is_json = headers.get("content-type").is_some_and(|value| value.starts_with("application/json"));
        let body = if is_json && !body.is_empty() { serde_json::from_str(&body).unwrap() } else { body.into() };
        Answer { status, headers, body, no_route }
    }

    /// Returns what is different from the recorded answer.
    fn compare(&mut self, expected: &Value, answer: &Answer) -> Option<String> {
        if expected["status"] != answer.status {
            return Some(format!("{} instead of {}: {}", answer.status, expected["status"], answer.body));
        }
        for (name, value) in expected["headers"].as_object().unwrap() {
            if !["location", "www-authenticate", "content-type"].contains(&name.as_str()) {
                continue;
            }
            let expected = self.names.renamed_text(value.as_str().unwrap());
            let found = answer.headers.get(name.as_str()).map(String::as_str).unwrap_or_default();
            // The name of a task or a copy is in the body, too, and looked at there.
            let made_up = name == "location"
                && expected.rsplit_once('/').map(|(at, _)| at) == found.rsplit_once('/').map(|(at, _)| at);
            if expected != found && !made_up {
                return Some(format!("{name} is `{found}` instead of `{expected}`"));
            }
        }
        match (&expected["body"], &answer.body) {
            (Value::String(cut), _) if cut.starts_with("<large JSON") => None,
            // Where a redirection says where to in its text, ours has none.
            (Value::String(_), _) if expected["status"].as_u64().is_some_and(|status| (300..400).contains(&status)) => {
                None
            }
            (Value::String(expected), Value::String(found)) => {
                let sorted = |text: &str| text.lines().map(ToOwned::to_owned).collect::<BTreeSet<_>>();
                let expected = self.names.renamed_text(expected);
                (sorted(&expected) != sorted(found)).then(|| format!("body is {found:?} instead of {expected:?}"))
            }
            (expected, found) => self.names.same(expected, found, "body"),
        }
    }
}
