//! One client on a WebSocket: JSON-RPC calls in, answers and notifications out.
//!
//! A task reads and starts the calls, a task writes. What a client can make this server keep is bounded: the
//! size of a message, the calls that run at once, the answers that wait to be read, the notifications.

mod behind;
mod frame;
mod notice;
mod outbox;
mod reader;
mod upgrade;
mod writer;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::{App, CloseReason, Session};
use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use op::{Answer, Context};
use tokio::{io::AsyncReadExt, sync::Semaphore, time::MissedTickBehavior};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::CapacityError,
        protocol::{Role, WebSocketConfig},
    },
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::{debug, info};

pub(crate) use self::{
    notice::Notice,
    outbox::{Item, Outbox},
    upgrade::{accept, is_upgrade},
};
use self::{
    reader::{Meter, ReadSide},
    writer::{End, Writer},
};
use crate::jsonrpc::{self, AFTER_RESULT, Call, Incoming};

/// So many calls of one connection run at once; the next is read when one has been answered. A web client that
/// starts two hundred VMs and polls meanwhile stays below.
const CALLS: u32 = 512;
/// A call of somebody who has not signed in counts as so many, so that eight run at once.
const UNSIGNED_CALL: u32 = 64;
/// A request counts as another call for so many bytes, so that those that run take 32 MiB, or one more than that.
const BYTES_A_CALL: usize = 64 * 1024;
/// How long a connection whose session has ended waits for the answers of calls that were under way.
const FAREWELL: Duration = Duration::from_millis(500);
/// Somebody who has not signed in may send messages up to this size, in bytes.
const UNSIGNED_MESSAGE: usize = 64 * 1024;
/// A ping goes out so often, and a peer that sends nothing for two and a half times as long is gone.
const PING: Duration = Duration::from_secs(30);
/// A client that uses views is told so often that the server is there, unless something else is on its way: scripts in
/// a browser see no pings, and a page that asked would not be idle.
const ALIVE: Duration = Duration::from_secs(15);
/// How long a client that was told to go may take to close its side.
const LINGER: Duration = Duration::from_secs(2);
/// Of control frames, which do not count as part of a message; so many bytes more may come.
const SLACK: usize = 64 * 1024;
/// Read at once; most requests are smaller.
const READ_BUFFER: usize = 8 * 1024;

/// One connection, for those who send to it.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) outbox: Arc<Outbox>,
}

/// Serves a client until the connection ends.
pub(crate) async fn serve(app: App, client: Arc<Client>, upgraded: Upgraded) {
    let (read, write) = tokio::io::split(TokioIo::new(upgraded));
    let writer = AbortOnDropHandle::new(tokio::spawn(Writer::new(write, client.outbox.clone()).run()));
    let gone = CancellationToken::new();
    let _ends = gone.clone().drop_guard();
    let mut reading = Reading::new(app, client.clone(), read, gone).await;
    let address = client.session.peer().address;
    tokio::pin!(writer);
    let end = tokio::select! {
        () = reading.run() => {
            client.outbox.end();
            // The close frame, or what was queued before it, has a while to go out.
            tokio::time::timeout(PING, &mut writer).await
        }
        end = &mut writer => Ok(end),
    };
    match end {
        // A socket that is closed with bytes unread is reset, and the client never sees why.
        Ok(Ok(End::Done)) => drop(tokio::time::timeout(LINGER, reading.drain()).await),
        Ok(Ok(End::Stalled)) => info!(%address, "closed a connection that read nothing for too long"),
        Ok(Ok(End::Broken)) => debug!(%address, "connection broke"),
        Ok(Err(error)) => debug!(%address, error = %error, "writer ended"),
        Err(_) => debug!(%address, "closed a connection that took too long to end"),
    }
}

struct Reading<R> {
    app: App,
    client: Arc<Client>,
    stream: WebSocketStream<ReadSide<R>>,
    meter: Arc<Meter>,
    calls: Arc<Semaphore>,
    most: usize,
    /// Cancelled when the connection has ended.
    gone: CancellationToken,
}

impl<R: tokio::io::AsyncRead + Unpin> Reading<R> {
    async fn new(app: App, client: Arc<Client>, io: R, gone: CancellationToken) -> Self {
        let meter = Arc::new(Meter::default());
        let most = app.config().api_web_socket_options.max_payload;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let side = ReadSide { io, outbox: client.outbox.clone(), meter: meter.clone() };
        let stream = WebSocketStream::from_raw_socket(side, Role::Server, Some(config)).await;
        let calls = Arc::new(Semaphore::new(CALLS as usize));
        Self { app, client, stream, meter, calls, most, gone }
    }

