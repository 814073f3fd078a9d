//! A client that sends what it is told, byte by byte, and one that calls methods.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use xapi_types::{Failure, Value, json};

/// Longest wait for anything that should come at once.
pub const SOON: Duration = Duration::from_secs(20);

/// What a server answered.
#[derive(Debug, Default, PartialEq)]
pub struct Reply {
    /// Status line, empty if there was no answer.
    pub status: String,
    /// Headers in their order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Returns a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection.
pub struct Raw {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Raw {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("the simulator listens"), buffer: Vec::new() }
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the simulator reads");
    }

    /// Reads one reply; an empty one if none comes within `limit` or the connection ends before.
    pub async fn reply(&mut self, limit: Duration) -> Reply {
        timeout(limit, self.read_reply()).await.unwrap_or_default()
    }

    /// Returns whether the server closes the connection within `limit`.
    pub async fn closes(&mut self, limit: Duration) -> bool {
        matches!(timeout(limit, self.stream.read(&mut [0; 1])).await, Ok(Ok(0) | Err(_)))
    }

    async fn more(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(1..))
    }

    async fn read_reply(&mut self) -> Reply {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            if !self.more().await {
                return Reply::default();
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + 4);
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap_or("").to_owned();
        let pair = |line: &str| line.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned()));
        let mut reply = Reply { status, headers: lines.filter_map(pair).collect(), body: Vec::new() };
        if let Some(length) = reply.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
            while self.buffer.len() < length && self.more().await {}
            let length = length.min(self.buffer.len());
            reply.body = self.buffer.drain(..length).collect();
        } else {
            while self.more().await {}
            reply.body = std::mem::take(&mut self.buffer);
        }
        reply
    }
}

/// Waits until nobody listens at `address`.
pub async fn until_closed(address: SocketAddr) {
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(SOON, refused).await.expect("the port is closed");
}

/// Waits until somebody listens at `address`.
pub async fn until_open(address: SocketAddr) {
    let accepted = async { while TcpStream::connect(address).await.is_err() {} };
    timeout(SOON, accepted).await.expect("the port is open");
}

/// Sends one request on a connection of its own.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> Reply {
    let mut raw = Raw::connect(address).await;
    raw.send(request).await;
    raw.reply(SOON).await
}

/// A caller of methods, over JSON-RPC 2.0.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    /// Session, once logged in.
    pub session: String,
}

impl Client {
    /// Logs in as root.
    pub async fn login(address: SocketAddr) -> Self {
        let nobody = Self { address, session: String::new() };
        let session = nobody.bare("session.login_with_password", &["root".into(), "password".into()]).await;
        let session = session.expect("root may log in");
        Self { session: session.as_str().expect("a session is a text").to_owned(), ..nobody }
    }

    /// Logs in to a slave, for what it answers itself.
    pub async fn local(address: SocketAddr) -> Self {
        let nobody = Self { address, session: String::new() };
        let session = nobody.bare("session.slave_local_login_with_password", &["root".into(), "password".into()]).await;
        Self { session: session.expect("root may log in").as_str().unwrap_or_default().to_owned(), ..nobody }
    }

    /// Calls a method with the session in front of the parameters.
    pub async fn call(&self, method: &str, params: &[Value]) -> Result<Value, Failure> {
        let mut all = vec![Value::from(self.session.as_str())];
        all.extend_from_slice(params);
        self.bare(method, &all).await
    }

    /// Calls a method that must succeed.
    pub async fn ok(&self, method: &str, params: &[Value]) -> Value {
        self.call(method, params).await.unwrap_or_else(|failure| panic!("`{method}` failed: {failure}"))
    }

    /// Calls a method that must fail, and returns `[CODE, p1 …]`.
    pub async fn err(&self, method: &str, params: &[Value]) -> Vec<String> {
        match self.call(method, params).await {
            Ok(value) => panic!("`{method}` should fail, and answered {value}"),
            Err(failure) => std::iter::once(failure.code).chain(failure.params).collect(),
        }
    }

    /// Calls a method with exactly these parameters.
    pub async fn bare(&self, method: &str, params: &[Value]) -> Result<Value, Failure> {
        let call = Value::structure([
            ("jsonrpc", Value::from("2.0")),
            ("method", method.into()),
            ("params", Value::Array(params.to_vec())),
            ("id", Value::Int(1)),
        ]);
        let reply = exchange(self.address, &post("/jsonrpc", call.to_string().as_bytes())).await;
        let answer = json::parse(&reply.body)
            .unwrap_or_else(|error| panic!("`{method}`: {error} in `{}` {}", reply.status, reply.text()));
        match answer.get("error") {
            None => Ok(answer.get("result").cloned().expect("an answer has a result or an error")),
            Some(error) => {
                let params = error.get("data").and_then(Value::as_array).unwrap_or_default();
                let code = error.get("message").and_then(Value::as_str).expect("an error has a code");
                Err(Failure::new(code, params.iter().map(|param| param.as_str().unwrap_or("").to_owned())))
            }
        }
    }

    /// Waits for events of `classes` after `token`, at most `seconds`.
    pub async fn events(&self, classes: &[&str], token: &str, seconds: f64) -> Events {
        let classes = Value::Array(classes.iter().map(|class| Value::from(*class)).collect());
        Events(self.ok("event.from", &[classes, token.into(), seconds.into()]).await)
    }
}

/// An answer of `event.from`.
#[derive(Debug)]
pub struct Events(pub Value);

impl Events {
    /// Returns the token to go on from.
    pub fn token(&self) -> &str {
        self.0.get("token").and_then(Value::as_str).expect("an answer has a token")
    }

    /// Returns the events.
    pub fn list(&self) -> &[Value] {
        self.0.get("events").and_then(Value::as_array).expect("an answer has events")
    }

    /// Returns class and operation of each event.
    pub fn brief(&self) -> Vec<String> {
        let text = |event: &Value, key| event.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        self.list().iter().map(|event| format!("{} {}", text(event, "class"), text(event, "operation"))).collect()
    }
}

/// Writes a `POST` with its length.
pub fn post(path: &str, body: &[u8]) -> Vec<u8> {
    let mut request =
        format!("POST {path} HTTP/1.1\r\nHost: sim\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    request.extend_from_slice(body);
    request
}
