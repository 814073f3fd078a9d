//! The WebSocket to the server and the calls on it, one at a time.
//!
//! The handshake goes through the HTTP client, so that both share certificates, proxies and limits. A call may last as
//! long as the server likes, but not its silence: without a byte for [`PATIENCE`] we ask for a sign of life, and give
//! up when none comes.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{StatusCode, Upgraded};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::Failure;
use crate::failure::Refusal;
use crate::server::{Credentials, Secret, Server};

/// Silence that is borne before asking whether the server is still there, and again before giving it up.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open connection.
pub(crate) struct Connection<S = Upgraded> {
    socket: WebSocketStream<Counted<S>>,
    received_bytes: Arc<AtomicU64>,
    last_id: i64,
    address: String,
}

/// The result of a call, as JSON text.
#[derive(Debug)]
pub(crate) struct Answer {
    message: Utf8Bytes,
    result: Range<usize>,
}

impl Answer {
    pub(crate) fn json(&self) -> &str {
        &self.message[self.result.clone()]
    }

    /// Decodes the result.
    ///
    /// # Errors
    /// [`Failure::Connection`] when it has another shape.
    pub(crate) fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(self.json())
            .map_err(|error| Failure::Connection(format!("server answered something unexpected: {error}")))
    }
}

#[derive(Serialize)]
struct Request<'a, P> {
    id: i64,
    jsonrpc: &'static str,
    method: &'a str,
    params: &'a P,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Refusal>,
    method: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
}

/// Who the server takes us for.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) email: Option<String>,
}

impl Connection {
    /// Connects, without signing in. A plain HTTP server that sends us to HTTPS changes `server`.
    pub(crate) async fn open(server: &mut Server) -> Result<Self, Failure> {
        let key = BASE64_STANDARD.encode(rand::random::<[u8; 16]>());
        let mut redirected = false;
        let answer = loop {
            let request = server
                .bare("api/")
                .header(CONNECTION, "Upgrade")
                .header(UPGRADE, "websocket")
                .header(SEC_WEBSOCKET_VERSION, "13")
                .header(SEC_WEBSOCKET_KEY, &key);
            let answer = timeout(PATIENCE, request.send())
                .await
                .map_err(|_| Failure::Connection(format!("`{}` does not answer", server.url)))?
                .map_err(|error| server.unreachable(&error))?;
            if redirected || !server.follow(&answer) {
                break answer;
            }
            redirected = true;
        };
        let accepted = answer.headers().get(SEC_WEBSOCKET_ACCEPT).map(reqwest::header::HeaderValue::as_bytes);
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS
            || accepted != Some(derive_accept_key(key.as_bytes()).as_bytes())
        {
            return Err(Failure::Connection(format!(
                "`{}` answered {} instead of opening a WebSocket; is it a Xen Orchestra server?",
                server.url,
                answer.status()
            )));
        }
        let stream = answer.upgrade().await.map_err(|error| server.unreachable(&error))?;
        Ok(Self::over(stream, server.url.to_string()).await)
    }

    /// Connects and signs in.
    pub(crate) async fn sign_in(server: &mut Server) -> Result<(Self, User), Failure> {
        let params = match &server.credentials {
            Credentials::Nobody => {
                return Err(Failure::Usage("the URL holds no token; write `https://token@host`".into()));
            }
            Credentials::Token(Secret(token)) => json!({ "token": token }),
            Credentials::Password { user, password, otp } => {
                let mut params = json!({ "email": user, "password": password.0 });
                if let Some(Secret(otp)) = otp {
                    params["otp"] = otp.as_str().into();
                }
                params
            }
        };
        let mut connection = Self::open(server).await?;
        match connection.call("session.signIn", &params).await {
            Ok(answer) => Ok((connection, answer.decode()?)),
            Err(Failure::Refused(refusal)) if refusal.code == Refusal::INVALID_CREDENTIALS => {
                Err(server.refuses_credentials())
            }
            Err(failure) => Err(failure),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn over(stream: S, address: String) -> Self {
        let received_bytes = Arc::new(AtomicU64::new(0));
        let stream = Counted { stream, received: Arc::clone(&received_bytes) };
        // An inventory may be one message; whether to hold it is the user's choice, who asked for it.
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
        Self { socket, received_bytes, last_id: 0, address }
    }

    /// Calls `method` and waits for its result. Notifications that come meanwhile are dropped.
    pub(crate) async fn call(&mut self, method: &str, params: &impl Serialize) -> Result<Answer, Failure> {
        self.last_id += 1;
        let id = self.last_id;
        let request = serde_json::to_string(&Request { id, jsonrpc: "2.0", method, params })
            .expect("names and JSON values can be written as JSON");
        timeout(PATIENCE, self.socket.send(Message::text(request)))
            .await
            .map_err(|_| self.silent())?
            .map_err(|error| self.broken(&error))?;
        loop {
            let message = self.receive().await?;
            let incoming = self.parse(&message)?;
            // Without an id the server could not read the request: it can only be ours.
            let ours = incoming.id == id || (incoming.id.is_null() && incoming.method.is_none());
            if !ours {
                continue;
            }
            if let Some(refusal) = incoming.error {
                return Err(refusal.into());
            }
            let result = incoming.result.map_or("null", RawValue::get);
            let result = match incoming.result {
                Some(_) => {
                    let start = result.as_ptr().addr() - message.as_ptr().addr();
                    start..start + result.len()
                }
                None => return Ok(Answer { message: "null".into(), result: 0..4 }),
            };
            return Ok(Answer { message, result });
        }
    }

    /// Waits for the next notification of the server and returns its parameters as JSON text.
    pub(crate) async fn notification(&mut self) -> Result<String, Failure> {
        loop {
            let message = self.receive().await?;
            if let Incoming { method: Some(_), params: Some(params), .. } = self.parse(&message)? {
                return Ok(params.get().to_owned());
            }
        }
    }

    /// Keeps the connection alive while `work` goes on beside it, and closes it afterwards.
    pub(crate) async fn during<T>(mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => {
                    self.close().await;
                    return done;
                }
                // The work has its own stream: it may succeed although this one ended.
                message = self.receive() => if message.is_err() { return work.await },
            }
        }
    }

