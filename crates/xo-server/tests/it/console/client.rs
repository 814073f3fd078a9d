//! A client of consoles: the WebSocket, and the stream of bytes that it carries.

use std::{net::SocketAddr, sync::Arc};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy_bidirectional, duplex, split},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Bytes, Error, Message, client::IntoClientRequest, handshake::client::Request},
};

use super::soon;
use crate::vnc::Vnc;

/// A request for a console.
pub(super) struct Attempt {
    server: SocketAddr,
    request: Request,
}

/// An open console.
pub(super) struct Opened {
    pub(super) socket: WebSocketStream<TcpStream>,
    pub(super) protocol: Option<String>,
}

/// A console as a stream, and how its WebSocket ends.
pub(super) struct Stream {
    pub(super) bytes: DuplexStream,
    pub(super) closed: oneshot::Receiver<(u16, String)>,
}

impl Attempt {
    pub(super) fn new(server: SocketAddr, id: &str) -> Self {
        let request = format!("ws://{server}/api/consoles/{id}").into_client_request().expect("a good URL");
        Self { server, request }
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().insert(name, value.parse().expect("a good header"));
        self
    }

    pub(super) fn cookie(self, token: &str) -> Self {
        self.header("cookie", &format!("token={token}"))
    }

    /// Opens the console, or returns the status and the text of the refusal.
    pub(super) async fn open(self) -> Result<Opened, (u16, String)> {
        let stream = TcpStream::connect(self.server).await.expect("the server listens");
        match soon(client_async(self.request, stream)).await {
            Ok((socket, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|value| value.to_str().expect("a text").to_owned());
                Ok(Opened { socket, protocol })
            }
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                Err((response.status().as_u16(), String::from_utf8_lossy(&body).trim().to_owned()))
            }
            Err(error) => panic!("the server answers: {error}"),
        }
    }

    /// Opens what is there, as a stream.
    pub(super) async fn stream(self) -> Stream {
        let Opened { socket, .. } = self.open().await.unwrap_or_else(|refused| panic!("it is opened: {refused:?}"));
        let (mut sink, mut frames) = socket.split();
        // Small, so that a reader who stops is felt at the server.
        let (ours, theirs) = duplex(4 << 10);
        let (mut reader, mut writer) = split(theirs);
        let (tell, closed) = oneshot::channel();
        tokio::spawn(async move {
            let mut buffer = [0; 1024];
            while let Ok(length @ 1..) = reader.read(&mut buffer).await {
                if sink.send(Message::Binary(Bytes::copy_from_slice(&buffer[..length]))).await.is_err() {
                    return;
                }
            }
            let _ = sink.close().await;
        });
        tokio::spawn(async move {
            let mut end = (1006, String::new());
            while let Some(Ok(message)) = frames.next().await {
                match message {
                    Message::Binary(bytes) => match writer.write_all(&bytes).await {
                        Ok(()) => {}
                        Err(_) => break,
                    },
                    Message::Close(Some(frame)) => end = (frame.code.into(), frame.reason.as_str().to_owned()),
                    _ => {}
                }
            }
            let _ = writer.shutdown().await;
            let _ = tell.send(end);
        });
        Stream { bytes: ours, closed }
    }

    pub(super) async fn vnc(self) -> Vnc<DuplexStream> {
        self.watched().await.0
    }

    /// Opens a screen, and tells how its WebSocket ends.
    pub(super) async fn watched(self) -> (Vnc<DuplexStream>, oneshot::Receiver<(u16, String)>) {
        let Stream { bytes, closed } = self.stream().await;
        (soon(Vnc::begin(bytes)).await.expect("it speaks RFB"), closed)
    }

    pub(super) async fn text(self) -> Text {
        Text { bytes: self.stream().await.bytes, seen: String::new() }
    }
}

/// A text console.
pub(super) struct Text {
    bytes: DuplexStream,
    seen: String,
}

impl Text {
    pub(super) async fn type_text(&mut self, text: &str) {
        self.bytes.write_all(text.as_bytes()).await.expect("it takes keys");
    }

    /// Reads until `wanted` has come, and forgets what came before.
    pub(super) async fn wait_for(&mut self, wanted: &str) {
        let mut piece = [0; 256];
        while !self.seen.contains(wanted) {
            let length = soon(self.bytes.read(&mut piece)).await.expect("it reads");
            assert!(length > 0, "it ended after {:?}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
        self.seen.clear();
    }
}

/// Starts an HTTP proxy; returns its URL, and whom it was asked for.
pub(super) async fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let Some(target) = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
                    return;
                };
                log.lock().push(target.to_owned());
                let Ok(mut host) = TcpStream::connect(target).await else { return };
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                let _ = copy_bidirectional(&mut stream, &mut host).await;
            });
        }
    });
    (format!("http://{address}"), asked)
}
