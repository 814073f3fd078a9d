//! What the original answered when it was recorded, asked of our server again: same results and errors but for names
//! that are made up on the spot (ids, tokens, times). What differs on purpose is listed with its reason.

mod names;
mod rest;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::{Value, json};

use self::names::Names;
use crate::client::{Client, Failure};
use crate::server::Server;

/// File, id of the request in it, and why our answer is another.
const DIFFERENT: &[(&str, u64, &str)] = &[
    ("system", 3, "the time zone is that of the machine"),
    ("system", 4, "the list was cut when it was recorded"),
    ("system", 5, "parameters are described, too"),
    ("system", 6, "ours names the method that does not exist"),
    ("system", 7, "the list was cut when it was recorded"),
    ("system", 43, "the log of the recording holds what had failed before"),
    ("session", 11, "who has to wait is told so, signed in or not"),
    ("server", 5, "a failed connection is told in words for people"),
    ("server", 6, "the reason of the last failure is kept until the next success"),
    ("server", 12, "a reason is a code and a message, without what the runtime knows besides"),
    ("server", 14, "as above"),
];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/xo-api/traces");

#[tokio::test]
async fn recorded_calls_are_answered_as_the_original_did() {
    if !Path::new(FOLDER).exists() {
        eprintln!("skipped: no recorded calls at {FOLDER}");
        return;
    }
    let mut wrong = Vec::new();
    let mut asked = 0;
    for file in ["system", "session", "user", "token", "server", "non-admin"] {
        let text = std::fs::read_to_string(format!("{FOLDER}/{file}.json")).unwrap();
        let recorded: Vec<Value> = serde_json::from_str(&text).unwrap();
        let (server, password) = Server::first_start().await;
        let mut replay = Replay::new(&server, &password, file).await;
        for exchange in &recorded {
            let (request, expected) = (&exchange["request"], &exchange["response"]);
            if !replay.can_be_asked(request, expected) {
                continue;
            }
            asked += 1;
            let difference = replay.ask(request, expected).await;
            let id = request["id"].as_u64().unwrap();
            let reason = DIFFERENT.iter().find(|(name, number, _)| *name == file && *number == id);
            match (difference, reason) {
                (None, None) | (Some(_), Some(_)) => {}
                (None, Some((_, _, reason))) => wrong.push(format!("{file} {id} no longer differs ({reason})")),
                (Some(difference), None) => {
                    let (method, params) = (&request["method"], &request["params"]);
                    wrong.push(format!("{file} {id} {method} {params} ({}): {difference}", exchange["note"]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} answers differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 80, "only {asked} calls were asked again");
}

struct Replay {
    client: Client,
    methods: HashSet<String>,
    names: Names,
}

impl Replay {
    async fn new(server: &Server, password: &str, file: &str) -> Self {
        let mut client = Client::connect(server.address).await.expect("the server accepts connections");
        let methods = client.ok("system.listMethods", json!({})).await;
        let methods = serde_json::from_value(methods).unwrap();
        // The recorded administrator had this password; here it is made up at the first start.
        let names = Names::new(HashMap::from([("admin".to_owned(), password.to_owned())]), false);
        if file != "session" {
            client.ok("session.signIn", json!({ "email": "admin@admin.net", "password": password })).await;
        }
        let mut replay = Self { client, methods, names };
        if file == "non-admin" {
            let id = replay.client.ok("user.create", json!({ "email": "low", "password": "low" })).await;
            replay.names.insert("3dca57b3-3765-4924-9aa4-da44824cdd6d", id.as_str().unwrap());
            replay.client.ok("session.signIn", json!({ "email": "low", "password": "low" })).await;
        }
        replay
    }

    /// Tells whether the call makes sense here: the methods that it is about exist, or are said not to.
    fn can_be_asked(&self, request: &Value, expected: &Value) -> bool {
        let exists = |name: &Value| name.as_str().is_none_or(|name| self.methods.contains(name));
        let (method, about) = (&request["method"], &request["params"]["method"]);
        (exists(method) || expected["error"]["code"] == -32601) && (exists(about) || expected.get("error").is_some())
    }

    /// Asks again and returns what is different from `expected`.
    async fn ask(&mut self, request: &Value, expected: &Value) -> Option<String> {
        let method = request["method"].as_str().unwrap();
        let params = self.names.renamed(&request["params"], "");
        let started = tokio::time::Instant::now();
        loop {
            let answer = match self.client.call(method, params.clone()).await {
                Ok(result) => json!({ "result": result }),
                Err(Failure::Refused(error)) => json!({ "error": error }),
                Err(Failure::Lost) => return Some("the connection is lost".into()),
            };
            // Who recorded waited after failed sign-ins.
            let throttled = answer["error"]["message"].as_str().is_some_and(|text| text.contains("too fast"));
            if throttled && expected["error"]["code"] != -32000 && started.elapsed() < crate::wait::LIMIT {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
            return if let Some(error) = expected.get("error") {
                self.same_error(error, &answer)
            } else {
                self.names.same(&expected["result"], answer.get("result").unwrap_or(&answer), "result")
            };
        }
    }

    fn same_error(&mut self, expected: &Value, answer: &Value) -> Option<String> {
        let found = &answer["error"];
        // The original's stack traces and names of its own classes are nobody's business.
        let is_unknown = expected["code"] == -32000;
        let same = self
            .names
            .same(&expected["code"], &found["code"], "code")
            .or_else(|| self.names.same(&expected["message"], &found["message"], "message"));
        if is_unknown { same } else { same.or_else(|| self.names.same(&expected["data"], &found["data"], "data")) }
    }
}
