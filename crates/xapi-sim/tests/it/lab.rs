//! A client that speaks JSON-RPC on the port of the master, one connection a call.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use xapi_sim::{
    Object,
    sim::{Builder, Sim},
};

/// An error as hosts answer it.
#[derive(Debug, PartialEq)]
pub struct Failure {
    pub code: String,
    pub params: Vec<String>,
}

/// A pool whose transitions wait to be told, and a session with it.
pub struct Lab {
    pub sim: Sim,
    session: String,
}

/// Makes the error to compare with.
pub fn failure<P: ToString>(code: &str, params: impl IntoIterator<Item = P>) -> Failure {
    Failure { code: code.to_owned(), params: params.into_iter().map(|param| param.to_string()).collect() }
}

impl Lab {
    /// Starts the world `small`.
    pub async fn small() -> Self {
        Self::named("small").await
    }

    /// Starts a world.
    pub async fn named(world: &str) -> Self {
        Self::of(Sim::builder().world(world)).await
    }

    /// Starts what a builder describes.
    pub async fn of(builder: Builder) -> Self {
        let sim = builder.explicit().start().await.expect("the world starts");
        let mut lab = Self { sim, session: String::new() };
        let session = lab.send("session.login_with_password", json!(["root", "password", "1.0", "test"])).await;
        session.expect("sign-in").as_str().expect("a session").clone_into(&mut lab.session);
        lab
    }

    /// Returns the session, for what goes over HTTP.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Returns the object with this name.
    pub fn named_object(&self, class: &str, name: &str) -> String {
        let object = self.sim.named(class, name);
        object.unwrap_or_else(|| panic!("no {class} is called `{name}`")).to_string()
    }

    /// Returns the VM with this name.
    pub fn vm(&self, name: &str) -> String {
        self.named_object("VM", name)
    }

    /// Calls a method and answers at once, whatever goes on.
    pub async fn call<const N: usize>(&self, method: &str, args: [Value; N]) -> Result<Value, Failure> {
        self.with(method, args.to_vec()).await
    }

    /// Calls a method with arguments of which there are any number.
    pub async fn with(&self, method: &str, args: Vec<Value>) -> Result<Value, Failure> {
        let args: Vec<Value> = std::iter::once(json!(self.session)).chain(args).collect();
        self.send(method, json!(args)).await
    }

    /// Calls a method that must succeed.
    pub async fn ok<const N: usize>(&self, method: &str, args: [Value; N]) -> Value {
        self.call(method, args).await.unwrap_or_else(|failure| panic!("{method}: {failure:?}"))
    }

    /// Calls a method that must succeed with a reference or text.
    pub async fn text<const N: usize>(&self, method: &str, args: [Value; N]) -> String {
        self.ok(method, args).await.as_str().expect("a text").to_owned()
    }

    /// Returns a field of an object.
    pub async fn get(&self, class: &str, field: &str, object: &str) -> Value {
        self.ok(&format!("{class}.get_{field}"), [json!(object)]).await
    }

    /// Returns a field that holds a set of texts, sorted.
    pub async fn set(&self, class: &str, field: &str, object: &str) -> Vec<String> {
        let value = self.get(class, field, object).await;
        let mut texts: Vec<String> =
            value.as_array().expect("a set").iter().map(|text| text.as_str().expect("a text").to_owned()).collect();
        texts.sort_unstable();
        texts
    }

    /// Makes a disk on the SR with this reference.
    pub async fn disk(&self, sr: &str, size: u64) -> Result<String, Failure> {
        let record = json!({
            "name_label": "disk", "name_description": "", "SR": sr, "virtual_size": size, "type": "user",
            "sharable": false, "read_only": false, "other_config": {"a": "b"},
        });
        let made = self.run("VDI.create", [record]).await?;
        Ok(made.as_str().expect("a reference").to_owned())
    }

    /// Starts a call as a task and answers the task, or why it failed at once.
    pub async fn begin<const N: usize>(&self, method: &str, args: [Value; N]) -> Result<String, Failure> {
        let task = self.text(&format!("Async.{method}"), args).await;
        match self.get("task", "status", &task).await.as_str() {
            Some("failure") => Err(self.task_failure(&task).await),
            _ => Ok(task),
        }
    }

    /// Does all that a call does, step by step, and nothing else; answers its result.
    pub async fn run<const N: usize>(&self, method: &str, args: [Value; N]) -> Result<Value, Failure> {
        let task = self.begin(method, args).await?;
        self.finish(method, &task).await
    }

    /// Finishes a call that was begun.
    pub async fn finish(&self, method: &str, task: &str) -> Result<Value, Failure> {
        let what = method.split_once('.').expect("a method has a class").1;
        for _ in 0..100 {
            match self.get("task", "status", task).await.as_str() {
                Some("success") => {
                    let result = self.get("task", "result", task).await;
                    let text = result.as_str().expect("a text");
                    let inner = text.strip_prefix("<value>").and_then(|rest| rest.strip_suffix("</value>"));
                    return Ok(json!(inner.unwrap_or(text)));
                }
                Some("failure" | "cancelled") => return Err(self.task_failure(task).await),
                _ => {}
            }
            let pending = self.sim.pending().into_iter().find(|(_, name)| name == what);
            let (object, _) = pending.unwrap_or_else(|| panic!("nothing of {method} is pending"));
            self.sim.step(object);
        }
        panic!("{method} does not end");
    }

    /// Lets the next thing called `what` happen to an object.
    pub fn step(&self, object: &str, what: &str) {
        let object: Object = object.parse().expect("a reference");
        assert_eq!(self.sim.step(object).as_deref(), Some(what));
    }

    async fn task_failure(&self, task: &str) -> Failure {
        let info = self.get("task", "error_info", task).await;
        let mut texts = info.as_array().expect("a set").iter().map(|text| text.as_str().unwrap_or("").to_owned());
        Failure { code: texts.next().unwrap_or_default(), params: texts.collect() }
    }

    async fn send(&self, method: &str, params: Value) -> Result<Value, Failure> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let mut stream = TcpStream::connect(self.sim.http_addr()).await.expect("the port is open");
        let head = format!(
            "POST /jsonrpc HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("the head is taken");
        stream.write_all(body.as_bytes()).await.expect("the body is taken");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        let text = String::from_utf8(answer).expect("text");
        let (_, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        let answer: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{method}: {error}: {body}"));
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err(Failure {
                code: error["message"].as_str().unwrap_or_default().to_owned(),
                params: error["data"]
                    .as_array()
                    .map(|data| data.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect())
                    .unwrap_or_default(),
            }),
        }
    }
}
