//! A client's end of a WebSocket.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        handshake::client::Response,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// No answer of these tests takes so long, on any machine.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Socket {
    pub(crate) stream: WebSocketStream<TcpStream>,
    pub(crate) handshake: Response,
}

impl Socket {
    pub(crate) async fn open(to: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        Self::try_open(to, "/api/", headers).await.expect("the server accepts the WebSocket")
    }

    pub(crate) async fn try_open(
        to: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> tungstenite::Result<Self> {
        let mut request = format!("ws://{to}{path}").into_client_request().expect("a good URL");
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().expect("a good header"));
        }
        let stream = TcpStream::connect(to).await.expect("the server listens");
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (stream, handshake) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self { stream, handshake })
    }

    pub(crate) async fn send(&mut self, message: impl Into<Message>) {
        self.stream.send(message.into()).await.expect("the server reads");
    }

    /// Returns the next text.
    pub(crate) async fn text(&mut self) -> String {
        loop {
            match self.message().await.expect("the connection is open") {
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?} is no text"),
            }
        }
    }

    pub(crate) async fn message(&mut self) -> tungstenite::Result<Message> {
        timeout(LIMIT, self.stream.next()).await.expect("something comes in time").expect("the connection is open")
    }

    /// Returns how the server closed the connection.
    pub(crate) async fn closed(&mut self) -> CloseFrame {
        loop {
            if let Message::Close(frame) = self.message().await.expect("the connection is open") {
                return frame.expect("a reason is given");
            }
        }
    }

    /// Sends a text and returns the next one.
    pub(crate) async fn ask(&mut self, message: &str) -> String {
        self.send(message).await;
        self.text().await
    }

    /// Calls an operation and returns the `result` or `error` member of the answer.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer: Value = serde_json::from_str(&self.ask(&request.to_string()).await).expect("answers are JSON");
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["result"].take()),
        }
    }
}
