//! A connection: one task sends requests, another reads replies and gives them to those who wait.

mod answer;

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, ReadHalf, WriteHalf},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{Export, Options};
use crate::{
    Error, Result,
    io::Stream,
    wire::{Request, SIMPLE_REPLY_MAGIC, STRUCTURED_REPLY_MAGIC, command, u16_at, u32_at, u64_at},
};
pub(super) use answer::Answer;
use answer::Pending;

/// A connection on which requests are made.
#[derive(Debug)]
pub(super) struct Connection {
    shared: Arc<Shared>,
    requests: mpsc::Sender<Sent>,
    places: Arc<Semaphore>,
    cookies: AtomicU64,
    limit: Duration,
    /// Ends with the connection.
    _reader: AbortOnDropHandle<()>,
    writer: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// What the tasks and those who wait have in common.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Tells the tasks that the connection has failed, so that it is closed.
    over: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    waiting: FxHashMap<u64, Waiting>,
    failure: Option<Error>,
}

/// Who waits for a reply, and what has come of it.
#[derive(Debug)]
struct Waiting {
    pending: Pending,
    done: oneshot::Sender<Result<Answer>>,
    /// Free for the next when the reply has come, or the connection is gone.
    _place: OwnedSemaphorePermit,
}

impl Waiting {
    /// Goes on, or tells what failed while its reply was read.
    fn unless_failed<T>(self, read: Result<T>) -> Result<(Self, T)> {
        match read {
            Ok(read) => Ok((self, read)),
            Err(error) => {
                let _ = self.done.send(Err(error.clone()));
                Err(error)
            }
        }
    }
}

/// A request on its way to the task that sends.
#[derive(Debug)]
struct Sent {
    request: Request,
    data: Bytes,
}

impl Shared {
    /// Ends the connection for all who wait and will ask; the first failure is the one that is told.
    fn fail(&self, error: Error) {
        let waiting = {
            let mut state = self.state.lock();
            state.failure.get_or_insert(error.clone());
            std::mem::take(&mut state.waiting)
        };
        self.over.cancel();
        for (_, waiting) in waiting {
            // Who has gone wants to hear nothing.
            let _ = waiting.done.send(Err(error.clone()));
        }
    }
}

impl Connection {
    /// Starts the tasks.
    pub(super) fn start(stream: Stream, export: &Export, options: &Options) -> Self {
        let shared = Arc::new(Shared::default());
        let (read, write) = tokio::io::split(stream);
        let in_flight = options.in_flight.max(1);
        // As many as may be on their way, and the goodbye, so that sending never waits for a place in the queue.
        let (requests, queue) = mpsc::channel(in_flight + 1);
        let reader = {
            let (shared, structured) = (Arc::clone(&shared), export.structured);
            // Replies of many small requests come in one piece; large data is not copied through the buffer.
            let read = BufReader::with_capacity(64 << 10, read);
            tokio::spawn(async move {
                let replies = replies(read, &shared, structured);
                if let Some(Err(error)) = shared.over.run_until_cancelled(replies).await {
                    shared.fail(error);
                }
            })
        };
        let writer = {
            let (shared, limit) = (Arc::clone(&shared), options.reply);
            tokio::spawn(async move {
                let send = send(BufWriter::new(write), queue, limit);
                if let Some(Err(error)) = shared.over.run_until_cancelled(send).await {
                    shared.fail(error);
                }
            })
        };
        Self {
            shared,
            requests,
            places: Arc::new(Semaphore::new(in_flight)),
            cookies: AtomicU64::new(1),
            limit: options.reply,
            _reader: AbortOnDropHandle::new(reader),
            writer: Mutex::new(Some(AbortOnDropHandle::new(writer))),
        }
    }

    /// Returns why the connection is of no more use.
    pub(super) fn failure(&self) -> Option<Error> {
        self.shared.state.lock().failure.clone()
    }

    /// Returns how many requests wait for replies.
    pub(super) fn on_their_way(&self) -> usize {
        self.shared.state.lock().waiting.len()
    }

