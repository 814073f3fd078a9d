//! Writing: one task owns the sink and does what all connections ask, in the order in which they ask.

use bytes::Bytes;
use disk::Sink;
use tokio::sync::{mpsc, oneshot};

use crate::wire::Errno;

/// Requests that wait for their turn, of all connections: two for each that a disk may do at once.
const WAITING: usize = 32;
/// Zeros to write where a disk knows nothing better, a piece at a time.
static ZEROS: [u8; 1 << 20] = [0; 1 << 20];

/// Where to ask for something to be written.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<(Job, oneshot::Sender<Result<(), Errno>>)>,
}

/// What is to be done.
pub(super) enum Job {
    Write { offset: u64, data: Bytes },
    Zero { offset: u64, length: u64 },
    Flush,
}

impl Writer {
    pub(super) fn start(mut sink: Box<dyn Sink>) -> Self {
        let (jobs, mut queue) = mpsc::channel::<(Job, oneshot::Sender<_>)>(WAITING);
        // Ends when the last connection and the export itself are gone.
        tokio::spawn(async move {
            while let Some((job, done)) = queue.recv().await {
                let result = run(&mut *sink, job).await.map_err(|error| errno(&error));
                // A client that is gone wants to hear nothing.
                let _ = done.send(result);
            }
            if let Err(error) = sink.flush().await {
                tracing::warn!("what was written to a disk by NBD may be lost: {error}");
            }
        });
        Self { jobs }
    }

    /// Does it, after what was asked before.
    pub(super) async fn ask(&self, job: Job) -> Result<(), Errno> {
        let (done, result) = oneshot::channel();
        self.jobs.send((job, done)).await.map_err(|_| Errno::SHUTDOWN)?;
        result.await.unwrap_or(Err(Errno::SHUTDOWN))
    }
}

async fn run(sink: &mut dyn Sink, job: Job) -> disk::Result<()> {
    match job {
        Job::Write { offset, data } => sink.write_at(offset, data).await,
        Job::Zero { mut offset, length } => {
            let end = offset + length;
            while offset < end {
                let piece = usize::try_from(end - offset).unwrap_or(usize::MAX).min(ZEROS.len());
                sink.write_at(offset, Bytes::from_static(&ZEROS[..piece])).await?;
                offset += piece as u64;
            }
            Ok(())
        }
        Job::Flush => sink.flush().await,
    }
}

/// Returns what a client is told of a failure.
pub(super) fn errno(error: &disk::Error) -> Errno {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    match (error.kind(), cause.map(std::io::Error::kind)) {
        (_, Some(std::io::ErrorKind::StorageFull)) | (disk::Kind::TooLarge, _) => Errno::NO_SPACE,
        (disk::Kind::Misuse, _) => Errno::INVALID,
        (disk::Kind::Unsupported | disk::Kind::NeedsSeek, _) => Errno::UNSUPPORTED,
        _ => Errno::IO,
    }
}
