//! The least WebSocket client: frames are counted, or kept when they are wanted.
//!
//! A client library would copy each message at least once; what is measured is the server.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A connection to `/api/`.
pub(crate) struct Socket {
    stream: BufReader<TcpStream>,
    next_id: u64,
}

impl Socket {
    /// Opens a connection and signs in with a password.
    pub(crate) async fn sign_in(address: &str, password: &str) -> Result<Self> {
        let mut socket = Self::open(address).await?;
        socket.call("session.signIn", json!({"email": "admin@admin.net", "password": password})).await?;
        Ok(socket)
    }

    /// Opens a connection and signs in with a token, which costs no password hash.
    pub(crate) async fn resume(address: &str, token: &str) -> Result<Self> {
        let mut socket = Self::open(address).await?;
        socket.call("session.signIn", json!({"token": token})).await?;
        Ok(socket)
    }

    async fn open(address: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await.context("cannot reach the server")?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET /api/ HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut stream = BufReader::with_capacity(256 * 1024, stream);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        if !head.starts_with(b"HTTP/1.1 101") {
            bail!("no upgrade: {}", String::from_utf8_lossy(&head));
        }
        Ok(Self { stream, next_id: 0 })
    }

    /// Sends a request and returns its id.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Result<u64> {
        self.next_id += 1;
        let text = json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}).to_string();
        // A whole text frame with a mask of zeroes, which leaves the text as it is.
        let mut frame = vec![0x81];
        match text.len() {
            len @ 0..126 => frame.push(0x80 | u8::try_from(len)?),
            len => {
                frame.push(0x80 | 0x7e);
                frame.extend_from_slice(&u16::try_from(len)?.to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.stream.get_mut().write_all(&frame).await?;
        Ok(self.next_id)
    }

    /// Calls a method and returns its result.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        let id = self.request(method, params).await?;
        loop {
            let mut answer: Value = serde_json::from_slice(&self.message().await?)?;
            if answer["id"] == id {
                return answer.get_mut("result").map(Value::take).with_context(|| format!("`{method}`: {answer}"));
            }
        }
    }

    /// Reads a message.
    pub(crate) async fn message(&mut self) -> Result<Vec<u8>> {
        let mut message = Vec::new();
        loop {
            let (last, len) = self.frame().await?;
            let start = message.len();
            message.resize(start + len, 0);
            self.stream.read_exact(&mut message[start..]).await?;
            if last {
                return Ok(message);
            }
        }
    }

    /// Reads a message, throws it away, and returns its size in bytes.
    pub(crate) async fn discard(&mut self) -> Result<usize> {
        let mut size = 0;
        let mut sink = tokio::io::sink();
        loop {
            let (last, len) = self.frame().await?;
            tokio::io::copy_buf(&mut (&mut self.stream).take(len as u64), &mut sink).await?;
            size += len;
            if last {
                return Ok(size);
            }
        }
    }

    /// Reads the head of the next frame of data: whether it is the last of its message, and its length.
    async fn frame(&mut self) -> Result<(bool, usize)> {
        loop {
            let (first, second) = (self.stream.read_u8().await?, self.stream.read_u8().await?);
            let len = match second & 0x7f {
                126 => usize::from(self.stream.read_u16().await?),
                127 => usize::try_from(self.stream.read_u64().await?)?,
                short => usize::from(short),
            };
            match first & 0x0f {
                0..=2 => return Ok((first & 0x80 != 0, len)),
                8 => bail!("the server closed the connection"),
                _ => {
                    // A ping goes unanswered: the runs are shorter than the server's patience.
                    let mut control = vec![0; len];
                    self.stream.read_exact(&mut control).await?;
                }
            }
        }
    }
}
