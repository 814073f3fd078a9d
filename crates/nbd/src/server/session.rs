//! A client: its requests are read in their order and done side by side, and replies leave as they are ready.

use std::sync::Arc;

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, ReadHalf, WriteHalf},
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};

use super::{
    Exports, Options,
    answer::{Answerer, Part},
    handshake,
    memory::Memory,
};
use crate::{
    Error, Result, io,
    io::Stream,
    wire::{LARGEST_REQUEST, Request, command},
};

/// Parts of replies that wait to be sent; a read has one piece ahead.
const PARTS: usize = 4;

/// Serves a client until it leaves.
pub(super) async fn run(stream: Stream, exports: &dyn Exports, options: &Options, memory: &Memory) -> Result<()> {
    let agreed = timeout(options.handshake, handshake::agree(stream, exports, options)).await;
    let silent = Error::Silent { doing: "agreeing on options with a client", limit: options.handshake };
    let Some(agreed) = agreed.unwrap_or(Err(silent))? else { return Ok(()) };
    let (read, write) = tokio::io::split(agreed.stream);
    let (parts, queue) = mpsc::channel(PARTS);
    let answerer =
        Arc::new(Answerer { export: agreed.export, structured: agreed.structured, allocation: agreed.allocation });
    let session = Session {
        stream: BufReader::with_capacity(64 << 10, read),
        answerer,
        parts,
        memory: memory.of_connection(),
        places: Arc::new(Semaphore::new(options.in_flight.max(1))),
        jobs: JoinSet::new(),
    };
    // Whichever fails first ends both; what is ready when a client says goodbye is still sent.
    let (requests, replies) = tokio::join!(
        async { session.requests(options).await },
        send(BufWriter::with_capacity(64 << 10, write), queue, options)
    );
    // That a client takes nothing says more than that nobody could be answered.
    replies.and(requests)
}

/// Reads requests and has them done.
struct Session {
    stream: BufReader<ReadHalf<Stream>>,
    answerer: Arc<Answerer>,
    parts: mpsc::Sender<Part>,
    memory: Memory,
    places: Arc<Semaphore>,
    jobs: JoinSet<()>,
}

impl Session {
    async fn requests(mut self, options: &Options) -> Result<()> {
        loop {
            let Some(request) = self.request(options).await? else { break };
            if request.command == command::DISCONNECT {
                break;
            }
            if let Some(errno) = self.answerer.refusal(&request) {
                // What it wanted to write is passed over.
                if request.command == command::WRITE {
                    self.pass(&request, options).await?;
                }
                self.parts.send(self.answerer.refuse(&request, errno)).await.map_err(|_| gone())?;
                continue;
            }
            let place = Arc::clone(&self.places).acquire_owned().await.expect("nobody closes it");
            let memory = self.memory.take(self.answerer.memory(&request)).await;
            let data = self.data(&request, options).await?;
            let (answerer, parts) = (Arc::clone(&self.answerer), self.parts.clone());
            self.jobs.spawn(async move {
                let _held = (place, memory);
                // That nobody takes parts any more is told by the one who sent them.
                let _ = answerer.answer(&request, data, &parts).await;
            });
            while self.jobs.try_join_next().is_some() {}
        }
        // What is on its way is finished: a client may say goodbye after a write whose reply it has not read.
        while self.jobs.join_next().await.is_some() {}
        Ok(())
    }

    /// Reads the next request; nothing if the client has left.
    async fn request(&mut self, options: &Options) -> Result<Option<Request>> {
        let doing = "waiting for a request";
        let mut header = [0; Request::SIZE];
        let first = tokio::select! {
            first = timeout(options.idle, self.stream.read(&mut header)) => first,
            // Where nobody takes replies, nobody is to ask.
            () = self.parts.closed() => return Err(gone()),
        };
        let silent = |limit| Error::Silent { doing, limit };
        let read = first.map_err(|_| silent(options.idle))?.map_err(|error| Error::io(doing, error))?;
        if read == 0 {
            return Ok(None);
        }
        let rest = timeout(options.stall, self.stream.read_exact(&mut header[read..])).await;
        rest.map_err(|_| silent(options.stall))?.map_err(|error| Error::io(doing, error))?;
        Request::decode(&header).map(Some).ok_or_else(|| Error::protocol("a client sends no request"))
    }

    /// Reads what a request wants to write.
    async fn data(&mut self, request: &Request, options: &Options) -> Result<Bytes> {
        if request.command != command::WRITE {
            return Ok(Bytes::new());
        }
        let doing = "reading what a client writes";
        let read = timeout(options.stall, io::read(&mut self.stream, request.length as usize)).await;
        let read = read.map_err(|_| Error::Silent { doing, limit: options.stall })?;
        Ok(read.map_err(|error| Error::io(doing, error))?.freeze())
    }

    async fn pass(&mut self, request: &Request, options: &Options) -> Result<()> {
        if request.length > LARGEST_REQUEST {
            return Err(Error::protocol(format!("a client writes {} bytes at once", request.length)));
        }
        let doing = "passing over what a client writes";
        let passed = timeout(options.stall, io::pass(&mut self.stream, request.length.into())).await;
        passed.map_err(|_| Error::Silent { doing, limit: options.stall })?.map_err(|error| Error::io(doing, error))
    }
}

fn gone() -> Error {
    Error::Closed("answering it")
}

/// Sends parts of replies, and hands them on when no more are ready.
async fn send(
    mut stream: BufWriter<WriteHalf<Stream>>,
    mut parts: mpsc::Receiver<Part>,
    options: &Options,
) -> Result<()> {
    let doing = "sending a reply";
    while let Some(part) = parts.recv().await {
        let write = async {
            stream.write_all(&part.header).await?;
            stream.write_all(&part.data).await?;
            if parts.is_empty() { stream.flush().await } else { Ok(()) }
        };
        match timeout(options.stall, write).await {
            Ok(written) => written.map_err(|error| Error::io(doing, error))?,
            Err(_) => return Err(Error::Silent { doing, limit: options.stall }),
        }
    }
    // The client may be quicker to hang up.
    let _ = timeout(options.stall, stream.shutdown()).await;
    Ok(())
}