    /// Sends a request and waits for its reply.
    pub(super) async fn ask(&self, flags: u16, command: u16, range: Range<u64>, data: Bytes) -> Result<Answer> {
        let length = u32::try_from(range.end - range.start)
            .map_err(|_| Error::Misuse("a request has less than 4 GiB".to_owned()))?;
        let cookie = self.cookies.fetch_add(1, Ordering::Relaxed);
        let request = Request { flags, command, cookie, offset: range.start, length };
        let asked = async {
            // Nobody closes it.
            let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Error::Closed("waiting"))?;
            let (done, answer) = oneshot::channel();
            {
                let mut state = self.shared.state.lock();
                if let Some(failure) = &state.failure {
                    return Err(failure.clone());
                }
                let pending = Pending::new(command, range.start, length);
                state.waiting.insert(cookie, Waiting { pending, done, _place: place });
            }
            // There is room for as many as have a place; a queue that is closed has left a failure. Nothing is waited
            // for, so that who gives up here has asked nothing or all.
            let _ = self.requests.try_send(Sent { request, data });
            answer.await.unwrap_or_else(|_| Err(self.failure().unwrap_or(Error::Closed("waiting for a reply"))))
        };
        let silent = Error::Silent { doing: "waiting for a reply", limit: self.limit };
        if let Ok(answer) = timeout(self.limit, asked).await {
            return answer;
        }
        self.shared.fail(silent.clone());
        Err(silent)
    }

    /// Says goodbye; waits until that has been sent, for a second at most.
    pub(super) async fn close(&self) {
        let request = Request { flags: 0, command: command::DISCONNECT, cookie: 0, offset: 0, length: 0 };
        let writer = self.writer.lock().take();
        let sent = async {
            let _ = self.requests.send(Sent { request, data: Bytes::new() }).await;
            if let Some(writer) = writer {
                let _ = writer.await;
            }
        };
        let _ = timeout(Duration::from_secs(1), sent).await;
    }
}

/// Sends what is queued, and hands it on when nothing more is queued; ends with a goodbye.
async fn send(
    mut stream: BufWriter<WriteHalf<Stream>>,
    mut queue: mpsc::Receiver<Sent>,
    limit: Duration,
) -> Result<()> {
    let doing = "sending a request";
    while let Some(sent) = queue.recv().await {
        let is_last = sent.request.command == command::DISCONNECT;
        let flush = is_last || queue.is_empty();
        let write = async {
            stream.write_all(&sent.request.encode()).await?;
            stream.write_all(&sent.data).await?;
            if flush { stream.flush().await } else { Ok(()) }
        };
        match timeout(limit, write).await {
            Ok(written) => written.map_err(|error| Error::io(doing, error))?,
            Err(_) => return Err(Error::Silent { doing, limit }),
        }
        if is_last {
            // The server may be quicker to hang up.
            let _ = timeout(limit, stream.shutdown()).await;
            return Ok(());
        }
    }
    Ok(())
}

/// Reads replies until the connection fails.
///
/// Waiting for the next reply has no limit here: whoever waits for one has.
async fn replies(
    mut stream: BufReader<ReadHalf<Stream>>,
    shared: &Shared,
    structured: bool,
) -> Result<std::convert::Infallible> {
    let doing = "waiting for a reply";
    loop {
        let magic = stream.read_u32().await.map_err(|error| Error::io(doing, error))?;
        let last = match magic {
            SIMPLE_REPLY_MAGIC => {
                let mut header = [0; 12];
                stream.read_exact(&mut header).await.map_err(|error| Error::io(doing, error))?;
                let (errno, cookie) = (u32_at(&header, 0), u64_at(&header, 4));
                let mut waiting = take(shared, cookie)?;
                let read = waiting.pending.simple(errno, structured, &mut stream).await;
                Some(waiting.unless_failed(read)?.0)
            }
            STRUCTURED_REPLY_MAGIC if structured => {
                let mut header = [0; 16];
                stream.read_exact(&mut header).await.map_err(|error| Error::io(doing, error))?;
                let (flags, kind, length) = (u16_at(&header, 0), u16_at(&header, 2), u32_at(&header, 12));
                let cookie = u64_at(&header, 4);
                let mut waiting = take(shared, cookie)?;
                let read = waiting.pending.chunk(flags, kind, length, &mut stream).await;
                let (waiting, is_last) = waiting.unless_failed(read)?;
                if is_last {
                    Some(waiting)
                } else {
                    put_back(shared, cookie, waiting)?;
                    None
                }
            }
            other => return Err(Error::protocol(format!("a reply starts with {other:#010x}"))),
        };
        if let Some(Waiting { pending, done, .. }) = last {
            // Who has gone wants to hear nothing; what is wrong with a reply as a whole ends the connection.
            match pending.finish() {
                Err(error) if error.is_fatal() => {
                    let _ = done.send(Err(error.clone()));
                    return Err(error);
                }
                answer => drop(done.send(answer)),
            }
        }
    }
}

/// Takes who waits for a reply out, while that is read: it is not to be answered twice.
fn take(shared: &Shared, cookie: u64) -> Result<Waiting> {
    let waiting = shared.state.lock().waiting.remove(&cookie);
    waiting.ok_or_else(|| Error::protocol(format!("it answers a request that was not made ({cookie:#x})")))
}

fn put_back(shared: &Shared, cookie: u64, waiting: Waiting) -> Result<()> {
    let mut state = shared.state.lock();
    if let Some(failure) = &state.failure {
        let failure = failure.clone();
        drop(state);
        let _ = waiting.done.send(Err(failure.clone()));
        return Err(failure);
    }
    state.waiting.insert(cookie, waiting);
    Ok(())
}
