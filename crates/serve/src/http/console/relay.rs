//! The frames of a console's WebSocket.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use app::{CloseReason, Console, ConsoleEnd};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};
use tracing::debug;

/// Largest message that a client may send, in bytes: a long text to paste.
const LARGEST: usize = 1 << 20;
/// Read at once; keys and pointers are a few bytes.
const READ_BUFFER: usize = 4 << 10;
/// Pieces that wait on each way: one is written while the next is read.
const WAITING: usize = 1;
/// A ping goes out so often, and a client that has sent nothing for two and a half times as long is gone.
const PING: Duration = Duration::from_secs(30);
/// How long a client that was told to go may take to close its side.
const LINGER: Duration = Duration::from_secs(2);
/// The longest reason that a close frame takes, in bytes.
const LONGEST_REASON: usize = 123;

/// What has been heard of the client.
#[derive(Default)]
struct Heard {
    messages: AtomicU64,
    /// While we do not read, the client's silence is our own doing.
    listening: AtomicBool,
}

/// Passes a console on to the client of a WebSocket until one of them ends it.
pub(super) async fn relay(upgraded: Upgraded, console: Console) {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (mut sink, mut stream) = socket.split();
    let (up, mut from) = mpsc::channel(WAITING);
    let (to, down) = mpsc::channel(WAITING);
    let vm = console.vm().to_owned();
    let run = console.run(&mut from, to);
    tokio::pin!(run);
    let heard = Heard::default();
    let mut broken = None;
    let end = {
        let traffic = async {
            tokio::select! {
                refused = read(&mut stream, &up, &heard) => refused,
                () = write(&mut sink, down, &heard) => None,
            }
        };
        tokio::select! {
            end = &mut run => Some(end),
            refused = traffic => {
                broken = refused;
                None
            }
        }
    };
    // It hears that the client has left.
    drop(up);
    let end = match end {
        Some(end) => end,
        None => run.await,
    };
    debug!(vm.id = %vm, "a WebSocket of a console of VM `{vm}` ends: {end}");
    let frame = broken.or_else(|| close(&end));
    let farewell = async {
        match sink.send(Message::Close(frame)).await {
            // A socket that is closed with bytes unread is reset, and the client never sees why.
            Ok(()) => while let Some(Ok(_)) = stream.next().await {},
            // The client has closed; the answer to that waits to be sent.
            Err(_) => {
                let _ = sink.flush().await;
            }
        }
    };
    let _ = timeout(LINGER, farewell).await;
}

/// Hands over what the client sends until it leaves; a client that breaks a rule is told which.
async fn read<S>(stream: &mut S, up: &mpsc::Sender<Bytes>, heard: &Heard) -> Option<CloseFrame>
where
    S: Stream<Item = Result<Message, Error>> + Unpin,
{
    loop {
        heard.listening.store(true, Ordering::Relaxed);
        let message = stream.next().await;
        heard.listening.store(false, Ordering::Relaxed);
        heard.messages.fetch_add(1, Ordering::Relaxed);
        let bytes = match message? {
            Ok(Message::Binary(bytes)) => bytes,
            Ok(Message::Text(text)) => text.into(),
            Ok(Message::Close(_)) => return None,
            Ok(_) => continue,
            Err(Error::Capacity(error)) => return Some(frame(CloseCode::Size, &error.to_string())),
            Err(Error::Protocol(error)) => return Some(frame(CloseCode::Protocol, &error.to_string())),
            Err(_) => return None,
        };
        // An error means that the console ends.
        up.send(bytes).await.ok()?;
    }
}

/// Writes what comes of the console until the client is gone.
async fn write<S>(sink: &mut S, mut down: mpsc::Receiver<Bytes>, heard: &Heard)
where
    S: Sink<Message> + Unpin,
{
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ping.reset();
    let (mut seen, mut silent) = (0, 0);
    loop {
        let message = tokio::select! {
            piece = down.recv() => match piece {
                Some(piece) => Message::Binary(piece),
                // The console has ended, which says itself why.
                None => std::future::pending().await,
            },
            _ = ping.tick() => {
                let messages = heard.messages.load(Ordering::Relaxed);
                let is_heard = messages != seen || !heard.listening.load(Ordering::Relaxed);
                silent = if is_heard { 0 } else { silent + 1 };
                seen = messages;
                if silent > 2 {
                    return;
                }
                Message::Ping(Bytes::new())
            }
        };
        if sink.send(message).await.is_err() {
            return;
        }
    }
}

/// Tells a client why its console has ended.
fn close(end: &ConsoleEnd) -> Option<CloseFrame> {
    let code = match end {
        ConsoleEnd::Left | ConsoleEnd::Stalled => return None,
        ConsoleEnd::Stopped | ConsoleEnd::Idle => CloseCode::Normal,
        ConsoleEnd::SignedOut(CloseReason::Shutdown) => CloseCode::Away,
        ConsoleEnd::Denied | ConsoleEnd::SignedOut(_) => CloseCode::Policy,
        ConsoleEnd::Elsewhere => CloseCode::Restart,
        ConsoleEnd::Unreachable(_) => CloseCode::Error,
    };
    Some(frame(code, &end.to_string()))
}

fn frame(code: CloseCode, reason: &str) -> CloseFrame {
    let reason = &reason[..reason.floor_char_boundary(LONGEST_REASON)];
    CloseFrame { code, reason: reason.into() }
}
