//! An HTTP proxy on the wire: tunnels (`CONNECT`) and plain requests, counted; it passes, refuses or says nothing.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// What the proxy does with what it is asked for, and with what goes through it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Passes,
    /// Answers with this status.
    Refuses(&'static str),
    /// Keeps connections open and does nothing.
    Silent,
    /// Ends connections.
    Closes,
}

/// A proxy that runs until this is dropped.
pub(crate) struct HttpProxy {
    address: std::net::SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    mood: watch::Sender<Mood>,
    /// Changes when all that goes through it is to end.
    cut: watch::Sender<()>,
    /// What was asked for, as `CONNECT 127.0.0.1:80` or `GET http://127.0.0.1/file`.
    asked: Mutex<Vec<String>>,
    /// Bytes that went to those who asked, and from them.
    down: AtomicU64,
    up: AtomicU64,
}

impl HttpProxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::new(Shared {
            mood: watch::Sender::new(Mood::Passes),
            cut: watch::Sender::new(()),
            asked: Mutex::default(),
            down: AtomicU64::new(0),
            up: AtomicU64::new(0),
        });
        let of_all = Arc::clone(&shared);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&of_all);
                // Who goes away has what it wanted.
                tokio::spawn(async move { serve(stream, &shared).await });
            }
        });
        Self { address, shared, serving }
    }

    /// Returns the URL that a configuration has for it, with a password.
    pub(crate) fn url(&self) -> String {
        format!("http://bob:pr0xy-password@{}", self.address)
    }

    /// Returns where it listens.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn set(&self, mood: Mood) {
        self.shared.mood.send_replace(mood);
    }

    /// Ends all that goes through it; what comes next it treats as before.
    pub(crate) fn cut(&self) {
        self.shared.cut.send_replace(());
    }

    /// Returns what it was asked for since this was called last.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.asked.lock())
    }

    /// Returns how many bytes have gone through it so far: to those who asked, and from them.
    pub(crate) fn passed(&self) -> (u64, u64) {
        (self.shared.down.load(Ordering::SeqCst), self.shared.up.load(Ordering::SeqCst))
    }
}

impl Drop for HttpProxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut words = text.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    shared.asked.lock().push(format!("{method} {target}"));
    let mut mood = shared.mood.subscribe();
    loop {
        let now = *mood.borrow_and_update();
        match now {
            Mood::Passes => break,
            Mood::Closes => return Ok(()),
            Mood::Refuses(status) => {
                client.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await?;
                return Ok(());
            }
            Mood::Silent => {}
        }
        tokio::select! {
            _ = mood.changed() => {}
            // What it says meanwhile nobody hears.
            read = client.read_u8() => drop(read?),
        }
    }
    let host = match (method, target.strip_prefix("http://")) {
        ("CONNECT", _) => target,
        (_, Some(rest)) => rest.split('/').next().unwrap_or_default(),
        _ => return client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
    };
    let Ok(mut host) = TcpStream::connect(host).await else {
        return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").await;
    };
    if method == "CONNECT" {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    } else {
        // One request, then the end: the client is not to send one for another host.
        let head = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        host.write_all(head.as_bytes()).await?;
    }
    let (from_client, to_client) = client.into_split();
    let (from_host, to_host) = host.into_split();
    let (down, up) = (mood.clone(), mood);
    let mut cut = shared.cut.subscribe();
    tokio::select! {
        _ = cut.changed() => {}
        _ = pass(from_client, to_host, &shared.up, up) => {}
        _ = pass(from_host, to_client, &shared.down, down) => {}
    }
    Ok(())
}

/// Passes on what comes until it ends, as long as the proxy does that; counts it.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    count: &AtomicU64,
    mut mood: watch::Receiver<Mood>,
) -> io::Result<()> {
    let mut piece = vec![0; 64 << 10];
    loop {
        let length = tokio::select! {
            read = from.read(&mut piece) => read?,
            _ = mood.wait_for(|mood| *mood == Mood::Closes) => return Ok(()),
        };
        let _ = mood.wait_for(|mood| *mood != Mood::Silent).await;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&piece[..length]).await?;
        count.fetch_add(length as u64, Ordering::SeqCst);
    }
}
