//! One connection of a client.

use std::{sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{
    dispatch::dispatch,
    fault::Spoilt,
    host::{Condition, Host},
    pool::Pool,
};

use super::{
    answer::{Answer, Envelope, Writer},
    handler,
    head::{self, Head, Read},
    reply::Reply,
    rpc,
};

/// Longest body of a call, in bytes.
const LONGEST_CALL: u64 = 300 * 1024;

/// Largest piece of a body that is read at once when it is thrown away or streamed.
pub(crate) const PIECE: usize = 64 * 1024;

/// A connection with what was read too far.
pub(crate) struct Connection<S> {
    pub(crate) stream: S,
    pub(crate) buffer: BytesMut,
    pub(crate) pool: Arc<Pool>,
    pub(crate) host: Arc<Host>,
}

/// The connection cannot be used any more.
#[derive(Debug)]
pub(crate) struct Gone;

impl From<std::io::Error> for Gone {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

/// Serves a connection until either side ends it.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, pool: Arc<Pool>, host: Arc<Host>) {
    let mut cuts = host.cuts.subscribe();
    cuts.borrow_and_update();
    let mut connection = Connection { stream, buffer: BytesMut::with_capacity(4096), pool, host };
    tokio::select! {
        () = connection.requests() => {}
        // The sender lives in the host, which the connection holds.
        _ = cuts.changed() => {}
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn requests(&mut self) {
        loop {
            self.host.not(&[Condition::Frozen]).await;
            let head = match head::read(&mut self.stream, &mut self.buffer).await {
                Read::Head(head) => head,
                Read::Closed => return,
                Read::TooLarge => {
                    let _ = self.send(Reply::head_too_large()).await;
                    return;
                }
                Read::Junk => {
                    self.ignore().await;
                    return;
                }
            };
            match self.request(head).await {
                Ok(true) => {}
                Ok(false) => {
                    // Let the peer take what it was sent before the port is closed.
                    let _ = self.stream.shutdown().await;
                    return;
                }
                Err(Gone) => return,
            }
        }
    }

    /// Answers one request; says whether the connection stays open.
    async fn request(&mut self, head: Head) -> Result<bool, Gone> {
        match head.method.as_str() {
            "POST" => self.call(head).await,
            "OPTIONS" => self.send(Reply::options(head.header("access-control-request-headers"))).await,
            "GET" | "PUT" | "CONNECT" => handler::serve(self, head).await,
            other => self.send(Reply::unknown_verb(other)).await,
        }
    }

    async fn call(&mut self, head: Head) -> Result<bool, Gone> {
        let Some(length) = head.content_length().filter(|_| head.header("transfer-encoding").is_none()) else {
            return self.send(Reply::internal("Failure(\"We require a content-length: HTTP header\")")).await;
        };
        if length > LONGEST_CALL {
            return self.send(Reply::internal("Http.Too_large")).await;
        }
        let length = usize::try_from(length).map_err(|_| Gone)?;
        while self.buffer.len() < length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(Gone);
            }
        }
        let body = self.buffer.split_to(length);
        let (request, envelope) = match rpc::parse(&head, &body) {
            Ok(parsed) => parsed,
            Err(detail) => return self.send(Reply::internal(&detail)).await,
        };
        drop(body);
        self.host.not(&[Condition::Mute, Condition::Frozen]).await;
        let (pool, host) = (Arc::clone(&self.pool), Arc::clone(&self.host));
        let answer = tokio::select! {
            answer = dispatch(&pool, &host, request) => answer,
            () = self.hung_up() => return Err(Gone),
        };
        self.host.not(&[Condition::Mute, Condition::Frozen]).await;
        self.answer(&head, answer, envelope).await
    }

    async fn answer(&mut self, head: &Head, answer: Answer, envelope: Envelope) -> Result<bool, Gone> {
        let writer = Writer { answer, envelope };
        let pool = Arc::clone(&self.pool);
        let spoilt = pool.faults.next_spoilt();
        let body = match spoilt {
            Some(Spoilt::Html) => Some(b"<html><body><h1>Bad Gateway</h1></body></html>".to_vec()),
            Some(Spoilt::Garbage) => Some(vec![0x16, 0x03, 0x01, 0xff, 0x00, b'{', b'<', 0xfe, 0x80]),
            _ => None,
        };
        let whole = writer.len(&pool.shapes);
        let length = match (spoilt, &body) {
            (Some(Spoilt::Truncated), _) => whole / 2,
            (_, Some(body)) => body.len() as u64,
            _ => whole,
        };
        let keep_alive = head.keeps_alive();
        let content_type = if spoilt == Some(Spoilt::Html) { "text/html" } else { writer.content_type() };
        let headers = [
            ("content-length", length.to_string()),
            ("connection", if keep_alive { "keep-alive" } else { "close" }.to_owned()),
            ("cache-control", "no-cache, no-store".to_owned()),
            ("content-type", content_type.to_owned()),
            ("Access-Control-Allow-Origin", "*".to_owned()),
            ("Access-Control-Allow-Headers", "X-Requested-With".to_owned()),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let mut start = Reply { status: "200 OK", headers, body: Vec::new(), version: head.version, keep_alive }.head();
        if let Some(body) = body {
            start.extend_from_slice(&body);
            self.write(&start).await?;
            return Ok(keep_alive);
        }
        let mut left = match spoilt {
            Some(Spoilt::Cut | Spoilt::Truncated) => usize::try_from(whole / 2).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let mut part = 0;
        let mut pending = start;
        left = left.saturating_add(pending.len());
        while let Some(piece) = writer.piece(&mut part, &pool.shapes) {
            if pending.is_empty() {
                pending = piece;
            } else {
                pending.extend_from_slice(&piece);
            }
            pending.truncate(left);
            left -= pending.len();
            self.write(&pending).await?;
            pending.clear();
            if left == 0 {
                break;
            }
        }
        if spoilt == Some(Spoilt::Cut) {
            return Err(Gone);
        }
        Ok(keep_alive)
    }

    /// Sends a whole reply; says whether the connection stays open.
    pub(crate) async fn send(&mut self, reply: Reply) -> Result<bool, Gone> {
        self.host.not(&[Condition::Mute, Condition::Frozen]).await;
        let mut bytes = reply.head();
        bytes.extend_from_slice(&reply.body);
        self.write(&bytes).await?;
        Ok(reply.keep_alive)
    }

    /// Writes bytes, no faster than the pool's faults allow.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        let Some(rate) = self.pool.faults.rate() else {
            self.host.not(&[Condition::Frozen]).await;
            self.stream.write_all(bytes).await?;
            return Ok(self.stream.flush().await?);
        };
        // Ten pieces a second.
        let step = usize::try_from(rate / 10).unwrap_or(usize::MAX).max(1);
        for piece in bytes.chunks(step) {
            self.host.not(&[Condition::Frozen]).await;
            self.stream.write_all(piece).await?;
            self.stream.flush().await?;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Waits until the peer closes; what it sends before stays for later.
    pub(super) async fn hung_up(&mut self) {
        while (self.buffer.len() as u64) < LONGEST_CALL {
            if matches!(self.stream.read_buf(&mut self.buffer).await, Ok(0) | Err(_)) {
                return;
            }
        }
        // It is busy sending, so it is there.
        std::future::pending::<()>().await;
    }

    /// Reads and forgets until the peer closes.
    async fn ignore(&mut self) {
        let mut scratch = vec![0; PIECE];
        while !matches!(self.stream.read(&mut scratch).await, Ok(0) | Err(_)) {}
    }
}