    /// Says goodbye, without waiting long for an answer.
    pub(crate) async fn close(mut self) {
        let _ = timeout(Duration::from_secs(1), self.socket.close(None)).await;
    }

    fn parse<'a>(&self, message: &'a str) -> Result<Incoming<'a>, Failure> {
        serde_json::from_str(message).map_err(|error| {
            Failure::Connection(format!("`{}` sent something that is not JSON-RPC: {error}", self.address))
        })
    }

    async fn receive(&mut self) -> Result<Utf8Bytes, Failure> {
        let mut asked = false;
        loop {
            let before = self.received_bytes.load(Ordering::Relaxed);
            let Ok(message) = timeout(PATIENCE, self.socket.next()).await else {
                if self.received_bytes.load(Ordering::Relaxed) != before {
                    asked = false;
                } else if asked {
                    return Err(self.silent());
                } else {
                    asked = true;
                    let ping = self.socket.send(Message::Ping(bytes::Bytes::new()));
                    timeout(PATIENCE, ping).await.map_err(|_| self.silent())?.map_err(|error| self.broken(&error))?;
                }
                continue;
            };
            asked = false;
            match message {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Binary(bytes))) => {
                    return Utf8Bytes::try_from(bytes).map_err(|_| {
                        Failure::Connection(format!("`{}` sent something that is not JSON-RPC", self.address))
                    });
                }
                Some(Ok(Message::Close(Some(frame)))) if !frame.reason.is_empty() => {
                    let reason = &frame.reason;
                    return Err(Failure::Connection(format!("`{}` closed the connection: {reason}", self.address)));
                }
                Some(Ok(Message::Close(_))) | None => {
                    return Err(Failure::Connection(format!("`{}` closed the connection", self.address)));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Err(self.broken(&error)),
            }
        }
    }

    fn silent(&self) -> Failure {
        Failure::Connection(format!("`{}` has stopped answering", self.address))
    }

    fn broken(&self, error: &Error) -> Failure {
        Failure::Connection(format!("connection to `{}` broke: {}", self.address, crate::server::innermost(error)))
    }
}

/// A stream that counts what comes in, so that a large message on a slow line is not taken for silence.
struct Counted<S> {
    stream: S,
    received: Arc<AtomicU64>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.received.fetch_add((buf.filled().len() - before) as u64, Ordering::Relaxed);
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(start_paused = true)]
    async fn a_server_that_falls_silent_is_given_up() {
        let (ours, _theirs) = tokio::io::duplex(1 << 16);
        let mut connection = Connection::over(ours, "http://xo/".into()).await;
        let started = tokio::time::Instant::now();
        let failure = connection.call("vm.start", &json!({})).await.unwrap_err();
        assert_eq!(failure.to_string(), "`http://xo/` has stopped answering");
        assert_eq!(started.elapsed(), PATIENCE * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_but_living_server_is_waited_for() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let mut connection = Connection::over(ours, "http://xo/".into()).await;
        let server = tokio::spawn(async move {
            // One unmasked text frame of 54 bytes, one byte every 20 seconds.
            let text = br#"{"id":1,"jsonrpc":"2.0","result":"0123456789abcdefgh"}"#;
            for byte in [&[0x81, u8::try_from(text.len()).unwrap()], text.as_slice()].concat() {
                tokio::time::sleep(Duration::from_secs(20)).await;
                theirs.write_all(&[byte]).await.unwrap();
            }
            let mut rest = Vec::new();
            let _ = theirs.read_to_end(&mut rest).await;
        });
        let answer = connection.call("vm.start", &json!({})).await.unwrap();
        assert_eq!(answer.json(), "\"0123456789abcdefgh\"");
        drop(connection);
        server.await.unwrap();
    }
}
