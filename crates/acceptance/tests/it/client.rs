//! A client of a few lines, for what no ready-made client lets us send.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::wait::LIMIT;

pub(crate) const ADMIN: &str = "admin@admin.net";
pub(crate) const PASSWORD: &str = "admin";

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_id: u64,
    /// Parameters of the notifications that came so far.
    pub(crate) notifications: Vec<Value>,
}

/// Why a call gave no result.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Value),
    /// The connection is gone.
    Lost,
}

impl Client {
    pub(crate) async fn connect(address: impl std::fmt::Display) -> Option<Self> {
        let (socket, _) = connect_async(format!("ws://{address}/api/")).await.ok()?;
        Some(Self { socket, last_id: 0, notifications: Vec::new() })
    }

    /// Connects as if through a proxy, which says that the client has this address.
    pub(crate) async fn connect_from(server: impl std::fmt::Display, address: &str) -> Self {
        let mut request = format!("ws://{server}/api/").into_client_request().expect("a good URL");
        request.headers_mut().insert("x-forwarded-for", address.parse().expect("a good header"));
        let (socket, _) = connect_async(request).await.expect("the server accepts connections");
        Self { socket, last_id: 0, notifications: Vec::new() }
    }

    /// Connects and signs in as the administrator of the demo.
    pub(crate) async fn signed_in(address: impl std::fmt::Display) -> Self {
        let mut client = Self::connect(address).await.expect("the server accepts connections");
        client.ok("session.signIn", json!({ "email": ADMIN, "password": PASSWORD })).await;
        client
    }

    pub(crate) async fn send(&mut self, message: Message) -> bool {
        self.socket.send(message).await.is_ok()
    }

    /// Returns the next message as JSON; nothing when the connection ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(LIMIT, self.socket.next()).await.expect("the server says something");
            match message {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).expect("messages are JSON")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Returns the next answer; notifications before it are put aside.
    pub(crate) async fn answer(&mut self) -> Option<Value> {
        loop {
            let mut message = self.next().await?;
            if message.get("method").is_none() {
                return Some(message);
            }
            self.notifications.push(message["params"].take());
        }
    }

    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        self.last_id += 1;
        let id = self.last_id;
        let request = json!({ "id": id, "jsonrpc": "2.0", "method": method, "params": params });
        if !self.send(Message::text(request.to_string())).await {
            return Err(Failure::Lost);
        }
        let mut answer = self.answer().await.ok_or(Failure::Lost)?;
        assert_eq!(answer["id"], id, "{answer}");
        match answer.get_mut("error") {
            Some(error) => Err(Failure::Refused(error.take())),
            None => Ok(answer["result"].take()),
        }
    }

    pub(crate) async fn ok(&mut self, method: &str, params: Value) -> Value {
        match self.call(method, params).await {
            Ok(result) => result,
            Err(failure) => panic!("`{method}`: {failure:?}"),
        }
    }

    pub(crate) async fn refused(&mut self, method: &str, params: Value) -> Value {
        match self.call(method, params).await {
            Err(Failure::Refused(error)) => error,
            other => panic!("`{method}` is not refused: {other:?}"),
        }
    }
}

/// Makes a client of what is served over HTTP; it follows no redirects.
pub(crate) fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}