    async fn run(&mut self) {
        let (session, outbox) = (self.client.session.clone(), self.client.outbox.clone());
        let closed = session.closed();
        tokio::pin!(closed);
        let mut ping = tokio::time::interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        let mut alive = tokio::time::interval(ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        alive.reset();
        let (mut seen, mut silent) = (0, 0);
        loop {
            let mut changed = Box::pin(session.changed());
            let (most, weight) = match session.user() {
                Some(_) => (self.most, 1),
                None => (self.most.min(UNSIGNED_MESSAGE), UNSIGNED_CALL),
            };
            self.meter.allow(most.saturating_add(SLACK));
            let (calls, meter, all) = (self.calls.clone(), self.meter.clone(), self.most);
            // While we do not read, the peer's silence is our own doing.
            let listening = AtomicBool::new(false);
            let (permit, message) = {
                let next = async {
                    let turn = |weight| calls.clone().acquire_many_owned(weight);
                    let mut permit = turn(weight).await.expect("the semaphore is never closed");
                    listening.store(true, Ordering::Relaxed);
                    let message = self.stream.next().await;
                    listening.store(false, Ordering::Relaxed);
                    let size = message.as_ref().and_then(|read| read.as_ref().ok()).map_or(0, Message::len);
                    let more = u32::try_from(size / BYTES_A_CALL).unwrap_or(CALLS).min(CALLS - weight);
                    permit.merge(turn(more).await.expect("the semaphore is never closed"));
                    (permit, message)
                };
                tokio::pin!(next);
                loop {
                    tokio::select! {
                        next = &mut next => break next,
                        reason = &mut closed => {
                            // What ended the session may be a call of this client, which is still to be answered;
                            // some permits are with the read that was under way.
                            let _ = tokio::time::timeout(FAREWELL, calls.acquire_many(CALLS - weight)).await;
                            let code = if reason == CloseReason::Shutdown { 1001 } else { 1008 };
                            return outbox.close(code, &reason.to_string());
                        }
                        // The call before this read has signed in: what comes next may be large.
                        () = &mut changed => {
                            changed.set(session.changed());
                            if session.user().is_some() {
                                meter.allow(all.saturating_add(SLACK));
                            }
                        }
                        _ = alive.tick() => outbox.alive(),
                        _ = ping.tick() => {
                            let received = self.meter.received.load(Ordering::Relaxed);
                            let heard = received != seen || !listening.load(Ordering::Relaxed);
                            silent = if heard { 0 } else { silent + 1 };
                            seen = received;
                            if silent > 2 {
                                debug!(address = %session.peer().address, "closed a connection whose peer is gone");
                                return outbox.end();
                            }
                            outbox.control(frame::whole(frame::Opcode::Ping, &[]));
                        }
                    }
                }
            };
            let message = match message {
                Some(Ok(Message::Text(text))) => bytes::Bytes::from(text),
                Some(Ok(Message::Binary(bytes))) => bytes,
                None => return,
                // The next read answers a close frame or a ping.
                Some(Ok(_)) => continue,
                Some(Err(error)) => return self.refuse(&error),
            };
            match jsonrpc::read(&message) {
                Incoming::Call(call) => self.start(call, permit),
                Incoming::Bad(answer) => outbox.answer(message_of(answer, Some(permit))),
                Incoming::Answer => {}
            }
        }
    }

    /// Reads on without looking, until the client closes its side.
    async fn drain(&mut self) {
        let mut nowhere = [0; READ_BUFFER];
        while self.stream.get_mut().io.read(&mut nowhere).await.is_ok_and(|read| read > 0) {}
    }

    /// Ends the connection of a client that broke the protocol or a limit.
    fn refuse(&self, error: &Error) {
        let outbox = &self.client.outbox;
        match error {
            Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
                outbox.close(1009, &format!("message too large: at most {max_size} bytes"));
            }
            Error::Io(error) if error.kind() == std::io::ErrorKind::QuotaExceeded => {
                outbox.close(1009, "message too large: sign in to send more than 64 KiB");
            }
            Error::Utf8(_) => outbox.close(1007, "text is not UTF-8"),
            Error::Protocol(error) => outbox.close(1002, &error.to_string()),
            _ => outbox.end(),
        }
        debug!(address = %self.client.session.peer().address, error = %error, "stopped reading");
    }

    /// Starts a call, which goes on whether or not the client waits for it; only what does nothing but wait ends with it.
    fn start(&self, call: Call, permit: tokio::sync::OwnedSemaphorePermit) {
        let (app, client, gone) = (self.app.clone(), self.client.clone(), self.gone.clone());
        let snapshot = app.ops().spec(&call.method).is_some_and(|spec| spec.snapshot);
        // Held from now on: what the result shows is older than any notification that comes meanwhile.
        let hold = snapshot.then(|| Hold::new(client.outbox.clone()));
        tokio::spawn(async move {
            let result = tokio::select! {
                // What came is begun, even if the client has left.
                biased;
                result = app.call(&client.session, &call.method, call.params) => result,
                () = gone.cancelled() => return,
            };
            let Some(id) = call.id else { return };
            let item = match result {
                Ok(Answer::Bytes(result)) => {
                    Item::Message { slices: [jsonrpc::before_result(&id), result, AFTER_RESULT], call: Some(permit) }
                }
                Ok(Answer::Parts(parts)) => {
                    Item::Parts { head: jsonrpc::before_result(&id), parts, tail: AFTER_RESULT, call: Some(permit) }
                }
                Err(error) => {
                    let cx = app::Cx::new(app, client.session.clone());
                    message_of(jsonrpc::failure(&id, &error, cx.admin()), Some(permit))
                }
            };
            client.outbox.answer(item);
            drop(hold);
        });
    }
}

fn message_of(text: bytes::Bytes, call: Option<tokio::sync::OwnedSemaphorePermit>) -> Item {
    Item::Message { slices: [text, bytes::Bytes::new(), bytes::Bytes::new()], call }
}

/// Keeps notifications back until dropped.
struct Hold(Arc<Outbox>);

impl Hold {
    fn new(outbox: Arc<Outbox>) -> Self {
        outbox.hold();
        Self(outbox)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.release();
    }
}
